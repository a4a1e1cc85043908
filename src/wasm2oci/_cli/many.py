"""A verb for all that a list names."""

from __future__ import annotations

import io
import sys

from wasm2oci import _listing
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
        output.document([entry(verb, outcome, dict(zip(members, outcome.item, strict=False))) for outcome in outcomes])
    return code(outcomes)


def carried_out(
    session: Session,
    verb: Verb,
    doing: str,
    plan: Any,  # noqa: ANN401 - one of those of `_locking`
    lines: Callable[[Any], Iterable[str]] = lambda _: (),
) -> list[Outcome[Any]]:
    """Does what a plan has to do, and returns what has become of that; says as well what needed nothing.

    Args:
        session: The shared options.
        verb: The verb.
        doing: What the progress calls it.
        plan: The plan.
        lines: Says what became of one item.
    """
    from wasm2oci import _batch_run  # noqa: PLC0415 - for lock files alone

    done: list[Outcome[Any]] = []
    for outcome in plan.known:
        _say(session, verb, outcome, streams.Printing(), lines)
    with (
        session.client() as client,
        streams.printing() as printing,
        progress.shown(session, doing) as update,
    ):
        printing.later = update is not None
        for outcome in _batch_run.run(client._start, plan.batch(update)):  # noqa: SLF001 - as `Client` does
            done.append(outcome)
            _say(session, verb, outcome, printing, lines)
    return done


def listed(name: str) -> Iterator[tuple[int, str, str]]:
    """Reads a list, and returns for each line its number and its two parts, the second of which may be "".

    Empty lines and those that begin with `#` say nothing.

    Args:
        name: The file, or `-` for standard input.

    Raises:
        FilesystemError: Standard input is closed.
        InvalidReferenceError: A space separates two parts.
        OSError: It cannot be read.
    """
    yield from _listing.lines(_raw(name), "standard input" if name == streams.STANDARD else name, _parse)


def _parse(text: str) -> None:
    from wasm2oci import Reference  # noqa: PLC0415 - for mistakes, and few others

    Reference.parse(text)


def _raw(name: str) -> bytes:
    if name == streams.STANDARD:
        streams.present(sys.stdin, "standard input")
        source = io.FileIO(streams.INPUT, closefd=False)
    else:
        source = streams.opened(name)
    raw = bytearray()
    with source:
        for chunk in streams.chunks(source):
            raw += chunk
            if len(raw) > _listing.MOST:
                raise Misuse(f"the list {name!r} is larger than {_listing.MOST} bytes")
    return bytes(raw)


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


def entry(verb: Verb, outcome: Outcome[Any], item: dict[str, Any]) -> dict[str, Any]:
    """Returns what --json says of one outcome, which begins with what it says of its item."""
    from wasm2oci._cli import failure  # noqa: PLC0415 - for --json alone

    error = outcome.error
    return {
        **item,
        "result": None if error is not None else output.members(outcome.unwrap()),
        "error": None if error is None else {"exit_code": failure.code_of(error), **failure.members(error, verb)},
    }


def code(outcomes: list[Outcome[Any]]) -> int:
    """Returns the exit code that all failures have, or the one for several kinds."""
    from wasm2oci._cli import failure  # noqa: PLC0415 - not for one

    codes = {failure.code_of(outcome.error) for outcome in outcomes if outcome.error is not None}
    return (codes.pop() if len(codes) == 1 else failure.INTERNAL) if codes else failure.DONE
