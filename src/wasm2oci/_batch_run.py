"""Runs a batch in the thread that asks for its outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from wasm2oci import _source
from wasm2oci._handle import Handle
from wasm2oci._native import ext
from wasm2oci._operation import WAIT_SLICE_MS
from wasm2oci.errors import ClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from wasm2oci._batch import Batch, Job
    from wasm2oci._calls import Call
    from wasm2oci._operation import Operation
    from wasm2oci._outcome import Outcome

    Start = Callable[[Call[Any], object], Operation]

Result = TypeVar("Result")


class _One(Generic[Result]):
    """A job whose operation has started."""

    def __init__(self, job: Job[Result], start: Start) -> None:
        self.job = job
        self._call = job.call()
        source = self._call.source
        self._content = None if source is None else _source.opened(source)
        try:
            self.operation = start(self._call, self._content)
        except BaseException:
            self._release()
            raise

    def result(self) -> Result:
        """The result of the operation, which has ended."""
        self.operation.wait(self.job.meter)
        return self._call.finish(self.operation)

    def close(self) -> None:
        try:
            self.operation.close()
        finally:
            self._release()

    def _release(self) -> None:
        if self._content is not None:
            self._content.release()


class _Running(Generic[Result]):
    """The operations that run."""

    def __init__(self, start: Start, batch: Batch[Result]) -> None:
        self._start = start
        self._batch = batch
        self.jobs: dict[int, _One[Result]] = {}
        self._queue = Handle("batch")
        ext.completions_new(self._queue.owned)

    def begin(self, job: Job[Result]) -> None:
        try:
            one = _One(job, self._start)
        except Exception as error:  # noqa: BLE001 - the item's
            self._batch.fail(job, error)
            return
        self.jobs[one.operation.handle] = one
        job.meter.begin(one.operation.progress)
        ext.completions_add_operation(self._queue.number, one.operation.handle)

    def next(self, outcomes: Iterator[Outcome[Result] | None]) -> Outcome[Result] | None:
        """Waits for the next outcome; None where there are no more."""
        try:
            for outcome in outcomes:
                if outcome is not None:
                    return outcome
                self.wait()
            self.close()
        except BaseException:
            self.close()
            raise
        return None

    def wait(self) -> None:
        """Waits for a moment, for any of them."""
        numbers = ext.completions_wait(self._queue.number, WAIT_SLICE_MS)
        if numbers is None:
            raise ClosedError("the interpreter is shutting down")
        for number in numbers:
            one = self.jobs[number]
            try:
                result = one.result()
            except Exception as error:  # noqa: BLE001 - the item's
                self._batch.fail(one.job, error)
            else:
                self._batch.succeed(one.job, result)
            del self.jobs[number]
            one.close()
        for one in self.jobs.values():
            one.operation.log()

    def close(self) -> None:
        for one in self.jobs.values():
            one.operation.cancel()
        for one in self.jobs.values():
            one.close()
            self._batch.leave(one.job)
        self._queue.close()


def run(start: Start, batch: Batch[Result]) -> Generator[Outcome[Result], None, None]:
    """Runs a batch and yields its outcomes as they come.

    Closing the generator cancels what runs and waits for it to end.
    """
    running = _Running(start, batch)
    outcomes = batch.run(running.jobs, running.begin)
    # Not within a `try`: of a generator that is dropped that would be a finalizer; see _handle.
    # What runs is closed with what it is kept by.
    while (outcome := running.next(outcomes)) is not None:
        yield outcome
