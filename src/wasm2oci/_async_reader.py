"""A module as a stream of bytes, for asyncio."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from wasm2oci import _completions
from wasm2oci._aliases import Buffer, Self
from wasm2oci._handle import Handle
from wasm2oci._models import Progress
from wasm2oci._native import ext
from wasm2oci._operation import Meter
from wasm2oci._reader import Described
from wasm2oci.errors import ClosedError, InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wasm2oci._client import Client
    from wasm2oci._operation import Operation

__all__ = ["AsyncReader"]

CHUNK = 1 << 18
"""Bytes of a chunk when the reader is looped over."""


class AsyncReader(Described):
    """Reads the module or component of an artifact as it arrives from the registry.

    Returned by `AsyncClient.open`; the async counterpart of `Reader`. Size and digest are
    verified while reading. If they do not match, `DigestMismatchError` is raised in place
    of the end of the stream, so do not use what was read before the end is reached.
    `async for` yields chunks. A read that is cancelled consumes nothing.

    Attributes:
        reference: The normalised reference, with its tag or digest.
        descriptor: The manifest.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`.
        file_digest: The expected digest of the bytes.
        file_size: The number of bytes.

    Example:
        >>> import asyncio
        >>> import wasm2oci
        >>> async def main() -> None:
        ...     async with wasm2oci.AsyncClient() as client, client.open("oci:hello:v1") as reader:
        ...         content = await reader.read(4)
        ...         async for chunk in reader:
        ...             content += chunk
        ...         print(len(content) == reader.file_size)
        >>> asyncio.run(main())
        True
    """

    def __init__(self, client: Client, operation: Operation) -> None:
        """Takes over an ended open operation."""
        self._client = client  # Which must not be closed for want of users meanwhile.
        self._operation = operation
        self._taken = Handle("reader")
        self._position = 0
        self._ended = False
        self._closed = False
        self._busy = False
        self._describe(operation.result())
        ext.operation_reader(self._taken.owned, operation.handle)

    @property
    def closed(self) -> bool:
        """Whether the reader is closed."""
        return self._closed

    async def read(self, size: int = -1, /) -> bytes:
        """Reads up to `size` bytes, waiting for at least one; or the rest, if `size` is negative.

        Returns:
            The bytes, which are empty at the end, once the digest has been verified.

        Raises:
            Wasm2ociError: As for `Reader.readinto`.
            RuntimeError: Another task is reading.
        """
        if size < 0:
            return await self.readall()
        with self._reading():
            room = min(size, self.file_size - self._position)
            if not room:
                await self._check_end()
                return b""
            content = ext.bytes_new(room)
            count = await self._next(partial(ext.reader_fill, self._taken.number, content, 0, 0), _idle)
        return content if count == room else content[:count]

    async def readinto(self, buffer: Buffer, /) -> int:
        """Reads into a buffer as `Reader.readinto` does, waiting for at least one byte."""
        with self._reading(), memoryview(buffer) as view:
            if view.readonly:
                raise TypeError(f"the buffer must be writable, and {type(buffer).__name__} is not")
            if not view.nbytes:
                return 0
            with view.cast("B") as flat:
                return await self._next(partial(ext.reader_read, self._taken.number, flat, 0), _idle)

    async def readall(self) -> bytes:
        """Reads the rest into a new bytes object. It raises the same errors as `read`."""
        return await self.read_rest(Meter(None))

    async def read_rest(self, meter: Meter[Progress]) -> bytes:
        """Reads the rest and reports progress."""
        with self._reading():
            size = self.file_size - self._position
            rest = ext.bytes_new(size)
            filled = 0

            def tick() -> None:
                meter.tick(lambda: self._progress("transferring"))

            while filled < size and not self._ended:
                filled += await self._next(partial(ext.reader_fill, self._taken.number, rest, filled, 0), tick)
                tick()
            await self._check_end(tick)
            if filled != size:  # Part of the bytes was never written.
                raise InternalError(f"the module ended after {filled} of {size} bytes")
            meter.last(lambda: self._progress("done"))
            return rest

    async def _check_end(self, tick: Callable[[], None] | None = None) -> None:
        """Waits for the end after the last byte, which comes when the digest is verified."""
        with memoryview(bytearray(1)) as beyond:
            more = await self._next(partial(ext.reader_read, self._taken.number, beyond, 0), tick or _idle)
        if more:
            raise InternalError(f"the module goes on after {self.file_size} bytes")

    async def _next(self, read: Callable[[], tuple[int, bool]], tick: Callable[[], None]) -> int:
        """Reads once, without waiting in the library."""

        def pulse() -> None:
            tick()
            self._operation.log()

        while not self._ended:
            count, self._ended = read()
            self._position += count
            if count:
                return count
            if not self._ended:
                await _completions.readable(self._taken.number, pulse, self._end)
                self._check_open()
        return 0

    async def close(self) -> None:
        """Closes the reader and its connection. Further calls do nothing."""
        self._end()

    def _end(self) -> None:
        self._closed = True
        self._taken.close()
        self._operation.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        self._check_open()
        if self._busy:
            raise RuntimeError("another task is reading")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError("the reader is closed")

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        """Yields the rest in chunks."""
        while chunk := await self.read(CHUNK):
            yield chunk

    async def __aenter__(self) -> Self:
        """Returns the reader."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the reader."""
        await self.close()

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled, as open files do."""
        raise TypeError("a reader cannot be copied or pickled; open another one")


def _idle() -> None:
    """Reports nothing: who reads by parts knows how far they are."""
