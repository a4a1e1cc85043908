"""Content that has to be whole before it goes on: in memory while it is small, else on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tempfile

SMALL = 64 << 20
"""Bytes that are held in memory at most."""


def new() -> tempfile.SpooledTemporaryFile[bytes]:
    """Returns an empty file to use in a `with` statement; nothing of it stays behind."""
    import tempfile  # noqa: PLC0415 - takes longer to load than a pull takes, which mostly does without

    return tempfile.SpooledTemporaryFile(max_size=SMALL)
