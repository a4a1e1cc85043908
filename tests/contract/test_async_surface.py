"""The async client is the sync one, awaited: whatever one has the other has."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Generator
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import wasm2oci

METHODS = sorted(name for name in vars(wasm2oci.Client) if not name.startswith("_") and name != "close")


def test_there_is_no_method_on_one_side_only() -> None:
    """A new verb comes to both."""
    names = {name for name in vars(wasm2oci.AsyncClient) if not name.startswith("_")}
    assert names == {*METHODS, "close"}


@pytest.mark.parametrize("name", [*METHODS, "__init__"])
def test_methods_take_the_same(name: str) -> None:
    """In the same order, with the same defaults and annotations."""
    of_sync, of_async = (getattr(client, name) for client in (wasm2oci.Client, wasm2oci.AsyncClient))
    assert inspect.signature(of_async).parameters == inspect.signature(of_sync).parameters
    assert {**get_type_hints(of_async), "return": None} == {**get_type_hints(of_sync), "return": None}


@pytest.mark.parametrize("name", METHODS)
def test_results_are_the_same(name: str) -> None:
    """Once they are awaited."""
    of_sync, of_async = (
        get_type_hints(getattr(client, name))["return"] for client in (wasm2oci.Client, wasm2oci.AsyncClient)
    )
    if name == "open":
        assert (of_sync, of_async) == (wasm2oci.Reader, wasm2oci.AsyncOpenOperation)
    elif get_origin(of_sync) is Generator:
        assert of_async == AsyncGenerator[get_args(of_sync)[0], None]  # type: ignore[misc] # made of it
    else:
        expected: Any = wasm2oci.AsyncOperation
        assert of_async == expected[None if of_sync is type(None) else of_sync]


@pytest.mark.parametrize("name", METHODS)
def test_methods_have_the_same_text(name: str) -> None:
    """But for the examples, which show the sync client."""
    of_sync, of_async = (
        inspect.getdoc(getattr(client, name)) or "" for client in (wasm2oci.Client, wasm2oci.AsyncClient)
    )
    assert of_async == of_sync.partition("\n\nExample:")[0]
    assert "Raises:" in of_async
    assert getattr(wasm2oci.AsyncClient, name).__qualname__ == f"AsyncClient.{name}"


def test_readers_tell_the_same() -> None:
    """What they read, and how."""
    names = ["closed", "readinto", "readall", "read", "close"]
    assert all(hasattr(reader, name) for name in names for reader in (wasm2oci.Reader, wasm2oci.AsyncReader))
    described = {"reference", "descriptor", "format", "kind", "file_digest", "file_size"}
    for reader in (wasm2oci.Reader, wasm2oci.AsyncReader):
        assert described <= set(get_type_hints(reader))
