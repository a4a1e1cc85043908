"""Every fragment of the changelog is something that scriv can put into it, one line for each change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRAGMENTS = [path for path in sorted(ROOT.joinpath("changes").glob("*.md")) if path.name != "README.md"]
HEADINGS = ("### Added", "### Changed", "### Fixed", "### Removed")
LONGEST = 200


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda path: path.stem)
def test_a_fragment_has_headings_and_items_of_one_line(fragment: Path) -> None:
    """changes/README.md says how."""
    heading = None
    for line in filter(None, fragment.read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            heading = line
            assert heading in HEADINGS
        else:
            assert heading is not None, "an item stands under a heading; changes/README.md has an example"
            assert re.match(r"- \S", line), "an item is one line that begins with a dash"
            assert len(line) <= LONGEST, "an item is short"
