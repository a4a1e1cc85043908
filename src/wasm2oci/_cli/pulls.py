"""`wasm2oci pull --from-file`."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from wasm2oci import errors
from wasm2oci._cli import exits, failure, listed, output, progress, source, streams
from wasm2oci._cli.misuse import Misuse

if TYPE_CHECKING:
    from wasm2oci import Outcome, PullResult
    from wasm2oci._cli.session import Session


def pull_listed(session: Session, name: str, folder: str | None, **options: Any) -> int:  # noqa: ANN401 - as `Client.pull_many` takes them
    """Pulls all that a list names, and returns the exit code."""
    if name == source.STANDARD and session.takes_input:
        raise Misuse("standard input cannot hold both the list and a secret; give --from-file a name")
    if folder is not None and not os.path.isdir(folder):  # noqa: PTH112 - a name that no Path can hold is none
        raise errors.FilesystemError(
            f"{folder!r} is not a directory; make it first", detail={"errno": errno.ENOENT, "path": folder}
        )
    items = list(listed.items(name))
    outcomes: list[Outcome[PullResult]] = []
    with (
        session.client() as client,
        streams.printing() as printing,
        progress.shown(session, "pulling") as update,
    ):
        # A bar is drawn where the lines would go.
        printing.later = update is not None
        for outcome in client.pull_many(items, folder, progress=update, **options):
            outcomes.append(outcome)
            _tell(session, outcome, printing)
    outcomes.sort(key=lambda outcome: outcome.index)
    if session.json:
        output.document([_members(outcome) for outcome in outcomes])
    return _code(outcomes)


def _tell(session: Session, outcome: Outcome[PullResult], printing: streams.Printing) -> None:
    if outcome.error is not None:
        printing.do(streams.say, f"wasm2oci: error: {failure.describe(outcome.error)}")
    elif not session.json and not session.quiet:
        printing.do(streams.write_lines, *output.pulled(outcome.unwrap()))


def _members(outcome: Outcome[PullResult]) -> dict[str, Any]:
    error = outcome.error
    return {
        "item": outcome.item[0],
        "result": None if error is not None else output.members(outcome.unwrap()),
        "error": None if error is None else {"exit_code": exits.code_of(error), "message": failure.describe(error)},
    }


def _code(outcomes: list[Outcome[PullResult]]) -> int:
    """The exit code that all failures have, or the one for several kinds."""
    codes = {exits.code_of(outcome.error) for outcome in outcomes if outcome.error is not None}
    return (codes.pop() if len(codes) == 1 else exits.INTERNAL) if codes else exits.DONE
