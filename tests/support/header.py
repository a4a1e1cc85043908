"""What the C header states, for tests that hold other layers against it."""

from __future__ import annotations

import re
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "cpp" / "include" / "wasm2oci" / "wasm2oci.h"


def statuses() -> dict[int, str]:
    """Return the names of the statuses without their prefix, by number."""
    found = re.findall(r"^  X\((\w+), (\d+),", HEADER.read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): name for name, number in found}


def version() -> str:
    """Return the version."""
    found = re.search(r'^#define WASM2OCI_VERSION "(.+)"$', HEADER.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def version_numbers() -> list[int]:
    """Return the numbers of the version, which stand beside it."""
    text = HEADER.read_text(encoding="utf-8")
    found = [
        re.search(rf"^#define WASM2OCI_VERSION_{name} (\d+)$", text, re.MULTILINE)
        for name in ("MAJOR", "MINOR", "PATCH")
    ]
    return [int(match[1]) for match in found if match]


Lists = dict[str, dict[str, str]]


def lists() -> dict[str, Lists]:
    """Return the lists in the comments: by declaration and heading, with the type of each entry.

    What a heading says of other lists is part of it. Comments that belong to no function or
    struct member are found under "".
    """
    found: dict[str, Lists] = {}
    comment = r"/\*\*?\n(.*?)\*/(?:\s*(?:WASM2OCI_API [^;(]*?|char \*)(\w+)[(;])?"
    for text, name in re.findall(comment, HEADER.read_text(encoding="utf-8"), re.DOTALL):
        plain = re.sub(r"^ *\* ?", "", text, flags=re.MULTILINE)
        for paragraph in plain.split("\n\n"):
            found.setdefault(name, {}).update(_lists_of(paragraph))
    return found


def _lists_of(paragraph: str) -> Lists:
    heading, *entries = paragraph.split("\n- ")
    if entries:
        typed = (re.match(r"(\w+) \(([^)]+)\): ", entry) for entry in entries)
        return {heading.strip(): {entry[1]: entry[2] for entry in typed if entry}}
    return {line: {} for line in paragraph.split("\n") if line.startswith(("Options: ", "Result: "))}
