"""Hands on what the library has logged."""

from __future__ import annotations

import logging

from wasm2oci import _parse

_logger = logging.getLogger("wasm2oci")
_LEVELS = {"debug": logging.DEBUG, "warning": logging.WARNING}


def hand_on(records: bytes) -> None:
    """Gives records of an operation, a JSON array, to the logger `wasm2oci`."""
    for record in _parse.document(records):
        _logger.log(_LEVELS.get(record["level"], logging.INFO), "%s", record["message"])
