"""Content that has to be whole before it goes on: in memory while it is small, else on disk."""

from __future__ import annotations

import tempfile

SMALL = 64 << 20
"""Bytes that are held in memory at most."""


def new() -> tempfile.SpooledTemporaryFile[bytes]:
    """Returns an empty file to use in a `with` statement; nothing of it stays behind."""
    return tempfile.SpooledTemporaryFile(max_size=SMALL)
