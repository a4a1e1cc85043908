"""Lists the verbs in place of a line `@verbs@`: the pages of the guide, and the functions of the Python reference.

They are the methods of `Client`, in the order of its source; a verb's page has its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wasm2oci import _client

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARK = "@verbs@"
GUIDE = Path(__file__).resolve().parents[1] / "guide"
VERBS = [name for name in vars(_client.Client) if not name.startswith("_") and name != "close"]
LINES = {
    "guide/index": [name for name in VERBS if (GUIDE / f"{name}.md").exists()],
    "reference/python/functions": [
        line for name in VERBS for line in (name, "-" * len(name), "", f".. autofunction:: wasm2oci.{name}", "")
    ],
}


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Puts the lines of a page where its mark is."""
    if page in LINES:
        app.env.note_dependency(_client.__file__)
        before, mark, after = source[0].partition(f"{MARK}\n")
        if not mark:
            raise ValueError(f"{page} has no line {MARK}")
        source[0] = before + "".join(f"{line}\n" for line in LINES[page]) + after


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers for pages as they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
