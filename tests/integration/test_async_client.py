"""The async client: what is awaited, cancelled and watched."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

import wasm2oci
from tests.support import binaries
from wasm2oci import AsyncClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.registry import Registry

    Result = TypeVar("Result")

CONTENT = binaries.module(300_000)
LIMIT = 60.0


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a loop of its own; it must end within LIMIT seconds."""
    return asyncio.run(asyncio.wait_for(main, LIMIT))


def asked_for_blob(server: FaultRegistry, count: int = 1) -> Coroutine[Any, Any, None]:
    """Wait until so many blobs were asked for."""

    def enough() -> None:
        server.journal.wait(lambda requests: sum("/blobs/" in request.path for request in requests) >= count)

    return asyncio.to_thread(enough)


@pytest.fixture
def stalled(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module whose bytes stop coming."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob").stall(after=100_000)
    return faults


def test_every_verb_does_what_it_does_elsewhere(registry: Registry, hello: Path, tmp_path: Path) -> None:
    """The same results, from a real registry."""
    reference, other = registry.reference(), registry.reference()

    async def main() -> None:
        async with AsyncClient() as client:
            pushed = await client.push(hello, reference, annotations={"a": "b"})
            assert await client.resolve(reference) == wasm2oci.resolve(reference)
            assert await client.inspect(reference) == wasm2oci.inspect(reference)
            assert await client.inspect(hello) == wasm2oci.inspect(hello)
            pulled = await client.pull(reference, tmp_path / "a.wasm")
            assert pulled == wasm2oci.pull(reference, tmp_path / "a.wasm")
            assert pulled.digest == pushed.digest
            assert await client.fetch(reference) == hello.read_bytes()
            assert (await client.convert(reference, other, format="compat")).format == "compat"
            async with client.open(reference) as reader:
                assert await reader.readall() == hello.read_bytes()
                assert reader.descriptor == wasm2oci.resolve(reference)
            assert reader.closed

    run(main())


@pytest.mark.parametrize("kind", ["bytes", "view", "file", "stream"])
def test_every_source_can_be_pushed(faults: FaultRegistry, tmp_path: Path, kind: str) -> None:
    """What has to be read first is read in a thread, so that the loop goes on."""
    path = tmp_path / "a.wasm"
    path.write_bytes(CONTENT)
    reader_thread: list[str] = []

    class Stream(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            reader_thread.append(threading.current_thread().name)
            return super().read(size)

    async def main() -> None:
        async with AsyncClient() as client:
            with path.open("rb") as file:
                source: Any = {"bytes": CONTENT, "view": memoryview(CONTENT), "file": file, "stream": Stream(CONTENT)}[
                    kind
                ]
                await client.push(source, faults.reference())
            assert await client.fetch(faults.reference()) == CONTENT

    run(main())
    assert (kind == "stream") == bool(reader_thread)
    assert threading.main_thread().name not in reader_thread


def test_errors_are_raised_where_it_is_awaited(faults: FaultRegistry) -> None:
    """Bad arguments, too, so that nothing else of a gather is lost."""
    faults.add_module(CONTENT)

    async def main() -> None:
        async with AsyncClient() as client:
            bad: Any = 5
            results = await asyncio.gather(
                client.fetch(faults.reference()),
                client.fetch(faults.reference(tag="v2")),
                client.fetch("nonsense"),
                client.fetch(bad),
                return_exceptions=True,
            )
        kinds = [bytes, wasm2oci.NotFoundError, wasm2oci.InvalidReferenceError, TypeError]
        assert [type(result) for result in results] == kinds

    run(main())


def test_operations_run_side_by_side(faults: FaultRegistry, tmp_path: Path) -> None:
    """Each gets its own."""
    contents = [binaries.module(20_000, seed) for seed in range(20)]
    for number, content in enumerate(contents):
        faults.add_module(content, repository=f"org/mod{number}")

    async def main() -> None:
        async with AsyncClient() as client:
            tasks = [
                asyncio.create_task(client.pull(faults.reference(f"org/mod{number}"), tmp_path / f"{number}.wasm"))
                for number in range(20)
            ]
            results = await asyncio.gather(*tasks)
        assert [result.path.read_bytes() for result in results] == contents

    run(main())


async def cancel_task(pulling: asyncio.Task[Any]) -> None:
    """As a task group does."""
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    assert pulling.cancelled()


async def cancel_twice(pulling: asyncio.Task[Any]) -> None:
    """As an impatient one does."""
    pulling.cancel()
    await asyncio.sleep(0)
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling


async def wait_for(pulling: asyncio.Task[Any]) -> None:
    """Works on every Python."""
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(pulling, 0.01)
    assert pulling.cancelled()


@pytest.mark.parametrize("cancel", [cancel_task, cancel_twice, wait_for])
@pytest.mark.parametrize("verb", ["pull", "fetch"])
def test_cancelling_leaves_nothing(stalled: FaultRegistry, tmp_path: Path, cancel: Any, verb: str) -> None:  # noqa: ANN401
    """No file, no part of one: once the task has ended, nothing more is written."""

    async def main() -> None:
        async with AsyncClient() as client:
            call: Any = client.pull(stalled.reference(), tmp_path / "a.wasm")
            if verb == "fetch":
                call.close()
                call = client.fetch(stalled.reference())
            task = asyncio.create_task(call)
            await asked_for_blob(stalled)
            began = time.monotonic()
            await cancel(task)
            assert time.monotonic() - began < 5
            assert list(tmp_path.iterdir()) == []
            assert client._running == set()
            assert (await client.resolve(stalled.reference())).size

    run(main())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout is new in Python 3.11")
def test_a_timeout_of_asyncio_ends_it(stalled: FaultRegistry, tmp_path: Path) -> None:
    """As TimeoutError, and the connection is free again."""
    timeout: Any = getattr(asyncio, "timeout", None)

    async def main() -> None:
        async with AsyncClient(connections=1) as client:
            with pytest.raises(TimeoutError):
                async with timeout(0.3):
                    await client.pull(stalled.reference(), tmp_path / "a.wasm")
            assert list(tmp_path.iterdir()) == []
            assert (await client.resolve(stalled.reference())).size

    run(main())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="task groups are new in Python 3.11")
def test_a_failure_cancels_the_rest_of_its_group(stalled: FaultRegistry, tmp_path: Path) -> None:
    """As of any coroutines."""
    task_group: Any = getattr(asyncio, "TaskGroup", None)

    async def main() -> None:
        async with AsyncClient() as client:

            async def both() -> None:
                async with task_group() as group:
                    group.create_task(client.pull(stalled.reference(), tmp_path / "a.wasm"))
                    await asked_for_blob(stalled)
                    group.create_task(client.resolve(stalled.reference(tag="v2")))

            with pytest.raises(Exception, match="unhandled errors") as caught:
                await both()
            errors: Any = caught.value
            assert [type(error) for error in errors.exceptions] == [wasm2oci.NotFoundError]
            assert list(tmp_path.iterdir()) == []

    run(main())


def test_cancelling_closes_the_connection(tmp_path: Path) -> None:
    """The registry sees the other side go."""

    async def main() -> None:
        asked, gone = asyncio.Event(), asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            asked.set()
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            gone.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        async with AsyncClient() as client:
            task = asyncio.create_task(client.pull(f"127.0.0.1:{port}/org/mod:v1", tmp_path / "a.wasm"))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(gone.wait(), 5)
        server.close()

    run(main())


def test_a_deadline_is_told_apart_from_a_cancellation(stalled: FaultRegistry) -> None:
    """`timeout=` is the library's, and an error of its kind."""

    async def main() -> None:
        async with AsyncClient() as client:
            with pytest.raises(wasm2oci.OperationTimeoutError):
                await client.fetch(stalled.reference(), timeout=0.3)

    run(main())


def test_closing_the_client_ends_what_runs(stalled: FaultRegistry, tmp_path: Path) -> None:
    """Those who wait are told; the closed client refuses."""

    async def main() -> None:
        client = AsyncClient()
        pulls = [
            asyncio.create_task(client.pull(stalled.reference(), tmp_path / f"{number}.wasm")) for number in range(3)
        ]
        fetching = asyncio.create_task(client.fetch(stalled.reference()))
        await asked_for_blob(stalled, 4)
        await client.close()
        results = await asyncio.gather(*pulls, fetching, return_exceptions=True)
        assert [type(result) for result in results] == [wasm2oci.OperationCancelledError] * 4
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(wasm2oci.ClosedError):
            await client.resolve(stalled.reference())
        await client.close()

    run(main())


def test_progress_is_told(faults: FaultRegistry, tmp_path: Path) -> None:
    """To a callback, in the thread of the loop; and to a loop over the operation."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob").drip(30_000, every=0.05)
    told: list[wasm2oci.Progress] = []
    threads: set[int] = set()

    def progress(snapshot: wasm2oci.Progress) -> None:
        told.append(snapshot)
        threads.add(threading.get_ident())

    async def main() -> None:
        async with AsyncClient() as client:
            pulling = client.pull(faults.reference(), tmp_path / "a.wasm", progress=progress)
            seen = [snapshot async for snapshot in pulling]
            assert (await pulling).path.read_bytes() == CONTENT
            assert seen == told
            told.clear()
            await client.fetch(faults.reference(), progress=progress)

    run(main())
    done = [snapshot.done for snapshot in told]
    assert len(told) >= 3
    assert done == sorted(done)
    assert (told[-1].done, told[-1].total, told[-1].phase) == (len(CONTENT), len(CONTENT), "done")
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("verb", ["pull", "fetch"])
@pytest.mark.parametrize("error", [RuntimeError("enough"), StopAsyncIteration("enough")])
def test_what_a_progress_callback_raises_comes_back(
    stalled: FaultRegistry, tmp_path: Path, verb: str, error: Exception
) -> None:
    """It is how a callback cancels."""

    def progress(_: wasm2oci.Progress) -> None:
        raise error

    async def main() -> None:
        async with AsyncClient() as client:
            if verb == "pull":
                await client.pull(stalled.reference(), tmp_path / "a.wasm", progress=progress)
            else:
                await client.fetch(stalled.reference(), progress=progress)

    with pytest.raises(type(error), match="enough"):
        run(main())
    assert list(tmp_path.iterdir()) == []


async def fail_within(operation: wasm2oci.AsyncOperation[Any]) -> None:
    """Loop over progress and fail at the first."""
    async for _ in operation:
        raise ZeroDivisionError


def test_leaving_a_loop_over_progress_cancels(faults: FaultRegistry, tmp_path: Path) -> None:
    """By break, and by an error within."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob").drip(10_000, every=0.1)

    async def main() -> None:
        async with AsyncClient() as client:
            pulling = client.pull(faults.reference(), tmp_path / "a.wasm")
            async for _ in pulling:
                break
            with pytest.raises(asyncio.CancelledError):
                await pulling
            assert list(tmp_path.iterdir()) == []
            with pytest.raises(ZeroDivisionError):
                await fail_within(client.pull(faults.reference(), tmp_path / "a.wasm"))
        assert list(tmp_path.iterdir()) == []

    run(main())


def test_a_loop_over_progress_raises_how_it_ended(faults: FaultRegistry) -> None:
    """A failure needs no await to be seen."""

    async def main() -> None:
        async with AsyncClient() as client:
            with pytest.raises(wasm2oci.NotFoundError):
                async for _ in client.fetch(faults.reference()):
                    pass
            fetching = client.fetch(faults.reference())
            with pytest.raises(wasm2oci.NotFoundError):
                await fetching
            with pytest.raises(RuntimeError, match="loop over it before it is awaited"):
                async for _ in fetching:
                    pass

    run(main())


@pytest.mark.parametrize("wrap", [asyncio.gather, asyncio.create_task, asyncio.shield])
def test_what_was_looped_over_can_be_awaited_in_any_way(
    faults: FaultRegistry, wrap: Callable[[Any], Awaitable[Any]]
) -> None:
    """After the loop, which has begun it, and more than once."""
    faults.add_module(CONTENT)

    async def main() -> None:
        async with AsyncClient() as client:
            fetching = client.fetch(faults.reference())
            async for _ in fetching:
                pass
            for _ in range(2):
                assert await wrap(fetching) in (CONTENT, [CONTENT])

    run(main())


def test_what_is_looped_over_can_be_awaited_beside_the_loop(stalled: FaultRegistry) -> None:
    """Whoever awaits it waits for what the loop has begun."""

    async def main() -> None:
        async with AsyncClient() as client:
            fetching = client.fetch(stalled.reference())
            begun = asyncio.Event()

            async def watch() -> None:
                async for _ in fetching:
                    begun.set()

            watching = asyncio.create_task(watch())
            await begun.wait()
            awaiting = asyncio.create_task(fetching)
            await asked_for_blob(stalled)
            stalled.release()
            assert await awaiting == CONTENT
            await watching

    run(main())


def test_warnings_are_logged(faults: FaultRegistry, caplog: pytest.LogCaptureFixture) -> None:
    """While it runs, as of the sync client."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob", nth=1).fail(503)

    async def main() -> None:
        async with AsyncClient() as client:
            await client.fetch(faults.reference())

    run(main())
    assert [record.levelname for record in caplog.records if record.name == "wasm2oci"] == ["WARNING"]


def test_a_reader_is_read_by_parts(faults: FaultRegistry) -> None:
    """As bytes, into buffers, and by chunks; the loop goes on while bytes are awaited."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob").drip(30_000, every=0.02)

    async def ticks() -> AsyncIterator[None]:
        while True:
            await asyncio.sleep(0.001)
            yield

    async def main() -> None:
        ticked = 0

        async def tick() -> None:
            nonlocal ticked
            async for _ in ticks():
                ticked += 1

        ticker = asyncio.create_task(tick())
        async with AsyncClient() as client, client.open(faults.reference()) as reader:
            head = await reader.read(7)
            buffer = bytearray(1000)
            count = await reader.readinto(buffer)
            middle = bytes(buffer[:count])
            chunks = [chunk async for chunk in reader]
            assert head + middle + b"".join(chunks) == CONTENT
            assert len(head) == 7
            assert len(chunks) > 1
            assert await reader.read() == b""
            assert await reader.readinto(buffer) == 0
        ticker.cancel()
        assert ticked > 20

    run(main())


def test_a_read_that_is_cancelled_has_taken_nothing(stalled: FaultRegistry) -> None:
    """The next one goes on where the last one ended."""

    async def main() -> None:
        async with AsyncClient() as client, client.open(stalled.reference()) as reader:
            taken = b""
            while len(taken) < 100_000:
                taken += await reader.read(100_000 - len(taken))
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.05)
            reading = asyncio.create_task(reader.readall())
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="another task is reading"):
                await reader.read(1)
            stalled.release()
            assert taken + await reading == CONTENT

    run(main())


def test_wrong_bytes_are_an_error_in_place_of_the_end(faults: FaultRegistry) -> None:
    """Nobody who reads to the end takes them for good."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob").flip(at=150_000)

    async def main() -> None:
        async with AsyncClient() as client:
            with pytest.raises(wasm2oci.DigestMismatchError):
                await client.fetch(faults.reference())
            async with client.open(faults.reference()) as reader:
                with pytest.raises(wasm2oci.DigestMismatchError):
                    async for _ in reader:
                        pass

    run(main())


def test_a_reader_that_is_closed_ends_its_read(stalled: FaultRegistry) -> None:
    """Who waits in another task is told."""

    async def main() -> None:
        async with AsyncClient() as client:
            reader = await client.open(stalled.reference())
            reading = asyncio.create_task(reader.readall())
            await asked_for_blob(stalled)
            await asyncio.sleep(0)
            await reader.close()
            with pytest.raises(wasm2oci.ClosedError):
                await reading
            with pytest.raises(wasm2oci.ClosedError):
                await reader.read(1)

    run(main())


def test_an_operation_that_nobody_awaits_is_warned_of(faults: FaultRegistry) -> None:
    """And asks for nothing."""

    async def main() -> None:
        async with AsyncClient() as client:
            client.fetch(faults.reference())

    with pytest.warns(RuntimeWarning, match="coroutine .AsyncClient.fetch. was never awaited"):
        run(main())
    assert faults.journal.lines() == []


def test_one_client_serves_several_loops(faults: FaultRegistry) -> None:
    """Each in a thread of its own."""
    faults.add_module(CONTENT)
    client = AsyncClient()
    results: list[bytes] = []

    async def main() -> None:
        results.extend(await asyncio.gather(*[client.fetch(faults.reference()) for _ in range(5)]))

    threads = [threading.Thread(target=run, args=(main(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    run(client.close())
    assert results == [CONTENT] * 20


def test_what_there_is_says_what_it_is(faults: FaultRegistry) -> None:
    """At a prompt, and in asyncio's own messages; no secret is shown."""
    faults.add_module(CONTENT)

    async def main() -> None:
        client = AsyncClient(token="secret")
        assert repr(client) == "<wasm2oci.AsyncClient, open, 0 running>"
        fetching = client.fetch(faults.reference())
        assert repr(fetching) == "<wasm2oci.AsyncOperation fetch, not started>"
        task = asyncio.create_task(fetching)
        assert "AsyncClient.fetch" in repr(task)
        await asyncio.sleep(0)
        assert repr(fetching) == "<wasm2oci.AsyncOperation fetch, running>"
        await task
        assert repr(fetching) == "<wasm2oci.AsyncOperation fetch, ended>"
        async with client.open(faults.reference()) as reader:
            count = await reader.readinto(bytearray(10))
            start = f"<wasm2oci.AsyncReader of '{faults.reference()}', "
            assert repr(reader) == f"{start}at {count} of {len(CONTENT)} bytes>"
        assert repr(reader) == f"{start}closed of {len(CONTENT)} bytes>"
        await client.close()
        assert repr(client) == "<wasm2oci.AsyncClient, closed>"

    run(main())
