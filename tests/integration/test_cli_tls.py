"""Certificates and proxies, by options of the command line."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.faults import Proxy, Tls
from tests.faults.tls import write_authority, write_client_pair
from tests.support import binaries
from tests.support.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.support.cli import RunCli


def test_an_authority_can_be_named(run_cli: RunCli, start_faults: StartFaults, tmp_path: Path) -> None:
    """Loopback speaks TLS then, too."""
    server = start_faults(tls=Tls())
    server.add_module(binaries.module())
    assert run_cli("resolve", server.reference(), "--ca-file", write_authority(tmp_path)).stderr == ""
    assert run_cli("resolve", server.reference(), "--insecure").stderr == ""


def test_a_client_can_show_its_certificate(run_cli: RunCli, start_faults: StartFaults, tmp_path: Path) -> None:
    """Without it the registry refuses to talk."""
    server = start_faults(tls=Tls(client_certificate=True))
    server.add_module(binaries.module())
    trust = ("--ca-file", write_authority(tmp_path))
    certificate, key = write_client_pair(tmp_path)
    shown = ("--client-cert", certificate, "--client-key", key)
    assert run_cli("resolve", server.reference(), *trust, *shown).stderr == ""
    assert run_cli("resolve", server.reference(), *trust).code == 7


@pytest.mark.parametrize("certificate", ["expired", "wrong-name"])
def test_a_bad_certificate_is_refused_at_once(
    run_cli: RunCli, start_faults: StartFaults, tmp_path: Path, certificate: str
) -> None:
    """No retry would make it better."""
    server = start_faults(tls=Tls(certificate=certificate))
    assert run_cli("resolve", server.reference(), "--ca-file", write_authority(tmp_path)).code == 7
    assert server.journal.connections <= 2


def test_a_proxy_can_be_named(run_cli: RunCli, start_faults: StartFaults) -> None:
    """Its secret is masked where it is told."""
    server = start_faults()
    server.add_module(binaries.module())
    with Proxy(username="u", password="s3cret") as proxy:
        reference = f"{proxy.name('registry.test', server.port)}/org/mod:v1"
        good = run_cli("resolve", reference, "--plain-http", "--proxy", f"http://u:s3cret@{proxy.host}")
        assert (good.code, good.stderr) == (0, "")
        bad = run_cli("resolve", reference, "--plain-http", "--retries", "0", "--proxy", f"http://u:wr0ng@{proxy.host}")
    assert bad.code == 6
    assert "proxy" in bad.stderr
    assert "wr0ng" not in bad.stderr


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
@pytest.mark.parametrize("plain", [True, False])
def test_the_secret_of_a_proxy_that_is_not_there_is_masked(run_cli: RunCli, scheme: str, plain: bool) -> None:  # noqa: FBT001
    """Whatever is logged."""
    closed = f"127.0.0.1:{free_port()}"
    variables = {"ALL_PROXY": f"{scheme}://u:s3cret-word@{closed}"}
    options = ["--plain-http" if plain else "--no-plain-http", "--retries", "0"]
    done = run_cli("resolve", "registry.test/org/mod:v1", *options, "--debug", environment=variables)
    assert done.code == 6
    assert f"the proxy {closed} could not be used: connection refused" in done.stderr
    secrets = ("s3cret-word", base64.b64encode(b"u:s3cret-word").decode(), base64.b64encode(b"s3cret-word").decode())
    assert not any(secret in done.stderr + done.text for secret in secrets)
