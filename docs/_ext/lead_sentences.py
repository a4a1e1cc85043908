"""Puts the first sentence of a function with a heading of its own between the heading and the signature.

A reader learns what it is for before how it is called. The contents of the page name the heading alone.
Where a heading has several objects nothing is moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def move(_: Sphinx, document: nodes.document) -> None:
    """Moves the sentences of one page."""
    for section in list(document.findall(nodes.section)):
        objects = [child for child in section.children if isinstance(child, addnodes.desc)]
        if len(objects) != 1:
            continue
        content = objects[0].children[-1]
        if not isinstance(content, addnodes.desc_content):
            continue
        first = content.children[0] if content.children else None
        if isinstance(first, nodes.paragraph):
            for signature in objects[0].findall(addnodes.desc_signature):
                signature["_toc_name"] = ""
            content.remove(first)
            section.insert(section.index(objects[0]), first)


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers for pages that were read."""
    # Before Sphinx has collected the contents.
    app.connect("doctree-read", move, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
