"""The options that say how an artifact is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


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


OPTIONS = (
    click.option(
        "--annotation",
        "annotations",
        metavar="K=V",
        multiple=True,
        callback=_pairs,
        help="Text for the manifest; repeatable.",
    ),
    click.option(
        "--format",
        type=click.Choice(["wasm", "wasm-to-oci", "compat", "image"]),
        default="wasm",
        show_default=True,
        help="Layout of the artifact: the CNCF's, the one of wasm-to-oci, or an image for proxies or for containerd.",
    ),
    click.option(
        "--created",
        metavar="TIME",
        callback=_time,
        help="RFC 3339, or seconds since 1970; default: SOURCE_DATE_EPOCH or 1970, so that pushes can be repeated.",
    ),
    click.option("--title", metavar="TEXT", help="Title of the layer; default: the file's base name."),
    click.option("--config-media-type", metavar="TYPE", help="Type of the config in place of the format's."),
    click.option("--layer-media-type", metavar="TYPE", help="Type of the layer in place of the format's."),
    click.option("--artifact-type", metavar="TYPE", help="Artifact type of the manifest; default: none."),
)


def packaged(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a verb, which gets them by the names that `Client` gives them."""
    for option in reversed(OPTIONS):
        verb = option(verb)
    return verb
