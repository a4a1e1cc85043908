"""Results are plain records of what the library says."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import pytest

import wasm2oci
from wasm2oci import _models

LAYER = {"media_type": "application/wasm", "digest": "sha256:bb", "size": 9, "annotations": {"a": "b"}}
COMMON: dict[str, Any] = {
    "reference": "127.0.0.1:5000/a:v1",
    "digest": "sha256:aa",
    "media_type": "application/vnd.oci.image.manifest.v1+json",
    "size": 400,
    "format": "wasm",
    "kind": "module",
    "layer": LAYER,
}
PULL = COMMON | {"file_digest": "sha256:bb", "file_size": 9}
ARTIFACT = PULL | {"manifest": {"layers": []}, "config": None, "annotations": None, "layers": [LAYER]}


def results() -> list[Any]:
    """Make one of each."""
    return [
        _models.descriptor(LAYER),
        _models.push_result(COMMON),
        _models.pull_result(PULL, "a.wasm"),
        _models.artifact(ARTIFACT),
        _models.progress(("sha256:bb", 1, 2, 3, 0, 0, 4)),
        wasm2oci.BatchProgress("sha256:bb", 1, 2, "done", 0, 0, 4, 2, 1, 3),
        wasm2oci.Success(0, "oci:hello:v1", _models.push_result(COMMON)),
    ]


@pytest.mark.parametrize("result", results(), ids=lambda result: type(result).__name__)
def test_results_are_immutable_hashable_and_pickle(result: Any) -> None:  # noqa: ANN401
    """They can be kept, compared, put into sets and sent to other processes."""
    field = dataclasses.fields(result)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, field, "other")
    assert hash(result) == hash(dataclasses.replace(result))
    assert pickle.loads(pickle.dumps(result)) == result


def test_an_outcome_shows_no_content() -> None:
    """A module that was pushed from memory would flood the terminal."""
    item = "(<bytearray of 1048576 bytes>, 'oci:hello:v1')"
    failure = wasm2oci.Failure(3, (bytearray(1 << 20), "oci:hello:v1"), ValueError("no"))
    assert repr(failure) == f"Failure(index=3, item={item}, result=None, error=ValueError('no'))"
    assert repr(wasm2oci.Success(0, "a", 1)) == "Success(index=0, item='a', result=1, error=None)"


def test_a_failure_raises_its_error_and_has_no_result() -> None:
    """A loop that expects all to go well says `unwrap`."""
    failure = wasm2oci.Failure(0, "a", ValueError("no"))
    assert failure.result is None
    with pytest.raises(ValueError, match="no"):
        failure.unwrap()
    copied = pickle.loads(pickle.dumps(failure))
    assert (type(copied.error), str(copied.error)) == (ValueError, "no")


def test_outcomes_match_patterns() -> None:
    """By name."""
    outcomes: list[wasm2oci.Outcome[int]] = [wasm2oci.Success(0, "a", 1), wasm2oci.Failure(1, "b", ValueError("no"))]
    seen = []
    for outcome in outcomes:
        match outcome:
            case wasm2oci.Success(result=result):
                seen.append(str(result))
            case wasm2oci.Failure(error=error):
                seen.append(str(error))
    assert seen == ["1", "no"]


def test_a_newer_library_may_say_more() -> None:
    """Members that are not known are no error."""
    assert _models.push_result(COMMON | {"cheers": 1}) == _models.push_result(COMMON)
    assert _models.descriptor(LAYER | {"platform": {}}) == _models.descriptor(LAYER)


def test_a_pull_says_where_its_file_is() -> None:
    """The path is one of pathlib, ready to be opened."""
    result = _models.pull_result(PULL, "a.wasm")
    assert result.path == Path("a.wasm")
    assert (result.file_digest, result.file_size, result.index_digest) == ("sha256:bb", 9, None)
    assert result.layer.annotations == {"a": "b"}


def test_an_artifact_of_a_file_lacks_what_files_lack() -> None:
    """None and empty, so that callers need no special case."""
    result = _models.artifact(
        {"reference": None, "digest": "sha256:bb", "media_type": "application/wasm", "size": 9, "kind": "module"}
    )
    assert (result.reference, result.format, result.manifest, result.layer) == (None, None, None, None)
    assert (result.layers, result.annotations, result.imports, result.exports) == ((), {}, (), ())


@pytest.mark.parametrize(
    ("phase", "name"), [(0, "starting"), (1, "hashing"), (3, "transferring"), (5, "done"), (77, "transferring")]
)
def test_phases_have_names(phase: int, name: str) -> None:
    """Words, not numbers; one that is not known yet counts as a transfer."""
    assert _models.progress(("", 0, 0, phase, 0, 0, 0)).phase == name
