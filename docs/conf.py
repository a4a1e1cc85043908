"""How Sphinx builds the documentation; `nox -s docs` runs it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

HEADER = HERE.parent / "cpp" / "include" / "wasm2oci" / "wasm2oci.h"
_version = re.search(r'^#define WASM2OCI_VERSION "(.*)"', HEADER.read_text(encoding="utf-8"), re.MULTILINE)
if _version is None:
    raise SystemExit(f"{HEADER} states no version")

project = "wasm2oci"
copyright = "The wasm2oci authors, Apache-2.0"  # noqa: A001 - the name that Sphinx reads
version = release = _version[1]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "command_reference",
    "header_reference",
    "error_table",
    "verb_lists",
]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
default_role = "code"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

# What other people's documentation has.
nitpick_ignore_regex = [
    ("c:identifier", r"u?int(8|32|64|ptr)_t|size_t"),
    ("py:class", r"collections\.abc\.\w+|datetime\.datetime|os\.PathLike|pathlib\.Path"),
    ("py:class", r"(wasm2oci\._(outcome|async_operation)\.)?Result"),
    ("cpp:identifier", r"std(::.*)?|wasm2oci_\w+|detail(::.*)?|WASM2OCI_\w+"),
]

# Each page of examples begins in a folder of its own, with the files that they use.
doctest_test_doctest_blocks = "default"
doctest_global_setup = (
    "import asyncio; import wasm2oci; "
    "from wasm2oci import Client; from doctest_folder import enter, leave; client = enter()"
)
doctest_global_cleanup = "client.close(); leave()"

html_theme = "furo"
html_title = f"wasm2oci {release}"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_theme_options = {
    "source_repository": "https://github.com/wasm2oci/wasm2oci/",
    "source_branch": "main",
    "source_directory": "docs/",
}
