"""The tags that shells offer after the colon of a reference.

Whoever presses a key does not wait long, is asked for nothing, and reads no error.
"""

from __future__ import annotations

import contextlib
import os
import time

from wasm2oci import Client, _operation
from wasm2oci._cli import options, parser, references
from wasm2oci._native import ext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wasm2oci._cli.parser import Verb

ARGUMENTS = frozenset({"REFERENCE", "REFERENCE|FILE", "SOURCE", "DESTINATION"})
"""What the arguments are called that may have a tag."""

LIMIT = 1.0
"""Seconds after which what has come has to do."""

MOST = 1000
"""Tags that are offered."""


def offered(verb: Verb, before: Sequence[str], word: str) -> list[str]:
    """Returns references with the tags that there are, of which a word is the beginning.

    Args:
        verb: What is typed.
        before: The words between the verb and this one, whose options of the connection count.
        word: The reference as far as it is typed.
    """
    place, colon, begin = word.rpartition(":")
    named = place.startswith(references.LAYOUTS) if word.startswith(references.LAYOUTS) else "/" in place
    if not colon or not named or "/" in begin or "@" in word:
        return []
    found: list[str] = []
    # What goes wrong, the command itself will say.
    with contextlib.suppress(Exception):
        for tag in _listed(place, parser.typed(verb, before)):
            if tag.startswith(begin) and len(found) < MOST:
                found.append(f"{place}:{tag}")
    return found


def _listed(place: str, typed: dict[str, object]) -> Iterator[str]:
    """Lists tags until half of the time is over; a page may take the other half."""
    ext.version()  # An editable installation builds now, if ever.
    # Helpers have credentials that somebody may have to unlock; without a path none is found.
    os.environ["PATH"] = ""
    _operation.listener = lambda _: None
    end = time.monotonic() + LIMIT / 2
    known = {option.name for option in options.CONNECTION} | {"auth_file"}
    chosen = {name: value for name, value in typed.items() if name in known}
    with Client(**chosen, timeout=LIMIT / 2, retries=0) as client:  # type: ignore[arg-type] # as a session gives them
        for tag in client.tags(place):
            yield tag
            if time.monotonic() > end:
                return
