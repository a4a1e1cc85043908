"""A whole command, from its words to the exit code."""

from __future__ import annotations

from wasm2oci._cli import options, parser, streams, verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from wasm2oci._cli.parser import Verb

NAME = "wasm2oci"

VERBS = verbs.NAMES

COMPLETE = "_complete"
"""What the scripts for shells call."""

DONE, CLOSED_PIPE = 0, 141


def verb(name: str) -> Verb:
    """Loads a verb."""
    found: Verb = __import__(f"{verbs.__name__}.{name}", fromlist=("VERB",)).VERB
    return found


class Command:
    """One run of the command line.

    Attributes:
        verb: What is asked for; None where the words do not begin with a verb.
        json: Whether the result is a JSON document, and an error one on stderr.
        debug: Whether a bug is shown with its trace.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Loads the verb; nothing else happens yet."""
        self._words = list(words[1:] if words[:1] == [parser.END] else words)
        self.verb = verb(self._words[0]) if self._words and self._words[0] in VERBS else None
        # As far as can be said before the words are read.
        self.json = "--json" in self._words
        self.debug = False

    def run(self) -> int:
        """Does what is asked for and says what went wrong; returns the exit code."""
        try:
            return self._run()
        except BrokenPipeError:
            streams.discard(streams.OUTPUT)
            return CLOSED_PIPE
        except Exception as error:  # noqa: BLE001 - the last place to make one line of it
            streams.settle()
            return self.failed(error)

    def failed(self, error: BaseException) -> int:
        """Says what went wrong, and returns the exit code."""
        from wasm2oci._cli import failure  # noqa: PLC0415 - most commands do well

        return failure.report(error, self.verb, as_json=self.json, trace=self.debug)

    def _run(self) -> int:
        if self.verb is None:
            return self._without_verb()
        values = parser.parse(self.verb, self._words[1:])
        if values is None:
            from wasm2oci._cli import help  # noqa: A004, PLC0415 - for few

            streams.write_lines(*help.of_verb(self.verb))
            return DONE
        if options.SHARED.keys() <= self.verb.groups.keys():
            from wasm2oci._cli.session import Session  # noqa: PLC0415 - not for the help

            shared = options.READING if "Cache" in self.verb.groups else options.SHARED
            taken = {option.name: values.pop(option.name) for option in options.every(shared)}
            if (option := options.IDENTITY_TOKEN.name) in values:
                taken[option] = values.pop(option)
            session = Session(taken)
            self.json, self.debug = session.json, session.debug
            return self.verb.run(session, **values) or DONE
        return self.verb.run(**values) or DONE

    def _without_verb(self) -> int:
        """Answers questions about the command itself."""
        words = self._words
        if words and not words[0].startswith("-"):
            if words[0] == COMPLETE:
                from wasm2oci._cli.verbs import completion  # noqa: PLC0415 - for shells

                streams.write(
                    "".join(f"{line}\n" for line in completion.answer(words[1:])).encode("utf-8", "surrogateescape")
                )
                return DONE
            raise parser.no_such_verb(words, VERBS)
        from wasm2oci._cli import about  # noqa: PLC0415 - for few

        return about.answer(words)
