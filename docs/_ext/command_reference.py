"""The directive `command-reference`: every verb of the command line, from the tables that its parser reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective

from wasm2oci._cli import app as command
from wasm2oci._cli import help as texts
from wasm2oci._cli import options
from wasm2oci._cli.parser import HELP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docutils import nodes
    from sphinx.application import Sphinx

    from wasm2oci._cli.parser import Option, Verb

_CODE = re.compile(r"(`[^`]+`|(?<![\w-])--[a-z][a-z-]*[a-z](?![\w-]))")

SHARED = options.READING
"""Groups that many verbs have; they are listed once, at the end."""


class CommandReference(SphinxDirective):
    """Makes a section for each verb, and one for each group of options that they share."""

    def run(self) -> list[nodes.Node]:
        """Returns the sections."""
        for module in (command, texts, options):
            self.env.note_dependency(str(module.__file__))
        return self.parse_text_to_nodes("\n".join(_page()), allow_section_headings=True)


def _page() -> Iterator[str]:
    for name in command.VERBS:
        yield from _verb(command.verb(name))
    yield from _heading("Options of several verbs", "=")
    yield "Each verb above says which of these groups it takes."
    yield ""
    for title, group in SHARED.items():
        yield from _group(title, group, "shared")


def _verb(verb: Verb) -> Iterator[str]:
    yield from _heading(verb.name, "=")
    yield from _code("text", [texts.usage(verb).partition(": ")[2]])
    for paragraph in verb.description.split("\n\n"):
        yield from (_escaped(" ".join(paragraph.split())), "")
    lines = [line for example, meaning in verb.examples for line in (f"# {meaning}", f"{command.NAME} {example}")]
    yield from _code("sh", lines)
    shared = _shared(verb.groups)
    for title, group in verb.groups.items():
        if title not in shared:
            yield from _group(title, group, verb.name)
    if shared:
        names = ", ".join(f":ref:`{title} <shared-{title.lower()}>`" for title in shared)
        yield from (f"It also takes the options of {names}.", "")


def _shared(groups: Mapping[str, Sequence[Option]]) -> list[str]:
    """Returns the titles of those groups that are listed once."""
    return [title for title, group in groups.items() if SHARED.get(title) == group]


def _group(title: str, group: Sequence[Option], owner: str) -> Iterator[str]:
    shown = [option for option in group if not option.hidden and option is not HELP]
    if not shown:
        return
    yield from (f".. _{owner}-{title.lower().replace(' ', '-')}:", "")
    yield from _heading(title, "-")
    for option in shown:
        yield ", ".join(f"``{spelling}{_value(option)}``" for spelling in option.flags) + _off(option)
        yield from (f"   {_escaped(option.help)}", "")
        if option.choices:
            yield from (f"   One of {', '.join(f'``{choice}``' for choice in option.choices)}.", "")


def _value(option: Option) -> str:
    return f" {option.metavar}" if option.metavar else ""


def _off(option: Option) -> str:
    return f", ``{option.off}``" if option.off else ""


def _heading(title: str, line: str) -> Iterator[str]:
    yield from (title, line * len(title), "")


def _code(language: str, lines: Sequence[str]) -> Iterator[str]:
    yield from (f".. code-block:: {language}", "", *(f"   {line}" for line in lines), "")


def _escaped(text: str) -> str:
    """Returns a text of the help as reStructuredText, in which options and what stands in backquotes are code."""
    parts = _CODE.split(text)
    return "".join(f"``{part.strip('`')}``" if index % 2 else _plain(part) for index, part in enumerate(parts))


def _plain(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\*`_|" else character for character in text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directive."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
