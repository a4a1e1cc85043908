"""The threaded server: connections, TLS, requests; what to answer is decided elsewhere."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import ssl
import threading
import traceback
from typing import TYPE_CHECKING, Protocol

from tests.faults.content import Sink
from tests.faults.delivery import Delivery
from tests.faults.journal import Journal, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.answer import Answer

BODY_KEPT = 16 << 20
PIECE = 64 * 1024
BROKEN = (ConnectionError, BrokenPipeError, ssl.SSLError, TimeoutError, OSError)


class Decider(Protocol):
    """What decides on the answers."""

    journal: Journal
    stopped: threading.Event

    def wrap(self, connection: socket.socket, number: int) -> socket.socket | None:
        """Take a new connection: TLS, faults of connections; None to drop it."""
        ...

    def sink(self, method: str, target: str) -> Sink:
        """Return where the body of a request shall go."""
        ...

    def answer(self, request: Request, sink: Sink) -> Answer:
        """Answer a request that has arrived in full."""
        ...


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection, which may carry many requests."""

    protocol_version = "HTTP/1.1"
    server: Server
    # Status line and headers must not wait for the body, nor for an ACK.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Agree on TLS in this thread, so that a silent client stops nobody else."""
        decider = self.server.decider
        self.number = decider.journal.count_connection()
        wrapped = decider.wrap(self.request, self.number)
        if wrapped is None:
            message = "no connection was agreed on"
            raise ConnectionError(message)
        self.request = wrapped
        self.server.track(wrapped)
        super().setup()

    def handle(self) -> None:
        """Serve requests until either side has had enough."""
        with contextlib.suppress(*BROKEN):
            super().handle()

    def finish(self) -> None:
        """Close the connection."""
        with contextlib.suppress(*BROKEN, ValueError):
            super().finish()
        with contextlib.suppress(*BROKEN):
            self.request.close()

    def answer(self) -> None:
        """Take one request in, and answer it."""
        decider = self.server.decider
        sink = decider.sink(self.command, self.path)
        own = Sink(BODY_KEPT, ("sha256",))
        for piece in self._body():
            own.write(piece)
            sink.write(piece)
        kept = own.content()
        request = Request(
            method=self.command,
            target=self.path,
            headers=tuple(self.headers.items()),
            length=own.size,
            sha256=own.sha256,
            body=kept.read() if kept else b"",
            connection=self.number,
        )
        decider.journal.add(request)
        try:
            answer = decider.answer(request, sink)
        except Exception:
            self.server.problems.append(traceback.format_exc())
            raise
        delivery = Delivery(self.request, decider.stopped)
        if not delivery.send(answer, head_only=self.command == "HEAD"):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing: the journal has it all."""

    def _body(self) -> Iterator[bytes]:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            yield from self._chunks()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            piece = self.rfile.read1(min(PIECE, left))
            if not piece:
                message = f"{left} bytes of the body are missing"
                raise ConnectionError(message)
            yield piece
            left -= len(piece)

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            if size:
                yield self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port and gives each connection a thread."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, decider: Decider, address: str) -> None:
        """Listen on an IPv4 or IPv6 address."""
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.decider = decider
        self.problems: list[str] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((address, 0), Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that was free."""
        port: int = self.server_address[1]
        return port

    def track(self, connection: socket.socket) -> None:
        """Remember a connection, to end it with the server."""
        with self._lock:
            self._open.add(connection)

    def shutdown_request(self, request: object) -> None:
        """Close what was accepted, also where a handler has put TLS round it."""
        with contextlib.suppress(*BROKEN):
            request.close()  # type: ignore[attr-defined]

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that went away; all else is in `problems`."""

    def stop(self) -> None:
        """Stop listening and end every connection."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(*BROKEN):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
