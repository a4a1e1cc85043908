"""An operation can be ended wherever it waits, and needs no more memory for more bytes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, big_module
from tests.support import binaries, python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry

MODULE = binaries.module(300_000)
SOON = 2.0
GIB = 1 << 30
MIB = 1 << 20


def stall_connection(faults: FaultRegistry) -> threading.Event:
    """Accept, and say nothing at all."""
    return faults.on_connect().stall().reached


def stall(method: str, route: str, after: int | None = None) -> Callable[[FaultRegistry], threading.Event]:
    """Fall silent in the answer to a request."""
    return lambda faults: faults.on(method, route).stall(after).stalled.reached


def stall_token(faults: FaultRegistry) -> threading.Event:
    """Ask for a token that never comes."""
    faults.auth = Auth(("Bearer",))
    return faults.on("GET", "token").stall().stalled.reached


def stall_and_refuse_manifest(faults: FaultRegistry) -> threading.Event:
    """Fall silent before the manifest takes effect, which a client could not know otherwise."""
    return faults.on("PUT", "manifest").fail(404).stall().stalled.reached


def ask_to_wait(faults: FaultRegistry) -> threading.Event:
    """Ask for a wait before the next try."""
    asked = threading.Event()
    faults.on("*", "*").retry_after(50).change(lambda *_: asked.set())
    return asked


READING = {
    "connection": stall_connection,
    "token": stall_token,
    "manifest": stall("GET", "manifest"),
    "manifest body": stall("GET", "manifest", 20),
    "blob": stall("GET", "blob"),
    "blob body": stall("GET", "blob", 100_000),
    "last byte": stall("GET", "blob", len(MODULE) - 1),
    "asked to wait": ask_to_wait,
}
WRITING = {
    "connection": stall_connection,
    "token": stall_token,
    "look for blob": stall("HEAD", "blob"),
    "begin of upload": stall("POST", "upload"),
    "end of upload": stall("PUT", "upload"),
    "manifest": stall_and_refuse_manifest,
    "asked to wait": ask_to_wait,
}
WAITS = [
    *(pytest.param("pull", wait, id=f"pull, {name}") for name, wait in READING.items()),
    *(pytest.param("push", wait, id=f"push, {name}") for name, wait in WRITING.items()),
]


def start(verb: str, faults: FaultRegistry, folder: Path, timeout: float | None = None) -> None:
    """Pull or push, to where something waits."""
    if verb == "pull":
        wasm2oci.pull(faults.reference(), folder / "m.wasm", timeout=timeout)
    else:
        wasm2oci.push(MODULE, faults.reference(tag="new"), timeout=timeout)


def check_nothing_is_left(faults: FaultRegistry, folder: Path) -> None:
    """Neither a file, nor a part of one, nor a tag."""
    assert list(folder.iterdir()) == []
    assert "new" not in faults.store.repository("org/mod").tags


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("verb", "wait"), WAITS)
def test_ctrl_c_ends_every_wait(
    faults: FaultRegistry, tmp_path: Path, verb: str, wait: Callable[[FaultRegistry], threading.Event]
) -> None:
    """kitops-ml/kitops#387: at once, as KeyboardInterrupt, with nothing left behind."""
    faults.add_module(MODULE)
    reached = wait(faults)
    sent: list[float] = []

    def interrupt() -> None:
        if reached.wait(30):
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        start(verb, faults, tmp_path)
    took = time.monotonic() - sent[0]
    other.join()
    assert took < SOON
    check_nothing_is_left(faults, tmp_path)


@pytest.mark.alone
@pytest.mark.parametrize(("verb", "wait"), WAITS)
def test_a_deadline_ends_every_wait(
    faults: FaultRegistry, tmp_path: Path, verb: str, wait: Callable[[FaultRegistry], threading.Event]
) -> None:
    """Wherever it comes; a wait beyond it that the registry asks for is not even begun."""
    faults.add_module(MODULE)
    wait(faults)
    began = time.monotonic()
    with pytest.raises((wasm2oci.OperationTimeoutError, wasm2oci.RateLimitedError)) as caught:
        start(verb, faults, tmp_path, timeout=0.3)
    assert time.monotonic() - began < SOON
    assert isinstance(caught.value, wasm2oci.OperationTimeoutError) is (wait is not ask_to_wait)
    assert "\n" not in caught.value.message
    check_nothing_is_left(faults, tmp_path)


@pytest.mark.alone
@pytest.mark.parametrize(("verb", "wait"), WAITS)
def test_cancelling_a_task_ends_every_wait(
    faults: FaultRegistry, tmp_path: Path, verb: str, wait: Callable[[FaultRegistry], threading.Event]
) -> None:
    """The task goes on when nothing more is written."""
    faults.add_module(MODULE)
    reached = wait(faults)

    async def main() -> float:
        async with wasm2oci.AsyncClient() as client:
            task: asyncio.Task[object] = (
                asyncio.create_task(client.pull(faults.reference(), tmp_path / "m.wasm"))
                if verb == "pull"
                else asyncio.create_task(client.push(MODULE, faults.reference(tag="new")))
            )
            assert await asyncio.to_thread(reached.wait, 30)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            took = time.monotonic() - began
            check_nothing_is_left(faults, tmp_path)
            return took

    assert asyncio.run(main()) < SOON


@pytest.mark.parametrize("verb", ["pull", "push"])
def test_the_next_try_works(faults: FaultRegistry, tmp_path: Path, verb: str) -> None:
    """What was ended leaves no client in a bad state."""
    faults.add_module(MODULE)
    faults.on("GET|PUT", "blob", nth=1).stall()
    faults.on("PUT", "upload", nth=1).stall()
    with pytest.raises(wasm2oci.OperationTimeoutError):
        start(verb, faults, tmp_path, timeout=0.3)
    start(verb, faults, tmp_path)
    if verb == "pull":
        assert (tmp_path / "m.wasm").read_bytes() == MODULE
    else:
        assert "new" in faults.store.repository("org/mod").tags


MEASURED = """
import sys
import wasm2oci

small, big, path = sys.argv[1:]
wasm2oci.fetch(small)
before = peak()
{use}
print(peak() - before)
"""
WAYS = {
    "pull": "assert wasm2oci.pull(big, path).file_size == 1 << 30",
    "read": """
with wasm2oci.open(big) as stream:
    assert sum(len(piece) for piece in iter(lambda: stream.read(1 << 20), b"")) == 1 << 30
""",
    "push": "assert wasm2oci.push(path, big).layer.size == 1 << 30",
}


@pytest.mark.alone
@pytest.mark.skipif(sys.platform != "linux", reason="measured by means of Linux")
@pytest.mark.parametrize("way", WAYS)
def test_a_gib_passes_in_little_memory(faults: FaultRegistry, tmp_path: Path, way: str) -> None:
    """oras-project/oras-java#25: bytes pass through, however many they are."""
    faults.add_module(binaries.module(), "org/small")
    path = tmp_path / "big.wasm"
    content = big_module(GIB)
    if way == "push":
        with path.open("wb") as file:
            file.write(next(content.pieces()))
            file.truncate(GIB)
    else:
        faults.add_module(content, "org/big")
    program = python.PEAK + MEASURED.format(use=WAYS[way])
    grown = python.check(program, faults.reference("org/small"), faults.reference("org/big"), str(path), limit=120)
    assert int(grown) < 128 * MIB
    path.unlink(missing_ok=True)
