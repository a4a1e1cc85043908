"""The async client is the sync one, awaited: whatever one has the other has."""

from __future__ import annotations

import inspect
import re

import pytest

import wasm2oci

METHODS = [
    "__init__",
    "close",
    "convert",
    "fetch",
    "inspect",
    "open",
    "pull",
    "pull_many",
    "push",
    "push_many",
    "resolve",
]


def parameters(function: object) -> list[tuple[str, object, object, object]]:
    """Return name, kind, default and annotation of each parameter."""
    found = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [(parameter.name, parameter.kind, parameter.default, parameter.annotation) for parameter in found]


@pytest.mark.parametrize("name", METHODS)
def test_methods_take_the_same(name: str) -> None:
    """In the same order, with the same defaults and annotations."""
    assert parameters(getattr(wasm2oci.AsyncClient, name)) == parameters(getattr(wasm2oci.Client, name))


def test_there_is_no_method_on_one_side_only() -> None:
    """A new verb comes to both."""
    public = {
        client: {name for name in vars(client) if not name.startswith("_")}
        for client in (wasm2oci.Client, wasm2oci.AsyncClient)
    }
    assert public[wasm2oci.Client] == public[wasm2oci.AsyncClient]
    assert sorted(public[wasm2oci.Client] | {"__init__"}) == METHODS


@pytest.mark.parametrize("name", [name for name in METHODS if name != "__init__"])
def test_results_are_the_same(name: str) -> None:
    """Once they are awaited."""
    of_sync = inspect.signature(getattr(wasm2oci.Client, name)).return_annotation
    of_async = inspect.signature(getattr(wasm2oci.AsyncClient, name)).return_annotation
    if name == "open":
        assert (of_sync, of_async) == ("Reader", "AsyncOpenOperation")
    elif name.endswith("_many"):
        assert of_async == of_sync.replace("Generator", "AsyncGenerator").replace(", None, None]", ", None]")
    elif name == "close":
        assert of_sync == of_async == "None"
    else:
        assert re.fullmatch(r"AsyncOperation\[(.*)\]", of_async)[1] == of_sync  # type: ignore[index]


def test_readers_tell_the_same() -> None:
    """What they read, and how."""
    names = ["closed", "readinto", "readall", "read", "close"]
    assert all(hasattr(reader, name) for name in names for reader in (wasm2oci.Reader, wasm2oci.AsyncReader))
    described = {"reference", "descriptor", "format", "kind", "file_digest", "file_size"}
    for reader in (wasm2oci.Reader, wasm2oci.AsyncReader):
        assert described <= {name for cls in reader.__mro__ for name in getattr(cls, "__annotations__", {})}
