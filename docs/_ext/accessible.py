"""Mends what axe-core finds in the HTML of Sphinx.

Parameters on lines of their own are written as a list of definitions without terms inside of a term. What scrolls in a
frame of its own cannot be scrolled by keys unless it can be focused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
PARAMETERS = {
    "<dl>": '<span class="parameters">',
    "</dl>": "</span>",
    "<dd>": '<span class="parameter">',
    "</dd>": "</span>",
}
FRAMES = {
    '<div class="highlight"><pre>': '<div class="highlight"><pre tabindex="0">',
    '<div class="terminal': '<div tabindex="0" class="terminal',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}


def mend(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _document: object) -> None:
    """Changes the body of a page."""
    if "body" in context:
        body = SIGNATURE.sub(lambda found: _replaced(found[0], PARAMETERS), context["body"])
        context["body"] = _replaced(body, FRAMES)


def _replaced(text: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers for pages as they are written."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
