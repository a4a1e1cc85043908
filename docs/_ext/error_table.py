"""The directive `error-table`: exit codes, statuses, their classes and what to do, in one table.

Names, numbers and codes are read from the places that decide them, so the table cannot go stale.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from header_macros import HEADER, rows
from sphinx.util.docutils import SphinxDirective

from wasm2oci import errors
from wasm2oci._cli import app as command
from wasm2oci._cli import failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

HANGUP = 129

STEPS = {
    failure.DONE: "",
    failure.INTERNAL: "Read the message; of several, each one.",
    failure.USAGE: "Correct what the message quotes. Trying again does not help.",
    3: "Check the name; log in if it may be private.",
    4: "Log in, or pass other credentials.",
    5: "Get the permission, or use a token that has it.",
    6: "Check host, port, network and proxy; try again later.",
    7: "Name the authority with ``--ca-file``; for a registry without TLS, use ``--plain-http``.",
    8: "Try again, or allow more time.",
    9: "Do not use the content. Try again, then check proxies and mirrors in between.",
    10: "Select a module as the message says, or pull something else.",
    failure.LOCAL_FILE: "Check the path, its permissions and the free space.",
    12: "Try again later, with fewer at a time.",
    13: "Use another format, option or registry.",
    failure.STALE: "Run ``wasm2oci lock`` again, and review what changed.",
    HANGUP: "",
    130: "",
    command.CLOSED_PIPE: "",
    134: "Look at the guest's own output.",
    143: "",
}
"""What to do after each exit code."""

STEPS_BY_STATUS = {
    "INTERNAL": "Report it.",
    "CANCELLED": "Nothing: it was cancelled on purpose.",
    "CLOSED": "Create a new one.",
    "FORKED": "Start the child by ``spawn``, or first use the library in the child.",
}
"""What to do where a code has statuses of several kinds."""

OTHERS = {
    HANGUP: "the terminal is gone (SIGHUP)",
    command.CLOSED_PIPE: "the reader of a pipe has gone; the command ends silently, as if by SIGPIPE",
}
"""Codes that the help does not list."""


class ErrorTable(SphinxDirective):
    """Makes the table."""

    def run(self) -> list[nodes.Node]:
        """Returns the table."""
        self.env.note_dependency(str(HEADER))
        self.env.note_dependency(failure.__file__)
        return self.parse_text_to_nodes("\n".join(_lines()))


def _lines() -> Iterator[str]:
    yield from [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    yield from _row("Exit code", "Status and number", "Python class", "Meaning", "What to do")
    classes = {cls.STATUS: cls for cls in failure.CODES}
    by_code: dict[int, list[tuple[str, str, str, str]]] = {}
    for name, number, meaning in statuses():
        cls = classes.get(number)
        code = failure.DONE if cls is None else failure.CODES[cls]
        by_code.setdefault(code, []).append(
            (f"``{name}`` {number}", _class(cls), meaning, STEPS_BY_STATUS.get(name, STEPS.get(code, "")))
        )
    for code in sorted({*failure.MEANINGS, *OTHERS, *by_code}):
        meaning = OTHERS.get(code) or failure.MEANINGS[code]
        shown = by_code.get(code) or [("", "", f"{meaning[0].upper()}{meaning[1:]}.", STEPS.get(code, ""))]
        for cells in shown:
            yield from _row(str(code), *cells)


def _class(cls: type[errors.Wasm2ociError] | None) -> str:
    """Returns a link to the class of a status, with the built-in class that it is as well."""
    if cls is None:
        return ""
    built_in = [base for base in cls.__bases__ if base.__module__ == "builtins" and base is not Exception]
    label = f":py:class:`~{errors.__name__}.{cls.__name__}`"
    return f"{label} (:py:class:`{built_in[0].__name__}`)" if built_in else label


def statuses() -> list[tuple[str, int, str]]:
    """Reads names, numbers and meanings from the C header."""
    return [
        (name, int(number), re.sub(r"\b(wasm2oci_[a-z_]+)\b", r"``\1``", meaning))
        for name, number, _, _, meaning in rows("WASM2OCI_STATUS_MAP")
    ]


def _row(*cells: str) -> Iterator[str]:
    for index, cell in enumerate(cells):
        yield f"   {'* ' if index == 0 else '  '}- {cell}".rstrip()


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directive."""
    app.add_directive("error-table", ErrorTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
