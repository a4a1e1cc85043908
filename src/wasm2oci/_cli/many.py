"""A verb for all that a list names."""

from __future__ import annotations

import io
import sys

from wasm2oci._cli import output, progress, streams
from wasm2oci._cli.parser import Misuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeVar

    from wasm2oci import Outcome
    from wasm2oci._cli.parser import Verb
    from wasm2oci._cli.session import Session

    Item = TypeVar("Item")

COMMENT = "#"
SEPARATOR = "\t"
"""Between the two parts of a line."""


def taken(session: Session, read: Callable[[str], Iterable[Item]], name: str) -> list[Item]:
    """Reads a list before anything is done with it.

    Args:
        session: The shared options.
        read: Makes items of the list.
        name: The file, or `-` for standard input.

    Raises:
        Misuse: Standard input holds a secret.
    """
    if name == streams.STANDARD and session.takes_input:
        raise Misuse("standard input cannot hold both the list and a secret; give --from-file a name")
    return list(read(name))


def run(  # noqa: PLR0913, PLR0917 - what differs between the verbs
    session: Session,
    verb: Verb,
    doing: str,
    method: str,
    items: list[Any],
    lines: Callable[[Any], Iterable[str]],
    members: tuple[str, ...] = ("item",),
    **options: Any,  # noqa: ANN401 - as the method takes them
) -> int:
    """Does all that a list names, and returns the exit code.

    Args:
        session: The shared options.
        verb: The verb.
        doing: What the progress calls it.
        method: The method of the client.
        items: The items.
        lines: Says what became of one.
        members: What --json calls the parts of an item; those that have no name are left out.
        options: The options of the method.
    """
    outcomes: list[Outcome[Any]] = []
    with (
        session.client() as client,
        streams.printing() as printing,
        progress.shown(session, doing) as update,
    ):
        # A bar is drawn where the lines would go.
        printing.later = update is not None
        for outcome in getattr(client, method)(items, progress=update, **options):
            outcomes.append(outcome)
            _say(session, verb, outcome, printing, lines)
    outcomes.sort(key=lambda outcome: outcome.index)
    if session.json:
        output.document([_members(verb, outcome, members) for outcome in outcomes])
    return _code(outcomes)


def listed(name: str) -> Iterator[tuple[int, str, str]]:
    """Reads a list, and returns for each line its number and its two parts, the second of which may be "".

    Empty lines and those that begin with `#` say nothing.

    Args:
        name: The file, or `-` for standard input.

    Raises:
        FilesystemError: Standard input is closed.
        OSError: It cannot be read.
    """
    for number, line in enumerate(_text(name).splitlines(), start=1):
        first, _, second = (part.strip() for part in line.partition(SEPARATOR))
        if first and not first.startswith(COMMENT):
            yield number, first, second


def _text(name: str) -> str:
    if name == streams.STANDARD:
        streams.present(sys.stdin, "standard input")
        source = io.FileIO(streams.INPUT, closefd=False)
    else:
        source = streams.opened(name)
    raw = bytearray()
    with source:
        for chunk in streams.chunks(source):
            raw += chunk
            if len(raw) > streams.SMALL:
                raise Misuse(f"the list {name!r} is larger than {streams.SMALL} bytes")
    # Paths may be any bytes; a mark at the beginning is not part of a reference.
    return raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _say(
    session: Session,
    verb: Verb,
    outcome: Outcome[Any],
    printing: streams.Printing,
    lines: Callable[[Any], Iterable[str]],
) -> None:
    if outcome.error is not None:
        from wasm2oci._cli import failure  # noqa: PLC0415 - most commands do well

        printing.do(streams.say, f"wasm2oci: error: {failure.describe(outcome.error, verb)}")
    elif not session.json and not session.quiet:
        printing.do(streams.write_lines, *lines(outcome.unwrap()))


def _members(verb: Verb, outcome: Outcome[Any], names: tuple[str, ...]) -> dict[str, Any]:
    from wasm2oci._cli import failure  # noqa: PLC0415 - for --json alone

    error = outcome.error
    return {
        **dict(zip(names, outcome.item, strict=False)),
        "result": None if error is not None else output.members(outcome.unwrap()),
        "error": None if error is None else {"exit_code": failure.code_of(error), **failure.members(error, verb)},
    }


def _code(outcomes: list[Outcome[Any]]) -> int:
    """Returns the exit code that all failures have, or the one for several kinds."""
    from wasm2oci._cli import failure  # noqa: PLC0415 - not for one

    codes = {failure.code_of(outcome.error) for outcome in outcomes if outcome.error is not None}
    return (codes.pop() if len(codes) == 1 else failure.INTERNAL) if codes else failure.DONE
