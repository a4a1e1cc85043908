"""Secrets from standard input, where no list of processes shows them."""

from __future__ import annotations

import io
import sys

from wasm2oci._cli import streams
from wasm2oci._cli.misuse import Misuse

LIMIT = 1 << 20
"""Bytes; far more than any secret has, and far less than a file given by mistake."""


def read(name: str) -> str:
    """Reads all of standard input and drops the line's end; from a terminal one line, unseen.

    Args:
        name: `password` or `token`, for messages.

    Raises:
        Misuse: It is empty, or no text of one line.
        FilesystemError: Standard input is closed.
    """
    stream = streams.present(sys.stdin, "standard input")
    import getpass  # noqa: PLC0415 - for few

    secret = getpass.getpass(f"{name.capitalize()}: ") if streams.is_terminal(stream) else _decoded(name)
    if not secret:
        raise Misuse(f"the {name} on standard input is empty; write it there, with or without a newline")
    if any(character < " " or character == "\x7f" for character in secret):
        raise Misuse(f"the {name} on standard input has a line's end or another control character inside")
    return secret


def _decoded(name: str) -> str:
    content = bytearray()
    with io.FileIO(streams.INPUT, closefd=False) as stream:
        for chunk in streams.chunks(stream):
            content += chunk
            if len(content) > LIMIT:
                raise Misuse(f"the {name} on standard input is longer than {LIMIT} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Misuse(f"the {name} on standard input is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")
