"""The JSON text of an `Artifact`, made without the objects: those of a large module take far more memory."""

from __future__ import annotations

import json
from typing import Any

from wasm2oci import _models
from wasm2oci._models import Artifact, Descriptor

__all__ = ["artifact_text"]

_RECORDS = {"layers", "layer"}
"""Members whose text differs from that of the library, and which are small."""

# Makes nothing of objects: it only finds where a value ends.
_skim = json.JSONDecoder(object_pairs_hook=lambda _: None).raw_decode


def artifact_text(text: str) -> str:
    """Makes it of the result of the library, as text as well; members and their order are those of `Artifact`."""
    given = _members(text)
    known = {"digest": "", "media_type": "", "size": 0}
    small = _models.artifact(known | {name: json.loads(given[name]) for name in _RECORDS & given.keys()})
    pieces = []
    for name in Artifact.__match_args__:
        piece = given.get(name, "null")
        if name in _RECORDS or piece == "null":
            piece = json.dumps(getattr(small, name), ensure_ascii=False, separators=(",", ":"), default=_fields)
        pieces.append(f"{json.dumps(name)}:{piece}")
    return "{" + ",".join(pieces) + "}"


def _members(text: str) -> dict[str, str]:
    """Splits an object without white space into its members."""
    found = {}
    at = 1
    while text[at] == '"':
        name, at = _skim(text, at)
        start = at + 1
        _, at = _skim(text, start)
        found[name] = text[start:at]
        at += 1
        if at == len(text):
            break
    return found


def _fields(record: Descriptor) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(record, name) for name in record.__match_args__}
    if record.artifact_type is None:
        del fields["artifact_type"]
    return fields
