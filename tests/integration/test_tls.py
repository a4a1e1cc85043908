"""Certificates of a registry, of its token service and of its storage, which are three servers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, Tls
from tests.faults.tls import write_authority, write_client_pair
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry

MODULE = binaries.module(10_000)


@dataclass
class Site:
    """A registry whose tokens and blobs are elsewhere."""

    registry: FaultRegistry
    tokens: FaultRegistry
    storage: FaultRegistry


@pytest.fixture
def start_site(start_faults: StartFaults) -> Callable[[Tls], Site]:
    """Start three servers that do TLS in the same way."""

    def start(tls: Tls) -> Site:
        site = Site(start_faults(tls=tls), start_faults(tls=tls), start_faults(tls=tls))
        site.registry.add_module(MODULE)
        site.storage.add_module(MODULE)
        site.registry.auth = Auth(realm=site.tokens.url + "/token", protects=lambda _: True)
        # The token service knows what it gave out.
        site.tokens.auth = Auth(tokens=site.registry.auth.tokens, protects=lambda _: False)
        site.registry.on("GET", "blob").redirect(site.storage.url + "{target}")
        return site

    return start


def certificates_of(home: Path, server: FaultRegistry) -> Path:
    """Make the folder of certificates for a registry."""
    folder = home / ".config" / "containers" / "certs.d" / server.host
    folder.mkdir(parents=True)
    return folder


def test_an_authority_counts_for_all_of_them(start_site: Callable[[Tls], Site], tmp_path: Path) -> None:
    """Without it the error names the registry."""
    site = start_site(Tls())
    with wasm2oci.Client(ca_file=write_authority(tmp_path)) as client:
        client.pull(site.registry.reference(), tmp_path / "a.wasm")
        client.push(MODULE, site.registry.reference(tag="v2"))
    assert len(site.tokens.journal) > 0
    assert len(site.storage.journal) > 0
    with (
        wasm2oci.Client(plain_http=False) as client,
        pytest.raises(wasm2oci.TLSError, match=f"{site.registry.host} is signed by an unknown authority"),
    ):
        client.fetch(site.registry.reference())


@pytest.mark.parametrize("by", ["options", "folder"])
def test_a_client_certificate_is_shown_to_all_of_them(
    start_site: Callable[[Tls], Site], by: str, tmp_path: Path, home: Path
) -> None:
    """Without it the error says what is missing."""
    site = start_site(Tls(client_certificate=True))
    authority = write_authority(tmp_path)
    certificate, key = write_client_pair(tmp_path)
    if by == "options":
        client = wasm2oci.Client(ca_file=authority, client_cert=certificate, client_key=key)
    else:
        folder = certificates_of(home, site.registry)
        folder.joinpath("ca.crt").write_bytes(authority.read_bytes())
        certificate.rename(folder / "client.cert")
        key.rename(folder / "client.key")
        client = wasm2oci.Client()
    with client:
        client.pull(site.registry.reference(), tmp_path / "a.wasm")
        client.push(MODULE, site.registry.reference(tag="v2"))
    assert len(site.tokens.journal) > 0
    assert len(site.storage.journal) > 0
    if by == "folder":
        folder.joinpath("client.cert").unlink()
        folder.joinpath("client.key").unlink()
        with wasm2oci.Client() as client, pytest.raises(wasm2oci.TLSError, match="want of a client certificate"):
            client.fetch(site.registry.reference())


@pytest.mark.parametrize(
    ("tls", "says"),
    [
        (Tls("expired"), "expired at"),
        (Tls("wrong-name"), "for another host: elsewhere.test.invalid"),
        (Tls(authority="other"), "unknown authority"),
    ],
)
def test_what_no_second_try_would_help(
    start_faults: StartFaults, tls: Tls, says: str, tmp_path: Path, home: Path
) -> None:
    """It fails at once, with an authority of the folder."""
    server = start_faults(tls=tls)
    write_authority(tmp_path).rename(certificates_of(home, server) / "ca.crt")
    began = time.monotonic()
    with wasm2oci.Client() as client, pytest.raises(wasm2oci.TLSError, match=says):
        client.fetch(server.reference())
    assert time.monotonic() - began < 2
    assert server.journal.connections <= 2


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"ca.crt": "nonsense"}, r"ca\.crt.* no PEM certificate"),
        ({"me.cert": "nonsense"}, r"me\.cert.* has no key .*me\.key"),
        ({"me.key": "nonsense"}, r"me\.key.* has no certificate .*me\.cert"),
        ({"me.key": "nonsense", "me.cert": "nonsense"}, r"me\.cert.* no PEM certificate"),
    ],
)
def test_bad_files_are_named_before_any_connection(
    start_faults: StartFaults, files: dict[str, str], says: str, home: Path
) -> None:
    """And tell where they are."""
    server = start_faults(tls=Tls())
    folder = certificates_of(home, server)
    for name, content in files.items():
        folder.joinpath(name).write_text(content, encoding="utf-8")
    with wasm2oci.Client() as client, pytest.raises(wasm2oci.TLSError, match=says) as caught:
        client.push(MODULE, server.reference())
    assert caught.value.detail["path"].startswith(str(folder))
    assert server.journal.connections == 0
