"""How Sphinx builds the documentation; `nox -s docs` runs it."""

from __future__ import annotations

import os
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
    "sphinx_copybutton",
    "sphinx_llms_txt",
    "sphinxext.opengraph",
    "accessible",
    "command_reference",
    "error_table",
    "header_reference",
    "lead_sentences",
    "table_labels",
    "unreleased",
    "verb_lists",
]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
# A parameter a line, where they do not fit one.
maximum_signature_line_length = 88
default_role = "code"
# Quotes and ellipses: two dashes begin an option.
smartquotes_action = "qe"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

# What other people's documentation has.
nitpick_ignore_regex = [
    ("c:identifier", r"u?int(8|32|64|ptr)_t|size_t"),
    ("py:class", r"collections\.abc\.\w+|datetime\.datetime|os\.PathLike|pathlib\.Path"),
    ("py:class", r"(wasm2oci\._(outcome|async_operation)\.)?Result"),
    ("cpp:identifier", r"std(::.*)?|wasm2oci_\w+|detail(::.*)?|WASM2OCI_\w+"),
]

# Each page of examples begins in a folder of its own, with the files that they use; what they import they show.
doctest_test_doctest_blocks = "default"
doctest_global_setup = "import doctest_folder; doctest_folder.enter()"
doctest_global_cleanup = "doctest_folder.leave()"

html_theme = "furo"
html_title = f"wasm2oci {release}"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_search_scorer = str(HERE / "_ext" / "search_scorer.js")
html_favicon = "_static/favicon.svg"
html_theme_options = {
    "source_repository": "https://github.com/wasm2oci/wasm2oci/",
    "source_branch": "main",
    "source_directory": "docs/",
}

# Where the site will be, and the list of versions that it has there; see "To release" in CONTRIBUTING.md.
html_baseurl = os.environ.get("WASM2OCI_DOCS_URL", "")
templates_path = ["_templates"]
html_context = {"versions": os.environ.get("WASM2OCI_DOCS_VERSIONS", "")}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "versions.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}

# What a button copies: the commands of an example, without what they print.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_selector = "div.highlight:not(.no-copy) pre"

# llms.txt lists the pages that are text; the sources of the others are directives.
llms_txt_exclude = ["reference/c*", "reference/python*"]
# It would lack the programs that pages include.
llms_txt_full_file = False

# What is shown of a link to a page.
ogp_site_url = html_baseurl
ogp_site_name = "wasm2oci"
ogp_social_cards = {"enable": False}
ogp_enable_meta_description = True
