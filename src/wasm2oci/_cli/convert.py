"""`wasm2oci convert`."""

from __future__ import annotations

from typing import Any

import click

from wasm2oci._cli import output, progress, streams
from wasm2oci._cli.options import shared
from wasm2oci._cli.packaging import packaged
from wasm2oci._cli.selection import selecting
from wasm2oci._cli.session import Session  # noqa: TC001 - in a signature beside others that click needs


@click.command(short_help="Store an artifact under another format.")
@click.argument("source")
@click.argument("destination")
@packaged
@selecting
@shared
def convert(session: Session, *, source: str, destination: str, **options: Any) -> None:  # noqa: ANN401 - as `Client.convert` takes them
    """Store the module or component of SOURCE as another artifact, DESTINATION.

    Annotations and title are taken over. Within one registry a module that stays a
    layer of its own is not sent again.
    """
    with session.client() as client, progress.shown(session, "converting") as update:
        result = client.convert(source, destination, progress=update, **options)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(f"pushed {output.pinned(result)}")
