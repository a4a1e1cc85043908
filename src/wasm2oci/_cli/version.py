"""The version, and what the library was built from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wasm2oci._cli import output

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_JSON = "wasm2oci._cli.version.json"


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --version, which --json before or after it makes a document."""
    for decorate in (
        # Eager, so that it is known by the time --version is looked at, wherever it stands.
        click.option("--json", is_flag=True, is_eager=True, expose_value=False, hidden=True, callback=_remember),
        click.option(
            "--version",
            is_flag=True,
            expose_value=False,
            callback=_show,
            help="Show the version and exit; with --json, what it was built from as well.",
        ),
    ):
        command = decorate(command)
    return command


def _remember(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's
    context.meta[_JSON] = wanted


def _show(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's
    as_json = context.meta[_JSON]
    if not wanted:
        if as_json and not context.resilient_parsing:
            raise click.UsageError("options stand after the verb; --json may stand beside --version as well", context)
        return
    if context.resilient_parsing:
        return
    if as_json:
        # The version alone works where the library does not.
        import platform  # noqa: PLC0415 - for few

        from wasm2oci import _parse  # noqa: PLC0415
        from wasm2oci._native import ext  # noqa: PLC0415

        output.document({**_parse.document(ext.build_info()), "python_version": platform.python_version()})
    else:
        from importlib.metadata import version  # noqa: PLC0415 - takes as long to load as click

        click.echo(f"wasm2oci {version('wasm2oci')}")
    context.exit()
