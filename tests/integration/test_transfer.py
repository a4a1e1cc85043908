"""What goes over the wire: how many requests, and what is done when one goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry

MODULE = binaries.module(1_000_000)
LONG_AGO = "Thu, 01 Jan 2015 00:00:00 GMT"


@pytest.fixture
def client() -> wasm2oci.Client:
    """Return a client as users make it."""
    return wasm2oci.Client()


def ranges(faults: FaultRegistry) -> list[str | None]:
    """Return the Range headers of the requests for the blob."""
    return [request.header("Range") for request in faults.journal.of("GET", "*/blobs/*")]


# ------------------------------------------------------------------- downloads


def test_a_pull_by_tag_is_two_requests(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """The manifest and the layer, over one connection."""
    added = faults.add_module(MODULE)
    client.pull(faults.reference(), tmp_path / "m.wasm")
    assert faults.journal.lines() == [
        "GET /v2/org/mod/manifests/v1",
        f"GET /v2/org/mod/blobs/{added.layers[0]['digest']}",
    ]
    assert faults.journal.connections == 1


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("way", ["pull", "fetch", "open"])
def test_a_broken_download_goes_on_where_it_broke(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path, way: str, *, reset: bool
) -> None:
    """Nothing is read twice, and the hash goes on."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).cut(after=400_000, reset=reset)
    faults.on("GET", "blob", nth=2).cut(after=100_000, reset=reset)
    assert read(client, faults.reference(), tmp_path, way) == MODULE
    first, second, third = ranges(faults)
    starts = [int(str(text).removeprefix("bytes=").partition("-")[0]) for text in (second, third)]
    assert first is None
    # A reset drops what the client had not read yet.
    assert starts[0] <= 400_000
    assert starts[1] <= starts[0] + 100_000
    if not reset:
        assert starts == [400_000, 500_000]


def read(client: wasm2oci.Client, reference: str, folder: Path, way: str) -> bytes:
    """Read a module in one of the three ways."""
    if way == "pull":
        return client.pull(reference, folder / "m.wasm").path.read_bytes()
    if way == "fetch":
        return client.fetch(reference)
    with client.open(reference) as reader:
        return reader.read()


def test_a_broken_download_without_ranges_starts_again(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path
) -> None:
    """A registry may answer a range with the whole."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).cut(after=400_000)
    whole = faults.on("GET", "blob", nth=2).status(200).body(MODULE).omit("Content-Range")
    assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE
    assert whole.seen == 2


def test_a_download_that_breaks_for_ever_is_given_up(faults: FaultRegistry, tmp_path: Path) -> None:
    """Without progress there are as many tries as `retries` says, and the old file stays."""
    output = tmp_path / "m.wasm"
    output.write_bytes(b"old")
    faults.add_module(MODULE)
    faults.on("GET", "blob").cut(after=1)
    with wasm2oci.Client(retries=2) as impatient, pytest.raises(wasm2oci.NetworkError):
        impatient.pull(faults.reference(), output)
    assert len(ranges(faults)) == 3
    assert output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [output]


def test_damage_on_the_way_is_fetched_once_more(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """A cache may hold a damaged copy, so the second request passes it by."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).flip(at=500_000)
    assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE
    first, second = faults.journal.of("GET", "*/blobs/*")
    assert (first.header("Cache-Control"), second.header("Cache-Control")) == (None, "no-cache")


def test_damage_that_stays_is_an_error(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """Two requests, no more."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").flip(at=0)
    with pytest.raises(wasm2oci.DigestMismatchError):
        client.pull(faults.reference(), tmp_path / "m.wasm")
    assert len(ranges(faults)) == 2
    assert list(tmp_path.iterdir()) == []


def test_retries_are_logged(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Users see why it takes longer, in Python's own logging."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).cut(after=1000)
    client.pull(faults.reference(), tmp_path / "m.wasm")
    assert [record.levelname for record in caplog.records if "next try in" in record.getMessage()] == ["WARNING"]


@pytest.mark.parametrize(
    "delay", [lambda rule: rule.retry_after(1), lambda rule: rule.retry_after(LONG_AGO), lambda rule: rule.fail(503)]
)
@pytest.mark.parametrize("route", ["manifest", "blob"])
def test_a_registry_that_is_busy_is_asked_again(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path, delay: Callable[..., object], route: str
) -> None:
    """429 with a wait in seconds or as a date, and 503."""
    faults.add_module(MODULE)
    delay(faults.on("GET", route, nth=(1, 2)))
    assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE
