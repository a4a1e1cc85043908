"""The command line. Only this package needs click and rich.

A run, from the outside in:

    streams.py   standard input, output and error, whatever state they are in
    stop.py      signals
    run.py       the whole command: what a failure prints, and how the process ends
    failure.py   misuse.py exits.py spelling.py
                 errors as one line, their exit codes, options in the command line's spelling
    command.py   the command and its verbs
    options.py   session.py secret.py
                 what all verbs share: options, the client they make, secrets from standard input
    push.py      pull.py pulls.py resolve.py inspect.py
                 one verb each; pulls.py many pulls
    source.py    spool.py listed.py
                 content from standard input, and where it waits; a list of references
    output.py    log.py progress.py
                 results, warnings, the progress bar
    tree.py      artifact.py externs.py
                 what `inspect` shows

click is loaded when a command runs, rich only where it draws on a terminal, and the
library only where a verb needs it: `--help` works however broken the surroundings are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasm2oci._cli import stop, streams

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; the one of this process unless another is given.

    It is the process's main function: it takes over signals and closed streams.

    Returns:
        The exit code.
    """
    streams.repair()
    # Loaded before signals become exceptions, which do not get through everything that runs meanwhile.
    from wasm2oci._cli.run import run  # noqa: PLC0415 - not for those who import this module

    try:
        with stop.on_signals():
            return run(arguments)
    except stop.Stopped as stopped:
        streams.say(f"wasm2oci: {stopped}")
        return stopped.code
