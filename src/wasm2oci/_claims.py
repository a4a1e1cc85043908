"""Which files a list writes, so that no two of them get into each other's way."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, AnyStr, Generic

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_QUOTED = 200
"""How much of an input is shown."""


class _Node(Generic[AnyStr]):
    """A file, or a directory that files are in."""

    __slots__ = ("below", "first")

    def __init__(self, first: Claim[AnyStr]) -> None:
        self.first: Claim[AnyStr] = first
        self.below: dict[AnyStr, _Node[AnyStr]] | None = None


class Claim(Generic[AnyStr]):
    """A reference, and the path of its file as the user knows it."""

    __slots__ = ("path", "reference")

    def __init__(self, reference: AnyStr, path: AnyStr) -> None:
        """Takes both."""
        self.reference: AnyStr = reference
        self.path: AnyStr = path

    def decoded(self) -> Claim[str]:
        """Returns it as text."""
        return Claim(os.fsdecode(self.reference), os.fsdecode(self.path))


class Claims(Generic[AnyStr]):
    """The files of a list. What it takes grows with the paths, not with their square."""

    def __init__(self) -> None:
        """Begins with none."""
        self._root: dict[AnyStr, _Node[AnyStr]] = {}

    def claim(self, parts: Iterable[AnyStr], claim: Claim[AnyStr]) -> tuple[Claim[AnyStr], bool] | None:
        """Takes a file, and returns what is in its way, and whether that has the same file.

        Else it has one that would have to be a directory, or has one in a directory of that name.

        Args:
            parts: The parts of its path, as they are compared.
            claim: Who wants it.
        """
        nodes, last = self._root, None
        for part in parts:
            if last is not None:
                if last.below is None:
                    if last.first is not claim:
                        return last.first, False  # a file, which can hold none
                    last.below = {}
                nodes = last.below
            last = nodes.get(part)
            if last is None:
                last = nodes[part] = _Node(claim)
        return None if last is None or last.first is claim else (last.first, last.below is None)


def fact(wanted: Claim[str], other: Claim[str], *, same: bool) -> str:
    """Says what is in the way of a file, up to what can be done about it."""
    if same:
        return (
            f"{quoted(wanted.reference)}: {quoted(other.reference)} is pulled to {quoted(wanted.path)}, too; give "
            "one of them "
        )
    return (
        f"{quoted(wanted.reference)} is pulled to {quoted(wanted.path)}, and {quoted(other.reference)} to "
        f"{quoted(other.path)}, so that one of the files would have to be a directory; give one of them "
    )


def quoted(text: str) -> str:
    """Quotes what somebody has written, as much of it as a person reads."""
    return json.dumps(text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}...", ensure_ascii=False)
