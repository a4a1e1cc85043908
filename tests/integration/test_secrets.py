"""No password and no token is in anything that is told, whoever repeats it."""

from __future__ import annotations

import base64
import json
import logging
import pickle
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth
from tests.faults.answer import Answer, error_answer
from tests.faults.helpers import entry, write_config
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.faults.journal import Request
    from tests.support.cli import RunCli

PASSWORD = "hunter2/secret+word?"
PAIR = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
TOKEN = "a.bearer.token-of-many-letters"
SPELLINGS = [
    PASSWORD,
    PAIR,
    PAIR.rstrip("="),
    base64.b64encode(PASSWORD.encode()).decode().rstrip("="),
    TOKEN,
    "hunter2",
]


def repeat(answer: Answer, request: Request) -> None:
    """Repeat all that was said, in the error and beside it."""
    said = request.header("Authorization") or ""
    if said.startswith("Basic "):
        said += " " + base64.b64decode(said.removeprefix("Basic ")).decode()
    refusal = error_answer(403, "DENIED", said, {said: [said]})
    answer.status, answer.body = refusal.status, refusal.body
    answer.headers = [*refusal.headers, ("Warning", f'299 - "{said}"')]


def guard(faults: FaultRegistry) -> str:
    """Ask for a name, and repeat what is said to whoever says one."""
    faults.add_module(binaries.module())
    faults.auth = Auth(schemes=("Basic",), users={"alice": PASSWORD})
    faults.on("*", "manifest").when(lambda request: bool(request.header("Authorization"))).change(repeat)
    return faults.reference()


def told(error: wasm2oci.Wasm2ociError) -> str:
    """Return all that an exception tells."""
    copy = pickle.loads(pickle.dumps(error))
    return "\n".join(
        [str(error), repr(error), error.message, json.dumps(error.detail), str(error.reference), repr(copy.detail)]
    )


def assert_masked(text: str) -> None:
    """Look for a secret in all of its spellings."""
    assert [spelling for spelling in SPELLINGS if spelling in text] == []


def test_a_registry_that_repeats_the_request_is_masked(faults: FaultRegistry, caplog: pytest.LogCaptureFixture) -> None:
    """In the message, in the detail and in the log, which say the rest."""
    caplog.set_level(logging.DEBUG, "wasm2oci")
    reference = guard(faults)
    with (
        wasm2oci.Client(username="alice", password=PASSWORD) as client,
        pytest.raises(wasm2oci.PermissionDeniedError) as caught,
    ):
        client.fetch(reference)
    assert_masked(told(caught.value))
    assert_masked(caplog.text)
    assert "DENIED: Basic ***" in caught.value.message
    assert "299 - " in caplog.text


def test_a_registry_that_repeats_a_token_is_masked(faults: FaultRegistry, caplog: pytest.LogCaptureFixture) -> None:
    """One that the user gave, and one that a token service gave."""
    caplog.set_level(logging.DEBUG, "wasm2oci")
    faults.add_module(binaries.module())
    faults.auth = Auth(("Bearer",), token_answer=lambda _: {"token": TOKEN})
    faults.on("*", "manifest").when(lambda request: bool(request.header("Authorization"))).change(repeat)
    for token in (None, TOKEN):
        with wasm2oci.Client(token=token) as client, pytest.raises(wasm2oci.PermissionDeniedError) as caught:
            client.fetch(faults.reference())
        assert_masked(told(caught.value) + caplog.text)


def test_the_command_line_shows_none(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """Not even with --debug; credentials of files are secrets as well."""
    reference = guard(faults)
    config = write_config(tmp_path, auths={faults.host: entry("alice", PASSWORD)})
    for options, stdin in (
        (("--username", "alice", "--password-stdin"), PASSWORD.encode()),
        (("--auth-file", config), b""),
    ):
        result = run_cli("pull", reference, "-o", "-", "--debug", *options, stdin=stdin)
        assert (result.code, result.stdout) == (5, b"")
        assert "***" in result.stderr
        assert_masked(result.stderr)


@pytest.mark.parametrize(
    "text",
    [
        "u:p@hunter2@host/a/b",
        "u:pa/hunter2@host/a",
        "u:hunter2@[::1]:5/a",
        "user:hunter2@host",
        "//u:hunter2@host/a/b",
        "ghp_hunter2@host/a/b",
        "https://u:hunter2@host.io/a",
        "docker://u:p@hunter2@host/a/b",
        "oci://u:pa/hunter2@host/a",
    ],
)
def test_a_reference_with_a_secret_is_not_repeated(run_cli: RunCli, hello: Path, text: str) -> None:
    """In no verb, in no part of the exception, and not on the command line."""
    for call in (
        wasm2oci.pull,
        wasm2oci.fetch,
        wasm2oci.resolve,
        wasm2oci.inspect,
        lambda reference: wasm2oci.push(hello, reference),
    ):
        with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
            call(text)
        assert_masked(told(caught.value))
        assert "***@" in str(caught.value.reference)
    for arguments in (
        ("pull", text),
        ("resolve", text),
        ("inspect", text),
        ("push", hello, text),
        # In place of a path, a token without a name is not known from a folder.
        *([("push", text, "h.io/a")] if "u:" in text else []),
        ("convert", "h.io/a", text),
    ):
        result = run_cli(*arguments)
        assert result.code != 0
        assert_masked(result.stderr)


def test_a_reference_without_one_is_repeated() -> None:
    """A digest is no host, and neither is a folder."""
    for text in ("host.io/repo@sha256:abc", "ghcr.io/@acme/mod:v1"):
        with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
            wasm2oci.fetch(text)
        assert caught.value.reference == text
