"""What the command says of itself: its help and its version."""

from __future__ import annotations

import os
import sys

from wasm2oci._cli import app, help, output, parser, streams  # noqa: A004 - as the option is called
from wasm2oci._cli.parser import Option, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OPTIONS = (
    Option("--version", help="Show the version and exit; with --json, also what it was built from."),
    Option("--json", help="", hidden=True),
    parser.HELP,
)

AFTER = "options go after the verb"


def answer(words: Sequence[str]) -> int:
    """Answers words that begin with an option; returns the exit code.

    Raises:
        UsageError: There is no such option here, or nothing is asked for.
    """
    if not words:
        raise UsageError("missing command")
    given = {option.flags[-1] for word in words if word.startswith("-") for option in [_option(word)]}
    if "--help" in given:
        streams.write_lines(*help.of_all([app.verb(name) for name in app.VERBS], OPTIONS))
    elif "--version" in given:
        _show_version(as_json="--json" in given)
    else:
        raise UsageError(f"{AFTER}; only --version takes --json before it", f"see '{app.NAME} --help'")
    return app.DONE


def _option(word: str) -> Option:
    for option in OPTIONS:
        if word in option.flags:
            return option
    name = word.partition("=")[0]
    known = [option.flags[-1] for option in OPTIONS if not option.hidden]
    raise UsageError(f"no such option: {name}{parser.meant(name, known)}", AFTER)


def _show_version(*, as_json: bool) -> None:
    if not as_json:
        # The version alone works where the library does not.
        streams.write_lines(f"{app.NAME} {_version()}")
        return
    import platform  # noqa: PLC0415 - for few

    from wasm2oci import _parse  # noqa: PLC0415
    from wasm2oci._native import ext  # noqa: PLC0415

    output.document({**_parse.document(ext.build_info()), "python_version": platform.python_version()})


def _version() -> str:
    """Returns the version of what is installed, without all that `importlib.metadata` loads."""
    for folder in sys.path:
        try:
            names = [name for name in os.listdir(folder or ".") if name.startswith("wasm2oci-")]  # noqa: PTH208 - no pathlib
            for name in names:
                if name.endswith(".dist-info"):
                    with open(os.path.join(folder, name, "METADATA"), encoding="utf-8") as metadata:  # noqa: PTH118, PTH123
                        return next(line for line in metadata if line.startswith("Version:")).split()[1]
        except (OSError, StopIteration):  # noqa: PERF203 - few folders
            continue
    from importlib.metadata import version  # noqa: PLC0415 - takes as long to load as all the rest

    return version(app.NAME)
