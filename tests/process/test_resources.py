"""Nothing piles up, however many operations there are and however they end."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

PROGRAM = """
    import gc, os, sys, threading, wasm2oci
    from concurrent.futures import ThreadPoolExecutor

    server, refused, target, operations = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    client = wasm2oci.Client(retries=0)

    def counts():
        gc.collect()
        with open("/proc/self/statm") as memory:
            resident = int(memory.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        info = wasm2oci.runtime_info()
        return {
            "memory": resident,
            "descriptors": len(os.listdir("/proc/self/fd")),
            "threads": len(os.listdir("/proc/self/task")),
            "clients": info.clients,
            "operations": info.operations,
            "readers": info.readers,
        }

    def pull(number):
        client.pull(f"{server}/org/good:v1", f"{target}.{number % 8}")

    def fetch(number):
        client.fetch(f"{server}/org/good:v1")

    def read_a_part(number):
        client.open(f"{server}/org/good:v1").read(100)  # dropped in the middle

    def use_a_client(number):
        with wasm2oci.Client() as other:
            other.resolve(f"{server}/org/good:v1")

    def inspect(number):
        client.inspect(f"{server}/org/good:v1")

    def failing(error, reference, **options):
        def fail(number):
            try:
                client.fetch(reference, **options)
            except error:
                return
            raise AssertionError(f"{reference} did not fail")
        return fail

    verbs = [
        pull, failing(wasm2oci.NotFoundError, f"{server}/org/missing:v1"),
        fetch, failing(wasm2oci.DigestMismatchError, f"{server}/org/damaged:v1"),
        read_a_part, failing(wasm2oci.OperationTimeoutError, f"{server}/org/stalled:v1", timeout=0.05),
        use_a_client, failing(wasm2oci.NetworkError, f"{refused}/org/good:v1"),
        inspect, failing(wasm2oci.NotWasmError, f"{server}/org/text:v1"),
    ]

    def run(number):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: verbs[number % len(verbs)](number), range(number)))

    run(operations // 4)
    before = counts()
    run(operations)
    after = counts()
    print(before, after, sep="\\n", flush=True)
    for name in ("descriptors", "threads"):
        assert after[name] <= before[name] + 4, name  # idle connections; Go adds threads at leisure
    for name in ("clients", "operations", "readers"):
        assert after[name] == before[name], name
    assert (after["operations"], after["readers"]) == (0, 0)
    assert after["memory"] < before["memory"] + (16 << 20)
"""


@pytest.mark.alone
def test_two_thousand_operations_leave_nothing(faults: FaultRegistry, tmp_path: Path) -> None:
    """Half of them fail, in five ways; memory, descriptors, threads and handles stay as they were."""
    content = binaries.module(40_000)
    faults.add_module(b"no module at all", repository="org/text")
    for name in ("good", "damaged", "stalled"):
        faults.add_module(content, repository=f"org/{name}")
    faults.on("GET", "/v2/org/damaged/blobs/*").flip(100)
    faults.on("GET", "/v2/org/stalled/blobs/*").stall(after=100)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and listens not
        arguments = (faults.host, f"127.0.0.1:{closed.getsockname()[1]}", str(tmp_path / "a.wasm"), "2000")
        python.check(PROGRAM, *arguments, limit=120)
