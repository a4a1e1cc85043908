"""A file that lists what to pull: a reference on each line."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from wasm2oci._cli import source, streams

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = "#"
SEPARATOR = "\t"
"""Between a reference and the path of its file."""


def items(name: str) -> Iterator[tuple[str, str | None]]:
    """Reads a list: references, each with its path or None.

    Empty lines and those that begin with `#` say nothing.

    Args:
        name: The file, or `-` for standard input.

    Raises:
        FilesystemError: Standard input is closed.
        OSError: It cannot be read.
    """
    for line in _text(name).splitlines():
        reference, _, path = (part.strip() for part in line.partition(SEPARATOR))
        if reference and not reference.startswith(COMMENT):
            yield reference, path or None


def _text(name: str) -> str:
    if name == source.STANDARD:
        streams.present(sys.stdin, "standard input")
        with io.FileIO(streams.INPUT, closefd=False) as stream:
            raw = b"".join(streams.chunks(stream))
    else:
        with io.FileIO(name) as stream:
            raw = stream.readall()
    # Paths may be any bytes; a mark at the beginning is no part of a reference.
    return raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
