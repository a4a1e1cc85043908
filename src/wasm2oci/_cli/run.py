"""A whole command, from its arguments to the exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from click.shell_completion import shell_complete

from wasm2oci._cli import exits, failure, streams
from wasm2oci._cli.command import command

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "wasm2oci"
COMPLETION = "_WASM2OCI_COMPLETE"
"""The variable by which a shell asks for completions, as click names it."""


def run(arguments: Sequence[str] | None) -> int:
    """Runs a command line and says what went wrong; returns the exit code."""
    try:
        return _dispatch(list(sys.argv[1:] if arguments is None else arguments))
    except click.UsageError as error:
        return failure.report_usage(error)
    except BrokenPipeError:
        streams.discard(streams.OUTPUT)
        return exits.CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 - the last place to make one line of it
        streams.settle()
        return failure.report(error)


def _dispatch(arguments: list[str]) -> int:
    instruction = os.environ.get(COMPLETION)
    if instruction:
        return shell_complete(command, {}, NAME, COMPLETION, instruction)
    # Not command.main(), which has its own idea of interrupts and closed pipes.
    try:
        with command.make_context(NAME, arguments) as context:
            command.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return exits.DONE
