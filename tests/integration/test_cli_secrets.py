"""Credentials that come by standard input, and those of files."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.faults import Auth
from tests.faults.helpers import entry, write_config
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

LOGIN = ("--username", "alice", "--password-stdin")


@pytest.fixture
def guarded(faults: FaultRegistry) -> FaultRegistry:
    """Ask for a name and a password that would be cut up easily."""
    faults.add_module(binaries.module())
    faults.auth = Auth(schemes=("Basic",), users={"alice": "pass:with:colons ünï "})
    return faults


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_a_password_comes_by_standard_input(run_cli: RunCli, guarded: FaultRegistry, begin: str, end: str) -> None:
    """All of it counts but the line's end, and what PowerShell puts before it."""
    stdin = f"{begin}pass:with:colons ünï {end}".encode()
    assert run_cli("resolve", guarded.reference(), *LOGIN, stdin=stdin).stderr == ""


def test_a_real_registry_takes_it(run_cli: RunCli, auth_registry: Registry, hello: Path) -> None:
    """To push and to pull."""
    reference = auth_registry.reference()
    assert auth_registry.password is not None
    login = ("--username", str(auth_registry.username), "--password-stdin")
    assert run_cli("push", hello, reference, *login, stdin=auth_registry.password.encode()).stderr == ""
    pulled = run_cli("pull", reference, "-o", "-", *login, stdin=auth_registry.password.encode())
    assert pulled.stdout == hello.read_bytes()
    assert run_cli("pull", reference, *login, stdin=b"wrong").code == 4
    assert run_cli("resolve", reference).code == 4


def test_a_token_comes_by_standard_input(run_cli: RunCli, faults: FaultRegistry) -> None:
    """And is sent as it is."""
    faults.add_module(binaries.module())
    wanted = "Bearer my.own-token"
    faults.on("*", "*").when(lambda request: request.header("Authorization") != wanted).fail(
        401, "UNAUTHORIZED", WWW_Authenticate=f'Bearer realm="{faults.url}/token",service="tests"'
    )
    assert run_cli("resolve", faults.reference(), "--token-stdin", stdin=b"my.own-token\n").stderr == ""
    assert run_cli("resolve", faults.reference(), "--token-stdin", stdin=b"another").code == 4


@pytest.mark.parametrize(
    ("stdin", "word"),
    [(b"", "empty"), (b"\n", "empty"), (b"one\ntwo\n", "line break"), (b"\xff", "UTF-8"), (b"x" * (2 << 20), "longer")],
)
@pytest.mark.parametrize("options", [LOGIN, ("--token-stdin",)])
def test_what_is_no_secret_is_refused(
    run_cli: RunCli, guarded: FaultRegistry, options: tuple[str, ...], stdin: bytes, word: str
) -> None:
    """Before the registry is asked, and without repeating it."""
    result = run_cli("resolve", guarded.reference(), *options, stdin=stdin)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (2, b"", 1)
    assert word in result.stderr
    assert "one" not in result.stderr.replace("one of", "")
    assert guarded.journal.lines() == []


def test_a_refused_secret_is_not_repeated(run_cli: RunCli, guarded: FaultRegistry) -> None:
    """In no spelling."""
    result = run_cli("resolve", guarded.reference(), "--debug", *LOGIN, stdin=b"s3cret")
    assert result.code == 4
    assert "s3cret" not in result.stderr
    assert base64.b64encode(b"alice:s3cret").decode() not in result.stderr


def test_a_credential_file_can_be_named(run_cli: RunCli, guarded: FaultRegistry, tmp_path: Path) -> None:
    """It is the only one that is read then."""
    path = write_config(tmp_path, {guarded.host: entry("alice", "pass:with:colons ünï ")})
    assert run_cli("resolve", guarded.reference(), "--auth-file", path).stderr == ""
    assert run_cli("resolve", guarded.reference(), environment={"DOCKER_CONFIG": str(tmp_path)}).stderr == ""
    other = write_config(tmp_path / "other", {})
    environment = {"DOCKER_CONFIG": str(tmp_path)}
    assert run_cli("resolve", guarded.reference(), "--auth-file", other, environment=environment).code == 4


def test_a_credential_is_for_its_host_alone(run_cli: RunCli, guarded: FaultRegistry, tmp_path: Path) -> None:
    """Another registry never sees it."""
    write_config(tmp_path, {"127.0.0.1:1": entry("alice", "pass:with:colons ünï ")})
    assert run_cli("resolve", guarded.reference(), environment={"DOCKER_CONFIG": str(tmp_path)}).code == 4
    assert all(request.header("Authorization") is None for request in guarded.journal)
