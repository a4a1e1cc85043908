"""Results on standard output: one JSON document, lines, or a tree."""

from __future__ import annotations

import os
import sys

from wasm2oci import _models
from wasm2oci._cli import streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rich.text import Text
    from rich.tree import Tree

    from wasm2oci import PullResult, PushResult, SyncedFile

UNITS = ("kB", "MB", "GB", "TB")


def document(members: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Prints one JSON document, as UTF-8 whatever the terminal speaks.

    Bytes of a name that are not UTF-8 become escapes.
    """
    import json  # noqa: PLC0415 - for --json alone

    json_text(json.dumps(members, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def json_text(text: bytes) -> None:
    """Prints JSON. What does not print becomes an escape of it, so that nothing from outside acts on a terminal."""
    # JSON has escapes for all control characters of ASCII but one. What a large module says of itself is tens of
    # megabytes, so that it is not taken apart without need, and then by pieces.
    if text.isascii() and _DELETE not in text:
        streams.write(text)
        streams.write(b"\n")
        return
    begin = 0
    while begin < len(text):
        end = text.find(b"\n", begin + streams.CHUNK) + 1 or len(text)
        streams.write(_escaped(text[begin:end].decode("utf-8", "surrogatepass")).encode())
        begin = end
    streams.write(b"\n")


_DELETE = b"\x7f"


def _escaped(lines: str) -> str:
    import json  # noqa: PLC0415 - for --json alone

    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in lines).replace("\x7f", "\\u007f")


def members(result: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the results
    """Turns a result into what JSON can hold."""
    import dataclasses  # noqa: PLC0415 - takes longer to load than a pull takes

    return {
        name: str(value) if isinstance(value, os.PathLike) else value
        for name, value in dataclasses.asdict(result, dict_factory=_given).items()
    }


_OF_SOME = {"artifact_type", "source", "age", "mirror"}


def _given(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Leaves out what only some have: an artifact type, and what a cache says."""
    return {name: value for name, value in pairs if value is not None or name not in _OF_SOME}


def resolved(found: dict[str, Any]) -> dict[str, Any]:
    """Returns what `--json` says of a manifest that a reference led to; a `Descriptor` lacks the reference."""
    names = ("reference", "digest", "media_type", "size")
    return {name: found[name] for name in names} | {"annotations": found.get("annotations") or {}}


_ENCODED = 64
"""Letters of the shortest digest behind its algorithm, that of sha256."""


def pinned(reference: str, digest: str) -> str:
    """Returns a reference with the digest of what it named; its own stays. The path of a layout may hold an @."""
    _, _, encoded = reference.rpartition("@")[2].partition(":")
    return reference if len(encoded) >= _ENCODED and encoded.isalnum() else f"{reference}@{digest}"


def pushed(result: PushResult) -> list[str]:
    """Says what was pushed, and which other tags it got."""
    name = pinned(result.reference, result.digest)
    return [f"pushed {name}", *(f"tagged {name} as {tag}" for tag in result.tags[1:])]


def pulled(result: PullResult) -> tuple[str, str]:
    """Says what was pulled, and where it is now."""
    kind = result.kind or "unknown kind"
    return (
        f"pulled {pinned(result.reference, result.digest)}",
        f"wrote {_models.path_text(result)}: {kind}, {size(result.file_size)}",
    )


def synced(file: SyncedFile) -> tuple[str, ...]:
    """Says what was done with a file of a lock."""
    if file.action == "kept":
        return (f"kept {file.path}: as locked",)
    return f"pulled {pinned(file.reference, file.digest)}", f"wrote {file.path}: {size(file.file_size)}"


def size(count: int) -> str:
    """Spells a number of bytes."""
    exact = f"{count} byte" if count == 1 else f"{count} bytes"
    rounded = float(count)
    unit = ""
    for unit in UNITS:  # noqa: B007 - the last one counts
        rounded /= 1000
        if rounded < 999.5:  # noqa: PLR2004 - what would be spelled 1000
            break
    return exact if count < 1000 else f"{exact} ({rounded:.3g} {unit})"  # noqa: PLR2004 - the first unit


class Node:
    """One line of a tree and what belongs below it.

    Attributes:
        name: What it is, or "".
        value: What it says, or "".
        children: The lines below it.
    """

    def __init__(self, name: str, value: str = "", children: list[Node] | None = None) -> None:
        """Makes a line."""
        self.name = name
        self.value = value
        self.children = children or []

    def add(self, name: str, value: object = "", children: list[Node] | None = None) -> None:
        """Adds a line below; one that says None is left out."""
        if value is not None:
            self.children.append(Node(name, str(value), children))

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Returns the lines as plain text."""
        yield "  " * depth + ": ".join(filter(None, (self.name, self.value)))
        for child in self.children:
            yield from child.lines(depth + 1)


def tree(node: Node) -> None:
    """Prints a tree: drawn on a terminal, as indented lines elsewhere."""
    if streams.is_terminal(sys.stdout):
        _draw(node)
    else:
        streams.write_lines(*node.lines())


def _draw(node: Node) -> None:
    from rich.console import Console  # noqa: PLC0415 - for terminals only
    from rich.tree import Tree  # noqa: PLC0415

    def grown(node: Node) -> Tree:
        branch = Tree(_label(node), guide_style="dim")
        branch.children.extend(grown(child) for child in node.children)
        return branch

    # So wide that rich breaks no line: the terminal does, and a digest stays one word to copy.
    Console(width=1 << 16).print(grown(node))


def _label(node: Node) -> Text:
    from rich.text import Text  # noqa: PLC0415

    name, value = streams.visible(node.name), streams.visible(node.value)
    label = Text(name, style="bold" if not value else "cyan")
    return label.append(f": {value}" if name and value else value, style="default")
