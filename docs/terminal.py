"""Writes the picture of the terminal on the first page: what these commands print, as an SVG by rich.

    python -m tests.support.with_registry python docs/terminal.py

The registry that WASM2OCI_TEST_REGISTRY names is shown as `localhost:5000`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
PICTURE = HERE / "_static" / "terminal.svg"
EXAMPLES = HERE.parent / "examples"
REGISTRY = "localhost:5000"
WIDTH = 112
COMMANDS = (
    f"wasm2oci push hello.wasm {REGISTRY}/demo/hello:v1",
    f"wasm2oci inspect {REGISTRY}/demo/hello:v1 | sed -n '/imports/,$p'",
    f"wasm2oci convert {REGISTRY}/demo/hello:v1 {REGISTRY}/demo/hello:plugin --format compat --quiet",
    f"wasm2oci pull {REGISTRY}/demo/hello:plugin -o copy.wasm",
    "cmp hello.wasm copy.wasm && echo the same bytes",
    f"wasm2oci pull {REGISTRY}/demo/hello:v2",
)

# Where rich's template fetches fonts, which a page should not do.
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> int:
    """Runs the commands in a folder of their own."""
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), color_system="truecolor")  # noqa: PTH123, SIM115
    with tempfile.TemporaryDirectory(prefix="wasm2oci-docs-") as folder:
        Path(folder, "hello.wasm").write_bytes(EXAMPLES.joinpath("hello.wasm").read_bytes())
        for command in COMMANDS:
            console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
            console.print(Text(run(command, folder)), end="")
    drawn = console.export_svg(title="wasm2oci", unique_id="terminal")
    PICTURE.write_text(_FONT.sub("", drawn), encoding="utf-8")
    return 0


def run(command: str, folder: str) -> str:
    """Returns what a command prints, with its errors."""
    registry = os.environ["WASM2OCI_TEST_REGISTRY"]
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    ended = subprocess.run(  # noqa: S603 - the commands above
        ["/bin/sh", "-c", command.replace(REGISTRY, registry)],
        cwd=folder,
        env={"PATH": path, "HOME": folder, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    return ended.stdout.replace(registry, REGISTRY)


if __name__ == "__main__":
    sys.exit(main())
