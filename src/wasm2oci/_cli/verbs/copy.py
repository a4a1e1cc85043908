"""`wasm2oci copy`: of one reference, or of all that a file lists."""

from __future__ import annotations

import os

from wasm2oci._cli import many, options, output, progress, references, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, UsageError, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from wasm2oci import CopyResult
    from wasm2oci._cli.session import Session


def copy(
    session: Session,
    *,
    source: str | None,
    destination: str | None,
    listed: str | None,
    concurrency: int | None,
    **options: Any,  # noqa: ANN401 - as `Client.copy` takes them
) -> int | None:
    """Copies one artifact or many."""
    if listed is not None:
        if source is not None:
            raise Misuse("--from-file takes the place of SOURCE and DESTINATION; put them into the list")
        options |= {} if concurrency is None else {"concurrency": concurrency}
        items = many.taken(session, _pairs, listed)
        members = ("item", "destination")
        return many.run(session, VERB, "copying", "copy_many", items, _copied, members, **options)
    if source is None:
        raise UsageError("missing argument SOURCE")
    if destination is None:
        raise UsageError("missing argument DESTINATION")
    if concurrency is not None:
        raise Misuse("--concurrency goes with --from-file; --connections is for one copy")
    if os.path.isfile(source) and not references.is_reference(source):  # noqa: PTH113 - as the system has it
        from shlex import join  # noqa: PLC0415 - for mistakes alone

        command = join(["wasm2oci", "push", source, destination])
        raise Misuse(f"{source!r} is a file, and copy takes references; run: {command}")
    with session.client() as client, progress.shown(session, "copying") as update:
        result = client.copy(source, destination, progress=update, **options)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(*_copied(result))
    return None


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """Reads a list of sources and destinations."""
    for number, source, destination in many.listed(name):
        if not destination:
            raise Misuse(f"line {number} of the list names no destination; put it after the source and a tab")
        yield source, destination


def _copied(result: CopyResult) -> Iterator[str]:
    """Says what was copied, and how much had to be sent."""
    if result.digest:
        yield f"copied {output.pinned(result.reference, result.digest)}"
    for tag, digest in result.tags.items():
        yield f"copied {result.reference}:{tag}@{digest}"
    yield f"sent {result.sent}: {output.size(result.bytes)}; mounted {result.mounted}; reused {result.reused}"


VERB = Verb(
    copy,
    summary="Copy an artifact to another registry, layout or archive.",
    description="""
        Copy what SOURCE names, with everything it lists, to DESTINATION, whose tag defaults to latest.

        Nothing is changed, so digests stay the same. What is already there is not sent. The tag is set last. To
        continue an interrupted copy, run it again.

        With --from-file, many are copied; one that fails does not stop the rest.
        """,
    arguments=(Argument("source", required=False), Argument("destination", required=False)),
    groups={
        "Artifact": (
            Option("--platform", metavar="OS/ARCH", help="Copy one manifest of an index, such as that for wasi/wasm."),
            Option("--all-tags", help="Copy every tag; write SOURCE and DESTINATION without one."),
            Option("--referrers", help="Also copy what points at it, such as signatures and SBOMs."),
        ),
        "Many": (
            Option(
                "--from-file",
                name="listed",
                metavar="LIST",
                help="Copy what a file lists: on each line a source, a tab and a destination; - is standard input.",
            ),
            Option("--concurrency", metavar="N", kind=int, help="How many of a list to copy at a time; default: 8."),
        ),
        **options.SHARED,
    },
    examples=(
        ("copy registry.example/team/hello:v1 mirror.example/hello:v1", "Copy from registry to registry."),
        ("copy --all-tags registry.example/team/hello mirror.example/hello", "Copy all tags of a repository."),
    ),
)
