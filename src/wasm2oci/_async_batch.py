"""Runs a batch in an event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from wasm2oci._models import Outcome
from wasm2oci._operation import PROGRESS_INTERVAL, Meter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable

    from wasm2oci._batch import BatchCallback, Job, Tally

Result = TypeVar("Result")


async def run(
    run_job: Callable[[Job[Result], Tally], Coroutine[Any, Any, Result]],
    jobs: Iterable[Job[Result]],
    concurrency: int,
    tally: Tally,
    progress: BatchCallback | None,
) -> AsyncGenerator[Outcome[Result], None]:
    """Runs jobs, so many at a time, and gives their outcomes as they come.

    Closing the generator cancels what runs and waits for its end.

    Args:
        run_job: Runs a job, and tells the tally of its operation.
        jobs: What to run.
        concurrency: How many at a time.
        tally: Counts.
        progress: Is told of the progress of all.
    """
    meter = Meter(progress)
    running: set[asyncio.Task[Outcome[Result]]] = set()
    ended: deque[Outcome[Result]] = deque()
    waiting = iter(jobs)
    more = True
    try:
        while True:
            while more and len(running) < concurrency and len(ended) < concurrency:
                job = next(waiting, None)
                if job is None:
                    more = False
                else:
                    running.add(asyncio.ensure_future(_outcome(run_job, job, tally)))
            meter.tick(tally.snapshot)
            if ended:
                yield ended.popleft()
            elif running:
                pause = None if progress is None else PROGRESS_INTERVAL
                done, running = await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                ended.extend(task.result() for task in done)
            else:
                break
        meter.last(tally.snapshot)
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)


async def _outcome(
    run_job: Callable[[Job[Result], Tally], Coroutine[Any, Any, Result]], job: Job[Result], tally: Tally
) -> Outcome[Result]:
    try:
        result = await run_job(job, tally)
    except Exception as error:  # noqa: BLE001 - the item's
        tally.finish(failed=True)
        return Outcome(job.index, job.item, None, error)
    tally.finish(failed=False)
    return Outcome(job.index, job.item, result, None)
