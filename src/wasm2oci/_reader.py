"""A module as a stream of bytes."""

from __future__ import annotations

import io
from types import FunctionType

from wasm2oci import _models
from wasm2oci import _types as types
from wasm2oci._handle import Handle
from wasm2oci._models import Descriptor, Progress
from wasm2oci._native import ext
from wasm2oci._operation import WAIT_SLICE_MS, Meter
from wasm2oci.errors import ClosedError, InternalError, Wasm2ociError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, NoReturn

    from wasm2oci._client import Client
    from wasm2oci._operation import Operation

__all__ = ["Reader"]


class Described:
    """What is known about a module before its first byte."""

    reference: str
    descriptor: Descriptor
    format: types.Format
    kind: types.Kind | None
    file_digest: str
    file_size: int

    if TYPE_CHECKING:
        _operation: Operation
        _position: int

        @property
        def closed(self) -> bool:
            """Whether the reader is closed."""

    def __repr__(self) -> str:
        """Shows what is read, and how far."""
        state = "closed" if self.closed else f"at {self._position}"
        return f"<wasm2oci.{type(self).__name__} of {self.reference!r}, {state} of {self.file_size} bytes>"

    def _describe(self, result: dict[str, Any]) -> None:
        self.reference = result["reference"]
        self.descriptor = _models.descriptor(result)
        self.format = result["format"]
        self.kind = result.get("kind")
        self.file_digest = result["file_digest"]
        self.file_size = result["file_size"]
        self.source = result.get("source")
        self.mirror = result.get("mirror")
        self.age = result.get("age")

    def _progress(self, phase: str) -> Progress:
        native = self._operation.progress()
        return _models.Progress(
            item=self.file_digest,
            done=self._position,
            total=self.file_size,
            phase=phase,
            reused=0,
            resumed=native.resumed,
            retries=native.retries,
        )


class Reader(Described, io.RawIOBase):
    """Reads the module or component of an artifact as it arrives from the registry.

    Returned by `open`. Size and digest are verified while reading. If they do not match,
    `DigestMismatchError` is raised in place of the end of the stream, so do not use what
    was read before the end is reached. Wrap it in `io.BufferedReader` for many small reads.

    Attributes:
        reference: The normalised reference, with its tag or digest.
        descriptor: The manifest.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`.
        file_digest: The expected digest of the bytes.
        file_size: The number of bytes.
        source: Where the content comes from, with a cache or mirrors: `cache` if nothing is read from elsewhere,
            `mirror` if reading begins with a mirror, else `registry`.
        age: How many seconds ago the registry said what the tag names; None if it was asked now.
        mirror: The repository of the mirror that is read from, if `source` is `mirror`.
    """

    def __init__(self, client: Client, operation: Operation) -> None:
        """Takes over an ended open operation."""
        super().__init__()
        if isinstance(Reader.close, FunctionType):
            # Finalizers call it, those of what Python's io wraps around the reader included.
            Reader.close = ext.close_stream  # type: ignore[assignment, method-assign]
            Reader._dealloc_warn = ext.warn_of_stream  # type: ignore[attr-defined]
        self._client = client  # Which must not be closed for want of users meanwhile.
        self._operation = operation
        self._taken = Handle("reader")
        self._handles = (self._taken, operation.started)
        self._position = 0
        self._ended = False
        self._describe(operation.result())
        ext.operation_reader(self._taken.owned, operation.handle)

    def readable(self) -> bool:
        """Returns True."""
        self._check_open()
        return True

    def readinto(self, buffer: types.Buffer, /) -> int:
        """Reads into a buffer, waiting for at least one byte.

        Returns:
            How many bytes were read; 0 at the end, once the digest has been verified.

        Raises:
            DigestMismatchError: The bytes do not match the digest or the size.
            NetworkError: The connection broke too often.
            OperationTimeoutError: The timeout of `open` or the idle limit passed.
            ClosedError: The reader is closed.
            ForkError: The reader was opened by a process that this one was forked from.
            OperationCancelledError: The client or the reader was closed during the read.
        """
        self._check_open()
        with memoryview(buffer) as view:
            if view.readonly:
                raise TypeError(f"the buffer must be writable, and {type(buffer).__name__} is not")
            if not view.nbytes:
                return 0
            with view.cast("B") as flat, _Unbroken(self):
                return self._wait_for(lambda: ext.reader_read(self._taken.number, flat, WAIT_SLICE_MS), _no_tick)

    def readall(self) -> bytes:
        """Reads the rest into a new bytes object. It raises the same errors as `readinto`."""
        return self.read_rest(Meter(None))

    def read_rest(self, meter: Meter[Progress]) -> bytes:
        """Reads the rest and reports progress."""
        self._check_open()
        with _Unbroken(self):
            return self._fill(meter)

    def _fill(self, meter: Meter[Progress]) -> bytes:
        size = self.file_size - self._position
        rest = ext.bytes_new(size)
        filled = 0

        def tick() -> None:
            meter.tick(lambda: self._progress("transferring"))

        while filled < size and not self._ended:
            at = filled
            filled += self._wait_for(lambda: ext.reader_fill(self._taken.number, rest, at, WAIT_SLICE_MS), tick)  # noqa: B023 - called at once
            tick()
        with memoryview(bytearray(1)) as beyond:
            filled += self._wait_for(lambda: ext.reader_read(self._taken.number, beyond, WAIT_SLICE_MS), tick)
        if filled != size:  # Part of the bytes was never written.
            raise InternalError(f"the module ended after {filled} of {size} bytes")
        meter.last(lambda: self._progress("done"))
        return rest

    def close(self) -> None:
        """Closes the reader and its connection. Further calls do nothing."""
        ext.close_stream(self)

    _mark_closed = io.RawIOBase.close

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled, as open files do."""
        raise TypeError("a reader cannot be copied or pickled; open another one")

    def _wait_for(self, read: Callable[[], tuple[int, bool]], tick: Callable[[], None]) -> int:
        """Reads once, in slices of time so that signal handlers run in between."""
        while not self._ended:
            count, self._ended = read()
            self._position += count
            if count:
                return count
            tick()
            self._operation.log()
        return 0

    def _check_open(self) -> None:
        if self.closed:
            raise ClosedError("the reader is closed")


def _no_tick() -> None:
    """Reports nothing: who reads by parts knows how far they are."""


class _Unbroken:
    """Closes a reader where a signal handler raises: reading on would leave a hole."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __enter__(self) -> None:
        """Begins to read."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the reader unless the error is the library's."""
        if error is not None and not isinstance(error, Wasm2ociError):
            self._reader.close()
