"""`wasm2oci inspect`."""

from __future__ import annotations

from typing import Any

import click

from wasm2oci._cli import artifact, output, source, tree
from wasm2oci._cli.misuse import Misuse
from wasm2oci._cli.options import shared
from wasm2oci._cli.selection import selecting
from wasm2oci._cli.session import Session  # noqa: TC001 - in a signature beside others that click needs


@click.command(short_help="Show what is in an artifact or a file.")
@click.argument("what", metavar="REFERENCE|FILE")
@selecting
@shared
def inspect(session: Session, *, what: str, **selection: Any) -> None:  # noqa: ANN401 - as `Client.inspect` takes it
    """Show what is in an artifact, or in a local WebAssembly file.

    An existing file is a file; so is what starts with /, ./ or ../ or ends in .wasm.
    """
    if what == source.STANDARD:
        raise Misuse("inspect does not read standard input; give the file a name")
    with session.client() as client:
        found = client.inspect(what, **selection)
    if session.json:
        output.document(output.members(found))
    else:
        tree.show(artifact.tree(found, what))
