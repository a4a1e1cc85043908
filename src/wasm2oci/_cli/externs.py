"""Imports and exports in words, close to WebAssembly's text format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Members = Mapping[str, Any]


def name(item: Members) -> str:
    """Returns the name: of a core module's import both halves, the first as `""` if it is empty."""
    module = item.get("module")
    return str(item["name"]) if module is None else f"{module or _EMPTY} {item['name']}"


def type_of(item: Members) -> str:
    """Returns the kind, and the type where it is known."""
    kind = str(item.get("kind", ""))
    members = item.get(kind)
    spell = _SPELLED.get(kind)
    return f"{kind} {spell(members)}".rstrip() if spell and members is not None else kind


def _signature(members: Members) -> str:
    parameters = ", ".join(members["params"])
    results = ", ".join(members.get("results") or ())
    return f"({parameters}) -> ({results})" if results else f"({parameters})"


def _limits(members: Members) -> str:
    most = members.get("max")
    words = [str(members["min"]) if most is None else f"{members['min']} to {most}"]
    words += ["shared"] if members.get("shared") else []
    words += ["64-bit"] if members.get("index64") else []
    return " ".join(words)


def _table(members: Members) -> str:
    return f"{_limits(members)} {members['element']}"


def _memory(members: Members) -> str:
    page_size = members.get("page_size", _PAGE)
    limits = _limits(members)
    pages = f"{limits} page" if limits == "1" else f"{limits} pages"
    return pages if page_size == _PAGE else f"{pages} of {page_size}"


def _global(members: Members) -> str:
    return f"mut {members['value']}" if members.get("mutable") else str(members["value"])


_EMPTY = '""'
_PAGE = 65536
_SPELLED: dict[str, Callable[[Members], str]] = {
    "func": _signature,
    "tag": _signature,
    "table": _table,
    "memory": _memory,
    "global": _global,
}
