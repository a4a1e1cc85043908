"""The command and its verbs."""

from __future__ import annotations

import click

from wasm2oci._cli import exits, version
from wasm2oci._cli.convert import convert
from wasm2oci._cli.inspect import inspect
from wasm2oci._cli.pull import pull
from wasm2oci._cli.push import push
from wasm2oci._cli.resolve import resolve

_EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:3}  {meaning}" for code, meaning in exits.MEANINGS.items())


@click.group(
    no_args_is_help=False,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@version.options
def command() -> None:
    """Move WebAssembly to and from OCI registries and layouts.

    A REFERENCE is registry/repository[:tag][@digest] or oci:DIR[:tag][@digest]; the tag
    is latest where none is given. Options stand after the verb.
    """


for _verb in (push, pull, convert, inspect, resolve):
    command.add_command(_verb)
