"""`open` and `fetch`: the bytes of a module without a file."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import shutil
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries
from wasm2oci._native import ext

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.registry import Registry

CONTENT = binaries.module(300_000)


@pytest.fixture
def reference(faults: FaultRegistry) -> str:
    """Name a module of some size."""
    faults.add_module(CONTENT)
    return faults.reference()


def test_fetch_gives_the_bytes(registry: Registry) -> None:
    """What was pushed, from a real registry."""
    reference = registry.reference()
    wasm2oci.push(CONTENT, reference)
    fetched = wasm2oci.fetch(reference)
    assert type(fetched) is bytes
    assert fetched == CONTENT


def test_a_reader_is_a_binary_file(reference: str) -> None:
    """Whatever takes a file takes it."""
    with wasm2oci.open(reference) as reader:
        assert isinstance(reader, io.RawIOBase)
        assert (reader.readable(), reader.seekable(), reader.writable()) == (True, False, False)
        output = io.BytesIO()
        shutil.copyfileobj(reader, output)
        assert output.getvalue() == CONTENT
        assert reader.read(10) == b""
    with io.BufferedReader(wasm2oci.open(reference)) as buffered:
        assert buffered.read(4) == b"\0asm"
        assert buffered.read() == CONTENT[4:]


def test_a_reader_says_what_it_reads(reference: str) -> None:
    """Before the first byte."""
    pulled = wasm2oci.resolve(reference)
    with wasm2oci.open(reference) as reader:
        assert reader.descriptor == pulled
        assert (reader.reference, reader.kind, reader.file_size) == (reference, "module", len(CONTENT))
        assert reader.file_digest.startswith("sha256:")


@pytest.mark.parametrize("size", [1, 7, 65_536, 1 << 20])
def test_reads_fill_the_callers_buffer(reference: str, size: int) -> None:
    """Nothing beyond what was read is touched."""
    buffer = bytearray(b"?" * size)
    collected = bytearray()
    with wasm2oci.open(reference) as reader:
        while len(collected) < 20_000:
            count = reader.readinto(buffer)
            assert 0 < count <= size
            collected += buffer[:count]
            assert buffer[count:] == b"?" * (size - count)
            buffer[:] = b"?" * size
    assert collected == CONTENT[: len(collected)]


def test_reads_fill_parts_of_wider_buffers(reference: str) -> None:
    """A view of anything that is contiguous and writable will do."""
    numbers = memoryview(bytearray(64)).cast("I")
    with wasm2oci.open(reference) as reader:
        count = reader.readinto(numbers)
        assert 0 < count <= 64
        assert numbers.tobytes()[:count] == CONTENT[:count]
        with pytest.raises(TypeError, match="must be writable, and bytes is not"):
            reader.readinto(bytes(3))
        assert reader.readinto(bytearray()) == 0
        assert reader.readall() == CONTENT[count:]


def test_what_is_left_can_be_read_at_once(reference: str) -> None:
    """After a few bytes, or after all of them."""
    with wasm2oci.open(reference) as reader:
        head = reader.read(5)
        assert head is not None
        assert head + reader.readall() == CONTENT
        assert reader.readall() == b""


def test_a_closed_reader_says_so(reference: str) -> None:
    """As ClosedError, which is a ValueError like that of any closed file."""
    reader = wasm2oci.open(reference)
    reader.close()
    reader.close()
    for use in (lambda: reader.read(1), reader.readall, lambda: reader.readinto(bytearray(1)), reader.readable):
        with pytest.raises(wasm2oci.ClosedError, match="the reader is closed"):
            use()


def test_a_dropped_reader_closes_itself(reference: str) -> None:
    """Its connection is not kept by nobody."""
    reader = wasm2oci.open(reference)
    handle = reader._taken.number
    assert ext.reader_read(handle, memoryview(bytearray(1)), 1000) == (1, False)
    with pytest.warns(ResourceWarning, match="a wasm2oci reader was never closed"):  # noqa: PT031 - it is dropped here
        del reader
        gc.collect()
    with pytest.raises(wasm2oci.ClosedError):
        ext.reader_read(handle, memoryview(bytearray(1)), 1000)


def test_a_reader_keeps_the_shared_client_alive(faults: FaultRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the environment replaces that client for new calls only."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob", nth=1).drip(50_000, every=0.02)
    with wasm2oci.open(faults.reference()) as reader:
        monkeypatch.setenv("WASM2OCI_TEST", "other")
        assert wasm2oci.fetch(faults.reference()) == CONTENT
        gc.collect()
        assert reader.readall() == CONTENT


@pytest.mark.parametrize("how", ["fetch", "readall", "parts"])
def test_wrong_bytes_are_an_error_in_place_of_the_end(faults: FaultRegistry, how: str) -> None:
    """Nobody who reads to the end takes them for good."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob").flip(at=150_000)

    def read_by_parts(reader: wasm2oci.Reader) -> None:
        while reader.read(10_000):
            pass

    with wasm2oci.open(faults.reference()) as reader:
        read: dict[str, Callable[[], object]] = {
            "fetch": lambda: wasm2oci.fetch(faults.reference()),
            "readall": reader.readall,
            "parts": lambda: read_by_parts(reader),
        }
        with pytest.raises(wasm2oci.DigestMismatchError):
            read[how]()


def test_progress_of_a_fetch_ends_with_all_bytes(reference: str) -> None:
    """The size is known from the first report on."""
    seen: list[wasm2oci.Progress] = []
    wasm2oci.fetch(reference, progress=seen.append)
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert (seen[-1].done, seen[-1].total, seen[-1].phase) == (len(CONTENT), len(CONTENT), "done")


def test_layouts_are_read_the_same_way(hello: Path, tmp_path: Path) -> None:
    """A reference is a reference."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(hello, reference)
    with wasm2oci.open(reference) as reader:
        assert reader.readall() == hello.read_bytes()


def test_readers_that_nobody_reads_hold_up_nobody_for_ever(faults: FaultRegistry) -> None:
    """Each holds a connection; who waits for one is told."""
    faults.add_module(binaries.module(3_000_000))
    with wasm2oci.Client(connections=2, idle_timeout=0.3) as client, contextlib.ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(client.open(faults.reference()))
        with pytest.raises(wasm2oci.OperationTimeoutError, match=r"all 2 connections .* are in use .*; close"):
            client.resolve(faults.reference())
        opened.close()
        assert client.resolve(faults.reference()).size


def test_errors_of_fetch_say_fetch(faults: FaultRegistry) -> None:
    """It opens and reads, and still names itself; `open` names itself as well."""
    with pytest.raises(wasm2oci.NotFoundError, match=r'^fetch "') as caught:
        wasm2oci.fetch(faults.reference())
    assert (caught.value.detail["op"], caught.value.args) == ("fetch", (caught.value.message,))
    with pytest.raises(wasm2oci.NotFoundError, match=r'^open "'):
        wasm2oci.open(faults.reference())

    async def fetch() -> None:
        async with wasm2oci.AsyncClient() as client:
            await client.fetch(faults.reference())

    with pytest.raises(wasm2oci.NotFoundError, match=r'^fetch "'):
        asyncio.run(fetch())
