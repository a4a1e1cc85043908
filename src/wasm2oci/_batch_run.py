"""Runs a batch in the thread that asks for its outcomes."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from wasm2oci import _batch
from wasm2oci._handle import Handle
from wasm2oci._models import Outcome
from wasm2oci._native import ext
from wasm2oci._operation import WAIT_SLICE_MS, Meter
from wasm2oci.errors import ClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from wasm2oci._batch import BatchCallback, Job
    from wasm2oci._calls import Call
    from wasm2oci._operation import Operation

Result = TypeVar("Result")


class _Running(Generic[Result]):
    """A job whose operation was started."""

    def __init__(self, job: Job[Result], start: Callable[[Call[Any]], Operation]) -> None:
        self.job = job
        with contextlib.ExitStack() as stack:
            self._call = job.call(stack.enter_context(_batch.opened(job.source)))
            self.operation = stack.enter_context(start(self._call))
            self._held = stack.pop_all()

    def result(self) -> Result:
        """The result of the operation, which has ended."""
        self.operation.log()
        ext.operation_wait(self.operation.handle, 0)
        return self._call.finish(self.operation)

    def close(self) -> None:
        self._held.close()


class _Batch(Generic[Result]):
    """The state of one batch."""

    def __init__(self, start: Callable[[Call[Any]], Operation], tally: _batch.Tally) -> None:
        self.ended: deque[Outcome[Result]] = deque()
        self._start = start
        self._tally = tally
        self.running: dict[int, _Running[Result]] = {}
        self._queue = Handle("batch")
        self._queue.numbers.append(ext.completions_new())

    def begin(self, job: Job[Result]) -> None:
        try:
            one = _Running(job, self._start)
        except Exception as error:  # noqa: BLE001 - the item's
            self._end(job, None, error)
            return
        self.running[one.operation.handle] = one
        self._tally.begin(job.index, one.operation.progress)
        ext.completions_add_operation(self._queue.number, one.operation.handle)

    def wait(self) -> None:
        """Waits for a moment, for any of those that run."""
        numbers = ext.completions_wait(self._queue.number, WAIT_SLICE_MS)
        if numbers is None:
            raise ClosedError("the interpreter is shutting down")
        for number in numbers:
            one = self.running[number]
            try:
                result = one.result()
            except Exception as error:  # noqa: BLE001 - the item's
                self._end(one.job, None, error)
            else:
                self._end(one.job, result, None)
            del self.running[number]
            one.close()
        for one in self.running.values():
            one.operation.log()

    def _end(self, job: Job[Result], result: Result | None, error: Exception | None) -> None:
        self._tally.end(job.index, failed=error is not None)
        self._tally.finish(failed=error is not None)
        self.ended.append(Outcome(job.index, job.item, result, error))

    def close(self) -> None:
        for one in self.running.values():
            one.operation.cancel()
        for one in self.running.values():
            one.close()
        if number := self._queue.closable:
            ext.completions_close(number)


def run(
    start: Callable[[Call[Any]], Operation],
    jobs: Iterable[Job[Result]],
    concurrency: int,
    tally: _batch.Tally,
    progress: BatchCallback | None,
) -> Generator[Outcome[Result], None, None]:
    """Runs jobs, so many at a time, and gives their outcomes as they come.

    Closing the generator cancels what runs and waits for its end.
    """
    meter = Meter(progress)
    batch: _Batch[Result] = _Batch(start, tally)
    waiting = iter(jobs)
    more = True
    try:
        while True:
            while more and len(batch.running) < concurrency and len(batch.ended) < concurrency:
                job = next(waiting, None)
                if job is None:
                    more = False
                else:
                    batch.begin(job)
            meter.tick(tally.snapshot)
            if batch.ended:
                yield batch.ended.popleft()
            elif batch.running:
                batch.wait()
            else:
                break
        meter.last(tally.snapshot)
    finally:
        batch.close()
