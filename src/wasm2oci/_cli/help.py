"""Help texts and usage lines."""

from __future__ import annotations

import shutil
import textwrap

from wasm2oci._cli import app, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wasm2oci._cli.parser import Option, Verb

WIDEST = 100
"""Columns that a text fills at most."""

COLUMN = 28
"""Columns for names at most; a longer one has a line of its own."""

Row = tuple[str, str]

_ABOUT = (
    "Move WebAssembly to and from OCI registries and layouts.",
    (
        "A REFERENCE is registry/repository[:tag][@digest], oci:DIR[:tag][@digest] or oci-archive:FILE[:tag][@digest]; "
        "the default tag is latest. Options go after the verb."
    ),
)
_EXAMPLES = (
    ("push hello.wasm registry.example/team/hello:v1", "Push a file."),
    ("pull registry.example/team/hello:v1", "Pull it into hello.wasm."),
)


def usage(verb: Verb | None) -> str:
    """Returns the line that says how a verb, or the command, is used."""
    if verb is None:
        return f"Usage: {app.NAME} COMMAND [OPTIONS] [ARGUMENTS]"
    return " ".join([f"Usage: {app.NAME} {verb.name} [OPTIONS]", *(one.shown for one in verb.arguments)])


def of_verb(verb: Verb) -> Iterator[str]:
    """Returns the lines of a verb's help."""
    yield usage(verb)
    yield from _paragraphs(verb.description.split("\n\n"))
    groups = [[_option(option) for option in group if not option.hidden] for group in (*verb.groups.values(),)]
    yield from _examples(verb.examples)
    for heading, rows in zip(verb.groups, groups):  # noqa: B905 - one of the other
        yield from _section(heading, rows)


def of_all(verbs: Sequence[Verb], options: Sequence[Option]) -> Iterator[str]:
    """Returns the lines of the command's help."""
    yield usage(None)
    yield from _paragraphs(_ABOUT)
    yield from _examples(_EXAMPLES)
    yield from _section("Commands", [(verb.name, verb.summary) for verb in verbs])
    yield from _section("Options", [_option(option) for option in options if not option.hidden])
    yield from _section("Exit codes", [(f"{code:3}", meaning) for code, meaning in failure.MEANINGS.items()])


def _option(option: Option) -> Row:
    names = "/".join([", ".join(option.flags), *([option.off] if option.off else [])])
    return f"{names} {option.metavar}".rstrip(), option.help


def _width() -> int:
    return min(shutil.get_terminal_size().columns, WIDEST)


def _paragraphs(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield ""
        yield from textwrap.wrap(
            " ".join(text.split()), max(_width() - 2, 20), initial_indent="  ", subsequent_indent="  "
        )


def _examples(examples: Sequence[Row]) -> Iterator[str]:
    yield from ("", "Examples:")
    for command, meaning in examples:
        yield from (f"  # {meaning}", f"  {app.NAME} {command}")


def _section(heading: str, rows: Sequence[Row]) -> Iterator[str]:
    """Returns a heading and two columns below it."""
    yield from ("", f"{heading}:")
    names = [len(name) for name, _ in rows if len(name) <= COLUMN]
    margin = " " * (max(names, default=0) + 4)
    for name, text in rows:
        lines = textwrap.wrap(text, max(_width() - len(margin), 20), break_on_hyphens=False)
        if len(name) > COLUMN:
            yield f"  {name}"
            yield from (f"{margin}{line}" for line in lines)
        else:
            yield f"  {name:<{len(margin) - 2}}{lines[0]}"
            yield from (f"{margin}{line}" for line in lines[1:])
