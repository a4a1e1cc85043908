"""Arguments reach the library as they were meant, or are refused with a message that names them."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from wasm2oci import _arguments
from wasm2oci.errors import InvalidArgumentError

UTC = dt.timezone.utc
PLUS_2 = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [(None, None), (1, 1000), (2.5, 2500), (0.0001, 1), (1e-9, 1), (86400, 86_400_000)],
)
def test_seconds_become_milliseconds_and_never_no_limit(seconds: float | None, milliseconds: int | None) -> None:
    """0 ms would mean no limit, so that small limits are rounded up."""
    assert _arguments.milliseconds("timeout", seconds) == milliseconds


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_seconds_that_are_no_limit_are_refused(seconds: float) -> None:
    """A caller that computes a limit of 0 does not get an endless one."""
    with pytest.raises(InvalidArgumentError, match="timeout must be a positive number of seconds"):
        _arguments.milliseconds("timeout", seconds)


@pytest.mark.parametrize("seconds", [10**400, 1e308, 1e300, 2**63])
def test_seconds_beyond_all_numbers_are_refused(seconds: float) -> None:
    """They are valid numbers in Python, and not a crash in the arithmetic."""
    with pytest.raises(InvalidArgumentError, match="timeout is too large a number of seconds"):
        _arguments.milliseconds("timeout", seconds)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        (0, "1970-01-01T00:00:00Z"),
        (1_700_000_000, "2023-11-14T22:13:20Z"),
        (dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02T03:04:05Z"),
        (dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=PLUS_2), "2024-01-02T01:04:05Z"),
        (dt.datetime(2024, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC), "2024-01-02T03:04:05.600000Z"),
    ],
)
def test_times_become_rfc_3339(value: Any, text: str | None) -> None:  # noqa: ANN401
    """Text goes through as it is: the library knows what is valid."""
    assert _arguments.timestamp("created", value) == text


@pytest.mark.parametrize(
    "value",
    [dt.datetime(2024, 1, 2), 10**20, dt.datetime.min.replace(tzinfo=PLUS_2)],  # noqa: DTZ001 - that is the point
)
def test_times_that_name_no_moment_are_refused(value: Any) -> None:  # noqa: ANN401
    """A local time would give another digest on another machine."""
    with pytest.raises(InvalidArgumentError, match="created"):
        _arguments.timestamp("created", value)


@pytest.mark.parametrize(
    ("function", "value"),
    [
        (_arguments.text, 1),
        (_arguments.flag, 1),
        (_arguments.flag, "yes"),
        (_arguments.count, True),
        (_arguments.count, 1.5),
        (_arguments.milliseconds, "3"),
        (_arguments.milliseconds, True),
        (_arguments.timestamp, 1.5),
        (_arguments.timestamp, True),
        (_arguments.string_map, ["a"]),
        (_arguments.string_map, {"a": 1}),
        (_arguments.string_map, {1: "a"}),
        (_arguments.string_list, "a"),
        (_arguments.string_list, b"a"),
        (_arguments.string_list, 1),
        (_arguments.string_list, ["a", 1]),
        (_arguments.path, b"bytes"),
        (_arguments.path, 3),
        (_arguments.path_text, 3),
    ],
)
def test_wrong_types_are_refused_by_name(function: Any, value: object) -> None:  # noqa: ANN401
    """The message names the argument."""
    with pytest.raises(TypeError, match=r"^thing must "):
        function("thing", value)


def test_counts_must_not_be_negative() -> None:
    """`retries=-1` is no way to say for ever."""
    with pytest.raises(InvalidArgumentError, match="retries must not be negative, and is -1"):
        _arguments.count("retries", -1)


def test_counts_beyond_all_numbers_are_refused() -> None:
    """A number that JSON can hold need not be one that the library can."""
    with pytest.raises(InvalidArgumentError, match="retries is too large a number"):
        _arguments.count("retries", 2**63)


def test_none_leaves_an_option_out() -> None:
    """The library's default holds, whatever it is."""
    assert _arguments.options(title=None, retries=None) is None
    encoded = _arguments.options(title=None, plain_http=False, retries=0, member="ü", timeout=1)
    assert encoded is not None
    assert json.loads(encoded) == {"plain_http": False, "retries": 0, "member": "ü", "timeout_ms": 1000}


def test_switches_are_left_out_where_they_are_as_by_default() -> None:
    """So that a plain pull encodes nothing."""
    assert _arguments.options(overwrite=True, durable=False, insecure=False, allow_any=False) is None
    encoded = _arguments.options(overwrite=False, durable=True)
    assert encoded is not None
    assert json.loads(encoded) == {"overwrite": False, "durable": True}


@pytest.mark.parametrize(("layer", "text"), [(0, "0"), ("sha256:aa", "sha256:aa"), (None, None)])
def test_layers_are_named_by_their_index_too(layer: object, text: str | None) -> None:
    """As text, which the library reads."""
    assert _arguments.layer("layer", layer) == text
    with pytest.raises(TypeError, match="layer must be a str"):
        _arguments.layer("layer", True)  # noqa: FBT003 - it is not an index


def test_options_that_are_not_unicode_are_refused() -> None:
    """JSON would silently change them."""
    with pytest.raises(InvalidArgumentError, match=r"^title is not valid Unicode: '\\udcff'$"):
        _arguments.options(member="a", title="a\udcff")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"retries": -1}, "retries"),
        ({"timeout": 0}, "timeout"),
        ({"ca_file": "a\0{b}"}, "ca_file"),
        ({"title": "a\udcff"}, "title"),
        ({"created": dt.datetime(2024, 1, 2)}, "created"),  # noqa: DTZ001 - that is the point
    ],
)
def test_errors_name_the_option_apart_from_the_text(options: dict[str, Any], name: str) -> None:
    """For hosts that spell options in a way of their own."""
    with pytest.raises(InvalidArgumentError) as caught:
        _arguments.options(**options)
    error = caught.value
    assert error.detail["option"] == name
    assert error.detail["template"].format_map({name: name}) == error.message
    spelled = error.detail["template"].format_map({name: f"--{name}"})
    assert spelled == error.message.replace(name, f"--{name}", 1)


def test_operands_are_not_options() -> None:
    """A reference has no name on the command line."""
    with pytest.raises(InvalidArgumentError) as caught:
        _arguments.reference("a\0b")
    assert caught.value.detail == {}


@pytest.mark.parametrize("value", ["a\0b", Path("a\0b")])
def test_paths_with_nul_are_refused(value: str | Path) -> None:
    """C would end the path there, and write to another file."""
    with pytest.raises(InvalidArgumentError, match=r"path 'a\\x00b'|path .*Path\('a\\x00b'\)"):
        _arguments.path("path", value)


def test_references_with_nul_are_refused() -> None:
    """C would end the reference there, and ask for another one."""
    with pytest.raises(ValueError, match=r"reference .* contains a NUL character"):
        _arguments.reference("127.0.0.1:5000/a\0b:v1")


@pytest.mark.parametrize("function", [_arguments.path, lambda _, value: _arguments.reference(value)])
def test_text_that_no_system_can_hold_is_refused(function: Any) -> None:  # noqa: ANN401
    """Half of a surrogate pair has no bytes."""
    with pytest.raises(InvalidArgumentError, match=r"'a\\ud800' is not valid Unicode"):
        function("path", "a\ud800")


def test_references_are_text() -> None:
    """A path object is no reference."""
    with pytest.raises(TypeError, match=r"reference must be a str or a wasm2oci.Reference, not (Posix|Windows)Path"):
        _arguments.reference(Path("a"))


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_paths_keep_bytes_that_are_not_utf8() -> None:
    """The system's bytes reach the system."""
    name = os.fsdecode(b"\xff.wasm")
    assert _arguments.path("path", name) == b"\xff.wasm"
    assert _arguments.path("path", Path(name)) == b"\xff.wasm"
    with pytest.raises(InvalidArgumentError, match=r"ca_file '\\udcff.wasm' is not UTF-8"):
        _arguments.path_text("ca_file", name)
