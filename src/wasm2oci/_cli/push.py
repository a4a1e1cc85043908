"""`wasm2oci push`."""

from __future__ import annotations

from typing import Any

import click

from wasm2oci._cli import output, progress, source, streams
from wasm2oci._cli.misuse import Misuse
from wasm2oci._cli.options import shared
from wasm2oci._cli.packaging import packaged
from wasm2oci._cli.session import Session  # noqa: TC001 - in a signature beside others that click needs


@click.command(short_help="Push a WebAssembly file.")
@click.argument("file")
@click.argument("reference")
@packaged
@click.option("--allow-any", is_flag=True, help="Push what is not WebAssembly, too.")
@shared
def push(
    session: Session,
    *,
    file: str,
    reference: str,
    allow_any: bool,
    **packaging: Any,  # noqa: ANN401 - as `Client.push` takes it
) -> None:
    """Push the WebAssembly module or component in FILE to REFERENCE.

    FILE - is standard input.
    """
    if file == source.STANDARD and session.takes_input:
        raise Misuse("standard input cannot hold both the content and a secret; give FILE a name")
    with session.client() as client, source.opened(file) as content, progress.shown(session, "pushing") as update:
        result = client.push(content, reference, allow_any=allow_any, progress=update, **packaging)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(f"pushed {output.pinned(result)}")
