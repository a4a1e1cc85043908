"""What can be told of a word that may be a reference, without the library."""

from __future__ import annotations

LAYOUTS = ("oci:", "oci-archive:")
"""What a path follows in a reference."""


def is_reference(word: str) -> bool:
    """Reports whether a word names a layout, or begins with what can only be a registry."""
    host, slash, _ = word.partition("/")
    return word.startswith(LAYOUTS) or (bool(slash) and (host == "localhost" or ":" in host or "." in host.strip(".")))
