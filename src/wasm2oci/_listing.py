"""Lists of references: a reference on each line, and after a tab the path of its file."""

from __future__ import annotations

from wasm2oci.errors import InvalidReferenceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMENT = "#"
SEPARATOR = "\t"
"""Between the two parts of a line."""

MOST = 64 << 20
"""Bytes of a list at most."""


def lines(raw: bytes, name: str, parse: Callable[[str], object]) -> Iterator[tuple[int, str, str]]:
    """Returns for each line of a list its number and its two parts, the second of which may be "".

    Empty lines and those that begin with `#` are skipped. Paths may be any bytes, as `os.fsdecode` spells them.

    Args:
        raw: The list.
        name: Its file, for errors.
        parse: Refuses what is not a reference.

    Raises:
        InvalidReferenceError: A space separates two parts.
    """
    # A mark at the beginning is not part of a reference.
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    for number, line in enumerate(text.splitlines(), start=1):
        first, _, second = (part.strip() for part in line.partition(SEPARATOR))
        if first and not first.startswith(COMMENT):
            if len(first.split(None, 1)) > 1:
                _check(first, f"{name}:{number}", parse)
            yield number, first, second


def _check(first: str, place: str, parse: Callable[[str], object]) -> None:
    """Refuses two parts between which there is a space. The path of a layout may hold one."""
    try:
        parse(first)
    except InvalidReferenceError as error:
        raise InvalidReferenceError(
            f"{place}: a reference with a space is not valid; put a tab between it and what follows",
            detail={"path": place.rpartition(":")[0], "reference": error.detail.get("reference")},
        ) from None
