"""A folder for the examples of one page, with the files that they use."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import wasm2oci

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "examples" / "hello.wasm", ROOT / "tests" / "data" / "greeter.wasm")
SBOM = "hello.spdx.json"

_left: list[tuple[Path, tempfile.TemporaryDirectory[str]]] = []


def fill(folder: str | Path) -> None:
    """Copies the files that examples use into a folder."""
    for file in FILES:
        shutil.copy(file, folder)
    Path(folder, SBOM).write_text('{"spdxVersion": "SPDX-2.3", "name": "hello"}\n', encoding="utf-8")


def enter() -> None:
    """Goes to a new folder, in which `oci:hello:v1` has been pushed as well."""
    folder = tempfile.TemporaryDirectory(prefix="wasm2oci-docs-")
    _left.append((Path.cwd(), folder))
    fill(folder.name)
    os.chdir(folder.name)
    wasm2oci.push("hello.wasm", "oci:hello:v1")


def leave() -> None:
    """Goes back to where `enter` came from."""
    before, folder = _left.pop()
    os.chdir(before)
    folder.cleanup()
