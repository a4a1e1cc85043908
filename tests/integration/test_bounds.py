"""What a stranger wrote, or a file without an end, takes no more time and memory than it is given."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import Auth
from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli, StartCli

MANY = 30_000
WASM = "application/wasm"
ARCHIVE = "application/x-tar"
SOON = 10.0
"""Seconds; what is not linear takes many times as long, or does not end."""

unix = pytest.mark.skipif(sys.platform == "win32", reason="there is no FIFO")


def content(number: int) -> bytes:
    """Return a small layer that is no archive, each another one."""
    return b"%0256d" % number


def descriptor(number: int, media_type: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """Describe it."""
    digest = hashlib.sha256(content(number)).hexdigest()
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": 256, **fields}


def crowd(faults: FaultRegistry, media_type: str) -> str:
    """Hold a manifest of as many layers as a registry takes, and name it."""
    layers = [descriptor(number, media_type) for number in range(MANY)]
    config = descriptor(MANY, "application/vnd.oci.image.config.v1+json")
    added = faults.add_manifest("org/mod", "v1", {"schemaVersion": 2, "config": config, "layers": layers})
    assert 3_000_000 < added.size < 4 << 20
    return faults.reference()


@pytest.mark.alone
def test_a_choice_among_very_many_layers_is_quick(faults: FaultRegistry) -> None:
    """The candidates are all there, the message names a few."""
    reference = crowd(faults, WASM)
    began = time.process_time()
    with pytest.raises(wasm2oci.AmbiguousError) as caught:
        wasm2oci.fetch(reference, timeout=60)
    assert time.process_time() - began < SOON
    assert f"{MANY} modules" in caught.value.message
    assert len(caught.value.message) < 3000
    assert len(caught.value.detail["candidates"]) == MANY


@pytest.mark.alone
def test_a_choice_among_very_many_platforms_is_quick(faults: FaultRegistry) -> None:
    """As it is with layers."""
    platform = {"architecture": "wasm", "os": "wasi"}
    children = [
        descriptor(number, "application/vnd.oci.image.manifest.v1+json", platform=platform)
        for number in range(MANY // 2)
    ]
    faults.add_index("org/mod", "v1", children)
    began = time.process_time()
    with pytest.raises(wasm2oci.AmbiguousError):
        wasm2oci.fetch(faults.reference(), timeout=60)
    assert time.process_time() - began < SOON


@pytest.fixture
def archives(faults: FaultRegistry) -> str:
    """Hold a manifest of very many layers, each of which has to be looked into."""
    for number in range(MANY):
        faults.add_blob("org/mod", content(number))
    return crowd(faults, ARCHIVE)


@pytest.mark.alone
def test_very_many_layers_end_at_the_time_limit(archives: str) -> None:
    """Each is asked for; the limit is for all of them."""
    began = time.monotonic()
    with pytest.raises(wasm2oci.OperationTimeoutError):
        wasm2oci.fetch(archives, timeout=2)
    assert time.monotonic() - began < SOON


@pytest.mark.alone
@unix
def test_very_many_layers_end_at_ctrl_c(start_cli: StartCli, faults: FaultRegistry, archives: str) -> None:
    """At once, wherever it is."""
    process = start_cli("pull", archives, "-o", "-")
    faults.journal.wait(lambda requests: sum("/blobs/" in request.path for request in requests) > 10)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=cli.LIMIT)
    assert process.returncode == 130
    assert time.monotonic() - began < SOON


# ------------------------------------------------------- files without an end


@pytest.fixture(params=["fifo", "/dev/zero", "folder"])
def endless(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a file that blocks, one that has no end, and one that is none."""
    if request.param == "fifo":
        os.mkfifo(tmp_path / "fifo")
        return str(tmp_path / "fifo")
    return str(tmp_path) if request.param == "folder" else str(request.param)


@unix
@pytest.mark.parametrize("option", ["--ca-file", "--client-cert"])
def test_certificates_without_an_end_are_refused(run_cli: RunCli, option: str, endless: str) -> None:
    """Before any connection, by the name of the option."""
    key = ("--client-key", endless) if option == "--client-cert" else ()
    result = run_cli("resolve", "127.0.0.1:1/org/mod", option, endless, *key)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (11, b"", 1)
    assert option in result.stderr
    assert endless in result.stderr


@unix
@pytest.mark.parametrize("given", ["--auth-file", "REGISTRY_AUTH_FILE"])
def test_credentials_without_an_end_are_refused(
    run_cli: RunCli, faults: FaultRegistry, given: str, endless: str
) -> None:
    """Where they are needed."""
    faults.add_module(binaries.module())
    faults.auth = Auth(schemes=("Basic",), users={"alice": "secret"})
    named = ("--auth-file", endless) if given == "--auth-file" else ()
    result = run_cli("resolve", faults.reference(), *named, environment={} if named else {given: endless})
    assert (result.code, result.stdout) == (4, b"")
    assert endless in result.stderr


@unix
def test_authorities_without_an_end_are_left_out(run_cli: RunCli, endless: str) -> None:
    """As those that are missing are; the connection fails by itself."""
    result = run_cli(
        "resolve",
        "127.0.0.1:1/org/mod",
        "--no-plain-http",
        "--retries",
        "0",
        environment={"SSL_CERT_FILE": endless, "SSL_CERT_DIR": endless},
    )
    assert "refused the connection" in result.stderr
