"""An answer before it is sent: what a rule may change about it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.faults.content import Content, Held

Framing = str
"""How the end of a body is told: "length", "chunked", or "close"."""


@dataclass
class Stall:
    """A point at which the server falls silent."""

    before_headers: bool = False
    after: int = 0
    """Bytes of body sent before it."""
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when the server has fallen silent."""
    released: threading.Event = field(default_factory=threading.Event)
    """Set by the test, or at the end of it, to let the server go on."""

    def hold(self) -> None:
        """Fall silent until released."""
        self.reached.set()
        self.released.wait()


@dataclass
class Answer:
    """Status, headers and body, and how they go over the wire."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: Content = field(default_factory=lambda: Held(b""))
    framing: Framing = "length"
    declared_length: int | None = None
    """A Content-Length that is not true."""
    cut_after: int | None = None
    """Close the connection after this many bytes of body."""
    reset: bool = False
    """Close it with RST in place of FIN."""
    drop: bool = False
    """Send nothing at all and close the connection."""
    stalls: list[Stall] = field(default_factory=list)
    drip: tuple[int, float] | None = None
    """Bytes at a time, and the seconds between them."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set(self, name: str, value: str) -> None:
        """Set a header in place of the ones of that name."""
        self.omit(name)
        self.headers.append((name, value))

    def omit(self, name: str) -> None:
        """Leave a header out."""
        self.headers = [(key, value) for key, value in self.headers if key.lower() != name.lower()]


def json_answer(status: int, document: Any, headers: dict[str, str] | None = None) -> Answer:  # noqa: ANN401
    """Return an answer with a JSON body."""
    body = Held(json.dumps(document).encode())
    return Answer(status, [("Content-Type", "application/json"), *(headers or {}).items()], body)


def error_answer(status: int, code: str, message: str = "", detail: Any = None) -> Answer:  # noqa: ANN401
    """Return a registry's error."""
    error = {"code": code, "message": message or code.replace("_", " ").lower(), "detail": detail}
    return json_answer(status, {"errors": [error]})
