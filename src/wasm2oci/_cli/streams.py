"""Standard input, output and error, whatever state they are in."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import select
import sys
import time
from functools import partial

from wasm2oci.errors import FilesystemError, OperationTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from typing_extensions import Buffer

INPUT, OUTPUT, ERROR = 0, 1, 2

STANDARD = "-"
"""The name of standard input, and of standard output."""

CHUNK = 1 << 20
"""Bytes that are read at once."""

SLICE = 0.1
"""Seconds after which a wait looks for signals."""

SMALL = 64 << 20
"""Bytes that are held in memory at most, of content that has to be whole before it goes on."""


def repair() -> None:
    """Opens what is closed of the three onto nothing.

    The next file that is opened would get the number otherwise, and with it what others
    write there. Python leaves None in place of such a stream, and so it stays.
    """
    for number in (INPUT, OUTPUT, ERROR):
        try:
            os.fstat(number)
        except OSError:  # noqa: PERF203 - three rounds
            discard(number)


def discard(number: int) -> None:
    """Lets a stream lead nowhere, so that what its buffer holds cannot fail any more."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    else:
        os.set_inheritable(number, True)  # noqa: FBT003 - as it is spelled


def settle() -> None:
    """Drops what standard output holds and cannot take: it would fail again at the end of the process."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        discard(OUTPUT)


def present(stream: TextIO | None, name: str) -> TextIO:
    """Returns a stream that is needed.

    Raises:
        FilesystemError: The process was started without it.
    """
    if stream is None:
        raise FilesystemError(f"{name} is closed", detail={"errno": errno.EBADF})
    return stream


def is_terminal(stream: TextIO | None) -> bool:
    """Tells whether somebody is looking."""
    return stream is not None and stream.isatty()


class _Limit:
    """The time limit of the command, which holds for what it reads as for what the library does."""

    seconds: float | None = None
    end = float("inf")


def limit(seconds: float | None) -> None:
    """Begins a time limit for all that is read from now on; None means no limit."""
    _Limit.seconds = seconds
    _Limit.end = float("inf") if seconds is None else time.monotonic() + seconds


def opened(name: str) -> io.FileIO:
    """Opens a file for `chunks`, without waiting for the other side of a pipe."""
    nonblocking = getattr(os, "O_NONBLOCK", 0)  # which regular files take no notice of
    return io.FileIO(name, opener=lambda path, flags: os.open(path, flags | nonblocking))


def chunks(stream: io.FileIO) -> Iterator[bytes]:
    """Reads a file to its end; where its other side made it non-blocking, too.

    Raises:
        OperationTimeoutError: The time limit passed.
    """
    while True:
        _wait(stream)
        chunk = stream.read(CHUNK)
        if chunk == b"":
            return
        if chunk is not None:
            yield chunk


def _wait(stream: io.FileIO) -> None:
    """Waits for something to read, in slices.

    A signal that comes just before a call that blocks does not end it: Python looks for
    signals between its own steps only.
    """
    if os.name == "nt":
        return  # sockets alone can be waited for there
    while not select.select([stream], [], [], SLICE)[0]:
        _check()
    _check()


def _check() -> None:
    if time.monotonic() >= _Limit.end:
        text = f"the input did not end within {_Limit.seconds:g} s"
        step = "; give it more time with {timeout}"
        raise OperationTimeoutError(
            f"{text}{step.format(timeout='timeout')}", detail={"option": "timeout", "template": f"{text}{step}"}
        )


def write(content: Buffer) -> None:
    """Writes to standard output, at once.

    Raises:
        BrokenPipeError: Nobody reads any more.
        FilesystemError: It cannot be written for another reason.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(OUTPUT)
        raise FilesystemError(
            f"cannot write to standard output: {error.strerror}", detail={"errno": error.errno}
        ) from error


def write_lines(*lines: str) -> None:
    """Writes text to standard output. Raises what `write` does."""
    encoding = "utf-8" if sys.stdout is None else sys.stdout.encoding
    write("".join(f"{visible(line)}\n" for line in lines).encode(encoding, "backslashreplace"))


def say(line: str) -> None:
    """Writes one line to standard error; where nobody hears it, nothing happens."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{visible(line)}\n")
        sys.stderr.flush()
    except OSError:
        discard(ERROR)


class Printing:
    """Prints at once, or when all is done.

    Attributes:
        later: Whether to wait.
    """

    def __init__(self) -> None:
        """Begins with nothing that waits."""
        self.later = False
        self._waiting: list[Callable[[], None]] = []

    def do(self, write: Callable[..., None], *lines: str) -> None:
        """Calls a function that prints lines."""
        if self.later:
            self._waiting.append(partial(write, *lines))
        else:
            write(*lines)

    def finish(self) -> None:
        """Prints what waits."""
        for write in self._waiting:
            write()


@contextlib.contextmanager
def printing() -> Iterator[Printing]:
    """Gives what prints, and prints what waits when the body has ended."""
    made = Printing()
    try:
        yield made
    finally:
        made.finish()


def visible(text: str) -> str:
    """Spells out what does not print, so that nothing from outside acts on a terminal."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
