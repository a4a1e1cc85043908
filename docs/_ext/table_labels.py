"""Lets wide tables be read on a phone, where style.css shows each row as a card.

A table of three columns or more gets the class `cards`, and each of its cells the heading of its column.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TABLE = re.compile(r'<table class="(docutils[^"]*)">(.*?)</table>', re.DOTALL)
HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
CELL = re.compile(r"<td\b")
TAG = re.compile(r"<[^>]+>")
FEWEST = 3


def mend(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _document: object) -> None:
    """Changes the body of a page."""
    if "body" in context:
        context["body"] = TABLE.sub(_labelled, context["body"])


def _labelled(table: re.Match[str]) -> str:
    headings = [unescape(TAG.sub("", found)).strip() for found in HEADING.findall(table[2])]
    if len(headings) < FEWEST:
        return table[0]

    def label(row: re.Match[str]) -> str:
        left = iter(headings)
        return CELL.sub(lambda cell: f'{cell[0]} data-label="{escape(next(left, ""))}"', row[0])

    return f'<table class="{table[1]} cards">{ROW.sub(label, table[2])}</table>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers for pages as they are written."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
