"""The async client: the verbs of `Client`, to be awaited."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from wasm2oci import _async_batch, _batch, _calls, _completions, _source
from wasm2oci._async_operation import AsyncOpenOperation, AsyncOperation
from wasm2oci._async_reader import AsyncReader
from wasm2oci._client import Client
from wasm2oci._native import ext
from wasm2oci._operation import Meter, Operation
from wasm2oci.errors import ClosedError, ForkError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
    from datetime import datetime
    from types import TracebackType

    from typing_extensions import Self

    from wasm2oci._arguments import StrPath
    from wasm2oci._batch import BatchCallback, PullItem, PushItem
    from wasm2oci._calls import Call, Result
    from wasm2oci._models import Artifact, Descriptor, Outcome, Progress, PullResult, PushResult
    from wasm2oci._operation import ProgressCallback
    from wasm2oci._source import Opened, PushSource

__all__ = ["AsyncClient"]


class AsyncClient:
    """`Client` for asyncio: the same verbs with the same options, to be awaited.

    Any number of operations may run at a time; all of an event loop's share one thread.
    A client may be used from several loops. Cancelling the task that awaits an operation
    cancels the operation; the task goes on when it has ended, its connection is closed and
    its temporary file removed. So `asyncio.timeout` and `asyncio.wait_for` work, and so
    does Ctrl-C.

    The client is an async context manager; `close` ends what still runs. What a method
    returns is an `AsyncOperation`.

    Args:
        plain_http: These and the others are `Client`'s.

    Raises:
        Wasm2ociError: As `Client`.

    Example:
        >>> async def main() -> None:
        ...     async with wasm2oci.AsyncClient() as client:
        ...         descriptor, content = await asyncio.gather(
        ...             client.resolve("oci:hello:v1"), client.fetch("oci:hello:v1")
        ...         )
        ...         print(descriptor.size, len(content))
        >>> asyncio.run(main())
        431 347
    """

    def __init__(  # noqa: PLR0913 - options, all by keyword
        self,
        *,
        plain_http: bool | None = None,
        insecure: bool = False,
        ca_file: StrPath | None = None,
        client_cert: StrPath | None = None,
        client_key: StrPath | None = None,
        auth_file: StrPath | None = None,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        proxy: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        idle_timeout: float | None = None,
        retries: int | None = None,
        connections: int | None = None,
        range_threshold: int | None = None,
        upload_chunk_size: int | None = None,
        allow_upload_hosts: Iterable[str] | None = None,
        user_agent_suffix: str | None = None,
    ) -> None:
        """Makes a client; no connection is opened yet, and no event loop is needed."""
        self._client = Client(
            plain_http=plain_http,
            insecure=insecure,
            ca_file=ca_file,
            client_cert=client_cert,
            client_key=client_key,
            auth_file=auth_file,
            username=username,
            password=password,
            token=token,
            proxy=proxy,
            timeout=timeout,
            connect_timeout=connect_timeout,
            idle_timeout=idle_timeout,
            retries=retries,
            connections=connections,
            range_threshold=range_threshold,
            upload_chunk_size=upload_chunk_size,
            allow_upload_hosts=allow_upload_hosts,
            user_agent_suffix=user_agent_suffix,
        )
        self._running: set[Operation] = set()
        self._closing = False

    def push(  # noqa: PLR0913 - options, all by keyword
        self,
        source: PushSource,
        reference: str,
        *,
        format: str = "wasm",  # noqa: A002 - the word that every layer uses
        annotations: Mapping[str, str] | None = None,
        created: str | datetime | int | None = None,
        title: str | None = None,
        config_media_type: str | None = None,
        layer_media_type: str | None = None,
        artifact_type: str | None = None,
        allow_any: bool = False,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncOperation[PushResult]:
        """Pushes a WebAssembly module or component; see `Client.push`.

        A file object that has to be copied first is read in another thread.
        """
        call = partial(
            _calls.push,
            reference=reference,
            format=format,
            annotations=annotations,
            created=created,
            title=title,
            config_media_type=config_media_type,
            layer_media_type=layer_media_type,
            artifact_type=artifact_type,
            allow_any=allow_any,
            timeout=timeout,
        )
        return AsyncOperation("push", partial(self._push, source, call), progress)

    def pull(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: str,
        path: StrPath | None = None,
        *,
        overwrite: bool = True,
        durable: bool = False,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncOperation[PullResult]:
        """Pulls the module or component of an artifact into a file; see `Client.pull`."""
        call = partial(
            _calls.pull,
            reference,
            path,
            overwrite=overwrite,
            durable=durable,
            platform=platform,
            layer=layer,
            member=member,
            max_size=max_size,
            max_unpacked_size=max_unpacked_size,
            timeout=timeout,
        )
        return AsyncOperation("pull", partial(self._run, call), progress)

    def convert(  # noqa: PLR0913 - options, all by keyword
        self,
        source: str,
        destination: str,
        *,
        format: str = "wasm",  # noqa: A002 - the word that every layer uses
        annotations: Mapping[str, str] | None = None,
        created: str | datetime | int | None = None,
        title: str | None = None,
        config_media_type: str | None = None,
        layer_media_type: str | None = None,
        artifact_type: str | None = None,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncOperation[PushResult]:
        """Stores the module or component of an artifact under another format; see `Client.convert`."""
        call = partial(
            _calls.convert,
            source,
            destination,
            format=format,
            annotations=annotations,
            created=created,
            title=title,
            config_media_type=config_media_type,
            layer_media_type=layer_media_type,
            artifact_type=artifact_type,
            timeout=timeout,
            selection={
                "platform": platform,
                "layer": layer,
                "member": member,
                "max_size": max_size,
                "max_unpacked_size": max_unpacked_size,
            },
        )
        return AsyncOperation("convert", partial(self._run, call), progress)

    def fetch(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: str,
        *,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncOperation[bytes]:
        """Fetches the module or component of an artifact into memory; see `Client.fetch`."""
        call = partial(
            _calls.open,
            reference,
            platform=platform,
            layer=layer,
            member=member,
            max_size=max_size,
            max_unpacked_size=max_unpacked_size,
            timeout=timeout,
        )
        return AsyncOperation("fetch", partial(self._fetch, call), progress)

    def open(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: str,
        *,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncOpenOperation:
        """Opens the module or component of an artifact for reading; see `Client.open`.

        Use it as `async with client.open(...) as reader`, or await it for the reader.
        """
        call = partial(
            _calls.open,
            reference,
            platform=platform,
            layer=layer,
            member=member,
            max_size=max_size,
            max_unpacked_size=max_unpacked_size,
            timeout=timeout,
        )
        return AsyncOpenOperation("open", partial(self._open, call), None)

    def resolve(self, reference: str, *, timeout: float | None = None) -> AsyncOperation[Descriptor]:
        """Resolves a reference to its manifest or index; see `Client.resolve`."""
        call = partial(_calls.resolve, reference, timeout=timeout)
        return AsyncOperation("resolve", partial(self._run, call), None)

    def inspect(  # noqa: PLR0913 - options, all by keyword
        self,
        what: StrPath,
        *,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncOperation[Artifact]:
        """Says what is in an artifact, or in a local file; see `Client.inspect`."""
        call = partial(
            _calls.inspect,
            what,
            platform=platform,
            layer=layer,
            member=member,
            max_size=max_size,
            max_unpacked_size=max_unpacked_size,
            timeout=timeout,
        )
        return AsyncOperation("inspect", partial(self._run, call), None)

    def pull_many(  # noqa: PLR0913 - options, all by keyword
        self,
        items: Iterable[PullItem],
        path: StrPath | None = None,
        *,
        concurrency: int = 8,
        overwrite: bool = True,
        durable: bool = False,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> AsyncGenerator[Outcome[PullResult], None]:
        """Pulls many artifacts, several at a time; see `Client.pull_many`.

        Loop over it with `async for`; `contextlib.aclosing` cancels at once what an early end leaves.
        """
        jobs = _batch.pulls(
            items,
            path,
            overwrite=overwrite,
            durable=durable,
            platform=platform,
            layer=layer,
            member=member,
            max_size=max_size,
            max_unpacked_size=max_unpacked_size,
            timeout=timeout,
        )
        return self._run_batch(jobs, items, concurrency, progress)

    def push_many(  # noqa: PLR0913 - options, all by keyword
        self,
        items: Iterable[PushItem],
        *,
        concurrency: int = 8,
        format: str = "wasm",  # noqa: A002 - the word that every layer uses
        annotations: Mapping[str, str] | None = None,
        created: str | datetime | int | None = None,
        config_media_type: str | None = None,
        layer_media_type: str | None = None,
        artifact_type: str | None = None,
        allow_any: bool = False,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> AsyncGenerator[Outcome[PushResult], None]:
        """Pushes many artifacts, several at a time; see `Client.push_many`."""
        jobs = _batch.pushes(
            items,
            format=format,
            annotations=annotations,
            created=created,
            config_media_type=config_media_type,
            layer_media_type=layer_media_type,
            artifact_type=artifact_type,
            allow_any=allow_any,
            timeout=timeout,
        )
        return self._run_batch(jobs, items, concurrency, progress)

    def _run_batch(
        self, jobs: Iterable[_batch.Job[Result]], items: object, concurrency: int, progress: BatchCallback | None
    ) -> AsyncGenerator[Outcome[Result], None]:
        most = _batch.concurrency(concurrency)
        return _async_batch.run(self._run_job, jobs, most, _batch.Tally(items), progress)

    async def _run_job(self, job: _batch.Job[Result], tally: _batch.Tally) -> Result:
        with contextlib.ExitStack() as stack:
            call = job.call(await _held(stack, job.source))
            operation = stack.enter_context(self._start(call))
            tally.begin(job.index, operation.progress)
            await self._ended(operation, operation.log)
            try:
                ext.operation_wait(operation.handle, 0)
                result = call.finish(operation)
            except Exception:
                tally.end(job.index, failed=True)
                raise
            tally.end(job.index, failed=False)
            return result

    async def _push(
        self, source: PushSource, call: Callable[[Opened], Call[PushResult]], progress: ProgressCallback | None
    ) -> PushResult:
        with contextlib.ExitStack() as stack:
            content = await _held(stack, source)
            return await self._run(partial(call, content), progress)

    async def _fetch(self, call: Callable[[], Call[dict[str, Any]]], progress: ProgressCallback | None) -> bytes:
        meter = Meter(progress)
        async with await self._opened(call, meter) as reader:
            return await reader.read_rest(meter)

    async def _open(self, call: Callable[[], Call[dict[str, Any]]], progress: ProgressCallback | None) -> AsyncReader:
        return await self._opened(call, Meter(progress))

    async def _opened(self, call: Callable[[], Call[dict[str, Any]]], meter: Meter[Progress]) -> AsyncReader:
        operation = self._start(call())
        try:
            await self._wait(operation, meter, more=True)
            return AsyncReader(self._client, operation)
        except BaseException:
            operation.close()
            raise

    async def _run(self, call: Callable[[], Call[Result]], progress: ProgressCallback | None) -> Result:
        made = call()
        with self._start(made) as operation:
            await self._wait(operation, Meter(progress))
            return made.finish(operation)

    def _start(self, call: Call[Any]) -> Operation:
        if self._closing:
            raise ClosedError("the client is closed")
        return Operation(lambda started: call.start(started, self._client._handle))  # noqa: SLF001 - this is its sibling

    async def _wait(self, operation: Operation, meter: Meter[Progress], *, more: bool = False) -> None:
        """Waits for the end of an operation, as `Operation.wait` does."""

        def tick() -> None:
            meter.tick(operation.progress)
            operation.log()

        await self._ended(operation, tick)
        operation.wait(meter, more=more)

    async def _ended(self, operation: Operation, tick: Callable[[], None]) -> None:
        """Waits until an operation has ended, however that was."""
        self._running.add(operation)
        try:
            await _completions.ended(operation, tick)
        finally:
            self._running.discard(operation)

    async def close(self) -> None:
        """Cancels the client's operations, waits for them and closes it. Can be called twice.

        Tasks that wait for one of them get `OperationCancelledError`.
        """
        self._closing = True
        running = list(self._running)
        for operation in running:
            operation.cancel()
        try:
            for operation in running:
                # Closed by who waits for it, or left behind by a fork.
                with contextlib.suppress(ClosedError, ForkError):
                    await _completions.ended(operation, operation.log)
        finally:
            self._client.close()

    async def __aenter__(self) -> Self:
        """Returns the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the client."""
        await self.close()

    def __repr__(self) -> str:
        """Says whether it is open, and how much it does."""
        state = "closed" if self._closing else f"open, {len(self._running)} running"
        return f"<wasm2oci.AsyncClient, {state}>"

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled: two would close one handle, or another process's."""
        raise TypeError("a client cannot be copied or pickled; make another one")


async def _held(stack: contextlib.ExitStack, source: PushSource | None) -> Opened:
    """Opens a source until a stack is closed; in a thread where it has to be copied first."""
    opened = partial(stack.enter_context, _batch.opened(source))
    if source is not None and _source.copied(source):
        return await asyncio.get_running_loop().run_in_executor(None, opened)
    return opened()
