"""`wasm2oci attach`."""

from __future__ import annotations

from wasm2oci._cli import options, output, progress, references, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wasm2oci._cli.session import Session


def attach(
    session: Session,
    *,
    reference: str,
    files: list[str] | None,
    **chosen: Any,  # noqa: ANN401 - as `Client.attach` takes it
) -> None:
    """Attaches files, and says what they are called now."""
    swapped = next((name for name in files or () if references.is_reference(name)), None)
    if swapped is not None and not references.is_reference(reference):
        from shlex import join  # noqa: PLC0415 - for mistakes alone

        others = [reference, *(name for name in files or () if name != swapped)]
        command = join(["wasm2oci", "attach", swapped, *others, "--artifact-type", chosen["artifact_type"] or "TYPE"])
        raise Misuse(f"{swapped!r} is a reference and comes before the files; run: {command}")
    if streams.STANDARD in (files or ()):
        raise Misuse("attach does not read standard input; give the file a name")
    with session.client() as client, progress.shown(session, "attaching") as update:
        result = client.attach(reference, files or (), progress=update, **chosen)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(f"attached {result.reference} to {result.subject.digest}")


VERB = Verb(
    attach,
    summary="Attach files, such as an SBOM, to an artifact.",
    description="""
        Attach each FILE to what REFERENCE names, in the same repository or layout.

        The files become an artifact of their own, which points at the other one; `referrers` lists it. Without a FILE,
        only the annotations are attached.
        """,
    arguments=(Argument("reference"), Argument("files", "FILE", required=False, many=True)),
    groups={
        "Artifact": (
            Option("--artifact-type", metavar="TYPE", help="What is attached, such as application/spdx+json."),
            Option("--media-type", metavar="TYPE", help="Media type of the files; default: application/octet-stream."),
            options.ANNOTATION,
            options.created("or none"),
        ),
        **options.SHARED,
    },
    examples=(
        (
            "attach oci:layout:v1 sbom.json --artifact-type application/spdx+json",
            "Attach an SBOM.",
        ),
        (
            "attach oci:layout:v1 --artifact-type example/note --annotation by=me",
            "Attach only an annotation.",
        ),
    ),
)
