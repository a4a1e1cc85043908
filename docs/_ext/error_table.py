"""The directive `error-table`: statuses, their numbers, classes and exit codes in one table.

Each column is read from the place that decides it, so the table cannot go stale.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from header_macros import HEADER, rows
from sphinx.util.docutils import SphinxDirective

from wasm2oci import errors
from wasm2oci._cli import failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx


class ErrorTable(SphinxDirective):
    """Makes the table."""

    def run(self) -> list[nodes.Node]:
        """Returns the table."""
        self.env.note_dependency(str(HEADER))
        self.env.note_dependency(failure.__file__)
        return self.parse_text_to_nodes("\n".join(_lines()))


def _lines() -> Iterator[str]:
    yield from [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    yield from _row("Status", "Number", "Python class", "Exit code", "Meaning")
    classes = {cls.STATUS: cls for cls in failure.CODES}
    for name, number, meaning in statuses():
        if number == 0:
            yield from _row(f"``{name}``", "0", "", str(failure.DONE), meaning)
            continue
        cls = classes[number]
        built_in = [base for base in cls.__bases__ if base.__module__ == "builtins" and base is not Exception]
        label = f":py:class:`~{errors.__name__}.{cls.__name__}`"
        if built_in:
            label += f" (:py:class:`{built_in[0].__name__}`)"
        yield from _row(f"``{name}``", str(number), label, str(failure.CODES[cls]), meaning)


def statuses() -> list[tuple[str, int, str]]:
    """Reads names, numbers and meanings from the C header."""
    return [
        (name, int(number), re.sub(r"\b(wasm2oci_[a-z_]+)\b", r"``\1``", meaning))
        for name, number, _, _, meaning in rows("WASM2OCI_STATUS_MAP")
    ]


def _row(*cells: str) -> Iterator[str]:
    for index, cell in enumerate(cells):
        yield f"   {'* ' if index == 0 else '  '}- {cell}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directive."""
    app.add_directive("error-table", ErrorTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
