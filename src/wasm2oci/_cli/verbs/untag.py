"""`wasm2oci untag`."""

from __future__ import annotations

from wasm2oci import _calls
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._cli.session import Session


def untag(session: Session, *, reference: str, force: bool) -> None:
    """Removes a tag, and says so."""
    with session.client() as client:
        found = session.said(client, _calls.untag(reference, force=force))
    if session.json:
        output.document({**output.resolved(found), "deleted": found["deleted"]})
    elif not session.quiet:
        done = "deleted, with all its tags," if found["deleted"] else "untagged"
        streams.write_lines(f"{done} {output.pinned(found['reference'], found['digest'])}")


VERB = Verb(
    untag,
    summary="Remove a tag.",
    description="""
        Remove the tag of REFERENCE. What it named stays, and so do its other tags.

        Not every registry can do that.
        """,
    arguments=(Argument("reference"),),
    groups={
        "Removal": (
            Option("--force", help="If a tag cannot be removed alone, delete the manifest with all its tags."),
        ),
        **options.SHARED,
    },
    examples=(
        ("untag registry.example/team/hello:oops", "Remove one tag."),
        ("untag oci:layout:v1", "Remove one tag of a layout."),
    ),
)
