"""The README shows code that strict checkers accept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import figures, results
from tests.support import snippets

ROOT = Path(__file__).resolve().parents[2]


def test_checkers_read_what_the_readme_shows() -> None:
    """After a change of it: python -m tests.support.snippets."""
    assert snippets.CHECKED.read_text(encoding="utf-8") == snippets.module()
    assert "pull_many" in snippets.module()


def test_numbers_and_plot_are_those_of_the_benchmarks() -> None:
    """After new results: python -m benchmarks.figures."""
    found = results.read(results.RESULTS.read_text(encoding="utf-8"))
    for path, text in figures.files(found).items():
        assert path.read_text(encoding="utf-8") == text, path


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"])
def test_links_lead_somewhere(page: str) -> None:
    """Those of the site are looked at by nox -s docs and nox -s site."""
    path = ROOT / page
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link
