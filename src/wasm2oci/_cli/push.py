"""`wasm2oci push`."""

from __future__ import annotations

import click

from wasm2oci._cli import output, progress, source, streams
from wasm2oci._cli.misuse import Misuse
from wasm2oci._cli.options import shared
from wasm2oci._cli.session import Session  # noqa: TC001 - in a signature beside others that click needs


def _pairs(_: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Splits K=V at the first equals sign."""
    pairs: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{value!r} is not K=V", param=parameter)
        if pairs.setdefault(name, text) != text:
            raise click.BadParameter(f"{name!r} is given twice, with different values", param=parameter)
    return pairs


def _time(_: click.Context, __: click.Parameter, value: str | None) -> str | int | None:
    """Tells seconds from a date."""
    return int(value) if value is not None and value.isascii() and value.isdigit() else value


@click.command(short_help="Push a WebAssembly file.")
@click.argument("file")
@click.argument("reference")
@click.option(
    "--annotation",
    "annotations",
    metavar="K=V",
    multiple=True,
    callback=_pairs,
    help="Text for the manifest; repeatable.",
)
@click.option(
    "--format",
    type=click.Choice(["wasm", "wasm-to-oci", "compat", "image"]),
    default="wasm",
    show_default=True,
    help="Layout of the artifact: the CNCF's, the one of wasm-to-oci, or an image for proxies or for containerd.",
)
@click.option(
    "--created",
    metavar="TIME",
    callback=_time,
    help="RFC 3339, or seconds since 1970; default: SOURCE_DATE_EPOCH or 1970, so that pushes can be repeated.",
)
@click.option("--title", metavar="TEXT", help="Title of the layer; default: the file's base name.")
@click.option("--config-media-type", metavar="TYPE", help="Type of the config in place of the format's.")
@click.option("--layer-media-type", metavar="TYPE", help="Type of the layer in place of the format's.")
@click.option("--artifact-type", metavar="TYPE", help="Artifact type of the manifest; default: none.")
@click.option("--allow-any", is_flag=True, help="Push what is not WebAssembly, too.")
@shared
def push(  # noqa: PLR0913 - options, all by keyword
    session: Session,
    *,
    file: str,
    reference: str,
    annotations: dict[str, str],
    format: str,  # noqa: A002 - the word that every layer uses
    created: str | int | None,
    title: str | None,
    allow_any: bool,
    config_media_type: str | None,
    layer_media_type: str | None,
    artifact_type: str | None,
) -> None:
    """Push the WebAssembly module or component in FILE to REFERENCE.

    FILE - is standard input.
    """
    if file == source.STANDARD and session.takes_input:
        raise Misuse("standard input cannot hold both the content and a secret; give FILE a name")
    with session.client() as client, source.opened(file) as content, progress.shown(session, "pushing") as update:
        result = client.push(
            content,
            reference,
            format=format,
            annotations=annotations or None,
            created=created,
            title=title,
            config_media_type=config_media_type,
            layer_media_type=layer_media_type,
            artifact_type=artifact_type,
            allow_any=allow_any,
            progress=update,
        )
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(f"pushed {output.pinned(result)}")
