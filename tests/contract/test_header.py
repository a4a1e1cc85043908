"""The C header lists every option and every member of the results, with its type."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import header

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "go" / "capi" / "testdata" / "options.json").read_text(encoding="utf-8")
)
TYPES: dict[str, Any] = SCHEMA["types"]
LISTS = header.lists()
FUNCTIONS = {"client": "wasm2oci_client_new", "runtime": "wasm2oci_runtime_configure"}
GROUPS = ("packaging options", "selection options")
RESULTS = {f"wasm2oci_{verb}": result for verb, result in SCHEMA["verbs"].items()}
MEMBERS = {"wasm2oci_runtime_info": "runtimeInfo", "detail": "Detail"}
LEAVES = sorted(
    name
    for name, shape in TYPES.items()
    if isinstance(shape, dict) and name not in {*RESULTS.values(), *MEMBERS.values()}
)


def listed(function: str, beginning: str) -> tuple[str, dict[str, str]]:
    """Return the heading that begins so, and its list."""
    ((heading, entries),) = ((head, found) for head, found in LISTS[function].items() if head.startswith(beginning))
    return heading, dict(entries)


def in_words(shape: dict[str, str]) -> dict[str, str]:
    """Spell a shape as the header does."""

    def worded(spelled: str) -> str:
        if spelled.endswith(" | null"):
            return f"{worded(spelled.removesuffix(' | null'))} or null"
        if spelled.endswith("[]"):
            return f"array of {worded(spelled[:-2])}"
        if record := re.fullmatch("Record<string, (.*)>", spelled):
            return f"object of {worded(record[1])}"
        return spelled

    return {
        member.removesuffix("?"): worded(spelled) + (", optional" if member.endswith("?") else "")
        for member, spelled in shape.items()
    }


@pytest.mark.parametrize("verb", SCHEMA["options"])
def test_every_option_is_listed(verb: str) -> None:
    """With its type, at its function or in a group that the function names."""
    heading, options = listed(FUNCTIONS.get(verb, f"wasm2oci_{verb}"), "Options")
    for group in GROUPS:
        options |= listed("", group.capitalize())[1] if group in heading else {}
    options |= listed("", "All verbs take")[1] if "timeout_ms" in heading else {}
    options |= listed("", "All verbs that name")[1] if "credentials" in heading else {}
    plain = {name: re.sub(r" of \w+", "", text) for name, text in options.items()}
    assert plain == SCHEMA["options"][verb]


@pytest.mark.parametrize("function", RESULTS)
def test_every_member_of_a_result_is_listed(function: str) -> None:
    """With its type, at its verb or at the one that the verb names."""
    heading, members = listed(function, "Result")
    if other := re.search(r"that of (\w+)", heading):
        members = listed(other[1], "Result")[1] | members
    assert members == in_words(TYPES[RESULTS[function]])


@pytest.mark.parametrize("name", MEMBERS)
def test_every_other_member_is_listed(name: str) -> None:
    """Those of errors and of the runtime, with their types."""
    assert listed(name, "Members")[1] == in_words(TYPES[MEMBERS[name]])


@pytest.mark.parametrize("name", LEAVES)
def test_every_member_of_a_leaf_is_listed(name: str) -> None:
    """With its type."""
    (found,) = (lists[f"{name}:"] for lists in LISTS.values() if f"{name}:" in lists)
    assert found == in_words(TYPES[name])


def test_every_kind_of_import_is_listed() -> None:
    """In the order of the library."""
    text = re.search(r"ExternKind:\n \* - (.*?)\.\n", header.HEADER.read_text(encoding="utf-8"), re.DOTALL)
    assert text is not None
    assert re.findall(r'"([\w ]+)"', text[1]) == TYPES["ExternKind"]
