"""Compiles the examples in C, C++ and Python that are not run.

    python docs/_ext/compiled_examples.py

Those are the blocks of the README and of all pages; what is included from `examples/` is
built with the library. Statements without a function are put into one. C++ is C++17 unless a block uses
what came later. Blocks in CMake are built by cpp/tests/install/guide.cmake.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "cpp" / "include"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMPILERS = {"c": ["cc", "-std=c11", "-x", "c"], "c++": ["c++", "-x", "c++"]}

_BLOCK = re.compile(r"^```(c|c\+\+|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CPP_20 = re.compile(r"co_await|co_return|<(coroutine|stop_token)>")
_FUNCTION = re.compile(r"^\w[^;=\n]*\) \{$", re.MULTILINE)
_INCLUDES = re.compile(r"(?:#include .*\n|\n)*")


def main() -> int:
    """Compiles the examples of all pages; returns 1 where one of them fails."""
    failures = []
    compiled = set()
    for page in PAGES:
        for language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
            compiled.add(language)
            problem = python_problem(text) if language == "python" else native_problem(language, text)
            if problem:
                failures.append(f"{page.relative_to(ROOT)}:\n{text}{problem}")
    missing = {"c", "c++", "python"} - compiled
    print("\n".join([*failures, f"{len(failures)} examples do not compile"]))  # noqa: T201 - what it is for
    return 1 if failures or missing else 0


def python_problem(text: str) -> str:
    """Compiles Python; returns what is wrong, or ""."""
    try:
        compile(text, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return str(error)
    return ""


def native_problem(language: str, text: str) -> str:
    """Compiles C or C++; returns what is wrong, or ""."""
    flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", str(INCLUDE)]
    if language == "c++":
        flags.append("-std=c++20" if _CPP_20.search(text) else "-std=c++17")
    ended = subprocess.run(  # noqa: S603 - the examples of our own pages
        [*COMPILERS[language], *flags, "-"], input=program(text), capture_output=True, check=False, text=True
    )
    return ended.stderr


def program(text: str) -> str:
    """Puts statements into a function."""
    if _FUNCTION.search(text):
        return text
    included = _INCLUDES.match(text)
    start = included.end() if included else 0
    return f"{text[:start]}int main(void) {{\n{text[start:]}}}\n"


if __name__ == "__main__":
    sys.exit(main())
