"""Runs the command line on a pseudo-terminal, as a person does."""

from __future__ import annotations

import os
import pty
import subprocess
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from tests.support import cli

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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
