"""A relay in front of a real server: counts the bytes of both directions, and breaks connections when told to."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

PIECE = 64 * 1024
# Seconds between two looks whether the relay has ended, and until a peer that takes nothing is given up.
LOOK_EVERY = 0.1
SILENCE = 60.0
# Closed with this, a socket sends RST in place of FIN.
NO_LINGER = struct.pack("ii", 1, 0)


class Relay:
    """Passes connections on to `host`; a context manager.

    What it counts are bytes on the wire, so it works for TLS as well.
    """

    def __init__(self, host: str) -> None:
        """Listen on a free port; `host` is address and port."""
        address, _, port = host.rpartition(":")
        self._upstream = (address, int(port))
        self._lock = threading.Lock()
        self._open: set[_Link] = set()
        self._triggers: list[_Trigger] = []
        self.sent = 0
        """Bytes from clients to the server."""
        self.received = 0
        """Bytes from the server to clients."""
        self.connections = 0
        """Connections that clients opened."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """Address and port that clients connect to."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Return the running relay."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and all connections through it."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        with self._lock:
            links = list(self._open)
        for link in links:
            link.cut(reset=True)
            link.join()

    def cut(self, direction: str, after: int, *, reset: bool, times: int = 1) -> None:
        """Break the next connections over which more than `after` bytes go in one direction.

        Args:
            direction: `sent` or `received`, as the client sees it.
            after: Bytes that still pass.
            reset: By RST in place of FIN.
            times: How many connections.
        """
        self._add(_Trigger(direction, after, times, lambda link: link.cut(reset=reset)))

    def run(self, direction: str, after: int, action: Callable[[], None]) -> None:
        """Run something once, in the middle of the first connection that has more than `after` bytes.

        The connection waits until it has run.
        """
        self._add(_Trigger(direction, after, 1, lambda _: action()))

    def pending(self) -> int:
        """Return how many of the ordered interruptions have not come yet."""
        with self._lock:
            return sum(trigger.times for trigger in self._triggers)

    def _add(self, trigger: _Trigger) -> None:
        with self._lock:
            self._triggers.append(trigger)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._upstream, timeout=10)
            except OSError:
                # As if nobody listened here either.
                _close(client, reset=True)
                continue
            for end in (client, server):
                end.settimeout(SILENCE)
            link = _Link(self, client, server)
            with self._lock:
                self.connections += 1
                self._open.add(link)
            link.start()

    def _count(self, link: _Link, direction: str, size: int) -> Callable[[_Link], None] | None:
        """Count bytes, and return what has to happen now."""
        with self._lock:
            setattr(self, direction, getattr(self, direction) + size)
            link.moved[direction] += size
            for trigger in self._triggers:
                if trigger.times and trigger.direction == direction and link.moved[direction] > trigger.after:
                    trigger.times -= 1
                    return trigger.action
        return None

    def _forget(self, link: _Link) -> None:
        with self._lock:
            self._open.discard(link)


class _Trigger:
    def __init__(self, direction: str, after: int, times: int, action: Callable[[_Link], None]) -> None:
        self.direction = direction
        self.after = after
        self.times = times
        self.action = action


class _Link:
    """One client's connection, and the one to the server that belongs to it.

    One thread serves both directions: a socket that another thread reads from cannot be reset.
    """

    def __init__(self, relay: Relay, client: socket.socket, server: socket.socket) -> None:
        self._relay = relay
        self._client = client
        self._server = server
        self._cut: bool | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.moved = {"sent": 0, "received": 0}

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def cut(self, *, reset: bool) -> None:
        """Have both connections closed before the next byte."""
        self._cut = reset

    def _serve(self) -> None:
        across = {self._client: (self._server, "sent"), self._server: (self._client, "received")}
        try:
            while self._cut is None and across:
                for source in select.select(list(across), [], [], LOOK_EVERY)[0]:
                    if self._pass_on(source, *across[source]):
                        del across[source]
        except OSError:
            self.cut(reset=True)
        for end in (self._client, self._server):
            _close(end, reset=bool(self._cut))
        self._relay._forget(self)

    def _pass_on(self, source: socket.socket, target: socket.socket, direction: str) -> bool:
        """Pass on what there is, and report whether that was all."""
        piece = source.recv(PIECE)
        action = self._relay._count(self, direction, len(piece))
        if action is not None:
            action(self)
        if self._cut is not None:
            return True
        if piece:
            target.sendall(piece)
        else:
            # One side has said all it wants to; the other may still speak.
            target.shutdown(socket.SHUT_WR)
        return not piece


def _close(end: socket.socket, *, reset: bool) -> None:
    with contextlib.suppress(OSError):
        if reset:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        else:
            end.shutdown(socket.SHUT_RDWR)
    end.close()
