"""A tree of short texts: drawn on a terminal, indented lines elsewhere."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wasm2oci._cli import streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text
    from rich.tree import Tree


@dataclass
class Node:
    """One line and what belongs below it.

    Attributes:
        name: What it is, or "".
        value: What it says, or "".
        children: The lines below it.
    """

    name: str
    value: str = ""
    children: list[Node] = field(default_factory=list)

    def add(self, name: str, value: object = "", children: list[Node] | None = None) -> None:
        """Adds a line below; one that says None is left out."""
        if value is not None:
            self.children.append(Node(name, str(value), children or []))

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Gives the lines as plain text."""
        yield "  " * depth + ": ".join(filter(None, (self.name, self.value)))
        for child in self.children:
            yield from child.lines(depth + 1)


def show(node: Node) -> None:
    """Prints a tree."""
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
