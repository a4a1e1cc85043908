"""The Python of README.md as a module, for checkers; `python -m tests.support.snippets` writes it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
CHECKED = ROOT / "tests" / "typed" / "readme.py"

HEAD = '''"""What README.md shows: `python -m tests.support.snippets` writes this file."""

# ruff: noqa: D103, F841, PLC0415, T201 - it is shown as it is
# pyright: reportUnusedVariable=false, reportUnusedFunction=false
'''


def module() -> str:
    """Return the snippets as functions, one for each: some await."""
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    functions = [
        f"\n\nasync def snippet_{number}() -> None:\n{textwrap.indent(block, '    ')}".replace("\n\n\n    ", "\n\n    ")
        for number, block in enumerate(blocks, 1)
    ]
    return HEAD + "".join(functions)


if __name__ == "__main__":
    CHECKED.write_text(module(), encoding="utf-8")
