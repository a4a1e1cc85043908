"""Go's structs are the schema of options and results; Python is held against what Go wrote down."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

import wasm2oci
from tests.support import header
from wasm2oci import _verbs, errors

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "go" / "capi" / "testdata" / "options.json").read_text(encoding="utf-8")
)
VERBS = ["convert", "fetch", "inspect", "open", "pull", "push", "resolve"]
NOT_OPTIONS = {"self", "progress", "client", "source", "destination", "reference", "path", "what"}
RESULTS = {
    "push": wasm2oci.PushResult,
    "pull": wasm2oci.PullResult,
    "inspect": wasm2oci.Artifact,
    "descriptor": wasm2oci.Descriptor,
}
# What the C API gives by a function of its own.
BESIDE = {"pull": {"path"}}
# Annotations of the manifest come with the manifest in Python.
LEFT_OUT = {"push": {"annotations"}, "pull": {"annotations"}}


def options_of(function: Any) -> set[str]:  # noqa: ANN401
    """Return the options that a function takes, as the library calls them."""
    names = set(inspect.signature(function).parameters) - NOT_OPTIONS
    return {f"{name}_ms" if name.endswith("timeout") else name for name in names}


def test_every_verb_of_the_library_is_known() -> None:
    """A new verb is new here, too."""
    assert sorted(SCHEMA["options"]) == sorted([*VERBS, "client", "runtime"])


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_the_options_of_the_library(verb: str) -> None:
    """No more, no less, and under the same name."""
    assert options_of(getattr(wasm2oci.Client, verb)) == set(SCHEMA["options"][verb])


def test_the_client_has_the_options_of_the_library() -> None:
    """No more, no less, and under the same name."""
    assert options_of(wasm2oci.Client.__init__) == set(SCHEMA["options"]["client"])


def test_the_runtime_has_the_options_of_the_library() -> None:
    """No more, no less, and under the same name."""
    assert options_of(wasm2oci.configure_runtime) == set(SCHEMA["options"]["runtime"])


@pytest.mark.parametrize(("many", "verb"), [("pull_many", "pull"), ("push_many", "push")])
def test_batches_take_the_options_of_their_verb(many: str, verb: str) -> None:
    """For all items; a title is each item's own."""
    options = options_of(getattr(wasm2oci.Client, many)) - {"items", "concurrency"}
    assert options == set(SCHEMA["options"][verb]) - {"title"}


@pytest.mark.parametrize("verb", [*VERBS, "pull_many", "push_many"])
def test_functions_take_what_methods_take(verb: str) -> None:
    """With the same defaults and annotations, and a client besides."""
    method = list(inspect.signature(getattr(wasm2oci.Client, verb)).parameters.values())[1:]
    function = list(inspect.signature(getattr(_verbs, verb)).parameters.values())
    assert function[:-1] == method
    assert function[-1].name == "client"


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
