"""`wasm2oci resolve`."""

from __future__ import annotations

from wasm2oci import _calls
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._cli.session import Session


def resolve(session: Session, *, reference: str) -> None:
    """Prints a digest."""
    with session.client() as client:
        found = session.said(client, _calls.resolve(reference))
    if session.json:
        output.document(output.resolved(found))
    else:
        streams.write_lines(found["digest"])


VERB = Verb(
    resolve,
    summary="Print the digest of a reference.",
    description="Print the digest of the manifest or index that REFERENCE names.",
    arguments=(Argument("reference"),),
    groups=options.READING,
    examples=(
        ("resolve registry.example/team/hello:v1", "Print the digest that a tag has now."),
        ("resolve oci:layout:v1 --json", "Print its media type and size as well."),
    ),
)
