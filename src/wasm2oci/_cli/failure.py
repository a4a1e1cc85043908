"""Errors as one line with a next step."""

from __future__ import annotations

import traceback

import click

from wasm2oci import errors
from wasm2oci._cli import exits, log, streams
from wasm2oci._cli.misuse import Misuse
from wasm2oci._cli.spelling import filled, spelled

HINTS: dict[type[Exception], str] = {
    errors.AlreadyExistsError: "leave out --no-clobber to replace it",
    errors.InternalError: "run it again with --debug and report it",
}
"""Next steps that only the command line knows."""


def report(error: Exception) -> int:
    """Says on standard error what went wrong, and returns the exit code."""
    streams.say(f"wasm2oci: error: {describe(error)}")
    if log.debugging() and exits.code_of(error) == exits.INTERNAL:
        for line in "".join(traceback.format_exception(error)).splitlines():
            streams.say(line)
    return exits.code_of(error)


def report_usage(error: click.UsageError) -> int:
    """Says what is wrong with the command line, and how it is used."""
    message = error.format_message().rstrip(".")
    step = "see 'wasm2oci --help'"
    if error.ctx is not None:
        step = f"see '{error.ctx.command_path} --help'"
        if isinstance(error, click.NoSuchOption) and isinstance(error.ctx.command, click.Group):
            step = "options stand after the verb"
        streams.say(" ".join(error.ctx.get_usage().split()))
    streams.say(f"wasm2oci: error: {message[:1].lower()}{message[1:]}; {step}")
    return exits.USAGE


def describe(error: Exception) -> str:
    """Returns what went wrong, and a next step where there is one."""
    if isinstance(error, Misuse):
        message = str(error)
    elif isinstance(error, errors.Wasm2ociError):
        template = error.detail.get("template")
        message = (
            filled(template)
            if template
            else spelled(error.message, argument=isinstance(error, errors.InvalidArgumentError))
        )
    elif isinstance(error, OSError):
        message = error.strerror or str(error)
        if error.filename is not None:
            message = f"{error.filename!r}: {message}"
    elif isinstance(error, ImportError):  # The library cannot be loaded here, and says why.
        message = str(error)
    elif isinstance(error, MemoryError):
        message = "out of memory"
    else:
        message = f"internal error: {type(error).__name__}: {error}; {HINTS[errors.InternalError]}"
    hint = HINTS.get(type(error))
    return message if hint is None else f"{message}; {hint}"
