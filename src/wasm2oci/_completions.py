"""One thread that waits for all that the tasks of one event loop wait for.

Operations and readers are put into a queue of the library, which a thread waits for with
the GIL given away; what it gets it hands to the loop by `call_soon_threadsafe`. Any
number of operations costs that one thread, which is there while it is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import weakref
from typing import TYPE_CHECKING

from wasm2oci import _native
from wasm2oci._handle import Handle
from wasm2oci._native import ext
from wasm2oci._operation import PROGRESS_INTERVAL
from wasm2oci.errors import ClosedError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wasm2oci._operation import Operation

SLICE_MS = 1000
"""How long the thread waits before it looks whether its loop is still there, or has no use for it."""


class Watch:
    """What a task waits for: an operation's end, or that a reader has something.

    Args:
        tick: Called in the loop every PROGRESS_INTERVAL until then.
        abandon: Called in another thread where the loop is closed before.
    """

    def __init__(self, tick: Callable[[], None], abandon: Callable[[], None]) -> None:
        """Makes a watch that waits for nothing yet."""
        self.abandon = abandon
        self.reported = False
        self._tick: Callable[[], None] | None = tick
        self._problem: BaseException | None = None
        self._event = asyncio.Event()
        self._context = contextvars.copy_context()

    async def wait(self) -> None:
        """Waits for the report. Raises what a tick has raised; there are no more ticks then."""
        await self._event.wait()
        problem, self._problem = self._problem, None
        if problem is not None:
            if not self.reported:
                self._event.clear()
            raise problem

    def report(self) -> None:
        """Says that it has happened."""
        self.reported = True
        self._event.set()

    def mute(self) -> None:
        """Ends the ticks."""
        self._tick = None

    def pulse(self) -> None:
        """Ticks."""
        if self._tick is None:
            return
        try:
            self._context.run(self._tick)
        except BaseException as error:  # noqa: BLE001 - it belongs to the task
            self.mute()
            self._problem = error
            self._event.set()


class _Completions:
    """The queue and the thread of one loop. All but `_serve` runs in the thread of the loop."""

    def __init__(self) -> None:
        self._generation = _native.generation()
        # Held for moments: while something is added, and while the thread looks whether it may end.
        self._lock = threading.Lock()
        self._queue = Handle("event loop")
        self._watches: dict[int, list[Watch]] = {}
        self._pulsing = False

    @property
    def foreign(self) -> bool:
        """Whether the thread is one of the process that this one was forked from."""
        return self._generation != _native.generation()

    def add(self, add: Callable[[int, int], None], handle: int, watch: Watch) -> None:
        """Adds what a handle refers to, by the function of `ext` that can."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if not self._queue.number:
                self._start(loop)
            add(self._queue.number, handle)
            self._watches.setdefault(handle, []).append(watch)
        if not self._pulsing:
            self._pulsing = True
            loop.call_later(PROGRESS_INTERVAL, self._pulse, loop)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        queue = Handle("event loop")
        ext.completions_new(queue.owned)
        here = threading.get_native_id()
        thread = threading.Thread(
            target=self._serve, args=(loop, queue, here), name="wasm2oci-completions", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            queue.close()
            raise
        if thread.native_id == here:
            queue.close()
            raise UnsupportedError(
                "the async client needs threads, and here gevent or the like has replaced them; "
                "use Client in a pool of real threads"
            )
        self._queue = queue

    def _serve(self, loop: asyncio.AbstractEventLoop, queue: Handle, starter: int) -> None:
        """What the thread does."""
        if threading.get_native_id() == starter:
            return  # Its waits would hold up the loop; see _start.
        # ClosedError: the interpreter is shutting down. RuntimeError: the loop was closed just now.
        with contextlib.suppress(ClosedError):
            while (numbers := ext.completions_wait(queue.number, SLICE_MS)) is not None:
                if numbers and not loop.is_closed():
                    with contextlib.suppress(RuntimeError):
                        loop.call_soon_threadsafe(self._deliver, numbers)
                if loop.is_closed():
                    self._abandon()
                if not numbers and self._retires():
                    break
            queue.close()

    def _retires(self) -> bool:
        with self._lock:
            if self._watches:
                return False
            self._queue = Handle("event loop")
            return True

    def _abandon(self) -> None:
        with self._lock:
            lists = list(self._watches.values())
            self._watches.clear()
        for watches in lists:
            for watch in watches:
                watch.abandon()

    def _deliver(self, numbers: list[int]) -> None:
        for number in numbers:
            for watch in self._watches.pop(number, ()):
                watch.report()

    def _pulse(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pulsing = bool(self._watches)
        if self._pulsing:
            loop.call_later(PROGRESS_INTERVAL, self._pulse, loop)
        for watches in list(self._watches.values()):
            for watch in watches:
                watch.pulse()


_of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Completions] = weakref.WeakKeyDictionary()


def _add(add: Callable[[int, int], None], handle: int, watch: Watch) -> None:
    loop = asyncio.get_running_loop()
    found = _of_loops.get(loop)
    if found is None or found.foreign:
        found = _of_loops[loop] = _Completions()
    found.add(add, handle, watch)


async def ended(operation: Operation, tick: Callable[[], None]) -> None:
    """Waits until an operation has ended, however that was.

    Where the task is cancelled or a tick raises, the operation is cancelled; that is
    raised when it has ended.
    """
    watch = Watch(tick, operation.close)
    _add(ext.completions_add_operation, operation.handle, watch)
    problem: BaseException | None = None
    while not watch.reported:
        try:
            await watch.wait()
        except GeneratorExit:  # noqa: PERF203 - Nobody waits any more; the operation is closed on the way out.
            raise
        except BaseException as error:  # noqa: BLE001 - raised below
            problem = problem or error
            watch.mute()
            operation.cancel()
    if problem is not None:
        raise problem


async def readable(reader: int, tick: Callable[[], None], abandon: Callable[[], None]) -> None:
    """Waits until a read of a reader would not wait. May be cancelled, or end early by what a tick raises."""
    watch = Watch(tick, abandon)
    try:
        _add(ext.completions_add_reader, reader, watch)
        await watch.wait()
    finally:
        watch.mute()
