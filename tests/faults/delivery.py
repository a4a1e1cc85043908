"""Sends an answer over a connection, with all the ways in which that can go wrong."""

from __future__ import annotations

import http.client
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from tests.faults.answer import Answer, Stall

NO_BODY = frozenset({204, 304})


class Delivery:
    """One answer on its way; tells whether the connection can be used again."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        """Send over `connection`; `stopped` ends every wait."""
        self._connection = connection
        self._stopped = stopped

    def send(self, answer: Answer, *, head_only: bool) -> bool:
        """Send the answer and tell whether the connection stays open."""
        for stall in answer.stalls:
            if stall.before_headers:
                stall.hold()
        if answer.drop:
            return self._close(answer)
        self._connection.sendall(self._head(answer))
        if head_only or answer.status in NO_BODY:
            return answer.framing != "close"
        sent = self._send_body(answer)
        if answer.cut_after is not None and sent >= answer.cut_after:
            return self._close(answer)
        if answer.framing == "chunked":
            self._connection.sendall(b"0\r\n\r\n")
        truthful = answer.declared_length in (None, answer.body.size)
        return answer.framing != "close" and truthful

    def _head(self, answer: Answer) -> bytes:
        reason = http.client.responses.get(answer.status, "Status")
        lines = [f"HTTP/1.1 {answer.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif answer.framing == "close":
            lines.append("Connection: close")
        elif answer.status not in NO_BODY:
            length = answer.body.size if answer.declared_length is None else answer.declared_length
            lines.append(f"Content-Length: {length}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _send_body(self, answer: Answer) -> int:
        sent = 0
        ahead = [stall for stall in answer.stalls if not stall.before_headers]
        for piece in self._pieces(answer):
            self._hold(ahead, sent)
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if answer.framing == "chunked" else piece
            self._connection.sendall(framed)
            sent += len(piece)
            if answer.drip and self._stopped.wait(answer.drip[1]):
                break
        self._hold(ahead, sent)
        return sent

    @staticmethod
    def _hold(ahead: list[Stall], sent: int) -> None:
        for stall in [stall for stall in ahead if stall.after == sent]:
            ahead.remove(stall)
            stall.hold()

    def _pieces(self, answer: Answer) -> Iterator[bytes]:
        """Cut the body where something is to happen between two bytes."""
        marks = sorted(stall.after for stall in answer.stalls if not stall.before_headers)
        at = 0
        for piece in answer.body.pieces(0, answer.cut_after):
            rest = piece
            while rest:
                ahead = [mark - at for mark in marks if mark > at]
                count = min([len(rest), *ahead[:1], *([answer.drip[0]] if answer.drip else [])])
                yield rest[:count]
                at += count
                rest = rest[count:]

    def _close(self, answer: Answer) -> bool:
        """Close the connection: at once with RST, or in order with FIN."""
        if answer.reset:
            reset_on_close(self._connection)
        return False


def reset_on_close(connection: socket.socket) -> None:
    """Make the close of a connection a reset: no lingering, what is unsent is dropped."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
