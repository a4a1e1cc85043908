"""Warnings and debug records of the library, as lines on standard error."""

from __future__ import annotations

import logging

from wasm2oci._cli import streams
from wasm2oci._cli.spelling import spelled

_logger = logging.getLogger("wasm2oci")


class _Lines(logging.Handler):
    """Says each record."""

    def emit(self, record: logging.LogRecord) -> None:
        """Says one record."""
        streams.say(f"wasm2oci: {record.levelname.lower()}: {spelled(record.getMessage())}")


def start(*, quiet: bool, debug: bool) -> None:
    """Shows warnings; with `debug` everything, else with `quiet` nothing."""
    _logger.handlers = [_Lines()]
    _logger.propagate = False
    _logger.setLevel(logging.DEBUG if debug else logging.ERROR if quiet else logging.WARNING)


def debugging() -> bool:
    """Tells whether `--debug` was given."""
    return _logger.getEffectiveLevel() <= logging.DEBUG
