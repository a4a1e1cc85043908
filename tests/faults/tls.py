"""Certificates, right ones and wrong ones, made anew for each run."""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("127.0.0.1", "127.0.0.2", "::1", "localhost", "registry.test", "token.test", "blobs.test")


@dataclass(frozen=True)
class Tls:
    """How a server does TLS."""

    certificate: str = "good"
    """ "good", "expired", or "wrong-name"."""
    authority: str = "private"
    """Which private authority signs; each name is one of its own."""
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    """The newest version that is spoken."""
    client_certificate: bool = False
    """Whether clients must have a certificate of the same authority."""

    def context(self) -> ssl.SSLContext:
        """Return the context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = self.newest
        _server_certificate(self.authority, self.certificate).configure_cert(context)
        if self.client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            authority(self.authority).configure_trust(context)
        return context


@cache
def authority(name: str = "private") -> trustme.CA:
    """Return a private authority, the same one for the same name."""
    return trustme.CA(organization_name=f"wasm2oci tests, {name}")


@cache
def _server_certificate(name: str, kind: str) -> trustme.LeafCert:
    if kind == "wrong-name":
        return authority(name).issue_cert("elsewhere.test.invalid")
    if kind == "expired":
        now = dt.datetime.now(dt.timezone.utc)
        ended = now - dt.timedelta(days=1)
        began = ended - dt.timedelta(days=30)
        return authority(name).issue_cert(*NAMES, not_before=began, not_after=ended)
    return authority(name).issue_cert(*NAMES)


def write_authority(folder: Path, name: str = "private") -> Path:
    """Write the authority's certificate, for `ca_file`."""
    path = folder / f"ca-{name}.pem"
    authority(name).cert_pem.write_to_path(str(path))
    return path


def write_client_pair(folder: Path, name: str = "private") -> tuple[Path, Path]:
    """Write a client's certificate and key, for `client_cert` and `client_key`."""
    issued = authority(name).issue_cert("client@tests.example")
    certificate, key = folder / f"client-{name}.pem", folder / f"client-{name}.key"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    return certificate, key
