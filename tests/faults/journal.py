"""What reached the server: every request, in order, for tests to assert on."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAIT_LIMIT = 30.0


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    target: str
    """The path with its query, byte for byte."""
    headers: tuple[tuple[str, str], ...]
    length: int
    """How many bytes of body arrived."""
    sha256: str
    """Hexadecimal digest of the body."""
    body: bytes = field(repr=False)
    """The body, or b"" where it was too big to keep."""
    connection: int = 0
    """Which connection it came over, counted from 1."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        """The values of each query parameter, decoded."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """Return the values of a header, joined by a comma, or None."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def has(self, secret: str) -> bool:
        """Tell whether a text stands anywhere in the request."""
        texts = [self.target, self.body.decode("latin-1"), *(value for _, value in self.headers)]
        return any(secret in text for text in texts)


class Journal:
    """The requests so far. Safe to read while the server runs."""

    def __init__(self) -> None:
        """Start empty."""
        self._requests: list[Request] = []
        self._changed = threading.Condition()
        self.connections = 0
        """Connections that were accepted."""
        self.failed_handshakes = 0
        """Connections that ended before TLS was agreed on."""

    def __len__(self) -> int:
        """Count the requests."""
        return len(self.all())

    def __iter__(self) -> Iterator[Request]:
        """Go through the requests in order."""
        return iter(self.all())

    def all(self) -> list[Request]:
        """Return the requests in order."""
        with self._changed:
            return list(self._requests)

    def of(self, method: str = "*", path: str = "*") -> list[Request]:
        """Return the requests whose method and path match these patterns."""
        return [
            request
            for request in self.all()
            if fnmatch.fnmatchcase(request.method, method) and fnmatch.fnmatchcase(request.path, path)
        ]

    def lines(self) -> list[str]:
        """Return `METHOD target` of each request, good to compare and to read."""
        return [f"{request.method} {request.target}" for request in self.all()]

    def saw(self, secret: str) -> bool:
        """Tell whether a text stands anywhere in any request."""
        return any(request.has(secret) for request in self.all())

    def clear(self) -> None:
        """Forget the requests so far."""
        with self._changed:
            self._requests.clear()

    def wait(self, condition: Callable[[list[Request]], bool], limit: float = WAIT_LIMIT) -> None:
        """Wait until the requests so far meet a condition.

        Raises:
            TimeoutError: They did not within `limit` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: condition(list(self._requests)), limit):
                message = f"not within {limit} s; requests: {self.lines()}"
                raise TimeoutError(message)

    def add(self, request: Request) -> None:
        """Record a request; the server calls this before it answers."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def count_connection(self) -> int:
        """Record a connection and return its number."""
        with self._changed:
            self.connections += 1
            return self.connections

    def count_failed_handshake(self) -> None:
        """Record a handshake that failed."""
        with self._changed:
            self.failed_handshakes += 1
            self._changed.notify_all()
