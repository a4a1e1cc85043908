"""Command lines that are misspelt or make no sense, help, and the version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import header, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli import RunCli

REFERENCE = "127.0.0.1:1/org/mod"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "missing command"),
        (["pul", REFERENCE], "no such command 'pul'"),
        (["pull"], "missing argument"),
        (["push", "a.wasm"], "missing argument"),
        (["pull", REFERENCE, "extra"], "extra"),
        (["pull", REFERENCE, "--jsn"], "--jsn"),
        (["pull", REFERENCE, "--timeout", "soon"], "'soon'"),
        (["pull", REFERENCE, "--retries", "1.5"], "'1.5'"),
        (["push", "a.wasm", REFERENCE, "--format", "zip"], "'zip'"),
        (["push", "a.wasm", REFERENCE, "--annotation", "novalue"], "'novalue'"),
        (["push", "a.wasm", REFERENCE, "--annotation", "=v"], "'=v'"),
        (["push", "a.wasm", REFERENCE, "--annotation", "k=1", "--annotation", "k=2"], "'k'"),
        (["--json", "pull", REFERENCE], "options stand after the verb"),
    ],
)
def test_a_misspelt_command_line_shows_its_usage(run_cli: RunCli, arguments: list[str], words: str) -> None:
    """One line of usage, one that says what is wrong; nothing on standard output."""
    result = run_cli(*arguments)
    usage, error = result.stderr.splitlines()
    assert (result.code, result.stdout) == (2, b"")
    assert usage.startswith("Usage: wasm2oci ")
    assert error.startswith("wasm2oci: error: ")
    assert words.lower() in error.lower()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pull", REFERENCE, "-o", "-", "--json"], ["--json", "-o"]),
        (["push", "-", REFERENCE, "--username", "a", "--password-stdin"], ["FILE"]),
        (["push", "-", REFERENCE, "--token-stdin"], ["FILE"]),
        (["inspect", "-"], ["give the file a name"]),
        (["pull", REFERENCE, "--username", "a", "--password-stdin", "--token-stdin"], ["not both"]),
        (["pull", REFERENCE, "--token-stdin", "--username", "a"], ["--token-stdin", "--username"]),
        (["pull", REFERENCE, "--username", "a"], ["add --password-stdin"]),
        (["pull", REFERENCE, "--password-stdin"], ["add --username"]),
    ],
)
def test_what_does_not_go_together_is_one_line(run_cli: RunCli, arguments: list[str], words: list[str]) -> None:
    """It is spelled right, so the usage would not help."""
    result = run_cli(*arguments, stdin=b"secret")
    assert (result.code, result.stdout, result.stderr.count("\n")) == (2, b"", 1)
    assert result.stderr.startswith("wasm2oci: error: ")
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["push", "--help"], ["pull", "-h"], ["--version"]])
def test_help_and_version_work_on_a_broken_machine(run_cli: RunCli, arguments: list[str], tmp_path: Path) -> None:
    """No home, credentials that cannot be read, no proxy there: they ask for none of it."""
    (tmp_path / "config.json").write_bytes(b"\xff{ no json")
    environment = {"DOCKER_CONFIG": str(tmp_path), "HOME": None, "HTTPS_PROXY": "http://127.0.0.1:1"}
    result = run_cli(*arguments, environment=environment)
    assert (result.code, result.stderr) == (0, "")
    assert result.text.startswith("wasm2oci" if arguments == ["--version"] else "Usage: wasm2oci")


def test_the_version_is_one_line(run_cli: RunCli) -> None:
    """The program's name and the number of the header."""
    assert run_cli("--version").text == f"wasm2oci {header.version()}\n"


def test_help_names_every_verb_and_exit_code(run_cli: RunCli) -> None:
    """It is where they are looked for."""
    text = run_cli("--help").text
    for word in ("push", "pull", "inspect", "resolve", "13  unsupported", "143  terminated"):
        assert word in text


def test_help_loads_neither_the_library_nor_what_draws() -> None:
    """So it works where they do not, and at once."""
    loaded = python.check(
        """
        import sys
        from wasm2oci._cli import main

        main(["--help"])
        main(["push", "--help"])
        main(["--version"])
        print([name for name in ("wasm2oci._ext", "rich") if name in sys.modules])
        """
    )
    assert loaded.splitlines()[-1] == "[]"


def test_a_shell_can_ask_for_completions(run_cli: RunCli) -> None:
    """As click offers them."""
    environment = {"_WASM2OCI_COMPLETE": "bash_complete", "COMP_WORDS": "wasm2oci pu", "COMP_CWORD": "1"}
    assert run_cli(environment=environment).text.split() == ["plain,pull", "plain,push"]
