"""Writes THIRD_PARTY_LICENSES: the licences of all that is linked into the libraries and the extension.

    python tools/licenses.py            write the file
    python tools/licenses.py --check    end with 1 where it is not up to date

Go says which modules are linked, for every system that is built for. Go's own runtime and what nanobind
compiles into the extension stand there as well. Needs Go, and nanobind beside this Python.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "THIRD_PARTY_LICENSES"
GO = ROOT / "go"
SYSTEMS = ("linux", "darwin", "windows")
# LICENSE.docs and the like are for files that are not linked.
NAMES = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|PATENTS)(\.(txt|md))?", re.IGNORECASE)
PHRASES = {
    "Apache-2.0": "Apache License",
    "BSD-3-Clause": "Redistribution and use in source and binary forms",
    "MIT": "Permission is hereby granted, free of charge",
    "LicenseRef-Go-Patents": "Additional IP Rights Grant",
}
RULE = "=" * 80
INTRODUCTION = """\
What is linked into the libraries and the extension of wasm2oci, and its licences.
Written by tools/licenses.py. The licence of wasm2oci itself is in LICENSE.
"""


class Text(NamedTuple):
    """The text of a licence, and what it is for."""

    owner: str
    content: str


def main() -> int:
    """Writes or checks the file; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only tell whether the file is up to date")
    only_check = parser.parse_args().check
    made = render([*go_texts(), *nanobind_texts()])
    if not only_check:
        OUTPUT.write_text(made, encoding="utf-8")
        return 0
    if OUTPUT.is_file() and OUTPUT.read_text(encoding="utf-8") == made:
        return 0
    print(f"{OUTPUT.name} is not up to date; run: python tools/licenses.py", file=sys.stderr)
    return 1


def go_texts() -> list[Text]:
    """Collects the licences of the linked Go modules and of Go itself."""
    root = Path(go("env", "GOROOT").strip())
    texts = [Text("Go runtime and standard library", root.joinpath("LICENSE").read_text(encoding="utf-8"))]
    for (module, version), folders in sorted(linked().items()):
        found = {path for folder in folders for path in folder.iterdir() if NAMES.fullmatch(path.name)}
        if not found:
            raise SystemExit(f"{module} has no licence")
        texts += [Text(f"{module} {version}", path.read_text(encoding="utf-8")) for path in sorted(found)]
    return texts


def linked() -> dict[tuple[str, str], set[Path]]:
    """Finds, for each module, the folders of its linked packages and those above them."""
    found: dict[tuple[str, str], set[Path]] = {}
    for system in SYSTEMS:
        listed = go("list", "-deps", "-json=ImportPath,Dir,Module", "./capi", GOOS=system, CGO_ENABLED="1")
        for package in documents(listed):
            module = package.get("Module")
            if module is None or module.get("Main"):
                continue
            below = package["ImportPath"].removeprefix(module["Path"]).strip("/")
            folder = Path(package["Dir"])
            depth = len(below.split("/")) if below else 0
            found.setdefault((module["Path"], module["Version"]), set()).update([folder, *folder.parents[:depth]])
    return found


def documents(text: str) -> list[dict[str, Any]]:
    """Splits JSON documents that follow one another."""
    decoder = json.JSONDecoder()
    found = []
    at = 0
    while at < len(text.rstrip()):
        document, at = decoder.raw_decode(text, at)
        found.append(document)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def go(*arguments: str, **environment: str) -> str:
    """Runs the go command, which must end well."""
    beside = Path(sys.executable).with_name("go")
    command = shutil.which("go") or str(beside)
    settings = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", **environment}
    done = subprocess.run(  # noqa: S603 - the go command that builds
        [command, *arguments], cwd=GO, env=settings, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"go {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def nanobind_texts() -> list[Text]:
    """Collects the licences of nanobind and of the hash map in it, which has its own only in its files."""
    package = distribution("nanobind")
    files = {str(path): path for path in package.files or []}
    own = next(path for name, path in files.items() if name.endswith("licenses/LICENSE"))
    header = next(path for name, path in files.items() if name.endswith("tsl/robin_map.h"))
    comment = header.read_text().split("*/")[0].removeprefix("/**\n")
    lines = [line.removeprefix(" *").removeprefix(" ") for line in comment.rstrip().splitlines()]
    return [Text("nanobind", own.read_text()), Text("tsl::robin_map (in nanobind)", "\n".join(lines))]


def render(texts: list[Text]) -> str:
    """Writes every text once, under the names of all that it is for."""
    owners: dict[str, list[str]] = {}
    for text in texts:
        owners.setdefault("\n".join(line.rstrip() for line in text.content.strip().splitlines()), []).append(text.owner)
    parts = [INTRODUCTION]
    for content, names in owners.items():
        kinds = [kind for kind, phrase in PHRASES.items() if phrase in content]
        if not kinds:
            raise SystemExit(f"the licence of {names[0]} is of an unknown kind: {content[:60]!r}")
        head = "\n".join([RULE, *dict.fromkeys(names), f"({' and '.join(kinds)})", RULE])
        parts.append(f"{head}\n\n{content}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    raise SystemExit(main())
