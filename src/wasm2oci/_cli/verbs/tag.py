"""`wasm2oci tag`."""

from __future__ import annotations

from wasm2oci import _calls
from wasm2oci._cli import options, output, references, streams
from wasm2oci._cli.parser import Argument, Misuse, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._cli.session import Session


def tag(session: Session, *, reference: str, names: list[str]) -> None:
    """Adds tags, and prints a line for each."""
    swapped = next((name for name in names if references.is_reference(name)), None)
    if swapped is not None and not references.is_reference(reference):
        from shlex import join  # noqa: PLC0415 - for mistakes alone

        command = join(["wasm2oci", "tag", swapped, reference, *(name for name in names if name != swapped)])
        raise Misuse(f"{swapped!r} is a reference and comes before the tags; run: {command}")
    with session.client() as client:
        found = session.said(client, _calls.tag(reference, names))
    tags = list(dict.fromkeys(",".join(names).split(",")))
    if session.json:
        output.document({**output.resolved(found), "tags": tags})
    elif not session.quiet:
        tagged = output.pinned(found["reference"], found["digest"])
        streams.write_lines(*(f"tagged {tagged} as {name}" for name in tags))


VERB = Verb(
    tag,
    summary="Add tags to an artifact.",
    description="""
        Add tags, each a NAME, to what REFERENCE names, in the same repository or layout.

        An existing tag is moved. Only the manifest is transferred.
        """,
    arguments=(Argument("reference"), Argument("names", "NAME", many=True)),
    groups=options.SHARED,
    examples=(
        ("tag registry.example/team/hello:v1.2.0 v1.2 v1 latest", "Move the tags of a release to it."),
        ("tag oci:layout:v1 stable", "Add one tag in a layout."),
    ),
)
