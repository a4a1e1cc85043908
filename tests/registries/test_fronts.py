"""What only a proxy does: limits, certificates, reloads, and settings that people forget."""

from __future__ import annotations

import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults.tls import write_authority, write_client_pair
from tests.registries import fronts
from tests.registries.kinds import start_behind
from tests.registries.site import Kind
from tests.support import binaries
from tests.support.relay import Relay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registries.conftest import StartSite
    from tests.registries.fronts import Front

MODULE = binaries.module(100_000)
LARGE = binaries.module(32_000_000, seed=5)
PROXIES = pytest.mark.parametrize("proxy", [fronts.Nginx, fronts.Haproxy])


def behind(front: Front) -> Kind:
    """Return a registry behind a proxy of this kind."""
    return Kind("front", partial(start_behind, front=front))


@pytest.mark.parametrize(
    "front",
    [fronts.Nginx(body_limit="1m"), fronts.Nginx(body_limit="10m", buffering=True), fronts.Haproxy(body_limit=1 << 20)],
    ids=["nginx", "nginx-buffering", "haproxy"],
)
def test_a_body_that_is_too_large_goes_in_chunks(start_site: StartSite, front: Front) -> None:
    """The proxy refuses the whole before it has been sent, so that little more than its size goes over the wire."""
    site = start_site(behind(front))
    with Relay(site.host) as relay, site.client() as client:
        reference = site.reference(host=relay.host)
        client.push(LARGE, reference)
        assert client.fetch(reference) == LARGE
        assert relay.sent < 1.5 * len(LARGE)


def test_a_limit_below_every_manifest(start_site: StartSite) -> None:
    """Nothing can be pushed through it, and the error says what was refused."""
    site = start_site(behind(fronts.Nginx(body_limit="100")))
    with site.client() as client, pytest.raises(wasm2oci.RegistryError, match="413"):
        client.push(MODULE, site.reference())


@PROXIES
def test_a_missing_client_certificate_is_named(
    start_site: StartSite, tmp_path: Path, proxy: type[fronts.Nginx | fronts.Haproxy]
) -> None:
    """Nginx answers 400, haproxy ends the handshake: both are a matter of TLS, and the option is named."""
    site = start_site(behind(proxy(client_certificate=True)))
    authority = write_authority(tmp_path, "private")
    with wasm2oci.Client(ca_file=authority) as client, pytest.raises(wasm2oci.Wasm2ociError, match="client_cert"):
        client.push(MODULE, site.reference())


@PROXIES
def test_a_client_certificate_of_strangers(
    start_site: StartSite, tmp_path: Path, proxy: type[fronts.Nginx | fronts.Haproxy]
) -> None:
    """One that another authority signed is refused, and the option is named."""
    site = start_site(behind(proxy(client_certificate=True)))
    certificate, key = write_client_pair(tmp_path, "strangers")
    stranger = site.client(client_cert=certificate, client_key=key)
    with stranger, pytest.raises(wasm2oci.Wasm2ociError, match="client_cert"):
        stranger.push(MODULE, site.reference())


@PROXIES
def test_an_unknown_authority(start_site: StartSite, proxy: type[fronts.Nginx | fronts.Haproxy]) -> None:
    """It is said, with the option that names it."""
    site = start_site(behind(proxy(tls=True)))
    with wasm2oci.Client(plain_http=False) as client, pytest.raises(wasm2oci.TLSError, match="ca_file"):
        client.push(MODULE, site.reference())


@PROXIES
def test_tls_where_plain_http_is_the_default(start_site: StartSite, proxy: type[fronts.Nginx | fronts.Haproxy]) -> None:
    """On loopback with no option given: the one that asks for TLS is named."""
    site = start_site(behind(proxy(tls=True)))
    with wasm2oci.Client() as client, pytest.raises(wasm2oci.Wasm2ociError, match="plain_http") as caught:
        client.push(MODULE, site.reference())
    assert "leave out" not in str(caught.value)


def test_a_registry_that_does_not_know_that_it_is_https(start_site: StartSite) -> None:
    """Its upload location is http: nothing is sent in clear, and the setting that was forgotten is named."""
    site = start_site(behind(fronts.Nginx(tls=True, forwards_scheme=False)))
    with site.client() as client, pytest.raises(wasm2oci.RegistryError, match="X-Forwarded-Proto"):
        client.push(MODULE, site.reference())


@pytest.mark.parametrize("chunk", [None, 5_000_000], ids=["whole", "chunks"])
@pytest.mark.parametrize("buffering", [False, True], ids=["unbuffered", "buffered"])
@pytest.mark.parametrize("shutdown", ["60s", "1ms"], ids=["gently", "at once"])
def test_a_reload_in_the_middle_of_a_push(
    start_site: StartSite, shutdown: str, chunk: int | None, *, buffering: bool
) -> None:
    """Whether nginx lets the upload end or cuts it off, the module arrives."""
    site = start_site(behind(fronts.Nginx(shutdown=shutdown, buffering=buffering)))
    with Relay(site.host) as relay, site.client(upload_chunk_size=chunk) as client:
        reference = site.reference(host=relay.host)
        relay.run("sent", 2_000_000, lambda: site.server.send(signal.SIGHUP))
        client.push(LARGE, reference)
        assert relay.pending() == 0
        assert client.fetch(reference) == LARGE


@PROXIES
@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("chunk", [None, 5_000_000], ids=["whole", "chunks"])
def test_a_restart_in_the_middle_of_a_push(
    start_site: StartSite, proxy: type[fronts.Nginx | fronts.Haproxy], chunk: int | None, *, kill: bool
) -> None:
    """The push goes on once the proxy is there again."""
    site = start_site(behind(proxy()))
    with Relay(site.host) as relay, site.client(upload_chunk_size=chunk) as client:
        reference = site.reference(host=relay.host)
        relay.run("sent", 2_000_000, lambda: site.server.restart(kill=kill))
        client.push(LARGE, reference)
        assert relay.pending() == 0
        assert client.fetch(reference) == LARGE


@PROXIES
@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_a_restart_in_the_middle_of_a_pull(
    start_site: StartSite, tmp_path: Path, proxy: type[fronts.Nginx | fronts.Haproxy], *, kill: bool
) -> None:
    """The pull goes on once the proxy is there again."""
    site = start_site(behind(proxy()))
    with Relay(site.host) as relay, site.client() as client:
        reference = site.reference(host=relay.host)
        client.push(LARGE, reference)
        relay.run("received", 2_000_000, lambda: site.server.restart(kill=kill))
        assert client.pull(reference, tmp_path / "m.wasm").path.read_bytes() == LARGE
        assert relay.pending() == 0


@PROXIES
def test_a_registry_that_is_away_behind_its_proxy(
    start_site: StartSite, proxy: type[fronts.Nginx | fronts.Haproxy]
) -> None:
    """502 or 503: the push ends when the registry is there again."""
    site = start_site(behind(proxy()))
    with Relay(site.host) as relay, site.client() as client:
        reference = site.reference(host=relay.host)
        site.registry.stop()
        # The first answer is the proxy's own.
        relay.run("received", 1, site.registry.start)
        client.push(MODULE, reference)
        assert client.fetch(reference) == MODULE
