"""A forward proxy, for plain requests and for CONNECT, that alone knows `*.test` names."""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import select
import socket
import socketserver
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing_extensions import Self

PIECE = 64 * 1024


@dataclass(frozen=True)
class Proxied:
    """One request that the proxy was asked to pass on."""

    method: str
    target: str
    """The absolute URL, or `host:port` for CONNECT."""
    authorization: str | None
    accepted: bool


class Proxy:
    """A proxy on the loopback interface; a context manager."""

    def __init__(self, *, username: str | None = None, password: str = "") -> None:
        """Listen on a free port; with a name, answer 407 to whoever does not say it."""
        self._secret = None if username is None else f"{username}:{password}"
        self._hosts: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()
        self._requests: list[Proxied] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return the running proxy."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._server.server_address[1]
        return port

    @property
    def host(self) -> str:
        """Address and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The value for `http_proxy`."""
        return f"http://{self.host}"

    def name(self, host: str, port: int, address: str = "127.0.0.1") -> str:
        """Let a made-up host name stand for a port of the loopback interface."""
        self._hosts[host] = (address, port)
        return host

    @property
    def requests(self) -> list[Proxied]:
        """What it was asked for, in order."""
        with self._lock:
            return list(self._requests)

    def find(self, host: str | None) -> tuple[str, int] | None:
        """Look a made-up name up; nothing else is reachable through here."""
        return self._hosts.get(host or "")

    def admit(self, method: str, target: str, authorization: str | None) -> bool:
        """Record a request, and tell whether its secret is right."""
        right = None if self._secret is None else base64.b64encode(self._secret.encode()).decode()
        accepted = right is None or authorization == f"Basic {right}"
        with self._lock:
            self._requests.append(Proxied(method, target, authorization, accepted))
        return accepted


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def forward(self) -> None:
        """Pass a plain request on, and its answer back."""
        parts = urlsplit(self.path)
        upstream = self._upstream(parts.hostname)
        if upstream is None:
            return
        length = int(self.headers.get("Content-Length") or 0)
        connection = http.client.HTTPConnection(*upstream, timeout=60)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(self.command, target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {"proxy-authorization", "proxy-connection"}:
                connection.putheader(name, value)
        connection.endheaders(self.rfile.read(length) if length else None)
        answer = connection.getresponse()
        body = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                self.send_header(name, value)
        told = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body))
        self.send_header("Content-Length", told or "0")
        self.end_headers()
        self.wfile.write(body)
        connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = forward  # noqa: N815

    def do_CONNECT(self) -> None:
        """Open a tunnel, through which TLS goes untouched."""
        self.close_connection = True
        upstream = self._upstream(self.path.rpartition(":")[0])
        if upstream is None:
            return
        with socket.create_connection(upstream) as other:
            self.send_response_only(200, "Connection established")
            self.end_headers()
            _join(self.connection, other)

    def log_message(self, *_: object) -> None:
        """Say nothing: `requests` has it all."""

    def _upstream(self, host: str | None) -> tuple[str, int] | None:
        proxy = self.server.proxy
        if not proxy.admit(self.command, self.path, self.headers.get("Proxy-Authorization")):
            self.send_response_only(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            self.close_connection = True
            return None
        upstream = proxy.find(host)
        if upstream is None:
            self.send_response_only(502)
            self.send_header("Content-Length", "0")
            self.end_headers()
        return upstream


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that went away."""


def _join(one: socket.socket, other: socket.socket) -> None:
    """Copy both ways until either side ends."""
    across = {one: other, other: one}
    with contextlib.suppress(OSError):
        while True:
            for source in select.select(list(across), [], [])[0]:
                piece = source.recv(PIECE)
                if not piece:
                    return
                across[source].sendall(piece)
