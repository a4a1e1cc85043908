"""Frameworks that read annotations take results as they are."""

# No "from __future__ import annotations": FastAPI and pydantic are given the types themselves.

import asyncio
import json
from pathlib import Path
from typing import Any

import fastapi
import httpx
import pydantic
import pytest

import wasm2oci

RESULTS = [
    wasm2oci.Artifact,
    wasm2oci.BatchProgress,
    wasm2oci.Descriptor,
    wasm2oci.Progress,
    wasm2oci.PullResult,
    wasm2oci.PushResult,
    wasm2oci.RuntimeInfo,
]


def get(app: fastapi.FastAPI, path: str) -> Any:  # noqa: ANN401
    """Ask a program for a JSON document."""

    async def main() -> Any:  # noqa: ANN401
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get(path)).raise_for_status().json()

    return asyncio.run(main())


@pytest.fixture
def pulled(hello: Path, tmp_path: Path) -> wasm2oci.PullResult:
    """Pull a module."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(hello, reference)
    return wasm2oci.pull(reference, tmp_path / "hello.wasm")


def test_a_route_of_fastapi_returns_a_result(pulled: wasm2oci.PullResult) -> None:
    """Its annotation is the model of the answer, and in the description of the API."""
    app = fastapi.FastAPI()

    @app.get("/pull")
    def pull() -> wasm2oci.PullResult:
        return pulled

    answer = get(app, "/pull")
    assert answer["path"] == str(pulled.path)
    assert answer["layer"]["digest"] == pulled.layer.digest
    assert (answer["kind"], answer["member"]) == ("module", None)
    schemas = get(app, "/openapi.json")["components"]["schemas"]
    assert schemas["PullResult"]["properties"]["format"]["enum"][0] == "wasm"
    assert schemas["PullResult"]["properties"]["layer"] == {"$ref": "#/components/schemas/Descriptor"}


@pytest.mark.parametrize("result", RESULTS)
def test_pydantic_knows_each_result(result: type) -> None:
    """With all its fields."""
    schema = pydantic.TypeAdapter(result).json_schema()
    assert set(schema["properties"]) == set(result.__match_args__)  # type: ignore[attr-defined] # those of a record


def test_pydantic_reads_what_it_writes(pulled: wasm2oci.PullResult) -> None:
    """A result survives JSON."""
    adapter = pydantic.TypeAdapter(wasm2oci.PullResult)
    assert adapter.validate_json(adapter.dump_json(pulled)) == pulled
    with pytest.raises(pydantic.ValidationError, match="format"):
        adapter.validate_python({**adapter.dump_python(pulled), "format": "tar"})


@pytest.mark.parametrize("parameter", [None, wasm2oci.PullResult])
def test_pydantic_takes_outcomes(pulled: wasm2oci.PullResult, parameter: Any) -> None:  # noqa: ANN401
    """Those that succeeded and those that failed; how an error is written is for the program to say."""
    outcome: Any = wasm2oci.Outcome
    adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(outcome if parameter is None else outcome[parameter])
    success = wasm2oci.Success(0, "oci:hello:v1", pulled)
    failure = wasm2oci.Failure(1, "oci:hello:v7", wasm2oci.NotFoundError("not found"))
    assert adapter.validate_python(success) == success
    assert adapter.validate_python(failure) == failure
    assert json.loads(adapter.dump_json(success))["result"]["digest"] == pulled.digest
    assert json.loads(adapter.dump_json(failure, fallback=str)) == {
        "index": 1,
        "item": "oci:hello:v7",
        "error": "not found",
        "result": None,
    }
