"""`wasm2oci referrers`."""

from __future__ import annotations

from wasm2oci import _calls, errors
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.output import Node
from wasm2oci._cli.parser import Argument, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wasm2oci import Client
    from wasm2oci._cli.session import Session

DEEPEST = 16
"""Levels of a tree. There are no circles in it: what points at something has its digest inside."""

MOST = 10000
"""Lines of a tree."""


def referrers(session: Session, *, reference: str, artifact_type: str | None, tree: bool) -> None:
    """Lists what points at an artifact."""
    with session.client() as client:
        found = _listed(session, client, reference, artifact_type)
        listed = found["referrers"]
        if tree:
            _grow(session, client, found, artifact_type)
    if session.json:
        output.document(found)
    elif tree:
        output.tree(Node("", output.pinned(found["reference"], found["digest"]), [_node(item) for item in listed]))
    else:
        streams.write_lines(*(f"{item['digest']} {item.get('artifact_type', '-')}" for item in listed))


def _listed(session: Session, client: Client, reference: str, artifact_type: str | None) -> dict[str, Any]:
    """Returns the members of a result; each referrer has annotations, if only none."""
    found = session.said(client, _calls.referrers(reference, artifact_type=artifact_type))
    found["referrers"] = [{"annotations": {}, **item} for item in found["referrers"]]
    return found


def _grow(session: Session, client: Client, found: dict[str, Any], artifact_type: str | None) -> None:
    """Adds to each referrer those that point at it, level by level.

    Raises:
        SizeExceededError: The tree is too large.
    """
    place = found["reference"].removesuffix(f"@{found['digest']}")
    level: list[dict[str, Any]] = found["referrers"]
    count = len(level)
    for _ in range(DEEPEST):
        below: list[dict[str, Any]] = []
        for item in level:
            item["referrers"] = _listed(session, client, f"{place}@{item['digest']}", artifact_type)["referrers"]
            below += item["referrers"]
        count += len(below)
        if count > MOST:
            break
        if not below:
            return
        level = below
    message = f"the tree has more than {DEEPEST} levels or {MOST} entries; list one of them by its digest"
    raise errors.SizeExceededError(message, detail={"reference": found["reference"]})


def _node(item: dict[str, Any]) -> Node:
    return Node(
        item.get("artifact_type", item["media_type"]), item["digest"], [_node(one) for one in item["referrers"]]
    )


VERB = Verb(
    referrers,
    summary="List what points at an artifact.",
    description="""
        List the artifacts that point at what REFERENCE names, such as signatures and SBOMs.

        Each line has a digest and an artifact type.
        """,
    arguments=(Argument("reference"),),
    groups={
        "Referrers": (
            Option("--artifact-type", metavar="TYPE", help="List only those of this type; default: all."),
            Option("--tree", help="Also list what points at those, and so on, as a tree."),
        ),
        **options.SHARED,
    },
    examples=(
        ("referrers registry.example/team/hello:v1", "List SBOMs, signatures and so on."),
        ("referrers oci:layout:v1 --tree", "Show signatures of the SBOMs, too."),
    ),
)
