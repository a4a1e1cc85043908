"""The directive `header-reference`: a page of reference, made of C or C++ headers.

    .. header-reference:: c wasm2oci.h
       :sections: errors, library

The conventions, and what stands before the first section, are where no sections are named.
The text is that of the comments in the headers, so that it is written once. Sphinx
parses the declarations and links the names in them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils.parsers.rst import directives
from header_scan import Entry, scan
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

HEADERS = Path(__file__).resolve().parents[2] / "cpp" / "include" / "wasm2oci"

_LEADS = re.compile(
    r"^(All verbs take|environment|Errors|Members|Options|Packaging options|path|Result|Selection options"
    r"|[A-Z]\w+(?=:$))(?=[:,])"
)
_ITEM = re.compile(r"^- (?:(\w+) \(([^)]+)\): )?")
_TERM = re.compile(r"^(\S+) +(?=\S)")
_CODE = re.compile(
    r"`([^`]+)`|\b(wasm2oci_[a-z_]+[a-z])\b(?!<)|\b(WASM2OCI_[A-Z_]+[A-Z])\b(?!_)|\b([A-Z]+(?:_[A-Z]+)*)\b"
)
_TERM_WIDTH = 11
# What stands elsewhere as well, and what a class does not have.
_NOT_LISTED = re.compile(r"\b[A-Z]\w*::\w+\(|\b(class|struct) \w+$|= delete$|\bfriend\b|^using (\w+) = .*::\2$")
# With up to two more levels of brackets in it.
_TEMPLATE = re.compile(r"template\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>\s*")
# What only makes a compiler read something later.
_LATER = re.compile(r"template <typename(?: \w+ = detail::\w+)?(?: = void)?> ")


class HeaderReference(SphinxDirective):
    """Documents the headers that are named after the language."""

    required_arguments = 1
    optional_arguments = 100
    option_spec: ClassVar = {"sections": directives.unchanged}
    has_content = False

    def run(self) -> list[nodes.Node]:
        """Makes the page."""
        language, *names = self.arguments
        sections = _names(self.options.get("sections"))
        lines: list[str] = []
        for name in names:
            path = HEADERS / name
            self.env.note_dependency(str(path))
            page = _CPage(path, sections) if language == "c" else _CppPage(path)
            lines += page.lines()
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


class _Page:
    """What both languages have in common."""

    language = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8")
        # Others are variables of the environment, or what a host defines.
        self._macros = set(re.findall(r"^ *# *define (\w+)", text, re.MULTILINE))
        self._intro, self._entries = scan(text)
        self._statuses = {
            member.text.partition(" ")[0]
            for entry in self._entries
            for member in entry.members
            if member.shape == "enumerator"
        }

    def lines(self) -> Iterator[str]:
        raise NotImplementedError

    def _directive(self, kind: str, text: str, comment: str, depth: int) -> Iterator[str]:
        indent = "   " * depth
        yield f"{indent}.. {self.language}:{kind}:: {text}"
        yield ""
        for line in self._prose(comment):
            yield f"{indent}   {line}" if line else ""
        yield ""

    def _prose(self, comment: str) -> Iterator[str]:
        """Turns a comment into paragraphs, code and lists of terms."""
        for paragraph in comment.split("\n\n"):
            lines = paragraph.split("\n")
            if all(line.startswith("    ") for line in lines):
                yield from ["", "::", "", *lines, ""]
            elif _is_terms(lines):
                yield from self._terms(lines)
            elif any(map(_ITEM.match, lines)):
                yield from self._list(lines)
            else:
                yield from self._paragraph(lines)

    def _paragraph(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            lead = _LEADS.match(line)
            if lead:
                yield from ["", f"**{lead[1]}**{self._inline(line[lead.end() :])}"]
            else:
                yield self._inline(line)
        yield ""

    def _list(self, lines: list[str]) -> Iterator[str]:
        start = next(index for index, line in enumerate(lines) if _ITEM.match(line))
        yield from self._paragraph(lines[:start])
        for line in lines[start:]:
            item = _ITEM.match(line)
            if item is None:
                yield f"  {self._inline(line.strip())}"
            elif item[1]:
                yield f"* ``{item[1]}`` ({_escape(item[2])}): {self._inline(line[item.end() :])}"
            else:
                yield f"* {self._inline(line[item.end() :])}"
        yield ""

    def _terms(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            term = _TERM.match(line)
            if term:
                yield ""
                yield _escape(term[1])
            yield "   " + self._inline(line[term.end() if term else 0 :].strip())
        yield ""

    def _inline(self, text: str) -> str:
        parts = []
        position = 0
        for found in _CODE.finditer(text):
            parts += [_escape(text[position : found.start()]), self._link(found)]
            position = found.end()
        return "".join([*parts, _escape(text[position:])])

    def _link(self, found: re.Match[str]) -> str:
        code, function, macro, word = found.groups()
        if code:
            return f"``{code}``"
        if function and not function.endswith("_"):
            return f":c:expr:`{function}`"
        if macro and macro not in self._macros | self._statuses:
            return f"``{macro}``"
        if macro:
            return f":c:expr:`{macro}`"
        if word and f"WASM2OCI_STATUS_{word}" in self._statuses:
            return f":c:enumerator:`{word} <WASM2OCI_STATUS_{word}>`"
        return _escape(found[0])


class _CPage(_Page):
    language = "c"

    def __init__(self, path: Path, sections: list[str]) -> None:
        super().__init__(path)
        self._sections = sections

    def lines(self) -> Iterator[str]:
        if not self._sections:
            _, _, conventions = self._intro.partition("Conventions\n-----------\n")
            yield from _heading("Conventions")
            yield from self._prose(conventions)
        groups: dict[str, list[Entry]] = {"": []}
        for entry in self._entries:
            if entry.shape == "section":
                groups[entry.text] = []
            groups[list(groups)[-1]].append(entry)
        for section in self._sections or [""]:
            for entry in groups[section]:
                yield from self._entry(entry, 0)

    def _entry(self, entry: Entry, depth: int) -> Iterator[str]:
        text = re.sub(r"^(WASM2OCI_API|typedef) ", "", entry.text)
        if entry.shape == "section":
            yield from _heading(text.capitalize())
            return
        if entry.shape == "prose":
            yield from self._prose(entry.comment)
            return
        kinds = {"macro": "macro", "struct": "type", "enum": "type", "enumerator": "enumerator"}
        kind = kinds.get(entry.shape) or ("member" if depth else "function" if "(" in text else "type")
        if kind == "type" and entry.shape == "plain":
            text = text.split()[-1]
        yield from self._directive(kind, text, entry.comment, depth)
        if entry.shape == "enum":  # Its enumerators are names of the file, not of the type.
            depth -= 1
        for member in entry.members:
            yield from self._entry(member, depth + 1)


class _CppPage(_Page):
    language = "cpp"

    def lines(self) -> Iterator[str]:
        intro, _, rest = self._intro.partition("\n\n")
        name = self._path.name
        yield from _heading(f"wasm2oci/{name}")
        yield from self._prose(re.sub(r"^[\w.]+\.hpp: ", "", intro).strip())
        yield from self._prose(rest.partition("SPDX")[0].strip("\n"))
        yield ".. cpp:namespace:: wasm2oci"
        yield ""
        for entry in self._entries:
            if entry.shape == "namespace":
                for member in entry.members:
                    yield from self._entry(member, 0)

    def _entry(self, entry: Entry, depth: int) -> Iterator[str]:
        if entry.shape in {"namespace", "prose"}:  # `detail` is not public
            return
        if not entry.comment and entry.shape == "plain" and _NOT_LISTED.search(entry.text):
            return
        if entry.shape == "struct" and _LATER.match(entry.text):  # Its members have names outside of it.
            for member in entry.members:
                yield from self._entry(member, depth)
            return
        kind, text = _cpp_kind(entry)
        yield from self._directive(kind, text, entry.comment, depth)
        for member in entry.members:
            yield from self._entry(member, depth + 1)


def _cpp_kind(entry: Entry) -> tuple[str, str]:
    """Gives the directive for a declaration, and what it takes."""
    text = _LATER.sub("", entry.text)
    template = _TEMPLATE.match(text)
    prefix, rest = (template[0], text[template.end() :]) if template else ("", text)
    word = rest.split()[0]
    if entry.shape in {"class", "struct"}:
        return word, prefix + rest.removeprefix(word).strip()
    if entry.shape == "enum":
        return "enum-class", rest.removeprefix("enum class ").strip()
    if entry.shape == "enumerator":
        return "enumerator", rest
    if word == "using":
        return "type", rest.removeprefix("using ")
    if "(" in rest.partition("=")[0]:
        return "function", text
    return "member", text.partition("{")[0].strip()


def _is_terms(lines: list[str]) -> bool:
    """Tells a list such as that of the conventions: a word, and text from one column on."""
    return len(lines) > 1 and all(
        len(line) > _TERM_WIDTH and line[_TERM_WIDTH - 1] == " " and line[_TERM_WIDTH] != " " for line in lines
    )


def _names(option: str | None) -> list[str]:
    return [name.strip() for name in option.split(",")] if option else []


def _heading(title: str) -> Iterator[str]:
    yield from ["", title, "-" * len(title), ""]


def _escape(text: str) -> str:
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directive."""
    app.add_directive("header-reference", HeaderReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
