"""Annotations mean something at run time: frameworks and documentation tools read them."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import pydoc
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

import wasm2oci
from tests.support import python

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBS = sorted(name for name in vars(wasm2oci.Client) if not name.startswith("_") and name != "close")
CLASSES = [value for name in wasm2oci.__all__ if inspect.isclass(value := getattr(wasm2oci, name))]
FUNCTIONS = [value for name in wasm2oci.__all__ if inspect.isroutine(value := getattr(wasm2oci, name))]
SPECIAL = {"__enter__", "__exit__", "__aenter__", "__aexit__", "__aiter__"}


def methods(cls: type) -> Iterator[Any]:
    """Yield the methods that a class documents, and the getters of its properties."""
    for name, value in vars(cls).items():
        if name in SPECIAL or not name.startswith("_"):
            if inspect.isfunction(value):
                yield value
            elif isinstance(value, property):
                yield value.fget


METHODS = [
    *(method for cls in CLASSES if cls.__module__.startswith("wasm2oci") for method in methods(cls)),
    *(client.__init__ for client in (wasm2oci.Client, wasm2oci.AsyncClient)),
]


@pytest.mark.parametrize("function", [*FUNCTIONS, *METHODS], ids=lambda function: function.__qualname__)
def test_signatures_can_be_resolved(function: Any) -> None:  # noqa: ANN401
    """Each parameter that has an annotation, and the result."""
    hints = get_type_hints(function)
    assert "return" in hints
    annotated = {
        name for name, one in inspect.signature(function).parameters.items() if one.annotation is not one.empty
    }
    assert annotated <= set(hints)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_classes_can_be_resolved(cls: type) -> None:
    """Each field of a result has a type."""
    hints = get_type_hints(cls)
    if dataclasses.is_dataclass(cls):
        assert {field.name for field in dataclasses.fields(cls)} <= set(hints)


def test_types_of_arguments_can_be_subscripted_and_compared() -> None:
    """As users need them in signatures of their own."""
    assert get_type_hints(wasm2oci.pull)["path"] == wasm2oci.StrPath | None
    assert get_type_hints(wasm2oci.push)["source"] == wasm2oci.PushSource
    assert isinstance(b"", wasm2oci.Buffer)


def test_resolving_needs_no_other_package() -> None:
    """Not even typing_extensions, which checkers look into."""
    program = """
        import sys, typing
        sys.modules["typing_extensions"] = None
        import wasm2oci
        for name in wasm2oci.__all__:
            getattr(wasm2oci, name)
        typing.get_type_hints(wasm2oci.push)
        typing.get_type_hints(wasm2oci.Client.__enter__)
    """
    python.check(program)


@pytest.mark.parametrize("verb", VERBS)
def test_functions_show_the_whole_text(verb: str) -> None:
    """What each option does, not where to read that."""
    shown = pydoc.plain(pydoc.render_doc(getattr(wasm2oci, verb)))
    for name in inspect.signature(getattr(wasm2oci, verb)).parameters:
        assert f"{name}: " in shown.partition("Args:")[2]
    assert "Example:" in shown


@pytest.mark.parametrize("verb", VERBS)
def test_functions_are_pickled_and_copied_by_name(verb: str) -> None:
    """So that they can be sent to another process."""
    function = getattr(wasm2oci, verb)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(function, protocol)) == function
    assert copy.copy(function) == copy.deepcopy(function) == function


def test_a_pool_of_processes_takes_a_function() -> None:
    """Under its own name, in a process that has not used the package yet."""
    program = """
        import multiprocessing, tempfile, wasm2oci

        if __name__ == "__main__":
            reference = f"oci:{tempfile.mkdtemp()}:v1"
            wasm2oci.push(b"\\0asm\\1\\0\\0\\0", reference)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                assert pool.map(wasm2oci.fetch, [reference]) == [b"\\0asm\\1\\0\\0\\0"]
    """
    python.check(program)
