"""The command line. Only this package needs rich, and only on a terminal.

    app.py         one run: which verb, and how it ends
    parser.py      options.py
                   words by a table; the options that verbs share
    verbs/         one verb in each module: its table, and what it does
    session.py     what the shared options say, and the client that they make
    references.py  words that are references
    many.py        a verb for all that a list names
    locks.py       lock files, and how they differ from their lists
    guest.py       WebAssembly that is run
    output.py      progress.py
                   results, lines and trees; the progress bar
    failure.py     errors: options in messages, exit codes, JSON
    help.py        about.py
                   help texts; what the command says of itself
    tagnames.py    the tags that shells offer
    streams.py     standard input, output and error, whatever state they are in
    stop.py        signals

A module is loaded when it is needed: a pull that goes well loads eight of them, and the
library's native part is loaded by who talks to a registry. `--help` works however broken
the surroundings are.
"""

from __future__ import annotations

import sys

from wasm2oci._cli import app, stop, streams

TYPE_CHECKING = False
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
    command = app.Command(sys.argv[1:] if arguments is None else arguments)
    try:
        with stop.on_signals():
            return command.run()
    except stop.Stopped as stopped:
        return command.failed(stopped)
