"""Memory of others is pushed and filled where it is, never copied."""

from __future__ import annotations

import asyncio
import mmap
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import wasm2oci
from tests.support import binaries, python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry

CONTENT = binaries.module(64 * 1024 - 18)  # a size that is divisible


def mapped(content: bytes) -> mmap.mmap:
    """Return anonymous memory with a content."""
    memory = mmap.mmap(-1, len(content))
    memory[:] = content
    return memory


@pytest.mark.parametrize(
    "make",
    [
        bytes,
        bytearray,
        memoryview,
        mapped,
        lambda content: np.frombuffer(content, np.uint8),
        lambda content: np.frombuffer(content, np.uint32).reshape(2, -1),
        lambda content: memoryview(bytearray(content)).cast("I"),
    ],
    ids=["bytes", "bytearray", "memoryview", "mmap", "array", "matrix of words", "view of words"],
)
def test_memory_of_every_kind_is_pushed(faults: FaultRegistry, make: Callable[[bytes], Any]) -> None:
    """As the bytes that it is, by both clients."""
    assert len(CONTENT) % 8 == 0
    memory = make(CONTENT)
    wasm2oci.push(memory, faults.reference())
    assert wasm2oci.fetch(faults.reference()) == CONTENT

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            await client.push(memory, faults.reference(tag="v2"))

    asyncio.run(main())
    assert wasm2oci.resolve(faults.reference(tag="v2")) == wasm2oci.resolve(faults.reference())


def test_memory_is_filled_in_place(faults: FaultRegistry) -> None:
    """Arrays, mapped memory and parts of them."""
    faults.add_module(CONTENT)
    array: Any = np.zeros((2, len(CONTENT) // 8), np.uint32)  # a Buffer for checkers from Python 3.12 on
    with wasm2oci.open(faults.reference()) as reader:
        view = memoryview(array).cast("B")
        done = 0
        while count := reader.readinto(view[done:]):
            done += count
    assert array.tobytes() == CONTENT
    with mapped(bytes(100)) as memory, wasm2oci.open(faults.reference()) as reader:
        count = reader.readinto(memory)
        assert memory[:count] == CONTENT[:count]


def test_an_array_with_gaps_is_refused(faults: FaultRegistry) -> None:
    """It would have to be copied, which the message says how to do."""
    array: Any = np.frombuffer(CONTENT, np.uint8)
    with pytest.raises(wasm2oci.InvalidArgumentError, match="not contiguous"):
        wasm2oci.push(array[::2], faults.reference())


def test_memory_cannot_be_resized_while_it_is_pushed_in_a_loop(faults: FaultRegistry) -> None:
    """And can be when the task was cancelled: nobody reads it any more."""
    faults.on("*", "*").stall()
    memory = bytearray(CONTENT)

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            task = asyncio.create_task(client.push(memory, faults.reference()))
            await asyncio.to_thread(faults.journal.wait, bool)
            with pytest.raises(BufferError):
                memory.clear()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            memory.clear()

    asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.alone
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", ["push", "readinto"])
def test_large_memory_is_not_copied(tmp_path: Path, how: str) -> None:
    """The process grows by some buffers, not by the size of the module."""
    size = 200 << 20
    program = (
        python.PEAK
        + f"""
import sys, wasm2oci
how, folder = sys.argv[1:]
reference = "oci:" + folder + ":v1"
memory = bytearray({size})
memory[:8] = b"\\0asm\\1\\0\\0\\0"
if how == "readinto":
    wasm2oci.push(memory, reference, allow_any=True)
before = peak()
if how == "push":
    wasm2oci.push(memory, reference, allow_any=True)
else:
    with wasm2oci.open(reference) as reader, memoryview(memory) as view:
        done = 0
        while count := reader.readinto(view[done:]):
            done += count
print(peak() - before)
"""
    )
    assert int(python.check(program, how, str(tmp_path))) < 64 << 20
