"""Writes what README.md and the site show of RESULTS.md: the plot, and three rows of the comparison.

`python -m benchmarks.figures`
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import results
from benchmarks.plot import draw

if TYPE_CHECKING:
    from benchmarks.results import Result

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PLOT = ROOT / "docs" / "_static" / "benchmarks.svg"
# The columns of the comparison, by the names in RESULTS.md.
COLUMNS = ("wasm2oci, command", "oras", "crane blob", "oras-py, process", "wkg")
NOT_TRIED = "·"
FAR = "50 MiB, 40 ms away, 10 MB/s a connection"
MEMORY = "memory to pull 500 MiB"
SMALL = "a command that pulls 100 KiB"
ROWS = {FAR: "pull 50 MiB, 40 ms and 10 MB/s a connection", MEMORY: "pull 500 MiB", SMALL: "pull 100 KiB"}


def files(found: dict[str, list[Result]]) -> dict[Path, str]:
    """Return what each file has to hold."""
    text = README.read_text(encoding="utf-8")
    for label, title in ROWS.items():
        by_name = {result.name: result for result in found[title]}
        cells = [_cell(label, by_name.get(name)) for name in COLUMNS]
        text = re.sub(rf"^\| {re.escape(label)} \|.*$", f"| {' | '.join([label, *cells])} |", text, flags=re.MULTILINE)
    return {README: text, PLOT: draw(found)}


def _cell(label: str, result: Result | None) -> str:
    if result is None:
        return NOT_TRIED
    return result.memory if label == MEMORY else results.shown(result.seconds)


def main() -> None:
    """Write them."""
    found = results.read(results.RESULTS.read_text(encoding="utf-8"))
    for path, text in files(found).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
