"""The pages of the reference hold every header, and every section of the C header."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ROOT / "cpp" / "include" / "wasm2oci"
PAGES = ROOT / "docs" / "reference"


def test_every_section_of_the_c_header_has_a_page() -> None:
    """Each once."""
    text = HEADERS.joinpath("wasm2oci.h").read_text(encoding="utf-8")
    sections = re.findall(r"^/\* -{20,} (.+) \*/$", text, re.MULTILINE)
    shown = re.findall(r"^   :sections: (.+)$", _pages("c"), re.MULTILINE)
    assert sorted(", ".join(shown).split(", ")) == sorted(sections)


def test_every_cpp_header_has_a_page() -> None:
    """Each once."""
    shown = re.findall(r"^\.\. header-reference:: cpp (.+)$", _pages("cpp"), re.MULTILINE)
    assert sorted(" ".join(shown).split()) == sorted(path.name for path in HEADERS.glob("*.hpp"))


def _pages(language: str) -> str:
    paths = [PAGES / f"{language}.rst", *sorted(PAGES.joinpath(language).glob("*.rst"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
