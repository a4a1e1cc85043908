"""With `--json` an error is a JSON document as well, on standard error."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import CliResult, RunCli, StartCli

REFERENCE = "127.0.0.1:1/org/mod"


def error_of(result: CliResult) -> dict[str, Any]:
    """Return the error of a run that printed nothing else."""
    assert result.stdout == b""
    document = json.loads(result.stderr)
    assert list(document) == ["error", "exit_code"]
    assert document["exit_code"] == result.code
    error: dict[str, Any] = document["error"]
    assert list(error) == ["status", "message", "detail"]
    return error


@pytest.mark.parametrize("arguments", [["pull", "{}"], ["resolve", "{}"], ["inspect", "{}"]])
def test_an_error_of_the_library_has_its_status_and_detail(
    run_cli: RunCli, faults: FaultRegistry, tmp_path: Path, arguments: list[str]
) -> None:
    """And the message that is shown without `--json`."""
    words = [argument.format(faults.reference()) for argument in arguments]
    error = error_of(run_cli(*words, "--json", cwd=tmp_path))
    assert error["status"] == "NOT_FOUND"
    assert error["detail"]["reference"] == faults.reference()
    assert error["detail"]["http_status"] == 404
    assert "template" not in error["detail"]
    assert run_cli(*words, cwd=tmp_path).stderr == f"wasm2oci: error: {error['message']}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--json", "pull", REFERENCE], "options go after the verb"),
        (["pul", "--json"], "did you mean pull?"),
        (["pull", "--json"], "missing argument REFERENCE"),
        (["pull", REFERENCE, "--json", "--timeout", "soon"], "'soon'"),
    ],
)
def test_a_misspelt_command_line_has_its_usage(run_cli: RunCli, arguments: list[str], words: str) -> None:
    """In the detail."""
    error = error_of(run_cli(*arguments))
    assert error["status"] == "INVALID_ARGUMENT"
    assert words in error["message"]
    assert error["detail"]["usage"].startswith("Usage: wasm2oci ")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["pull", REFERENCE, "-o", "-"], "INVALID_ARGUMENT"),
        (["pull", "--from-file", "absent"], "FILESYSTEM"),
        (["push", "absent.wasm", REFERENCE], "FILESYSTEM"),
        (["pull", REFERENCE, "--retries", "-1"], "INVALID_ARGUMENT"),
        (["pull", "hello:1"], "INVALID_REFERENCE"),
    ],
)
def test_other_errors_have_a_status_too(run_cli: RunCli, tmp_path: Path, arguments: list[str], status: str) -> None:
    """Whoever found them."""
    assert error_of(run_cli(*arguments, "--json", cwd=tmp_path))["status"] == status


def test_a_warning_is_a_line_before_it(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """So the last line is the document."""
    faults.on("*", "manifest").fail(503, "UNAVAILABLE", "not now")
    *warnings, last = run_cli("pull", faults.reference(), "--json", "--retries", "1", cwd=tmp_path).stderr.splitlines()
    assert [line.split(": ")[1] for line in warnings] == ["warning"]
    assert json.loads(last)["error"]["status"] == "REGISTRY"


def test_what_a_registry_says_keeps_it_json(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """On one line, without control characters."""
    faults.on("*", "manifest").fail(403, "DENIED", "no \x9b\x1b[31m\n\u202e✓")
    result = run_cli("pull", faults.reference(), "--json", cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"})
    assert result.stderr.rstrip("\n").isprintable()
    assert error_of(result)["status"] == "PERMISSION_DENIED"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_a_signal_is_an_error_of_the_document(start_cli: StartCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """With its exit code."""
    faults.add_module(binaries.module(300_000))
    faults.on("GET", "blob").stall(after=100_000)
    process = start_cli("pull", faults.reference(), "--json", cwd=tmp_path)
    faults.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=cli.LIMIT)
    assert (process.returncode, stdout) == (143, b"")
    assert json.loads(stderr) == {
        "error": {"status": "CANCELLED", "message": "terminated", "detail": {}},
        "exit_code": 143,
    }


def test_an_item_of_a_list_has_it_in_the_document(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """Which is whole, whatever failed."""
    result = run_cli("pull", "--from-file", "-", "--json", stdin=faults.reference().encode(), cwd=tmp_path)
    assert result.json[0]["error"]["status"] == "NOT_FOUND"
    assert result.json[0]["error"]["detail"]["http_status"] == 404


def test_an_error_names_the_verb_that_was_typed(run_cli: RunCli, tmp_path: Path) -> None:
    """Not the step of the library that failed."""
    for options in ([], ["-o", "-"], ["-o", "x.wasm"]):
        result = run_cli("pull", "oci:absent:v1", *options, cwd=tmp_path)
        assert result.stderr.startswith('wasm2oci: error: pull "oci:absent:v1": ')
