"""Bytes that the server serves: held, or made on the fly so that a GiB costs no memory."""

from __future__ import annotations

import gzip
import hashlib
from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING

from tests.support.binaries import MODULE_HEADER, custom_section_head

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 64 * 1024


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """Return the digest of bytes, such as `sha256:…`."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


class Content(ABC):
    """Bytes of a known size that can be read from any offset."""

    size: int

    @abstractmethod
    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Go through the bytes from `start` to before `stop`."""

    def digest(self, algorithm: str = "sha256") -> str:
        """Return the digest of all bytes."""
        hasher = hashlib.new(algorithm)
        for piece in self.pieces():
            hasher.update(piece)
        return f"{algorithm}:{hasher.hexdigest()}"

    def read(self) -> bytes:
        """Return all bytes."""
        return b"".join(self.pieces())


class Held(Content):
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        """Hold these bytes."""
        self._content = content
        self.size = len(content)

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Go through the bytes from `start` to before `stop`."""
        end = self.size if stop is None else min(stop, self.size)
        for at in range(start, end, PIECE):
            yield self._content[at : min(at + PIECE, end)]


class Padded(Content):
    """A head and then zeros up to a size, made while they are read."""

    def __init__(self, head: bytes, size: int) -> None:
        """Begin with `head`; `size` counts it."""
        self._head = head
        self.size = size

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Go through the bytes from `start` to before `stop`."""
        end = self.size if stop is None else min(stop, self.size)
        zeros = bytes(PIECE)
        at = start
        if at < len(self._head):
            first = self._head[at : min(len(self._head), end)]
            yield first
            at += len(first)
        while at < end:
            count = min(PIECE, end - at)
            yield zeros[:count]
            at += count

    def digest(self, algorithm: str = "sha256") -> str:
        """Return the digest, worked out once for each head and size."""
        return _padded_digest(self._head, self.size, algorithm)


@cache
def _padded_digest(head: bytes, size: int, algorithm: str) -> str:
    return Content.digest(Padded(head, size), algorithm)


def big_module(size: int) -> Padded:
    """Return a valid module of exactly `size` bytes, nearly all of them zeros."""
    body = size - len(MODULE_HEADER)
    for padding in range(body, max(0, body - 32), -1):
        head = custom_section_head("zeros", padding)
        if len(head) + padding == body:
            return Padded(MODULE_HEADER + head, size)
    message = f"no module has exactly {size} bytes"
    raise ValueError(message)


class Changed(Content):
    """Other bytes in place of some content: flipped, longer, shorter."""

    def __init__(self, original: Content, *, flip: int | None = None, more: bytes = b"", less: int = 0) -> None:
        """Invert the byte at `flip`, drop the last `less` bytes, add `more`."""
        self._original = original
        self._flip = flip
        self._more = more
        self._kept = max(0, original.size - less)
        self.size = self._kept + len(more)

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Go through the bytes from `start` to before `stop`."""
        end = self.size if stop is None else min(stop, self.size)
        at = start
        if start < self._kept:
            for piece in self._original.pieces(start, min(end, self._kept)):
                yield self._flipped(piece, at)
                at += len(piece)
        if end > self._kept:
            yield self._more[max(0, start - self._kept) : end - self._kept]

    def _flipped(self, piece: bytes, at: int) -> bytes:
        if self._flip is None or not at <= self._flip < at + len(piece):
            return piece
        changed = bytearray(piece)
        changed[self._flip - at] ^= 0xFF
        return bytes(changed)


class Span(Content):
    """Part of some content."""

    def __init__(self, whole: Content, start: int, stop: int) -> None:
        """Take the bytes from `start` to before `stop`."""
        self._whole = whole
        self._start = start
        self.size = stop - start

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Go through the bytes from `start` to before `stop`."""
        end = self.size if stop is None else min(stop, self.size)
        yield from self._whole.pieces(self._start + start, self._start + end)


class Unkept(Content):
    """Stands for bytes that were too many to keep: only their size is known."""

    def __init__(self, size: int) -> None:
        """State the size."""
        self.size = size

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Fail: nothing was kept."""
        message = f"bytes {start} to {stop} of this blob were not kept"
        raise NotImplementedError(message)


class Endless(Content):
    """Bytes without an end, for a client that must stop reading by itself."""

    size = 1 << 62

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Go through blanks, which JSON allows anywhere."""
        blanks = b" " * PIECE
        at = start
        while stop is None or at < stop:
            yield blanks
            at += PIECE


def packed(content: Content) -> Held:
    """Return the content packed by gzip, the same each time."""
    return Held(gzip.compress(content.read(), mtime=0))


def as_content(content: bytes | Content) -> Content:
    """Return content, whatever way it was given."""
    return content if isinstance(content, Content) else Held(content)


class Sink:
    """Takes an upload: its digests and size, and its bytes while they are few."""

    def __init__(self, limit: int = 64 << 20, algorithms: tuple[str, ...] = ("sha256", "sha512")) -> None:
        """Start empty; more than `limit` bytes are not kept, and only these digests are worked out."""
        self._hashers = {name: hashlib.new(name) for name in algorithms}
        self._kept: bytearray | None = bytearray()
        self._limit = limit
        self.size = 0

    def copy(self, algorithm: str | None = None) -> Sink:
        """Return another one that goes on from here by itself, for one digest alone where it is named."""
        other = Sink(self._limit)
        names = [algorithm] if algorithm in self._hashers else list(self._hashers)
        other._hashers = {name: self._hashers[name].copy() for name in names}
        other._kept = None if self._kept is None else bytearray(self._kept)
        other.size = self.size
        return other

    def write(self, piece: bytes) -> None:
        """Take more bytes."""
        self.size += len(piece)
        for hasher in self._hashers.values():
            hasher.update(piece)
        if self.size > self._limit:
            self._kept = None
        elif self._kept is not None:
            self._kept += piece

    def digests(self) -> list[str]:
        """Return the digest of each algorithm."""
        return [f"{name}:{hasher.hexdigest()}" for name, hasher in self._hashers.items()]

    def content(self) -> Content | None:
        """Return the bytes, or None where there were too many to keep."""
        return None if self._kept is None else Held(bytes(self._kept))

    @property
    def sha256(self) -> str:
        """The hexadecimal SHA-256."""
        return self._hashers["sha256"].hexdigest()
