"""The async client: the verbs of `Client`, to be awaited."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec, TypeVar

from wasm2oci import _async_batch, _batch, _calls, _completions, _credentials, _locking, _source
from wasm2oci._aliases import Self
from wasm2oci._async_operation import AsyncOpenOperation, AsyncOperation
from wasm2oci._async_reader import AsyncReader
from wasm2oci._client import Client
from wasm2oci._operation import Meter, Operation
from wasm2oci.errors import ClosedError, ForkError, Wasm2ociError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from wasm2oci._calls import Call
    from wasm2oci._models import Progress
    from wasm2oci._operation import ProgressCallback
    from wasm2oci._outcome import Outcome
    from wasm2oci._reader import Reader
    from wasm2oci._source import Opened

__all__ = ["AsyncClient"]

Options = ParamSpec("Options")
Result = TypeVar("Result")


def _awaited(
    verb: Callable[Concatenate[Client, Options], Result],
) -> Callable[Concatenate[AsyncClient, Options], AsyncOperation[Result]]:
    return _lifted(verb, f"types.AsyncOperation[{verb.__annotations__['return']}]")


def _opened(
    verb: Callable[Concatenate[Client, Options], Reader],
) -> Callable[Concatenate[AsyncClient, Options], AsyncOpenOperation]:
    return _lifted(verb, "types.AsyncOpenOperation")


def _looped_over(
    verb: Callable[Concatenate[Client, Options], Generator[Result, None, None]],
) -> Callable[Concatenate[AsyncClient, Options], AsyncGenerator[Result, None]]:
    returned = verb.__annotations__["return"]
    return _lifted(verb, returned.replace("Generator[", "types.AsyncGenerator[").replace(", None, None]", ", None]"))


def _lifted(verb: Any, returned: str) -> Callable[..., Any]:  # noqa: ANN401 - typed above
    """Makes a verb of the async client: the code of `Client`'s, which calls the methods below on its `self`."""
    lifted = FunctionType(verb.__code__, verb.__globals__, verb.__name__, verb.__defaults__, verb.__closure__)
    lifted.__kwdefaults__ = verb.__kwdefaults__
    lifted.__annotations__ = {**verb.__annotations__, "return": returned}
    lifted.__module__, lifted.__qualname__ = __name__, f"AsyncClient.{verb.__name__}"
    # The examples show the sync client.
    lifted.__doc__ = (verb.__doc__ or "").partition("\n\n        Example:")[0]
    return lifted


def _configured(
    init: Callable[Concatenate[Client, Options], None],
) -> Callable[[Callable[..., None]], Callable[Concatenate[AsyncClient, Options], None]]:
    """Gives a constructor the options of `Client`'s."""

    def decorate(own: Any) -> Any:  # noqa: ANN401 - typed above
        own.__wrapped__ = init
        own.__annotations__ = init.__annotations__
        return own

    return decorate


class AsyncClient:
    """`Client` for asyncio: the same verbs with the same options, to be awaited.

    Any number of operations may run at a time; those of one event loop share a single thread.
    Several loops may use one client. Cancelling the task that awaits an operation cancels the
    operation. The task continues once the operation has ended, its connection is closed and its
    temporary file is removed. So `asyncio.timeout` and `asyncio.wait_for` work, and so does
    Ctrl-C.

    The client is an async context manager; `close` ends whatever is still running.

    A verb returns an `AsyncOperation`, which gives what the verb of `Client` returns. Exceptions:

    * `open`: use `async with client.open(...) as reader`, or await it; the reader is an `AsyncReader`.
    * `tags`: loop over it with `async for`.
    * `pull_many`, `push_many` and `copy_many`: loop over them with `async for`. If you leave a loop early,
      `contextlib.aclosing` cancels what is still running at once.

    If `push` has to copy a file object first, it reads it in another thread.

    Args:
        plain_http: This and all other options are those of `Client`.

    Raises:
        Wasm2ociError: As for `Client`.

    Example:
        >>> import asyncio
        >>> import wasm2oci
        >>> async def main() -> None:
        ...     async with wasm2oci.AsyncClient() as client:
        ...         descriptor, content = await asyncio.gather(
        ...             client.resolve("oci:hello:v1"), client.fetch("oci:hello:v1")
        ...         )
        ...         print(descriptor.size, len(content))
        >>> asyncio.run(main())
        431 347
    """

    @_configured(Client.__init__)
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of `Client`
        """Makes a client; no connection is opened yet, and no event loop is needed."""
        self._client = Client(**options)
        self._running: set[Operation] = set()
        self._closing = False

    push = _awaited(Client.push)
    pull = _awaited(Client.pull)
    convert = _awaited(Client.convert)
    copy = _awaited(Client.copy)
    fetch = _awaited(Client.fetch)
    open = _opened(Client.open)
    cache = _awaited(Client.cache)
    cached = _awaited(Client.cached)
    login = _awaited(Client.login)
    logout = _awaited(Client.logout)
    resolve = _awaited(Client.resolve)
    tag = _awaited(Client.tag)
    tags = _looped_over(Client.tags)
    untag = _awaited(Client.untag)
    delete = _awaited(Client.delete)
    attach = _awaited(Client.attach)
    referrers = _awaited(Client.referrers)
    inspect = _awaited(Client.inspect)
    pull_many = _looped_over(Client.pull_many)
    push_many = _looped_over(Client.push_many)
    copy_many = _looped_over(Client.copy_many)
    lock = _awaited(Client.lock)
    sync = _awaited(Client.sync)

    # What the verbs call, under the names that it has in `Client`.

    def _run(self, verb: Callable[..., Call[Result]], arguments: dict[str, Any]) -> AsyncOperation[Result]:
        options, progress = _calls.given(arguments)

        async def run(progress: ProgressCallback | None) -> Result:
            return await self._perform(verb(**options), Meter(progress))

        return AsyncOperation(verb.__name__, run, progress)

    def _fetch(self, arguments: dict[str, Any]) -> AsyncOperation[bytes]:
        options, progress = _calls.given(arguments)

        async def fetch(progress: ProgressCallback | None) -> bytes:
            meter = Meter(progress)
            try:
                async with await self._opened(_calls.open(**options), meter) as reader:
                    return await reader.read_rest(meter)
            except Wasm2ociError as error:
                _calls.renamed(error, "fetch")
                raise

        return AsyncOperation("fetch", fetch, progress)

    def _open(self, arguments: dict[str, Any]) -> AsyncOpenOperation:
        options, progress = _calls.given(arguments)

        async def open_(progress: ProgressCallback | None) -> AsyncReader:
            return await self._opened(_calls.open(**options), Meter(progress))

        return AsyncOpenOperation("open", open_, progress)

    def _run_many(
        self, verb: Callable[..., Call[Result]], arguments: dict[str, Any]
    ) -> AsyncGenerator[Outcome[Result], None]:
        options, progress = _calls.given(arguments)

        async def perform(job: _batch.Job[Result]) -> Result:
            return await self._perform(job.call(), job.meter)

        return _async_batch.run(perform, _batch.Batch(verb, progress, **options))

    def _carry_out(self, name: str, arguments: dict[str, Any]) -> AsyncOperation[Any]:
        options, progress = _calls.given(arguments)

        async def perform(job: _batch.Job[Any]) -> Any:  # noqa: ANN401 - what the method returns
            return await self._perform(job.call(), job.meter)

        async def carry_out(progress: ProgressCallback | None) -> Any:  # noqa: ANN401
            # It reads files, all that are in a directory.
            plan: Any = await asyncio.to_thread(_locking.PLANS[name], **options)
            async with contextlib.aclosing(_async_batch.run(perform, plan.batch(progress))) as outcomes:
                return plan.finish([outcome async for outcome in outcomes])

        return AsyncOperation(name, carry_out, progress)

    def _list(
        self, verb: Callable[..., Call[dict[str, Any]]], name: str, arguments: dict[str, Any]
    ) -> AsyncGenerator[str, None]:
        return self._each(_calls.Pages(verb, name, _calls.given(arguments)[0]))

    async def _each(self, pages: _calls.Pages) -> AsyncGenerator[str, None]:
        while (call := pages.call()) is not None:
            for item in pages.take(await self._perform(call, Meter(None))):
                yield item

    async def _perform(self, call: Call[Result], meter: Meter[Progress]) -> Result:
        with contextlib.ExitStack() as stack:
            content = await _held(stack, call)
            operation = stack.enter_context(self._start(call, content, await self._ask(call)))
            await self._wait(operation, meter)
            return call.finish(operation)

    async def _opened(self, call: Call[dict[str, Any]], meter: Meter[Progress]) -> AsyncReader:
        operation = self._start(call, None, await self._ask(call))
        try:
            await self._wait(operation, meter, more=True)
            return AsyncReader(self._client, operation)
        except BaseException:
            operation.close()
            raise

    def _start(self, call: Call[Any], content: Opened | None, who: _calls.Credentials) -> Operation:
        if self._closing:
            raise ClosedError("the client is closed")
        return self._client._begin(call, content, who)  # noqa: SLF001 - this is its sibling

    async def _ask(self, call: Call[Any]) -> _calls.Credentials:
        """Asks who asks, where a function says so: in a thread, since it may wait; its coroutine here."""
        ask = self._client._ask  # noqa: SLF001 - this is its sibling
        if ask is None or self._closing:
            return None
        answers = []
        for place in _credentials.places(call.references):
            answer = await asyncio.to_thread(ask, *place)
            answers.append((place, await answer if inspect.isawaitable(answer) else answer))
        return _credentials.said(answers)

    async def _wait(self, operation: Operation, meter: Meter[Progress], *, more: bool = False) -> None:
        """Waits for the end of an operation, as `Operation.wait` does."""

        def tick() -> None:
            meter.tick(operation.progress)
            operation.log()

        meter.begin(operation.progress)
        self._running.add(operation)
        try:
            await _completions.ended(operation, tick)
        finally:
            self._running.discard(operation)
        operation.wait(meter, more=more)

    async def close(self) -> None:
        """Cancels the operations of the client, waits for them to end and closes it. Further calls do nothing.

        Tasks that wait for one of the operations get `OperationCancelledError`.
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

    async def __aexit__(self, *_: object) -> None:
        """Closes the client."""
        await self.close()

    def __repr__(self) -> str:
        """Shows whether the client is open, and how many operations run."""
        state = "closed" if self._closing else f"open, {len(self._running)} running"
        return f"<wasm2oci.AsyncClient, {state}>"

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled: two would close one handle, or another process's."""
        raise TypeError("a client cannot be copied or pickled; make another one")


async def _held(stack: contextlib.ExitStack, call: Call[Any]) -> Opened | None:
    """Opens the source of a call until a stack is closed; in a thread where it has to be copied first."""
    if call.source is None:
        return None
    if not _source.copied(call.source):
        return stack.enter_context(_source.opened(call.source))
    opening = asyncio.get_running_loop().run_in_executor(None, _source.opened, call.source)
    try:
        return stack.enter_context(await asyncio.shield(opening))
    except asyncio.CancelledError:
        opening.add_done_callback(_discard)
        raise


def _discard(opening: asyncio.Future[Opened]) -> None:
    """Releases what was opened for a push that was cancelled meanwhile."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().release()
