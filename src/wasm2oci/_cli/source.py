"""Content to push: a file, or standard input."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from typing import TYPE_CHECKING

from wasm2oci._cli import spool, streams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

STANDARD = "-"
"""The name of standard input, and of standard output."""


@contextlib.contextmanager
def opened(name: str) -> Iterator[str | bytearray | IO[bytes]]:
    """Gives what to push for a name on the command line.

    Digest and size come before the content, so what can be read only once is spooled.

    Raises:
        FilesystemError: Standard input is closed.
        OSError: It cannot be read, or the disk is full.
    """
    if name == STANDARD:
        streams.present(sys.stdin, "standard input")
        # Not sys.stdin, which has a name that would become the title.
        with io.FileIO(streams.INPUT, closefd=False) as stream, _whole(stream) as content:
            yield content
    elif _is_pipe(name):
        with io.FileIO(name) as stream, _whole(stream) as content:
            yield content
    else:
        yield name


def _is_pipe(name: str) -> bool:
    """Tells whether a name leads to a pipe, such as a shell makes of `<(…)`."""
    try:
        return stat.S_ISFIFO(os.stat(name).st_mode)  # noqa: PTH116 - a name that no Path can hold is no pipe
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _whole(stream: io.FileIO) -> Iterator[bytearray | IO[bytes]]:
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        yield stream
        return
    chunks = streams.chunks(stream)
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) > spool.SMALL:
            break
    else:
        yield held
        return
    import tempfile  # noqa: PLC0415 - for few

    with tempfile.TemporaryFile() as file:
        file.write(held)
        held.clear()
        file.writelines(chunks)
        file.seek(0)
        yield file
