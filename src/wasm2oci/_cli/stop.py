"""Signals that end the command.

They arrive as an exception, so that what is under way ends in order: the operation is
cancelled, its temporary file removed, the terminal put right.
"""

from __future__ import annotations

import contextlib
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "terminated: the terminal is gone"}
"""What to say of each signal; a system need not have all of them."""

SAME = 1.0
"""Seconds in which another signal means the same: a second key press, or a wrapper that passes it on."""


class Stopped(BaseException):
    """A signal asked the command to end. No `except Exception` is to swallow it."""

    def __init__(self, number: int) -> None:
        """Takes the number of the signal."""
        super().__init__(WORDS[signal.Signals(number).name])
        self.code = 128 + number


class _Handler:
    """Raises `Stopped`, unless a clean-up has just begun."""

    def __init__(self) -> None:
        self._earliest = 0.0

    def __call__(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if now >= self._earliest:
            self._earliest = now + SAME
            raise Stopped(number)


@contextlib.contextmanager
def on_signals() -> Iterator[None]:
    """Raises `Stopped` where a signal comes while the body runs, and lets none come after it.

    A signal that the process was started to ignore stays ignored.
    """
    numbers = [number for name in WORDS if (number := getattr(signal, name, None)) is not None]
    taken = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    handler = _Handler()
    try:
        for number in taken:
            signal.signal(number, handler)
        yield
    finally:
        # What is left takes a moment and is not to be cut in two.
        for number in taken:
            signal.signal(number, signal.SIG_IGN)
