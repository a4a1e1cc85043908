"""A TCP proxy that makes the network far and narrow, as real registries are.

Each connection waits for its first byte from the server, and for every later one, as long as `DELAY`, and
carries `RATE` bytes a second in each direction. More connections carry more.
Run as `python -m benchmarks.proxy HOST:PORT`; it prints the port that it listens on.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

DELAY = 0.040
"""Seconds from the server to the client, so also what a request costs at least."""
RATE = 10_000_000
"""Bytes a second of one connection and direction."""
PIECE = 16 * 1024
WINDOW = int(RATE * DELAY) + 4 * PIECE
"""Bytes under way; a sender that has sent so many waits."""


class Lane:
    """One direction of one connection: what comes in goes out later, and not faster than RATE."""

    def __init__(self, delay: float) -> None:
        """Hold every byte for `delay` seconds."""
        self._delay = delay
        self._under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WINDOW // PIECE)
        self._free = 0.0

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Carry until either side ends."""
        taking = asyncio.create_task(self._take(source))
        try:
            await self._give(target)
        except OSError:
            pass
        finally:
            taking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await taking
            target.close()

    async def _take(self, source: asyncio.StreamReader) -> None:
        piece = b"first"
        while piece:
            try:
                piece = await source.read(PIECE)
            except OSError:
                piece = b""  # a reset is an end
            await self._under_way.put((time.monotonic() + self._delay, piece))

    async def _give(self, target: asyncio.StreamWriter) -> None:
        while True:
            due, piece = await self._under_way.get()
            if not piece:
                return
            # Narrow: a piece follows the one before it no sooner than that one has passed.
            self._free = max(self._free, due) + len(piece) / RATE
            wait = self._free - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            target.write(piece)
            await target.drain()


async def serve(host: str, port: int) -> None:
    """Listen on a free port, for ever."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(Lane(DELAY).carry(back, writer), Lane(0).carry(reader, forth))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    name, _, number = sys.argv[1].partition(":")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(name, int(number)))
