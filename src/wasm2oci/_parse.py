"""Parses the JSON that the library writes.

`json` imports `re`, and so takes most of the time in which Python itself starts, in order
to skip white space, of which the library writes none. What it parses with is C code that
does without; where that is not what it is today, `json` is used.

Bytes that are not UTF-8 become U+FFFD: they may come from a stranger's manifest.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["document"]


def _decoded(text: bytes | str) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


try:
    from _json import make_scanner
except ImportError:
    import json

    def document(text: bytes | str) -> Any:  # noqa: ANN401
        """Parses a document. Raises ValueError where it is none."""
        return json.loads(_decoded(text))

else:

    class _Settings:
        """Those that `json.JSONDecoder` has without arguments."""

        strict = True
        object_hook = object_pairs_hook = None
        parse_float, parse_int, parse_constant = float, int, float
        memo: dict[str, str] = {}  # noqa: RUF012 - the interface is not ours

    _scan = make_scanner(_Settings())  # type: ignore[arg-type] # typeshed knows it by another name

    def document(text: bytes | str) -> Any:  # noqa: ANN401
        """Parses a document. Raises ValueError where it is none."""
        decoded = _decoded(text)
        try:
            found, end = _scan(decoded, 0)
        except StopIteration:
            raise ValueError("no JSON") from None
        if end != len(decoded):
            raise ValueError("more than one JSON document")
        return found
