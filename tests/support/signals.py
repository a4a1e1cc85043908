"""What a process does at a signal, which programs that it starts take over where it is to ignore it.

Shells have what they start in the background ignore SIGINT, and nohup SIGHUP. A program that is run so is right to
go on; a test that sends the signal would wait for ever.
"""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def heed_interrupts() -> None:
    """Let SIGINT raise KeyboardInterrupt here, and do what it does by default in programs started from now on."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def hang_up_by_default() -> Iterator[None]:
    """Let SIGHUP do what it does by default in programs that are started in the body.

    This process goes on ignoring it where it did: nohup is used to run tests beyond the end of a terminal.
    """
    number: int | None = getattr(signal, "SIGHUP", None)
    if number is None or signal.getsignal(number) != signal.SIG_IGN:
        yield
        return
    # A handler, unlike being ignored, does not outlive the start of another program.
    signal.signal(number, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_IGN)
