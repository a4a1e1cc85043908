"""Lists of references: a reference on each line, and after a tab the path of its file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = "#"
SEPARATOR = "\t"
"""Between the two parts of a line."""

MOST = 64 << 20
"""Bytes of a list at most."""


def lines(raw: bytes) -> Iterator[tuple[int, str, str]]:
    """Returns for each line of a list its number and its two parts, the second of which may be "".

    Empty lines and those that begin with `#` are skipped. Paths may be any bytes, as `os.fsdecode` spells them.
    """
    # A mark at the beginning is not part of a reference.
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    for number, line in enumerate(text.splitlines(), start=1):
        first, _, second = (part.strip() for part in line.partition(SEPARATOR))
        if first and not first.startswith(COMMENT):
            yield number, first, second
