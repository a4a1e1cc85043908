"""Rules: which requests go wrong, and how.

`faults.on("GET", "blob", nth=1).cut(after=1000)` reads as it acts. A rule meets a request when its
method, its route and all its conditions do; `nth` and `times` then count the requests that it has met.
The changes of a rule are made in the order in which they were stated, to the answer that the registry
would have given.
"""

from __future__ import annotations

import fnmatch
import json
import threading
from typing import TYPE_CHECKING, Any

from tests.faults.answer import Stall, error_answer
from tests.faults.content import Changed, Content, as_content, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.faults.answer import Answer, Framing
    from tests.faults.journal import Request

    Change = Callable[["Answer", Request], None]

GZIP_NAMES = frozenset({"gzip", "x-gzip"})


class Rule:
    """What goes wrong with some requests. Each method adds to it and returns it."""

    def __init__(self, method: str, route: str, nth: int | Iterable[int] | None, times: int | None) -> None:
        """Meet `method` (patterns joined by |) on `route` (a name of a route, or a pattern of a path)."""
        self._methods = method.split("|")
        self._route = route
        self._nth = None if nth is None else {nth} if isinstance(nth, int) else set(nth)
        self._times = times
        self._conditions: list[Callable[[Request], bool]] = []
        self._changes: list[Change] = []
        self._before: list[Callable[[Request], Answer | None]] = []
        self._lock = threading.Lock()
        self.seen = 0
        """How many requests met this rule, whether or not it was their turn."""
        self.stalled = Stall()
        """The stall of this rule, to wait for and to release."""
        self.location: str | None = None
        """What uploads are told to go on with; read by the registry itself."""

    def matches(self, request: Request, route: str) -> bool:
        """Count a request that meets this rule, and tell whether it is its turn."""
        if not any(fnmatch.fnmatchcase(request.method, method) for method in self._methods):
            return False
        if self._route != route and not fnmatch.fnmatchcase(request.path, self._route):
            return False
        if not all(condition(request) for condition in self._conditions):
            return False
        with self._lock:
            self.seen += 1
            turn = self._nth is None or self.seen in self._nth
            return turn and (self._times is None or self.seen <= self._times)

    def answer_before(self, request: Request) -> Answer | None:
        """Answer in place of the registry, which then does nothing at all."""
        for before in self._before:
            answer = before(request)
            if answer is not None:
                return answer
        return None

    def apply(self, answer: Answer, request: Request) -> None:
        """Change the answer."""
        for change in self._changes:
            change(answer, request)

    def when(self, condition: Callable[[Request], bool]) -> Rule:
        """Meet only requests of which this is true."""
        self._conditions.append(condition)
        return self

    def change(self, change: Change) -> Rule:
        """Change the answer in a way of the test's own."""
        self._changes.append(change)
        return self

    # ------------------------------------------------- status, headers, body

    def fail(self, status: int, code: str = "UNKNOWN", message: str = "", **headers: str) -> Rule:
        """Refuse with a registry's error; the request has no effect."""

        def refuse(_: Request) -> Answer:
            answer = error_answer(status, code, message)
            for name, value in headers.items():
                answer.set(name.replace("_", "-"), value)
            return answer

        self._before.append(refuse)
        return self

    def status(self, status: int) -> Rule:
        """Answer with another status, after the request took effect."""
        return self.change(lambda answer, _: setattr(answer, "status", status))

    def header(self, name: str, value: str) -> Rule:
        """Set a header."""
        return self.change(lambda answer, _: answer.set(name, value))

    def omit(self, *names: str) -> Rule:
        """Leave headers out; without Content-Length the close ends the body."""

        def leave_out(answer: Answer, _: Request) -> None:
            for name in names:
                answer.omit(name)
                if name.lower() == "content-length":
                    answer.framing = "close"

        return self.change(leave_out)

    def body(self, content: bytes | Content, media_type: str | None = None) -> Rule:
        """Answer with another body, such as a page of HTML."""

        def replace(answer: Answer, _: Request) -> None:
            answer.body = as_content(content)
            if media_type is not None:
                answer.set("Content-Type", media_type)

        return self.change(replace)

    def flip(self, at: int = 0) -> Rule:
        """Invert one byte of the body."""
        return self.change(lambda answer, _: setattr(answer, "body", Changed(answer.body, flip=at)))

    def more(self, extra: bytes) -> Rule:
        """Send bytes beyond the end of the body."""
        return self.change(lambda answer, _: setattr(answer, "body", Changed(answer.body, more=extra)))

    def less(self, count: int) -> Rule:
        """Leave out the last bytes of the body, and tell the length that is left."""
        return self.change(lambda answer, _: setattr(answer, "body", Changed(answer.body, less=count)))

    # ------------------------------------------------------------ on the wire

    def framed(self, framing: Framing) -> Rule:
        """End the body by "length", "chunked" or "close"."""
        return self.change(lambda answer, _: setattr(answer, "framing", framing))

    def chunked(self) -> Rule:
        """Send the body in chunks, without Content-Length."""
        return self.framed("chunked")

    def declare(self, length: int) -> Rule:
        """State a Content-Length that is not true."""
        return self.change(lambda answer, _: setattr(answer, "declared_length", length))

    def encode(self, name: str, *, pack: bool | None = None) -> Rule:
        """State a Content-Encoding; the body is packed where the name says so, or as `pack` says."""

        def encode(answer: Answer, _: Request) -> None:
            answer.set("Content-Encoding", name)
            if pack if pack is not None else name in GZIP_NAMES:
                answer.body = packed(answer.body)

        return self.change(encode)

    def cut(self, after: int, *, reset: bool = False) -> Rule:
        """Close the connection after some bytes of the body; headers stay as they were."""

        def cut(answer: Answer, _: Request) -> None:
            answer.cut_after, answer.reset = after, reset

        return self.change(cut)

    def drop(self, *, reset: bool = False) -> Rule:
        """Close the connection in place of an answer, after the request took effect."""

        def drop(answer: Answer, _: Request) -> None:
            answer.drop, answer.reset = True, reset

        return self.change(drop)

    def stall(self, after: int | None = None) -> Rule:
        """Fall silent before the headers, or after some bytes of the body, until the test ends."""
        self.stalled.before_headers = after is None
        self.stalled.after = after or 0
        return self.change(lambda answer, _: answer.stalls.append(self.stalled))

    def drip(self, count: int, every: float) -> Rule:
        """Send the body `count` bytes at a time, `every` so many seconds."""
        return self.change(lambda answer, _: setattr(answer, "drip", (count, every)))

    # -------------------------------------------------------------- registries

    def redirect(self, location: str, status: int = 307) -> Rule:
        """Send the client elsewhere; {path}, {query} and {target} stand for the request's."""

        def redirect(answer: Answer, request: Request) -> None:
            query = request.target.partition("?")[2]
            answer.status, answer.body = status, as_content(b"")
            answer.headers = [("Location", location.format(path=request.path, query=query, target=request.target))]

        return self.change(redirect)

    def retry_after(self, wait: int | str, status: int = 429) -> Rule:
        """Refuse, and ask for a wait: seconds, or an HTTP date."""
        return self.fail(status, "TOOMANYREQUESTS", "slow down", Retry_After=str(wait))

    def upload_to(self, template: str) -> Rule:
        """Tell uploads to go on at this Location; {repository}, {upload} and {host} are filled in."""
        self.location = template
        return self

    def veto(self, field: str, status: int = 400, *, unless: object = None) -> Rule:
        """Refuse manifests that have a field, such as `config.mediaType`, unless it has this value."""

        def refuse(request: Request) -> Answer | None:
            value = _look_up(request.body, field)
            if value is None or value == unless:
                return None
            return error_answer(status, "MANIFEST_INVALID", f"field {field} is not accepted")

        self._before.append(refuse)
        return self


def _look_up(body: bytes, field: str) -> Any:  # noqa: ANN401
    try:
        found = json.loads(body)
    except ValueError:
        return None
    for name in field.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
