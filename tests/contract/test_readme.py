"""The README shows code that strict checkers accept."""

from __future__ import annotations

from tests.support import snippets


def test_checkers_read_what_the_readme_shows() -> None:
    """After a change of it: python -m tests.support.snippets."""
    assert snippets.CHECKED.read_text(encoding="utf-8") == snippets.module()
    assert "pull_many" in snippets.module()
