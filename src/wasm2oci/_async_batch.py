"""Runs a batch in an event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine

    from wasm2oci._batch import Batch, Job
    from wasm2oci._outcome import Outcome

Result = TypeVar("Result")


async def run(
    perform: Callable[[Job[Result]], Coroutine[Any, Any, Result]], batch: Batch[Result]
) -> AsyncGenerator[Outcome[Result], None]:
    """Runs a batch and yields its outcomes as they come.

    Closing the generator cancels what runs and waits for it to end.
    """
    running: set[asyncio.Task[None]] = set()

    async def attempt(job: Job[Result]) -> None:
        try:
            result = await perform(job)
        except Exception as error:  # noqa: BLE001 - the item's
            batch.fail(job, error)
        else:
            batch.succeed(job, result)
        finally:
            batch.leave(job)

    def begin(job: Job[Result]) -> None:
        task = asyncio.ensure_future(attempt(job))
        running.add(task)
        task.add_done_callback(running.discard)

    try:
        for outcome in batch.run(running, begin):
            if outcome is not None:
                yield outcome
                continue
            done, _ = await asyncio.wait(running, timeout=batch.pause, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # Which raises if somebody else has cancelled it.
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
