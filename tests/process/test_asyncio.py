"""Event loops that end, are interrupted or hold a thousand operations: each in a process of its own."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc are another matter there")

REPEATS = 10
LIMIT = 30.0


@pytest.fixture
def stalled(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module whose bytes never come to an end."""
    faults.add_module(binaries.module(100_000))
    faults.on("GET", "blob").stall(after=1000)
    return faults


def test_a_thousand_operations_need_one_thread(faults: FaultRegistry) -> None:
    """Beside those that Go has for itself; all of them end when they are cancelled."""
    program = """
        import asyncio, os, sys, threading, wasm2oci

        async def main():
            async with wasm2oci.AsyncClient() as client:
                tasks = [asyncio.create_task(client.fetch(sys.argv[1])) for _ in range(1000)]
                while len(client._running) < 1000 and not any(task.done() for task in tasks):
                    await asyncio.sleep(0.01)
                print(threading.active_count(), len(os.listdir("/proc/self/task")) < 50, len(asyncio.all_tasks()))
                for task in tasks:
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
                print({type(result) for result in results} == {asyncio.CancelledError})

        asyncio.run(main())
    """
    faults.on("*", "manifest").stall()
    assert python.check(program, faults.reference(), limit=LIMIT).splitlines() == ["2 True 1001", "True"]


def test_the_thread_ends_when_it_has_nothing_to_do(faults: FaultRegistry) -> None:
    """And there is another one when there is more; a loop that is gone is kept by nobody."""
    faults.add_module(binaries.module(1000))
    program = """
        import asyncio, gc, sys, threading, time, weakref, wasm2oci

        loops = []

        async def main():
            loops.append(weakref.ref(asyncio.get_running_loop()))
            async with wasm2oci.AsyncClient() as client:
                await client.fetch(sys.argv[1])

        for _ in range(2):
            asyncio.run(main())
            deadline = time.monotonic() + 20
            while threading.active_count() > 1 and time.monotonic() < deadline:
                time.sleep(0.01)
            print(threading.active_count())
        gc.collect()
        print([loop() for loop in loops])
    """
    assert python.check(program, faults.reference(), limit=LIMIT).splitlines() == ["1", "1", "[None, None]"]


@pytest.mark.parametrize("verb", ["pull", "fetch", "open"])
def test_ctrl_c_ends_a_loop(stalled: FaultRegistry, tmp_path: Path, verb: str) -> None:
    """With KeyboardInterrupt, and nothing left behind."""
    program = """
        import asyncio, sys, wasm2oci
        _, reference, verb, path = sys.argv

        async def main():
            async with wasm2oci.AsyncClient() as client:
                if verb == "pull":
                    await client.pull(reference, path)
                elif verb == "fetch":
                    await client.fetch(reference)
                else:
                    async with client.open(reference) as reader:
                        await reader.readall()

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    with python.start(program, stalled.reference(), verb, str(tmp_path / "a.wasm")) as process:
        stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=LIMIT)
    assert (process.returncode, stdout, stderr) == (0, "interrupted\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_loop_that_is_closed_ends_its_operations(stalled: FaultRegistry, tmp_path: Path) -> None:
    """Even where somebody keeps the task."""
    program = """
        import asyncio, os, sys, time, wasm2oci
        _, reference, folder = sys.argv

        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)  # that a task was destroyed
        client = wasm2oci.AsyncClient()
        task = loop.create_task(client.pull(reference, folder + "/a.wasm"))
        begun = time.monotonic()
        while not os.listdir(folder) and time.monotonic() < begun + 20:
            loop.run_until_complete(asyncio.sleep(0.01))
        (operation,) = client._running
        loop.close()
        while (os.listdir(folder) or operation.handle) and time.monotonic() < begun + 20:
            time.sleep(0.01)
        print(os.listdir(folder), operation.handle, task.done())
    """
    assert python.check(program, stalled.reference(), str(tmp_path), limit=LIMIT) == "[] 0 False\n"


def test_a_process_that_ends_amid_operations_ends_quietly(stalled: FaultRegistry) -> None:
    """No abort, no hang, no word on stderr, whether the loop still runs or not."""
    program = """
        import asyncio, sys, threading, wasm2oci
        reference = sys.argv[1]
        client = wasm2oci.AsyncClient()
        running = threading.Event()

        async def main():
            tasks = [asyncio.ensure_future(client.fetch(reference)) for _ in range(5)]
            await client.resolve(reference)
            running.set()
            await asyncio.gather(*tasks, return_exceptions=True)

        threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
        running.wait()
    """
    for _ in range(REPEATS):
        ended = python.run(program, stalled.reference(), limit=LIMIT)
        assert ended.code == 0, ended.stderr
        assert "Fatal" not in ended.stderr
        assert "terminate called" not in ended.stderr


def test_threads_run_loops_of_their_own(faults: FaultRegistry) -> None:
    """One in each of several threads, at a time and one after another."""
    faults.add_module(binaries.module(1000))
    program = """
        import asyncio, sys, wasm2oci
        from concurrent.futures import ThreadPoolExecutor

        async def main():
            async with wasm2oci.AsyncClient() as client:
                return sum(len(content) for content in await asyncio.gather(
                    *[client.fetch(sys.argv[1]) for _ in range(10)]))

        with ThreadPoolExecutor(8) as pool:
            print(set(pool.map(lambda _: asyncio.run(main()), range(24))))
    """
    size = 10 * len(binaries.module(1000))
    assert python.check(program, faults.reference(), limit=LIMIT) == f"{{{size}}}\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a fork ends the use of the library")
def test_a_forked_child_goes_on_with_the_client(faults: FaultRegistry) -> None:
    """In a loop of its own, also where the parent is amid an operation."""
    faults.add_module(binaries.module(1000))
    faults.add_module(binaries.module(1000), repository="org/slow")
    faults.on("*", "*/org/slow/manifests/*").stall()
    program = """
        import asyncio, os, sys, warnings, wasm2oci
        _, reference, slow = sys.argv
        warnings.simplefilter("ignore", DeprecationWarning)  # Go's threads are why fork is warned of
        client = wasm2oci.AsyncClient()

        async def fetch():
            async with client:
                print(len(await client.fetch(reference)), flush=True)

        async def main():
            running = asyncio.create_task(client.resolve(slow))
            await client.fetch(reference)
            child = os.fork()
            if child == 0:
                asyncio.run(fetch())
                os._exit(0)
            _, status = os.waitpid(child, 0)
            print(status, running.done(), flush=True)
            running.cancel()
            await fetch()

        asyncio.run(main())
    """
    size = len(binaries.module(1000))
    said = python.check(program, faults.reference(), faults.reference("org/slow"), limit=LIMIT)
    assert said.splitlines() == [str(size), "0 False", str(size)]


def test_nothing_is_left_open(faults: FaultRegistry) -> None:
    """After many operations, half of which fail, are cancelled or left: no handle, no thread, no descriptor."""
    faults.add_module(binaries.module(1000))
    faults.add_module(binaries.module(100_000), repository="org/slow")
    faults.on("GET", "*/org/slow/blobs/*").stall(after=1000)
    program = """
        import asyncio, os, sys, threading, time, wasm2oci
        _, reference, slow = sys.argv

        def handles():
            info = wasm2oci.runtime_info()
            return info.clients, info.operations, info.readers

        async def leave(operation):
            async for _ in operation:
                break

        async def half(client):
            async with client.open(reference) as reader:
                await reader.read(10)

        async def some(client):
            calls = [
                client.fetch(reference), client.resolve(reference), half(client), client.fetch(reference + "x"),
                client.fetch("nonsense"), asyncio.wait_for(client.fetch(slow), 0.05), leave(client.fetch(slow)),
            ]
            await asyncio.gather(*calls, return_exceptions=True)
            async for outcome in client.pull_many([reference, slow], "/nowhere"):
                break

        async def main():
            async with wasm2oci.AsyncClient() as client:
                await some(client)
                before = len(os.listdir("/proc/self/fd"))
                for _ in range(30):
                    await some(client)
                await asyncio.sleep(0)  # What was left by break ends in tasks of their own.
                while len(asyncio.all_tasks()) > 1:
                    await asyncio.sleep(0.01)
                print(len(os.listdir("/proc/self/fd")) - before < 10)
                print(handles())

        asyncio.run(main())
        print(handles())
        deadline = time.monotonic() + 20
        while threading.active_count() > 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        print(threading.active_count())
    """
    flat, running, ended, threads = python.check(
        program, faults.reference(), faults.reference("org/slow"), limit=60
    ).splitlines()
    assert flat == "True"
    assert (running, ended, threads) == ("(1, 0, 0)", "(0, 0, 0)", "1")
