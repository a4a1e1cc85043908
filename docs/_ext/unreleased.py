"""Shows, in place of a line `@unreleased@`, what the next release will say: the fragments of `changes/`, by scriv."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
PAGE = "changes"
MARK = "@unreleased@"
NOTHING = 2
"""How `scriv print` ends where there is no fragment, such as just after a release."""


def entry() -> str:
    """Returns the entry of the changelog, without its title."""
    command = [sys.executable, "-m", "scriv", "print"]
    ended = subprocess.run(  # noqa: S603 - our own fragments
        command, cwd=ROOT, capture_output=True, check=False, text=True, encoding="utf-8"
    )
    if ended.returncode == NOTHING:
        return "Nothing."
    if ended.returncode != 0:
        raise RuntimeError(f"scriv: {ended.stderr}")
    return re.sub(r"\A## .*\n", "", ended.stdout.lstrip())


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Puts the entry where its mark is."""
    if page == PAGE:
        for fragment in ROOT.joinpath("changes").glob("*.md"):
            app.env.note_dependency(str(fragment))
        source[0] = source[0].replace(MARK, entry())


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers for pages as they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
