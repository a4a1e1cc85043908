"""Reads C and C++ headers: declarations with the comments above them.

This is no parser of C++. It knows the few shapes that our headers have, and an entry
that it gets wrong fails the build of the documentation, since Sphinx parses every
declaration again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from header_macros import expand

_COMMENT = re.compile(r"/\*(\*?)(.*?)\*/", re.DOTALL)
_DIRECTIVE = re.compile(r"#(?:[^\n\\]|\\.|\\\n)*")
_MACRO = re.compile(r"#define (\w+(?:\([^)]*\))?)")
_RULE = re.compile(r"^-{20,} (.+)$")
_ACCESS = re.compile(r"(public|private|protected)\s*:(?!:)")
_SCOPE = re.compile(r"^(?:template\s*<[^{]*>\s*)?(?:typedef\s+)?(namespace|class|struct|enum class|enum|extern)\b")


@dataclass
class Entry:
    """A declaration.

    Attributes:
        shape: `section`, `prose`, `macro`, `namespace`, `class`, `struct`, `enum`, `enumerator`
            or `plain` (a function, type or member).
        text: The declaration on one line, without its body; of a section, its title.
        comment: The documentation above it, or the prose, without stars; "" for none.
        members: What its body declares, as far as it is public.
    """

    shape: str
    text: str
    comment: str = ""
    members: list[Entry] = field(default_factory=list)


def scan(source: str) -> tuple[str, list[Entry]]:
    """Reads a header.

    Returns:
        The comment that the header begins with, and its declarations.
    """
    first = _COMMENT.match(source)
    rest = source[first.end() :] if first else source
    return _plain(first[2]) if first else "", _Reader(expand(rest)).block()


class _Reader:
    """Walks through a header, one block at a time."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._position = 0

    def block(self, *, public: bool = True) -> list[Entry]:
        """Reads declarations to the end of the block or the file."""
        entries: list[Entry] = []
        comment = ""
        while self._skip_space():
            if found := self._take(_COMMENT):
                comment = _plain(found[2]) if found[1] else ""
                entries += [] if found[1] else _aside(_plain(found[2]))
            elif found := self._take(_DIRECTIVE):
                macro = _MACRO.match(found[0])
                if macro and comment:
                    entries.append(Entry("macro", macro[1], comment))
                comment = ""
            elif found := self._take(re.compile("//[^\n]*")):
                continue
            elif found := self._take(_ACCESS):
                public = found[1] == "public"
            elif self._source[self._position] == "}":
                break
            else:
                entry = self._declaration(comment)
                comment = ""
                if public:
                    entries += entry.members if entry.shape == "extern" else [entry]
        return entries

    def _declaration(self, comment: str) -> Entry:
        """Reads one declaration with its body."""
        head = self._until(";{")
        if self._source[self._position] == ";":
            self._position += 1
            return Entry("plain", _flat(head), comment)
        scope = _SCOPE.match(head)
        if scope is None:
            return self._with_body(head, comment)
        shape = scope[1].replace("enum class", "enum")
        entry = Entry(shape, _flat(head), comment)
        self._position += 1
        entry.members = self._enumerators() if shape == "enum" else self.block(public=shape != "class")
        self._position += 1
        if shape not in {"namespace", "extern"}:
            alias = _flat(self._until(";"))
            self._position += 1
            if head.startswith("typedef"):
                entry.text = alias
        return entry

    def _with_body(self, head: str, comment: str) -> Entry:
        """Reads a function with its body, or a member with its initial value."""
        self._position += 1
        self._until("}")
        self._position += 1
        self._skip_space()
        if self._source[self._position] == ";":
            self._position += 1
        return Entry("plain", _without_initialisers(_flat(head)), comment)

    def _enumerators(self) -> list[Entry]:
        entries = []
        comment = ""
        while self._skip_space() and self._source[self._position] != "}":
            if found := self._take(_COMMENT):
                comment = _plain(found[2])
                continue
            entries.append(Entry("enumerator", _flat(self._until(",}")), comment))
            comment = ""
            if self._source[self._position] == ",":
                self._position += 1
        return entries

    def _until(self, stops: str) -> str:
        """Takes what comes before one of `stops` outside of any brackets."""
        start, depth = self._position, 0
        while depth or self._source[self._position] not in stops:
            character = self._source[self._position]
            found = _COMMENT.match(self._source, self._position) or re.compile(
                r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|//[^\n]*'
            ).match(self._source, self._position)
            if found:
                self._position = found.end()
                continue
            depth += (character in "([{") - (character in ")]}")
            self._position += 1
        return self._source[start : self._position]

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._source, self._position)
        if found:
            self._position = found.end()
        return found

    def _skip_space(self) -> bool:
        """Goes to what comes next; False at the end of the file."""
        while self._position < len(self._source) and self._source[self._position].isspace():
            self._position += 1
        return self._position < len(self._source)


def _aside(comment: str) -> list[Entry]:
    """Makes an entry of a comment that belongs to no declaration."""
    if rule := _RULE.match(comment):
        return [Entry("section", rule[1])]
    return [] if comment.strip().startswith("clang-format") else [Entry("prose", "", comment)]


def _plain(comment: str) -> str:
    """Strips the stars before the lines of a comment."""
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.strip().split("\n")]
    return "\n".join(lines).strip("\n")


def _flat(text: str) -> str:
    return " ".join(re.sub(r"//[^\n]*", "", text).split())


def _without_initialisers(text: str) -> str:
    """Cuts off how a constructor makes the members."""
    return re.split(r"(?<=\)) (?:noexcept )?: (?=[\w:]+[({])", text, maxsplit=1)[0]
