"""A verb of the async client: to be awaited, or watched."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any, TypeVar

from wasm2oci._async_reader import AsyncReader
from wasm2oci._models import Progress
from wasm2oci._operation import ProgressCallback

__all__ = ["AsyncOperation"]

Result = TypeVar("Result")


class AsyncOperation(Coroutine[Any, Any, Result]):
    """What the methods of `AsyncClient` return: a coroutine whose progress can be followed.

    Await it, or pass it to anything that takes a coroutine (`asyncio.create_task`,
    `asyncio.gather`, a task group). Only then does the operation start, and are the values of
    its arguments checked.

    Or loop over it with `async for`. That starts the operation and yields its progress, at
    most every 0.1 s and once at the end. If the operation fails, the loop raises the error;
    otherwise await the operation after the loop for its result. Leaving the loop early cancels
    the operation.

    Example:
        >>> import asyncio
        >>> import wasm2oci
        >>> async def main() -> None:
        ...     async with wasm2oci.AsyncClient() as client:
        ...         pulling = client.pull("oci:hello:v1", "copy.wasm")
        ...         async for progress in pulling:
        ...             last = progress
        ...         result = await pulling
        ...         print(last.done, "of", last.total, "bytes in", result.path)
        >>> asyncio.run(main())
        347 of 347 bytes in copy.wasm
    """

    def __init__(
        self,
        verb: str,
        run: Callable[[ProgressCallback | None], Coroutine[Any, Any, Result]],
        progress: ProgressCallback | None,
    ) -> None:
        """Takes the name of the verb and what runs it, given a callback for its progress."""
        self._followers: list[ProgressCallback] = []
        self._task: asyncio.Task[Result] | None = None
        self._awaiting: Coroutine[Any, Any, Result] | None = None
        # Not a method: the two would keep each other, and Python would not see that nobody awaits it.
        coroutine: Any = _main(run, progress, self._followers)
        self.__name__ = verb
        # For messages of asyncio and Python.
        coroutine.__qualname__ = self.__qualname__ = f"AsyncClient.{verb}"
        self._coroutine: Coroutine[Any, Any, Result] = coroutine

    def __await__(self) -> Generator[Any, Any, Result]:
        """Runs the verb, or waits for what a loop over it has begun."""
        return self._coroutine.__await__() if self._task is None else self._task.__await__()

    def send(self, value: Any, /) -> Any:  # noqa: ANN401 - as a coroutine's
        """Goes on, as a coroutine does."""
        return self._driven().send(value)

    def throw(self, *error: Any) -> Any:  # noqa: ANN401 - as a coroutine's
        """Raises within it, as in a coroutine."""
        return self._driven().throw(*error)

    def close(self) -> None:
        """Ends it, as a coroutine ends that nobody wants to go on."""
        self._driven().close()

    def _driven(self) -> Coroutine[Any, Any, Result]:
        """What a task runs that was given the operation: the verb, or a wait for what a loop over it has begun."""
        if self._task is None:
            return self._coroutine
        if self._awaiting is None or inspect.getcoroutinestate(self._awaiting) == inspect.CORO_CLOSED:
            self._awaiting = _wait(self._task)
        return self._awaiting

    def __repr__(self) -> str:
        """Shows whether it has been started, and has ended."""
        state = inspect.getcoroutinestate(self._coroutine)
        words = {inspect.CORO_CREATED: "not started", inspect.CORO_CLOSED: "ended"}
        return f"<wasm2oci.AsyncOperation {self.__name__}, {words.get(state, 'running')}>"

    async def __aiter__(self) -> AsyncGenerator[Progress, None]:
        """Starts the operation and yields its progress until it has ended."""
        if inspect.getcoroutinestate(self._coroutine) != inspect.CORO_CREATED:
            raise RuntimeError("the operation runs already; loop over it before it is awaited, and once")
        latest: list[Progress] = []
        news = asyncio.Event()

        def report(progress: Progress) -> None:
            latest[:] = [progress]
            news.set()

        self._followers.append(report)
        task = self._task = asyncio.get_running_loop().create_task(self._coroutine)
        task.add_done_callback(lambda _: news.set())
        try:
            while not task.done() or latest:
                await news.wait()
                news.clear()
                if latest:
                    yield latest.pop()
            task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])


async def _wait(task: asyncio.Task[Result]) -> Result:
    return await task


async def _main(
    run: Callable[[ProgressCallback | None], Coroutine[Any, Any, Result]],
    progress: ProgressCallback | None,
    followers: list[ProgressCallback],
) -> Result:
    """Runs a verb, and reports to those who follow it as well."""
    told = [callback for callback in (progress, *followers) if callback is not None]

    def tell(snapshot: Progress) -> None:
        for callback in told:
            callback(snapshot)

    return await run(tell if told else None)


class AsyncOpenOperation(AsyncOperation[AsyncReader]):
    """What `AsyncClient.open` returns: await it, or use it in `async with`, which closes the reader at the end."""

    async def __aenter__(self) -> AsyncReader:
        """Opens, and returns the reader."""
        self._opened = await self
        return self._opened

    async def __aexit__(self, *_: object) -> None:
        """Closes the reader."""
        await self._opened.close()
