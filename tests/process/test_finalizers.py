"""What is dropped without being closed is closed by code in which no signal handler runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

PROGRAM = """
    import asyncio, io, random, signal, sys, time, wasm2oci
    from wasm2oci import _calls

    host, folder, made, repeats = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    good, slow = f"{host}/org/good:v1", f"{host}/org/slow:v1"
    client = wasm2oci.Client()
    raised = caught = 0

    def handler(*_):
        global raised
        raised += 1
        raise KeyboardInterrupt

    def reader():
        opened = client.open(slow)
        opened.read(10)
        return opened

    def buffered():
        return io.BufferedReader(reader())

    async def async_reader():
        opened = await wasm2oci.AsyncClient().open(slow)
        await opened.read(10)
        return opened

    def used_client():
        other = wasm2oci.Client()
        other.resolve(good)
        return other

    def pulls():
        outcomes = client.pull_many([(good, "good"), *((slow, str(number)) for number in range(3))], folder)
        next(outcomes).unwrap()
        return outcomes

    def pushes():
        content = client.fetch(good)
        outcomes = client.push_many([(content, good), *((bytearray(content), slow) for _ in range(3))])
        next(outcomes)
        return outcomes

    make = {
        "Reader": reader,
        "BufferedReader": buffered,
        "AsyncReader": lambda: asyncio.run(async_reader()),
        "Client": used_client,
        "Operation": lambda: client._start(_calls.open(slow)),
        "pull_many": pulls,
        "push_many": pushes,
    }[made]

    random.seed(7)
    signal.signal(signal.SIGALRM, handler)
    kept = [make()]
    began = time.perf_counter()
    kept.pop()
    usual = time.perf_counter() - began
    for number in range(1, repeats + 1):
        kept.append(make())
        try:
            signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 1.2 * usual))
            kept.pop()
            while raised < number:
                time.sleep(0)  # Gives the GIL away: in a thread of Go's, the signal interrupts no loop.
        except KeyboardInterrupt:
            caught += 1
        kept.clear()
    client.close()
    print(raised - caught, wasm2oci.runtime_info().operations, wasm2oci.runtime_info().readers)
"""


@pytest.mark.repeated
@pytest.mark.parametrize(
    "made", ["Reader", "BufferedReader", "AsyncReader", "Client", "Operation", "pull_many", "push_many"]
)
def test_no_ctrl_c_is_lost_in_a_finalizer(faults: FaultRegistry, tmp_path: Path, made: str) -> None:
    """Whatever was dropped when it came, the program sees it; and nothing is left open."""
    content = binaries.module(200_000)
    for name in ("good", "slow"):
        faults.add_module(content, repository=f"org/{name}")
    faults.on("*", "/v2/org/slow/blobs/*").stall(after=1000)
    output = python.check(PROGRAM, faults.host, str(tmp_path), made, str(python.REPEATS * 5))
    assert output.split() == ["0", "0", "0"]
