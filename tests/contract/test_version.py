"""The header states the version; everything else has it from there."""

from __future__ import annotations

import json
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import header
from wasm2oci._native import ext

if TYPE_CHECKING:
    from tests.support.cli import RunCli

ROOT = Path(__file__).resolve().parents[2]


def test_there_is_one_version() -> None:
    """Header, package, library and Go agree."""
    assert {
        "package": version("wasm2oci"),
        "module": wasm2oci.__version__,
        "library": ext.version(),
        "go": json.loads(ext.build_info())["version"],
    } == dict.fromkeys(["package", "module", "library", "go"], header.version())
    assert header.version_numbers() == [int(number) for number in re.findall(r"\d+", header.version())[:3]]


def test_the_command_line_says_it(run_cli: RunCli) -> None:
    """As the last word of its line."""
    assert run_cli("--version").text.split()[-1] == header.version()


@pytest.mark.parametrize("arguments", [("--version", "--json"), ("--json", "--version")])
def test_the_command_line_says_what_it_was_built_from(run_cli: RunCli, arguments: tuple[str, str]) -> None:
    """The same that the library says, and by which Python it is run."""
    shown = json.loads(run_cli(*arguments).text)
    assert shown.pop("python_version") == platform.python_version()
    assert shown == json.loads(ext.build_info())
    assert set(shown) == {"version", "go_version", "oras_go_version", "os", "arch"}


def test_the_library_says_what_it_was_built_from() -> None:
    """Go is no older than the module asks for."""
    info = json.loads(ext.build_info())
    wanted = next(
        line.split()[1]
        for line in (ROOT / "go" / "go.mod").read_text(encoding="utf-8").splitlines()
        if line[:3] == "go "
    )
    built = info["go_version"].removeprefix("go")
    assert [int(part) for part in built.split(".")[:2]] >= [int(part) for part in wanted.split(".")[:2]]
    assert info["oras_go_version"].startswith("v2.")
