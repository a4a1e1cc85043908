"""What can be pushed: a path, memory, or a file object.

Go never calls back into Python, so everything is one of three things in the end: a
path, a view of memory, or the descriptor of a regular file.
"""

from __future__ import annotations

import io
import os
import stat

from wasm2oci import _arguments
from wasm2oci._native import ext
from wasm2oci.errors import InvalidArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO, TypeGuard

    from wasm2oci._aliases import Buffer, PushSource, Self, SupportsRead
    from wasm2oci._handle import Owned

    Start = Callable[[Owned, int, bytes, bytes | None], None]


_CHUNK = 1 << 20


class Opened:
    """A source that is ready, until it is released or left as a context manager.

    Nothing of it is a finalizer, or a generator with a `finally`: see `_handle`.

    Attributes:
        start: Starts the push: takes the list of started operations, the client, the
            reference and the options.
        title: The name that a file object knows of its file, for want of another title.
    """

    def __init__(self, start: Start, *held: memoryview | BinaryIO, title: str | None = None) -> None:
        """Takes what is to be released."""
        self.start = start
        self.title = title
        self._held = held

    def release(self) -> None:
        """Releases views and files, once the operation is closed."""
        for one in self._held:
            if not isinstance(one, memoryview):
                one.close()
                continue
            try:  # noqa: SIM105 - contextlib is one more module to load
                one.release()
            except BufferError:  # An operation reads it that an exception has left open; it goes with that.
                pass

    def __enter__(self) -> Self:
        """Returns the source."""
        return self

    def __exit__(self, *_: object) -> None:
        """Releases it."""
        self.release()


def copied(source: PushSource) -> bool:
    """Says whether `opened` has to read the source, which may take a while."""
    if isinstance(source, (str, os.PathLike)) or type(source) is io.BytesIO:
        return False
    view = _view(source)
    if view is not None:
        view.release()
        return False
    return _readable(source) and _real_file(source) is None


def opened(source: PushSource) -> Opened:
    """Prepares a source, and holds it until the push has ended."""
    if isinstance(source, (str, os.PathLike)):
        path = _arguments.path("source", source)
        return Opened(lambda started, client, reference, options: ext.push(started, client, path, reference, options))
    view = _view(source)
    if view is not None:
        return _memory(view)
    if type(source) is io.BytesIO:
        whole = source.getbuffer()
        return _memory(whole[source.tell() :], whole)
    return _file(source)


def _view(source: object) -> memoryview | None:
    """Views memory as bytes; the view keeps the memory from being resized or freed."""
    try:
        view = memoryview(source)  # type: ignore[arg-type] # that is the question
    except TypeError:
        return None
    with view:
        if not view.c_contiguous:
            raise InvalidArgumentError("source is memory that is not contiguous; push a copy, such as bytes(source)")
        return memoryview(b"") if view.nbytes == 0 else view.cast("B")


def _memory(view: memoryview, *behind: memoryview) -> Opened:
    return Opened(
        lambda started, client, reference, options: ext.push_bytes(started, client, view, reference, options),
        view,
        *behind,
    )


def _file(source: Buffer | SupportsRead) -> Opened:
    """Opens what is left in a file object."""
    if isinstance(source, io.TextIOBase):
        raise TypeError("source is a file opened in text mode; open it with mode 'rb'")
    if not _readable(source):
        raise _arguments.wrong_source(source)
    real = _real_file(source)
    if real is not None:
        name = getattr(source, "name", None)
        return Opened(
            lambda started, client, reference, options: ext.push_fd(started, client, real, reference, options),
            title=os.path.basename(name) if isinstance(name, str) else None,  # noqa: PTH119 - it may be no path
        )
    import tempfile  # noqa: PLC0415 - most sources do without

    spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
    try:
        _copy(source, spool)
    except BaseException:
        spool.close()
        raise

    def start(started: Owned, client: int, reference: bytes, options: bytes | None) -> None:
        ext.push_fd(started, client, spool.fileno(), reference, options)
        spool.close()  # The library has a descriptor of its own.

    return Opened(start, spool)


def _readable(source: object) -> TypeGuard[SupportsRead]:
    return callable(getattr(source, "read", None))


def _real_file(source: SupportsRead) -> int | None:
    """The descriptor of a regular file that is to be read from its start.

    Only of Python's own file types: others have one as well (gzip's is the packed
    file's), but their `read` returns something else.
    """
    if type(source) not in (io.FileIO, io.BufferedReader, io.BufferedRandom):
        return None
    file: io.FileIO | io.BufferedReader | io.BufferedRandom = source  # type: ignore[assignment]
    raw = file if isinstance(file, io.FileIO) else file.raw
    if type(raw) is not io.FileIO or not file.readable():
        return None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) or file.tell() != 0:
        return None
    if file.writable():
        file.flush()
    return file.fileno()


def _copy(source: SupportsRead, spool: BinaryIO) -> None:
    while True:
        chunk = source.read(_CHUNK)
        if isinstance(chunk, str):
            raise TypeError("source is a file object whose read() returns text; open it with mode 'rb'")
        if chunk is None:
            raise InvalidArgumentError("source is a non-blocking file object that has no data yet")
        if not chunk:
            break
        spool.write(chunk)
    spool.flush()
