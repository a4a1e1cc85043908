"""Command lines that are misspelt or make no sense, help, and the version."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support import header, python
from wasm2oci._cli import app, parser

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
        (["pull", REFERENCE, "--timeout", "5s"], "invalid value for --timeout: '5s' is not a number of seconds"),
        (["pull", REFERENCE, "--max-size", "5M"], "invalid value for --max-size: '5M' is not a whole number of bytes"),
        (["pull", REFERENCE, "--retries", "x"], "'x' is not a whole number;"),
        (["pull", REFERENCE, "--retries", "1.5"], "'1.5'"),
        (["push", "a.wasm", REFERENCE, "--format", "zip"], "'zip'"),
        (["push", "a.wasm", REFERENCE, "--annotation", "novalue"], "'novalue'"),
        (["push", "a.wasm", REFERENCE, "--annotation", "=v"], "'=v'"),
        (["push", "a.wasm", REFERENCE, "--annotation", "k=1", "--annotation", "k=2"], "'k'"),
        (["--timeout", "5", "pull", REFERENCE], "options go after the verb"),
        (["pull", REFERENCE, "--tim", "5"], "--tim"),
        (["pull", REFERENCE, "--json=yes"], "--json"),
        (["pull", REFERENCE, "-o"], "-o"),
        (["completion", "tcsh"], "'tcsh'"),
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
        (["push", REFERENCE, "hello.wasm"], [f"run: wasm2oci push hello.wasm {REFERENCE}"]),
        (["push", "oci:layout:v1", "hello.wasm", "--debug"], ["run: wasm2oci push hello.wasm oci:layout:v1"]),
        (["push", REFERENCE, "missing.wasm"], ["a file name is not a reference; the file comes first"]),
        (["copy", "hello.wasm", REFERENCE], [f"run: wasm2oci push hello.wasm {REFERENCE}"]),
        (["copy", "missing.wasm", REFERENCE], ["a file name is not a reference; push the file to HOST/"]),
        (["copy", REFERENCE, "copy.wasm"], ["a file name is not a reference"]),
        (["pull", "hello.wasm"], ["a file name is not a reference; push the file to HOST/REPOSITORY[:TAG]"]),
        (["pull", "./hello.wasm"], ["a file name is not a reference"]),
        (["pull", "Foo"], ['write "docker.io/library/foo", in lower case']),
        (["pull", "docker://x/y"], ['write "docker.io/x/y"']),
        (["inspect", "hello.wsm"], ["no such file"]),
        (["inspect", "dir/hello"], ["no such file", "no registry is named"]),
        (["push", "-", REFERENCE, "--username", "a", "--password-stdin"], ["FILE"]),
        (["push", "-", REFERENCE, "--token-stdin"], ["FILE"]),
        (["inspect", "-"], ["give the file a name"]),
        (["pull", REFERENCE, "--username", "a", "--password-stdin", "--token-stdin"], ["not both"]),
        (["pull", REFERENCE, "--token-stdin", "--username", "a"], ["--token-stdin", "--username"]),
        (["pull", REFERENCE, "--username", "a"], ["add --password-stdin"]),
        (["pull", REFERENCE, "--password-stdin"], ["add --username"]),
    ],
)
def test_what_does_not_go_together_is_one_line(
    run_cli: RunCli, arguments: list[str], words: list[str], hello: Path
) -> None:
    """It is spelled right, so the usage would not help."""
    result = run_cli(*arguments, stdin=b"secret", cwd=hello.parent)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (2, b"", 1)
    assert result.stderr.startswith("wasm2oci: error: ")
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pul", REFERENCE], "did you mean pull?"),
        (["pull", REFERENCE, "--jsn"], "did you mean --json?"),
        (["push", "a.wasm", REFERENCE, "--format", "wasm-to-oc"], "did you mean wasm-to-oci?"),
        (["pull", REFERENCE, "x y.wasm"], f"run: wasm2oci pull {REFERENCE} -o 'x y.wasm'"),
        (["PULL", REFERENCE], "no such command 'PULL' (did you mean pull?);"),
        (["reslove", REFERENCE], "(did you mean resolve?);"),
        (["help"], "(did you mean --help?);"),
        (["help", "pull"], "(did you mean pull --help?);"),
        (["version"], "(did you mean --version?);"),
        (["--verison"], "(did you mean --version?);"),
        (["pull", REFERENCE, "--out", "x"], "no such option: --out (did you mean --output?);"),
        (["pull", REFERENCE, "--ouput", "x"], "(did you mean --output?);"),
        (["pull", REFERENCE, "--outputdir", "x"], "(did you mean --output-dir?);"),
        (["pull", REFERENCE, "--Output", "x"], "(did you mean --output?);"),
        (["pull", REFERENCE, "--connect", "1"], "(did you mean --connections or --connect-timeout?);"),
        (["pull", REFERENCE, "-q"], "no such option: -q (did you mean --quiet?);"),
        (["pull", REFERENCE, "-json"], "no such option: -j (did you mean --json?);"),
        (["pull", REFERENCE, "-x"], "no such option: -x; see"),
        (["pull", REFERENCE, "-t"], "no such option: -t; see"),
        (["pull", REFERENCE, "--verbose"], "no such option: --verbose; see"),
        (["upload", REFERENCE], "no such command 'upload'; see"),
    ],
)
def test_what_was_meant_is_said(run_cli: RunCli, arguments: list[str], words: str) -> None:
    """Where it is close, or what another tool takes."""
    result = run_cli(*arguments)
    assert result.code == 2
    assert words in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["{from}", "{to}", "--title", "-x", "--annotation", "a=b"],
        ["--annotation=a=b", "--title=-x", "{from}", "{to}"],
        ["{from}", "--title", "no", "--title", "-x", "--annotation", "a=b", "{to}"],
        ["--title", "-x", "--annotation", "a=b", "--", "{from}", "{to}"],
    ],
)
def test_options_may_stand_anywhere(run_cli: RunCli, hello: Path, tmp_path: Path, arguments: list[str]) -> None:
    """With their value as a word or after an equals sign, whatever it begins with; the last one counts."""
    layout = f"oci:{tmp_path}:v1"
    words = [argument.replace("{from}", str(hello)).replace("{to}", layout) for argument in arguments]
    layer = run_cli("push", *words, "--json" if "--" not in words else "oops", cwd=tmp_path)
    if "--" in words:
        assert "unexpected argument 'oops'" in layer.stderr
        layer = run_cli("push", "--json", *words)
    assert layer.json["layer"]["annotations"] == {"org.opencontainers.image.title": "-x"}
    assert run_cli("inspect", layout, "--json").json["annotations"]["a"] == "b"


@pytest.mark.parametrize(
    "options", [["-o", "x.wasm"], ["-ox.wasm"], ["-o=x.wasm"], ["--output=x.wasm"], ["--output", "x.wasm"]]
)
def test_a_short_option_takes_its_value_either_way(
    run_cli: RunCli, hello: Path, tmp_path: Path, options: list[str]
) -> None:
    """As everywhere."""
    assert run_cli("push", hello, "oci:layout:v1", cwd=tmp_path).code == 0
    assert run_cli("pull", *options, "oci:layout:v1", cwd=tmp_path).code == 0
    assert (tmp_path / "x.wasm").read_bytes() == hello.read_bytes()


@pytest.mark.parametrize("verb", app.VERBS)
def test_help_has_two_examples_and_groups(run_cli: RunCli, verb: str) -> None:
    """Of each verb; options stand where they are looked for."""
    lines = run_cli(verb, "--help").text.splitlines()
    assert len([line for line in lines if line.startswith(f"  wasm2oci {verb} ")]) == 2
    assert max(map(len, lines)) <= 80
    if verb != "completion":
        headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
        assert headings[0] == "Examples:"
        assert headings[-4:] == ["Output:", "Connection:", "Credentials:", "Tuning:"]


def test_examples_of_the_help_can_be_read() -> None:
    """Each is a command line that makes sense."""
    for name in app.VERBS:
        verb = app.verb(name)
        for example, _ in verb.examples:
            words = shlex.split(re.split(r" [|<>] ?", example)[0])
            assert words[0] == name
            assert parser.parse(verb, words[1:]) is not None


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
    for word in (*app.VERBS, "13  unsupported", "143  terminated"):
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
