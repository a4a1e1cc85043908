"""`wasm2oci delete`."""

from __future__ import annotations

import sys

from wasm2oci import _calls
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci import DeleteResult
    from wasm2oci._cli.session import Session

_NAMED = 10
"""Tags that a line names."""


def delete(session: Session, *, reference: str, yes: bool, dry_run: bool) -> int | None:
    """Deletes a manifest, after a question where somebody is there to answer."""
    asks = not yes and not dry_run
    if asks and (session.takes_input or not streams.is_terminal(sys.stdin) or not streams.is_terminal(sys.stderr)):
        _calls.check(_calls.delete(reference))  # before anybody is told to add --yes
        raise Misuse(
            "delete asks before it deletes, and there is no terminal to ask on; see with --dry-run what would be "
            "deleted, and add --yes"
        )
    with session.client() as client:
        if asks and not _agreed(client.delete(reference, dry_run=True)):
            streams.say("wasm2oci: nothing was deleted")
            return 1
        deleted = client._perform(_calls.delete(reference, dry_run=dry_run))  # noqa: SLF001 - with the options of the call
    if session.json:
        output.document({**output.members(deleted), "tags": list(deleted.tags), "deleted": not dry_run})
    elif not session.quiet or dry_run:
        done = "would delete" if dry_run else "deleted"
        tagged = _tagged(deleted, "tagged ")
        streams.write_lines(f"{done} {deleted.reference}{f' ({tagged})' if tagged else ''}")
    return None


def _agreed(found: DeleteResult) -> bool:
    """Asks on the terminal."""
    tagged = _tagged(found, "it is also tagged ")
    sys.stderr.write(streams.visible(f"delete {found.reference}? {tagged}{' ' if tagged else ''}[y/N] "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _tagged(found: DeleteResult, begin: str) -> str:
    """Says which tags go as well."""
    more = len(found.tags) - _NAMED
    names = ", ".join(found.tags[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    said = [f"{begin}{names}"] if names else []
    if found.more_tags:
        said.append("there may be other tags")
    return "; ".join(said)


VERB = Verb(
    delete,
    summary="Delete a manifest, with all its tags.",
    description="""
        Delete the manifest or index that REFERENCE has under DIGEST, with all its tags.

        It asks first; without a terminal it needs --yes.
        """,
    arguments=(Argument("reference", "REFERENCE@DIGEST"),),
    groups={
        "Removal": (
            Option("--yes", help="Delete without asking."),
            Option("--dry-run", help="Delete nothing; report what would be deleted."),
        ),
        **options.SHARED,
    },
    examples=(
        ("delete registry.example/team/hello@sha256:90bd...", "Ask, and delete."),
        ("delete oci:layout@sha256:90bd... --yes", "Delete from a layout without being asked."),
    ),
)
