"""Arguments that do not go together."""

from __future__ import annotations


class Misuse(Exception):  # noqa: N818 - it is no error of the library's kind
    """A command line that is spelled right and makes no sense. Its message has the next step."""
