"""What a test gets: a running registry, and how a client reaches it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from tests.support.relay import Relay
    from tests.support.servers import Server


@dataclass
class Site:
    """A running registry."""

    server: Server
    """What clients connect to: the registry, or the proxy in front of it."""
    registry: Server
    """The registry itself."""
    deletes: bool = True
    """Whether it deletes manifests."""
    untags: bool = True
    """Whether it removes a tag alone."""
    keeps_untagged: bool = True
    """Whether a manifest stays once its only tag has moved on."""
    takes_chunks: bool = True
    """Whether it takes uploads in chunks."""
    takes_empty: bool = True
    """Whether it takes blobs of no bytes."""
    downloads: Relay | None = None
    """What blobs come through where the registry sends clients to another host for them."""
    options: dict[str, Any] = field(default_factory=dict)
    """What a client needs to be let in."""

    @property
    def host(self) -> str:
        """Address and port that clients connect to."""
        return self.server.host

    def client(self, **options: Any) -> wasm2oci.Client:  # noqa: ANN401 - the client's own
        """Return a client that is let in, with more options."""
        return wasm2oci.Client(**{**self.options, **options})

    def needs_chunks(self) -> None:
        """Skip the test where the registry takes no chunks."""
        if not self.takes_chunks:
            pytest.skip("this registry takes no chunks")

    def reference(self, tag: str = "v1", *, host: str | None = None) -> str:
        """Name a tag in a repository that no other test has, here or as seen through another host."""
        return f"{host or self.host}/{uuid.uuid4().hex[:12]}/mod:{tag}"


@dataclass(frozen=True)
class Kind:
    """A kind of registry."""

    name: str
    start: Callable[[ExitStack, Path], Site]
    """Starts it with its files below a folder; the stack ends it."""
