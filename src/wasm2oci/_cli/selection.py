"""The options that say which module of an artifact is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = (
    click.option("--platform", metavar="OS/ARCH", help="Choose from an index, such as wasi/wasm."),
    click.option("--layer", metavar="LAYER", help="A layer's index, digest or title, or a Spin component's id."),
    click.option("--member", metavar="PATH", help="The path of a file in a tar layer."),
    click.option("--max-size", type=click.INT, metavar="BYTES", help="The largest layer that is read; default: 4 GiB."),
    click.option(
        "--max-unpacked-size", type=click.INT, metavar="BYTES", help="What a layer may unpack to; default: 4 GiB."
    ),
)


def selecting(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a verb, which gets them by the names that `Client` gives them."""
    for option in reversed(OPTIONS):
        verb = option(verb)
    return verb
