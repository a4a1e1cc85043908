"""Expands the lists of statuses in wasm2oci.h where a header makes declarations of them.

A list is a macro `WASM2OCI_…_MAP(X)` that calls X for each row; the last column of a row is
its meaning, which becomes the comment of what is made of the row.
"""

from __future__ import annotations

import re
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "cpp" / "include" / "wasm2oci" / "wasm2oci.h"

_BODY = r"((?:[^\n\\]|\\\n)*)"
_MAP = re.compile(rf"#define (WASM2OCI_\w+_MAP)\(X\){_BODY}")
_MACRO = re.compile(rf"#define (\w+)\(([^)]+)\){_BODY}")
_USE = re.compile(r"(WASM2OCI_\w+_MAP)\((\w+)\)(?!\s*\\)")
_ROW = re.compile(r'(?<!\w)X\(((?:[^()"]|"[^"]*")*)\)|(WASM2OCI_\w+_MAP)\(X\)')
_COLUMN = re.compile(r'(?:[^,"]|"[^"]*")+')


def expand(source: str) -> str:
    """Puts declarations with comments in place of each use of a list.

    Args:
        source: A header.
    """
    macros = {
        name: (re.split(r",\s*", parameters), body.replace("\\\n", "\n").strip())
        for name, parameters, body in _MACRO.findall(source)
    }

    def declarations(found: re.Match[str]) -> str:
        if found[2] not in macros:
            return found[0]
        parameters, body = macros[found[2]]
        return "\n".join(
            f"/** {row[-1]} */\n{_substituted(body, dict(zip(parameters, row, strict=True)))}" for row in rows(found[1])
        )

    return _USE.sub(declarations, source)


def rows(name: str) -> list[list[str]]:
    """Reads a list, and the lists in it, from the C header.

    Returns:
        The columns of each row; the meaning is without its quotes.
    """
    maps = dict(_MAP.findall(HEADER.read_text(encoding="utf-8")))
    found = []
    for columns, inner in _ROW.findall(maps[name].replace("\\\n", "\n")):
        if inner:
            found += rows(inner)
        else:
            *words, meaning = [column.strip() for column in _COLUMN.findall(columns)]
            found.append([*words, "".join(re.findall(r'"([^"]*)"', meaning))])
    return found


def _substituted(body: str, values: dict[str, str]) -> str:
    return re.sub(r"(?:##)?\b(\w+)\b", lambda word: values.get(word[1], word[0]), body)
