"""Reads a command line by a table: verbs, their arguments, their options.

Not argparse: it takes as long to load as Python itself, refuses values that begin with a
dash, and words its errors differently in each version of Python.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

__all__ = ["Argument", "Misuse", "Option", "UsageError", "Verb", "parse"]

END = "--"
"""What follows it is not an option, whatever it begins with."""

_KINDS: dict[type, str] = {int: "a whole number", float: "a number"}
_UNITS = {"SECONDS": " of seconds", "BYTES": " of bytes"}
"""What a number is of, by what stands for it in the help."""


class Misuse(Exception):  # noqa: N818 - not an error of the library's kind
    """Arguments that are spelled right and do not go together. The message has the next step.

    Attributes:
        code: The exit code.
        detail: What JSON says of it beside the message.
    """

    code = 2
    detail: Mapping[str, Any] = {}


class UsageError(Exception):
    """A command line that cannot be read.

    Attributes:
        step: What to do, in place of a look at the help.
    """

    def __init__(self, message: str, step: str = "") -> None:
        """Takes one line, and the next step where there is a better one than the help."""
        super().__init__(message)
        self.step = step


class Option:
    """One option.

    Attributes:
        flags: Its spellings; the last one counts in messages.
        off: The spelling that switches it off, or "".
        name: What the verb calls it.
        help: One sentence.
        metavar: What its value is; "" where it takes none. `FILE`, `PATH`, `LIST` and `DIR` are completed.
        kind: `str`, `int` or `float`.
        choices: The only values, or ().
        default: What it is when it is not given.
        many: Whether all that is given counts, not the last alone.
        read: Makes what the verb gets of the text, or of the texts; raises ValueError.
        hidden: Whether the help and completion leave it out.
    """

    def __init__(  # noqa: PLR0913 - a row of a table
        self,
        *flags: str,
        help: str,  # noqa: A002 - as it is called everywhere
        name: str = "",
        off: str = "",
        metavar: str = "",
        kind: type = str,
        choices: tuple[str, ...] = (),
        default: Any = None,  # noqa: ANN401 - whatever the verb expects
        many: bool = False,
        read: Callable[[Any], Any] | None = None,
        hidden: bool = False,
    ) -> None:
        """Makes the row."""
        self.flags = flags
        self.off = off
        self.name = name or flags[-1].lstrip("-").replace("-", "_")
        self.help = help
        self.metavar = metavar
        self.kind = kind
        self.choices = choices
        self.default = default if metavar or off else False
        self.many = many
        self.read = read
        self.hidden = hidden

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that may be written for it."""
        return (*self.flags, self.off) if self.off else self.flags


class Argument:
    """One argument that is not an option.

    Attributes:
        name: What the verb calls it.
        metavar: What it is called in the help. What has `FILE` in it is completed.
        required: Whether it must be given.
        choices: The only values, or ().
        many: Whether it takes all words that are left, as a list; only the last argument can.
    """

    def __init__(
        self,
        name: str,
        metavar: str = "",
        *,
        required: bool = True,
        choices: tuple[str, ...] = (),
        many: bool = False,
    ) -> None:
        """Makes the row."""
        self.name = name
        self.metavar = metavar or name.upper()
        self.required = required
        self.choices = choices
        self.many = many

    @property
    def shown(self) -> str:
        """What the line of usage calls it."""
        name = f"{self.metavar}..." if self.many else self.metavar
        return name if self.required else f"[{name}]"


HELP = Option("-h", "--help", help="Show this help and exit.")


class Verb:
    """One verb.

    Attributes:
        run: What it does; gets the session, and arguments and options by name.
        name: How it is spelled.
        summary: One short sentence.
        description: What it does, as paragraphs.
        arguments: What it takes beside options.
        groups: Its options by the heading that they have in the help.
        examples: What follows `wasm2oci`, each with what it does.
        surplus: Returns the next step for arguments of which there are too many, or "".
    """

    def __init__(  # noqa: PLR0913 - a row of a table
        self,
        run: Callable[..., int | None],
        *,
        summary: str,
        description: str,
        arguments: tuple[Argument, ...],
        groups: Mapping[str, tuple[Option, ...]],
        examples: tuple[tuple[str, str], ...],
        surplus: Callable[[Sequence[str]], str] | None = None,
    ) -> None:
        """Makes the row."""
        self.run = run
        self.name = run.__name__
        self.summary = summary
        self.description = description
        self.arguments = arguments
        self.groups = groups
        self.examples = examples
        self.surplus = surplus

    @property
    def options(self) -> Iterator[Option]:
        """All its options."""
        for group in self.groups.values():
            yield from group
        yield HELP


def parse(verb: Verb, words: Sequence[str]) -> dict[str, Any] | None:
    """Reads what follows a verb.

    Options may stand anywhere. A word after an option that takes a value is its value, whatever it
    begins with. Names are not completed: `--time` is not `--timeout`.

    Returns:
        The values of all arguments and options by name; None where the help is asked for.

    Raises:
        UsageError: It cannot be read.
    """
    given, arguments = _split(verb, words)
    if HELP in given:
        return None
    values = {option.name: _value(option, given.get(option)) for option in verb.options if option is not HELP}
    return values | _arguments(verb, arguments)


def typed(verb: Verb, words: Sequence[str]) -> dict[str, Any]:
    """Returns the values of the options that have been typed so far; none where they cannot be read."""
    try:
        given, _ = _split(verb, words)
        return {option.name: _value(option, texts) for option, texts in given.items() if option is not HELP}
    except UsageError:
        return {}


def _split(verb: Verb, words: Sequence[str]) -> tuple[dict[Option, list[str]], list[str]]:
    """Tells options from arguments; of each option all that was given, of a flag its spelling."""
    table = {spelling: option for option in verb.options for spelling in option.spellings}
    given: dict[Option, list[str]] = {}
    arguments: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == END:
            arguments.extend(rest)
        elif word == "-" or not word.startswith("-"):
            arguments.append(word)
        else:
            for flag, value in _flags(table, word):
                option = table[flag]
                if option.metavar and value is None:
                    value = next(rest, None)  # noqa: PLW2901 - the value is a word of its own
                    if value is None:
                        raise UsageError(f"option {flag} needs a value")
                given.setdefault(option, []).append(flag if value is None else value)
    return given, arguments


def _flags(table: Mapping[str, Option], word: str) -> Iterator[tuple[str, str | None]]:
    """Takes a word apart: an option with or without its value, or several of one letter."""
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        if flag not in table:
            raise UsageError(f"no such option: {flag}{meant(flag, _shown(table))}")
        if equals and not table[flag].metavar:
            raise UsageError(f"option {flag} does not take a value")
        yield flag, value if equals else None
        return
    letters = word[1:]
    while letters:
        flag, letters = f"-{letters[0]}", letters[1:]
        if flag not in table:
            number = f"; write {END} before arguments such as {word}" if flag[1].isdecimal() else ""
            raise UsageError(f"no such option: {flag}{number or meant(word, _shown(table))}")
        if table[flag].metavar:
            # As argparse takes it: nobody means a file that is called "=y".
            yield flag, letters.removeprefix("=") if letters else None
            return
        yield flag, None


def _value(option: Option, texts: list[str] | None) -> Any:  # noqa: ANN401 - whatever the verb expects
    """Makes the value of an option of what was given for it."""
    if not option.metavar:
        return option.default if texts is None else texts[-1] != option.off
    converted = [_converted(option, text) for text in texts or ()]
    value = converted if option.many else converted[-1] if converted else option.default
    if option.read is None or value is None:
        return value
    try:
        return option.read(value)
    except ValueError as error:
        raise UsageError(f"invalid value for {option.flags[-1]}: {error}") from None


def _converted(option: Option, text: str) -> Any:  # noqa: ANN401 - of the option's kind
    flag = option.flags[-1]
    if option.choices and text not in option.choices:
        raise UsageError(f"invalid value for {flag}: {one_of(text, option.choices)}")
    try:
        return option.kind(text)
    except ValueError:
        kind = _KINDS[option.kind] + _UNITS.get(option.metavar or "", "")
        raise UsageError(f"invalid value for {flag}: {text!r} is not {kind}") from None


def _arguments(verb: Verb, words: list[str]) -> dict[str, Any]:
    if len(words) > len(verb.arguments) and not any(argument.many for argument in verb.arguments):
        step = verb.surplus(words) if verb.surplus else ""
        raise UsageError(f"unexpected argument {words[len(verb.arguments)]!r}", step)
    values: dict[str, Any] = {argument.name: None for argument in verb.arguments}
    for argument, word in zip(verb.arguments, words):  # noqa: B905 - some may be missing
        if argument.choices and word not in argument.choices:
            raise UsageError(f"invalid {argument.metavar}: {one_of(word, argument.choices)}")
        values[argument.name] = words[len(verb.arguments) - 1 :] if argument.many else word
    for argument in verb.arguments[len(words) :]:
        if argument.required:
            raise UsageError(f"missing argument {argument.metavar}")
    return values


def one_of(text: str, choices: Sequence[str]) -> str:
    """Says that a text is not one of those that may be, and which one may be meant."""
    return f"{text!r} is not one of {', '.join(map(repr, choices))}{meant(text, choices)}"


def _shown(table: Mapping[str, Option]) -> list[str]:
    return [spelling for spelling, option in table.items() if not option.hidden]


def meant(text: str, known: Sequence[str]) -> str:
    """Asks whether one was meant that begins so, or that differs in a letter or two; whatever the case."""
    names = {name: name.lstrip("-").lower() for name in known}
    asked = text.lstrip("-").lower()
    if not asked:
        return ""
    close = [name for name in sorted(names, key=lambda name: len(names[name])) if names[name].startswith(asked)]
    if asked in names.values():
        close = [name for name in close if names[name] == asked][:1]
    elif len(asked) == 1 and len(close) > 1:
        close = []
    elif not close and len(asked) > 1:
        close = _similar(asked, names)
    # Of --output and --output-dir the first says enough.
    close = [name for name in close if not any(name != one and name.startswith(one) for one in close)]
    return f" (did you mean {' or '.join(close)}?)" if 0 < len(close) <= MOST_MEANT else ""


def _similar(asked: str, names: Mapping[str, str]) -> list[str]:
    from difflib import SequenceMatcher  # noqa: PLC0415 - for mistakes alone

    ratios = {name: SequenceMatcher(None, asked, short).ratio() for name, short in names.items()}
    best = max(ratios.values(), default=0)
    return [name for name, ratio in ratios.items() if ratio >= max(SIMILAR, best - MARGIN)]


MOST_MEANT = 3
"""How many are offered; more would be a list of them."""

SIMILAR, MARGIN = 0.75, 0.05
"""How alike two words are that one may be meant by the other, from 0 to 1; and how much less than the most alike."""


def no_such_verb(words: Sequence[str], verbs: Sequence[str]) -> UsageError:
    """Says that there is no such verb, and what may be meant."""
    name, *rest = words
    if name.lower() in {"help", "version"}:
        asked = f"{rest[0]} " if name.lower() == "help" and rest[:1] and rest[0] in verbs else ""
        return UsageError(f"no such command {name!r} (did you mean {asked}--{name.lower()}?)")
    return UsageError(f"no such command {name!r}{meant(name, verbs)}")
