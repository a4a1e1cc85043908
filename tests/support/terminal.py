"""Runs the command line on a pseudo-terminal, as a person does."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.support import cli, signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

PIECE = 64 * 1024


@dataclass(frozen=True)
class Seen:
    """What a person saw.

    `screen` holds escape sequences as well.
    """

    code: int
    screen: str


def run(
    *arguments: str | Path,
    stdout: IO[bytes] | int | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Seen:
    """Run the command line with its stderr on a terminal, and its stdout there or where it is told to go."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            cli.command(*arguments),
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **(environment or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
        )
    finally:
        os.close(theirs)
    screen = _read(ours)
    return Seen(process.wait(cli.LIMIT), screen.decode("utf-8"))


class Started:
    """A program that runs in a terminal of its own, to be typed into.

    It is a job of its own, which can be stopped, and reads what is typed.
    """

    def __init__(
        self,
        *command: str | Path,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        session: bool = False,
    ) -> None:
        """Start it; in a session of its own it has the terminal for itself, whose keys send signals."""
        self._terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        self._screen = bytearray()
        self._read = 0
        try:
            with signals.hang_up_by_default():
                self._process = subprocess.Popen(
                    command,
                    env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **(environment or {})},
                    cwd=cwd,
                    stdin=theirs,
                    stdout=theirs,
                    stderr=theirs,
                    preexec_fn=_lead if session else os.setpgrp,  # noqa: PLW1509 - the tests start no threads that fork
                )
        finally:
            os.close(theirs)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, where it has not ended."""
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def send(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def wait_for_stop(self) -> None:
        """Wait until a signal has stopped it."""
        _, status = os.waitpid(self._process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), status

    def read_until(self, text: str) -> str:
        """Read what is new on the screen up to a text, and return it."""
        wanted = text.encode()
        while (found := self._screen.find(wanted, self._read)) < 0:
            assert select.select([self._terminal], [], [], cli.LIMIT)[0], self._screen
            self._screen += os.read(self._terminal, PIECE)
        begin, self._read = self._read, found + len(wanted)
        return self._screen[begin : self._read].decode("utf-8", "replace")

    def wait_for_a_read(self) -> None:
        """Wait until it waits for a key, where the system tells.

        A signal in the moment between Python's last look for one and its read is heeded with the next key only.
        """
        stat = Path(f"/proc/{self._process.pid}/stat")
        limit = time.monotonic() + cli.LIMIT
        while stat.exists() and stat.read_text(encoding="utf-8").rpartition(") ")[2][0] != "S":
            assert time.monotonic() < limit, "it does not wait"

    def wait(self) -> int:
        """Wait for its end, with the terminal kept open."""
        return self._process.wait(cli.LIMIT)

    def finish(self) -> Seen:
        """Read to the end and wait for it."""
        self._screen += _read(os.dup(self._terminal))
        return Seen(self._process.wait(cli.LIMIT), self._screen.decode("utf-8", "replace"))


def _lead() -> None:
    """Begin a session that has the terminal."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(terminal: int) -> bytes:
    """Read until nobody writes to the terminal any more."""
    seen = bytearray()
    try:
        while piece := os.read(terminal, PIECE):
            seen += piece
    except OSError:  # How Linux says that the other side is closed.
        pass
    finally:
        os.close(terminal)
    return bytes(seen)
