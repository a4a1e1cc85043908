"""`wasm2oci pull`."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from wasm2oci._cli import output, progress, source, spool, streams
from wasm2oci._cli.misuse import Misuse
from wasm2oci._cli.options import shared
from wasm2oci._cli.pulls import pull_listed
from wasm2oci._cli.selection import selecting
from wasm2oci._cli.session import Session  # noqa: TC001 - in a signature beside others that click needs
from wasm2oci._operation import Meter

if TYPE_CHECKING:
    from typing import IO


@click.command(short_help="Pull a WebAssembly file.")
@click.argument("reference", required=False)
@click.option(
    "-o",
    "--output",
    "path",
    metavar="PATH",
    help="File, or directory for the default name; - is standard output; default: the repository's last part.wasm.",
)
@click.option(
    "--from-file",
    "listed",
    metavar="LIST",
    help="Pull all that a file lists: a reference on each line, and after a tab the file's name; - is standard input.",
)
@click.option("--output-dir", "folder", metavar="DIR", help="Directory for what a list names; default: here.")
@click.option("--concurrency", type=click.INT, metavar="N", help="Pulls of a list at a time; default: 8.")
@click.option("--no-clobber", is_flag=True, help="Refuse to replace a file.")
@click.option("--durable", is_flag=True, help="Wait until the file is safe on disk.")
@selecting
@shared
def pull(  # noqa: PLR0913 - options, all by keyword
    session: Session,
    *,
    reference: str | None,
    path: str | None,
    listed: str | None,
    folder: str | None,
    concurrency: int | None,
    no_clobber: bool,
    durable: bool,
    **selection: Any,  # noqa: ANN401 - as `Client.pull` takes it
) -> None:
    """Pull the WebAssembly module or component of REFERENCE into a file.

    Nothing stands under the file's name before size and digest are verified.

    With --from-file many are pulled; one that fails does not stop the rest.
    """
    if listed is not None:
        if reference is not None or path is not None:
            raise Misuse("--from-file takes the place of REFERENCE and -o; put them into the list")
        selection |= {} if concurrency is None else {"concurrency": concurrency}
        code = pull_listed(session, listed, folder, overwrite=not no_clobber, durable=durable, **selection)
        click.get_current_context().exit(code)
    if reference is None:
        raise click.MissingParameter(param_type="argument", param_hint="'REFERENCE'")
    if folder is not None or concurrency is not None:
        raise Misuse("--output-dir and --concurrency go with --from-file; name the directory after -o")
    if path == "":
        raise Misuse("the path after -o is empty; leave out -o for the default name")
    if path == source.STANDARD:
        _to_output(session, reference, selection)
        return
    with session.client() as client, progress.shown(session, "pulling") as update:
        result = client.pull(reference, path, overwrite=not no_clobber, durable=durable, progress=update, **selection)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(*output.pulled(result))


def _to_output(session: Session, reference: str, selection: dict[str, Any]) -> None:
    """Writes the module to standard output, once all of it is verified."""
    if session.json:
        raise Misuse("--json and the content cannot both go to standard output; give -o a file's name")
    if streams.is_terminal(streams.present(sys.stdout, "standard output")):
        raise Misuse("standard output is a terminal, which cannot show WebAssembly; redirect it")
    with spool.new() as spooled:
        _fetch(session, reference, selection, spooled)
        spooled.seek(0)
        while chunk := spooled.read(streams.CHUNK):
            streams.write(chunk)


def _fetch(session: Session, reference: str, selection: dict[str, Any], target: IO[bytes]) -> None:
    with (
        session.client() as client,
        progress.shown(session, "pulling") as update,
        client.open(reference, **selection) as reader,
        memoryview(bytearray(streams.CHUNK)) as buffer,
    ):
        meter = Meter(update)
        while count := reader.readinto(buffer):
            target.write(buffer[:count])
            meter.tick(partial(reader._progress, "transferring"))  # noqa: SLF001 - as `fetch` reports it
