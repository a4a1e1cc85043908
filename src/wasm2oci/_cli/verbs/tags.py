"""`wasm2oci tags`."""

from __future__ import annotations

from wasm2oci import _calls
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._cli.session import Session


def tags(session: Session, *, repository: str, **choice: object) -> None:
    """Prints tags, page by page, or one document."""
    with session.client() as client:
        pages = _calls.Pages(_calls.tags, "tags", {"repository": repository, **choice})
        listed: list[str] = []
        while (call := pages.call()) is not None:
            page = client._perform(call)  # noqa: SLF001 - the name of the repository is in it
            found = pages.take(page)
            if session.json:
                listed += found
            elif found:
                streams.write_lines(*found)
    if session.json:
        output.document({"repository": page["repository"], "tags": listed})


VERB = Verb(
    tags,
    summary="List the tags of a repository.",
    description="""
        List the tags of REPOSITORY, one per line, in the registry's order.

        REPOSITORY is a reference without a tag, such as registry.example/team/hello or oci:DIR.
        """,
    arguments=(Argument("repository"),),
    groups={
        "Selection": (
            Option("--last", metavar="TAG", help="Start after this tag."),
            Option("--limit", metavar="N", kind=int, help="List at most this many tags; default: all."),
            Option(
                "--sort",
                metavar="ORDER",
                choices=("name", "semver"),
                help="By name, or by version (semver), with other names last; default: the registry's order.",
            ),
        ),
        **options.SHARED,
    },
    examples=(
        ("tags registry.example/team/hello --sort semver", "List versions from the lowest to the highest."),
        ("tags oci:layout --json", "Print one document."),
    ),
)
