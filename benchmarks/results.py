"""Reads the tables of RESULTS.md, so that what shows its numbers elsewhere has them from there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
UNITS = {"ms": 0.001, "s": 1.0}

_ROW = re.compile(r"^\| \**([^|*]+?)\** \| ([\d.]+) (ms|s) \| [^|]* \| [^|]* \| ([^|]*) \|", re.MULTILINE)
_TITLE = re.compile(r"^### (.+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What one program took in one row."""

    name: str
    seconds: float
    memory: str
    """The highest, such as `28 MiB`; "" where it is not known."""


def read(text: str) -> dict[str, list[Result]]:
    """Return the results by the titles of their tables, fastest first."""
    parts = _TITLE.split(text)[1:]
    return {
        title: [Result(name, float(number) * UNITS[unit], memory) for name, number, unit, memory in _ROW.findall(table)]
        for title, table in zip(parts[::2], parts[1::2], strict=True)
    }


def shown(seconds: float) -> str:
    """Return a time with two digits or three: `9 ms`, `121 ms`, `1.6 s`."""
    return f"{int(seconds * 1000 + 0.5)} ms" if seconds < 1 else f"{seconds:.1f} s"
