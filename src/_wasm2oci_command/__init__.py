"""Starts the command line.

A package of its own, since what it does must come before `wasm2oci` is loaded: while a
program loads, Ctrl-C is to end it, not to print where in its code it was.
"""

from __future__ import annotations

import signal

__all__ = ["main"]


def main() -> int:
    """Runs the command line of this process; returns the exit code."""
    # There is nothing to put in order yet. A signal that is ignored stays ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    from wasm2oci._cli import main as run  # noqa: PLC0415 - see above

    return run()
