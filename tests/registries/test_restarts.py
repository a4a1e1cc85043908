"""A registry that is stopped and started again in the middle of a transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import binaries
from tests.support.relay import Relay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registries.site import Site

LARGE = binaries.module(32_000_000, seed=4)


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("chunk", [None, 5_000_000], ids=["whole", "chunks"])
def test_in_the_middle_of_a_push(own_site: Site, chunk: int | None, *, kill: bool) -> None:
    """The push goes on once the registry is there again."""
    if chunk is not None:
        own_site.needs_chunks()
    with Relay(own_site.host) as relay, own_site.client(upload_chunk_size=chunk) as client:
        reference = own_site.reference(host=relay.host)
        relay.run("sent", 2_000_000, lambda: own_site.registry.restart(kill=kill))
        pushed = client.push(LARGE, reference)
        assert relay.pending() == 0
        assert client.resolve(reference).digest == pushed.digest
        assert client.fetch(reference) == LARGE


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("threshold", [None, 1_000_000], ids=["one", "several"])
def test_in_the_middle_of_a_pull(own_site: Site, tmp_path: Path, threshold: int | None, *, kill: bool) -> None:
    """The pull goes on once the registry is there again."""
    with Relay(own_site.host) as relay, own_site.client(range_threshold=threshold) as client:
        reference = own_site.reference(host=relay.host)
        client.push(LARGE, reference)
        downloads = own_site.downloads or relay
        downloads.run("received", 2_000_000, lambda: own_site.registry.restart(kill=kill))
        assert client.pull(reference, tmp_path / "m.wasm").path.read_bytes() == LARGE
        assert downloads.pending() == 0
