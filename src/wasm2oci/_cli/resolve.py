"""`wasm2oci resolve`."""

from __future__ import annotations

import click

from wasm2oci import _calls
from wasm2oci._cli import output, streams
from wasm2oci._cli.options import shared
from wasm2oci._cli.session import Session  # noqa: TC001 - in a signature beside others that click needs
from wasm2oci._operation import Operation


@click.command(short_help="Print the digest of a reference.")
@click.argument("reference")
@shared
def resolve(session: Session, *, reference: str) -> None:
    """Print the digest of the manifest or index that REFERENCE names."""
    with session.client() as client:
        # All that the library says: the descriptor lacks the reference.
        start = _calls.resolve(reference).start
        found = client._perform(_calls.Call(start, Operation.result))  # noqa: SLF001
    if session.json:
        names = ("reference", "digest", "media_type", "size")
        output.document({name: found[name] for name in names} | {"annotations": found.get("annotations") or {}})
    else:
        streams.write_lines(found["digest"])
