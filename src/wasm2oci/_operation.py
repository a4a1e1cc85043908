"""One verb in flight, from its start to its end.

The wait releases the GIL in short slices, so that Python's signal handlers run in
between: Ctrl-C ends the operation before `KeyboardInterrupt` goes on.
"""

from __future__ import annotations

import sys
import time
from _collections_abc import Callable  # that of collections.abc, whose package takes longer to load than this one

from wasm2oci import _models, _parse
from wasm2oci._handle import Handle
from wasm2oci._models import BatchProgress, Progress
from wasm2oci._native import ext
from wasm2oci.errors import ClosedError, ForkError, Wasm2ociError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, TypeVar

    from typing_extensions import Self

    from wasm2oci._handle import Owned
else:
    from wasm2oci._record import Generic, TypeVar

ProgressCallback = Callable[[Progress], object]
BatchCallback = Callable[[BatchProgress], object]
Snapshot = TypeVar("Snapshot", bound="Progress")

WAIT_SLICE_MS = 50
PROGRESS_INTERVAL = 0.1


listener: Callable[[bytes], None] | None = None
"""What takes records in place of `logging`, which takes longer to load than a pull takes: the command line's own."""


class Meter(Generic[Snapshot]):
    """Calls a progress callback at most once per PROGRESS_INTERVAL, and always at the end.

    Snapshots come as functions, which are called only where the callback will be.
    """

    def __init__(self, callback: Callable[[Snapshot], object] | None) -> None:
        """Takes the callback, or None for no reports."""
        self._callback = callback
        self._next = 0.0

    def begin(self, snapshot: Callable[[], Snapshot]) -> None:
        """Is told of an operation that has started."""

    def tick(self, snapshot: Callable[[], Snapshot]) -> None:
        """Reports, unless that was done a moment ago."""
        if self._callback is None:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PROGRESS_INTERVAL
            self._callback(snapshot())

    def last(self, snapshot: Callable[[], Snapshot]) -> None:
        """Reports how it ended."""
        if self._callback is not None:
            self._callback(snapshot())


class Operation:
    """An operation of the C API; leaving it as a context manager ends it.

    Args:
        start: Starts the verb and appends the operation to the list it is given.

    Attributes:
        started: Its handle.
    """

    def __init__(self, start: Callable[[Owned], None]) -> None:
        """Starts the operation."""
        self.started = Handle("operation")
        start(self.started.owned)

    @property
    def handle(self) -> int:
        """The number of the operation; 0 when it is closed. Raises ForkError in a forked child."""
        return self.started.number

    def wait(self, meter: Meter[Progress], *, more: bool = False) -> None:
        """Waits until the operation has ended, and raises what it ended with.

        An exception in between, of a signal handler or of the progress callback, cancels
        the operation, waits for its end and is raised.

        Args:
            meter: Reports progress.
            more: The caller goes on and will report the end of that itself.
        """
        try:
            while not self._wait_slice(meter):
                meter.tick(self.progress)
                self.log()
            if not more:
                meter.last(self.progress)
        except BaseException:
            self.close()
            raise

    def _wait_slice(self, meter: Meter[Progress]) -> bool:
        try:
            return ext.operation_wait(self.handle, WAIT_SLICE_MS)
        except Wasm2ociError:  # How it ended, not what a signal handler raised.
            meter.last(self.progress)
            raise

    def cancel(self) -> None:
        """Asks the operation to end; a closed one has, and one of another process is none of ours."""
        try:  # noqa: SIM105 - contextlib is one more module to load
            ext.operation_cancel(self.handle)
        except (ClosedError, ForkError):
            pass

    def progress(self) -> Progress:
        """Returns how far the operation is."""
        return _models.progress(ext.operation_progress(self.handle))

    def result(self) -> dict[str, Any]:
        """Returns the result of an operation that ended well."""
        result: dict[str, Any] = _parse.document(ext.operation_result(self.handle))
        return result

    def last_text(self) -> str:
        """Returns the result as JSON text, which may be large, and closes the operation."""
        text = ext.operation_result(self.handle)
        self.close()
        return text

    def log(self) -> None:
        """Hands what the operation has logged to the logger `wasm2oci`."""
        records = ext.operation_log(self.handle)
        if records and listener is not None:
            listener(records)
            return
        # Where nobody has loaded `logging`, nobody listens to less than a warning.
        if records and ("logging" in sys.modules or b'"warning"' in records):
            from wasm2oci import _log  # noqa: PLC0415 - see above

            _log.hand_on(records)

    def log_rest(self) -> None:
        """Hands on what it has logged, unless it is closed."""
        if self.started.usable:
            try:  # noqa: SIM105 - contextlib is one more module to load
                self.log()
            except Wasm2ociError:  # Closed by another thread.
                pass

    def taken(self) -> Handle:
        """Returns the handle, which belongs to the caller now; the operation is closed for everybody else."""
        started, self.started = self.started, Handle("operation")
        return started

    def close(self) -> None:
        """Ends the operation: cancels it and waits if it is running. Can be called twice."""
        try:
            self.log_rest()
        finally:
            self.started.close()

    def __enter__(self) -> Self:
        """Returns the operation."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the operation."""
        self.close()
