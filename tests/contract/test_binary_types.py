"""What Python says of the results of `inspect` is what Go writes, down to the leaves."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from typing_extensions import is_typeddict

import wasm2oci
from tests.support import binaries
from wasm2oci import _binary

SHAPES: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "go" / "capi" / "testdata" / "options.json").read_text(encoding="utf-8")
)["types"]
LISTS = {frozenset(values): name for name, values in SHAPES.items() if isinstance(values, list)}
PLAIN = {str: "string", int: "integer", bool: "boolean", Any: "any"}


def inside(name: str) -> set[str]:
    """Return the objects that an object is made of."""
    named = set(re.findall(r"\w+", " ".join(SHAPES[name].values()))) & SHAPES.keys() - {name}
    objects = {inner for inner in named if isinstance(SHAPES[inner], dict)}
    return objects.union(*map(inside, objects))


LEAVES = sorted(inside("Artifact") - {"Descriptor"})  # which is a record


def spelled(annotation: Any) -> str:  # noqa: ANN401
    """Spell a type as options.json does."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return LISTS.get(frozenset(arguments), "string")
    if origin in {list, tuple}:
        return f"{spelled(arguments[0])}[]"
    if origin is dict:
        return f"Record<string, {spelled(arguments[1])}>"
    if origin in {types.UnionType, typing.Union}:
        (inner,) = set(arguments) - {type(None)}
        return f"{spelled(inner)} | null"
    return PLAIN.get(annotation) or str(annotation.__name__)


@pytest.mark.parametrize("name", LEAVES)
def test_leaves_are_those_of_the_library(name: str) -> None:
    """Each member has the same name and type, and may be absent where the library leaves it out."""
    leaf = getattr(wasm2oci, name)
    assert is_typeddict(leaf)
    said = {
        member if member in leaf.__required_keys__ else f"{member}?": spelled(annotation)
        for member, annotation in get_type_hints(leaf).items()
    }
    assert said == SHAPES[name]


def test_the_kinds_of_imports_are_those_of_the_library() -> None:
    """In the order of the source."""
    assert list(get_args(wasm2oci.ExternKind)) == SHAPES["ExternKind"]


def test_an_artifact_has_the_types_of_the_library() -> None:
    """What is absent or null in JSON is None or empty in Python; documents of others are objects; bytes come apart."""
    hints = get_type_hints(wasm2oci.Artifact)
    fields = [field.name for field in dataclasses.fields(wasm2oci.Artifact) if field.name != "raw"]
    said = {name: spelled(hints[name]).removesuffix(" | null") for name in fields}
    expected = {member.removesuffix("?"): text.removesuffix(" | null") for member, text in SHAPES["Artifact"].items()}
    expected |= dict.fromkeys(("manifest", "config"), "Record<string, any>")
    alike = {name: text for name, text in said.items() if expected[name] == "string" and text in LISTS.values()}
    assert said == expected | alike


def test_every_leaf_is_public() -> None:
    """Under the name that it has in the library, but for the limits, which are part of tables and memories there."""
    assert set(_binary.__all__) == {*LEAVES, "ExternKind", "Limits"}
    assert set(_binary.__all__) <= set(wasm2oci.__all__)


@pytest.mark.parametrize("file", [binaries.HELLO, binaries.GREETER])
def test_values_are_plain_dictionaries(file: Path) -> None:
    """They are what the JSON parser made."""
    found = wasm2oci.inspect(file)
    values = [*found.imports, *found.exports, found.metadata, *found.children, *found.custom_sections]
    assert {type(value).__name__ for value in values} == {"dict"}
