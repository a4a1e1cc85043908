"""Results on standard output."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

from wasm2oci._cli import streams

if TYPE_CHECKING:
    from wasm2oci import PullResult, PushResult

UNITS = ("kB", "MB", "GB", "TB")


def document(members: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Prints one JSON document, as UTF-8 whatever the terminal speaks.

    Bytes of a name that are not UTF-8 become escapes, as Python spells them in text.
    """
    import json  # noqa: PLC0415 - for --json alone

    text = json.dumps(members, indent=2, ensure_ascii=False)
    streams.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def members(result: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the results
    """Turns a result into what JSON can hold."""
    return {
        name: str(value) if isinstance(value, os.PathLike) else value
        for name, value in dataclasses.asdict(result).items()
    }


def pinned(result: PushResult | PullResult) -> str:
    """Names what was moved by its digest as well."""
    return result.reference if "@" in result.reference else f"{result.reference}@{result.digest}"


def pulled(result: PullResult) -> tuple[str, str]:
    """Says what was pulled, and where it is now."""
    kind = result.kind or "unknown kind"
    return f"pulled {pinned(result)}", f"wrote {result.path}: {kind}, {size(result.file_size)}"


def size(count: int) -> str:
    """Spells a number of bytes."""
    exact = f"{count} byte" if count == 1 else f"{count} bytes"
    rounded = float(count)
    unit = ""
    for unit in UNITS:  # noqa: B007 - the last one counts
        rounded /= 1000
        if rounded < 999.5:  # noqa: PLR2004 - what would be spelled 1000
            break
    return exact if count < 1000 else f"{exact} ({rounded:.3g} {unit})"  # noqa: PLR2004 - the first unit
