"""Go's structs are the schema of options and results; Python is held against what Go wrote down."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import wasm2oci
from tests.support import header
from wasm2oci import _arguments, errors

ROOT = Path(__file__).resolve().parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "go" / "capi" / "testdata" / "options.json").read_text(encoding="utf-8"))
VERBS = sorted(set(SCHEMA["options"]) - {"client", "runtime"})
RESULTS = {
    "push": wasm2oci.PushResult,
    "pull": wasm2oci.PullResult,
    "attach": wasm2oci.AttachResult,
    "inspect": wasm2oci.Artifact,
    "cache": wasm2oci.CacheResult,
    "delete": wasm2oci.DeleteResult,
    "login": wasm2oci.LoginResult,
    "descriptor": wasm2oci.Descriptor,
}
# What the C API gives by a function of its own.
BESIDE = {"pull": {"path"}, "login": {"path"}}
# What an entry of an index says of the manifest comes with the manifest in Python.
LEFT_OUT = {
    "push": {"annotations", "artifact_type"},
    "pull": {"annotations", "artifact_type"},
    "attach": {"annotations"},
    "copy": {"annotations", "artifact_type"},
    "delete": {"annotations", "artifact_type"},
}


# Python asks for the pages of a list by itself, and a function who an operation is.
PAGING = {"tags": {"next"}}
ASKED = {"credentials"}


def options_of(function: Any) -> set[str]:  # noqa: ANN401
    """Return the options that a function takes, as the library calls them."""
    parameters = inspect.signature(function).parameters.values()
    names = {one.name for one in parameters if one.kind is one.KEYWORD_ONLY} - {"progress"}
    return {f"{name}_ms" if name.endswith("timeout") else name for name in names}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_the_options_of_the_library(verb: str) -> None:
    """No more, no less, and under the same name."""
    assert options_of(getattr(wasm2oci.Client, verb)) == set(SCHEMA["options"][verb]) - PAGING.get(verb, set()) - ASKED


def test_the_client_has_the_options_of_the_library() -> None:
    """No more, no less, and under the same name."""
    assert options_of(wasm2oci.Client.__init__) == set(SCHEMA["options"]["client"])


def test_the_runtime_has_the_options_of_the_library() -> None:
    """No more, no less, and under the same name."""
    assert options_of(wasm2oci.configure_runtime) == set(SCHEMA["options"]["runtime"])


@pytest.mark.parametrize(("many", "verb"), [("pull_many", "pull"), ("push_many", "push")])
def test_batches_take_the_options_of_their_verb(many: str, verb: str) -> None:
    """For all items; a title is each item's own."""
    options = options_of(getattr(wasm2oci.Client, many)) - {"concurrency"}
    assert options == set(SCHEMA["options"][verb]) - {"title"} - ASKED


@pytest.mark.parametrize("verb", [*VERBS, "pull_many", "push_many"])
def test_each_verb_is_a_function_of_the_package(verb: str) -> None:
    """With the signature and the text of the method."""
    function, method = getattr(wasm2oci, verb), getattr(wasm2oci.Client, verb)
    assert [*inspect.signature(function).parameters] == [*inspect.signature(method).parameters][1:]
    assert inspect.getdoc(function) == inspect.getdoc(method)


def test_each_option_is_checked() -> None:
    """One that is in a signature and not in the table could not be passed on."""
    known = {f"{name}_ms" if name.endswith("timeout") else name for name in _arguments.OPTIONS}
    assert known == {name for options in SCHEMA["options"].values() for name in options}


def test_formats_are_those_of_the_library() -> None:
    """All that Go recognises, and those of them that it writes."""
    sources = ROOT / "go" / "internal" / "format"
    named = dict(re.findall(r'^\t(\w+) +Format = "(.*)"$', (sources / "mediatype.go").read_text("utf-8"), re.MULTILINE))
    written = re.search(
        r"^var Writers = .*?\{\n(.*?)^\}", (sources / "artifact.go").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert written is not None
    assert sorted(get_args(wasm2oci.Format)) == sorted(named.values())
    assert sorted(get_args(wasm2oci.PushFormat)) == sorted(named[name] for name in re.findall(r"(\w+):", written[1]))


@pytest.mark.parametrize("name", RESULTS)
def test_results_say_what_the_library_says(name: str) -> None:
    """A member that Go adds is not lost on the way."""
    fields = {field.name for field in dataclasses.fields(RESULTS[name])}
    said = set(SCHEMA["results"][name]) - LEFT_OUT.get(name, set()) | BESIDE.get(name, set())
    assert said <= fields


def test_statuses_are_those_of_the_library() -> None:
    """Header, Go and Python count alike."""
    of_go = dict(SCHEMA["statuses"])
    assert of_go == {name: number for number, name in header.statuses().items()}
    assert {cls.STATUS for cls in map(vars(errors).get, errors.__all__)} == set(of_go.values()) - {0}  # type: ignore[union-attr]
