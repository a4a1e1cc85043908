"""`wasm2oci convert`."""

from __future__ import annotations

from wasm2oci._cli import options, output, progress, streams
from wasm2oci._cli.parser import Argument, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wasm2oci._cli.session import Session


def convert(session: Session, *, source: str, destination: str, **options: Any) -> None:  # noqa: ANN401 - as `Client.convert` takes them
    """Stores an artifact under another format."""
    with session.client() as client, progress.shown(session, "converting") as update:
        result = client.convert(source, destination, progress=update, **options)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(*output.pushed(result))


VERB = Verb(
    convert,
    summary="Store an artifact in another format.",
    description="""
        Store the module or component of SOURCE as another artifact, DESTINATION, which may have several tags,
        separated by commas.

        Annotations and title are kept. Within one registry, a module that stays a layer of its own is not sent again.
        """,
    arguments=(Argument("source"), Argument("destination")),
    groups={"Artifact": options.PACKAGING, "Source": options.SELECTION, **options.READING},
    examples=(
        ("convert registry.example/hello:v1 oci:layout:v1 --format image", "Make an image that containerd runs."),
        ("convert old.example/hello:v1 registry.example/hello:v1", "Move it, in the CNCF's format."),
    ),
)
