"""Runs the console examples of the tutorial and the guide and compares what they print.

    python -m tests.support.with_registry python docs/_ext/console_examples.py

Each page begins in a folder of its own, with the files that examples use; the tutorial's
is empty. A block of code with a caption is a file of that name. A line that begins with
`$ ` is a command, what follows is its output and its errors; `…` stands for any text.
`localhost:5000` means the registry that WASM2OCI_TEST_REGISTRY names. Blocks of the
language `sh` are not run: those need somebody's account.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from doctest_folder import fill

DOCS = Path(__file__).resolve().parents[1]
TUTORIAL = DOCS / "tutorial.md"
PAGES = [TUTORIAL, *sorted(DOCS.glob("guide/*.md"))]
REGISTRY = "localhost:5000"

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^```\{code-block\} \w+\n:caption: ([\w.]+)\n\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def main() -> int:
    """Runs the examples of all pages; returns 1 where one of them fails."""
    run = 0
    failures = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="wasm2oci-docs-") as folder:
            if page != TUTORIAL:
                fill(folder)
            for name, content in _FILE.findall(text):
                Path(folder, name).write_text(content, encoding="utf-8")
            code = 0
            for command, expected in examples(text):
                run += 1
                code, output = execute(command, folder, code)
                if not matches(expected, output):
                    failures.append(f"{page.name}: $ {command}\nexpected:\n{expected}got:\n{output}")
    print("\n".join([*failures, f"{run} console examples run, {len(failures)} failed"]))  # noqa: T201 - what it is for
    return 1 if failures or not run else 0


def examples(text: str) -> list[tuple[str, str]]:
    """Returns the commands of a page, each with what it prints."""
    found = []
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            found.append((command, expected))
    return found


def execute(command: str, folder: str, code: int) -> tuple[int, str]:
    """Runs a command after one that ended with `code`."""
    registry = os.environ["WASM2OCI_TEST_REGISTRY"]
    surroundings = {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
    }
    ended = subprocess.run(  # noqa: S603 - the examples of our own pages
        ["/bin/sh", "-c", f"(exit {code}); {command.replace(REGISTRY, registry)}"],
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    return ended.returncode, ended.stdout.replace(registry, REGISTRY)


def matches(expected: str, output: str) -> bool:
    """Compares an output with what a page says, where `…` stands for any text."""
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, output, re.DOTALL) is not None


if __name__ == "__main__":
    sys.exit(main())
