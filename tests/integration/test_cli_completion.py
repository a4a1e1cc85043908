"""Shells complete command lines by `wasm2oci completion SHELL`; each shell is the real one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Protocol

import pytest

import wasm2oci
from tests.faults.auth import Auth
from tests.support import binaries, cli
from wasm2oci._cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

if sys.platform == "win32":
    pytest.skip("shells are another matter there", allow_module_level=True)

from tests.support import terminal

SHELLS = ["bash", "zsh", "fish"]
READY = "ready>"
WRAPPER = """#!/bin/sh
[ "$1" != _complete ] || exec "$PYTHON" -m wasm2oci "$@"
printf '%s\\n' "$@" > "$RECORD"
"""
"""What the shell runs: completions come from the command itself, and a finished line is written down."""


class Complete(Protocol):
    """The `complete` fixture."""

    def __call__(self, typed: str) -> list[str]:
        """Type this, with TAB for the key, and return the words that the shell made of it."""
        ...


def in_terminal(shell: str, script: Path, typed: str, folder: Path, environment: dict[str, str]) -> None:
    """Type a line into a shell that has read the script as the guide says."""
    begin = {
        "bash": ["bash", "--norc", "--noprofile", "-i"],
        "zsh": ["zsh", "-f", "-i"],
    }[shell]
    # The mark is put together by the shell, so that what is typed is not taken for it.
    setup = f"source {script}; PS1='{READY[:-1]}''> '\n"
    with terminal.Started(*begin, cwd=folder, environment={**environment, "COLUMNS": "200"}) as process:
        process.type(setup)
        process.read_until(f"{READY} ")
        process.type(f"{typed}\n")
        process.read_until(f"{READY} ")
        process.type("exit\n")
        process.finish()


def in_fish(script: Path, typed: str, folder: Path, environment: dict[str, str]) -> None:
    """Ask fish what it would offer; where that is one thing, that is what the key makes."""
    before, _, after = typed.partition("\t")
    asked = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C {before!r}"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=cli.LIMIT,
        check=True,
    )
    offered = [line.partition("\t")[0] for line in asked.stdout.splitlines()]
    words = before.split(" ")[1:]
    if len(offered) == 1:
        words[-1] = offered[0]
    words += after.split()
    (folder.parent / "record").write_text("".join(f"{word}\n" for word in words if word))


@pytest.fixture(params=SHELLS)
def complete(request: pytest.FixtureRequest, run_cli: RunCli, tmp_path: Path) -> Complete:
    """Complete in a folder that has files `hello.wasm` and `list.txt` and a folder `modules`."""
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    here = tmp_path / "here"
    (here / "modules").mkdir(parents=True)
    for name in ("hello.wasm", "list.txt", "modules/inner.wasm"):
        (here / name).touch()
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "wasm2oci").write_text(WRAPPER)
    (bin_folder / "wasm2oci").chmod(0o755)
    script = tmp_path / "script"
    script.write_text(run_cli("completion", shell).text)
    record = tmp_path / "record"
    environment = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PYTHON": sys.executable,
        "RECORD": str(record),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }

    def complete(typed: str) -> list[str]:
        if shell == "fish":
            in_fish(script, typed, here, environment)
        else:
            in_terminal(shell, script, typed, here, environment)
        # zsh takes the slash of a folder away again when a line ends there.
        return [word.rstrip("/") for word in record.read_text().splitlines()]

    return complete


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("wasm2oci pus\t", ["push"]),
        ("wasm2oci comp\t", ["completion"]),
        ("wasm2oci completion f\t", ["completion", "fish"]),
        ("wasm2oci --ver\t", ["--version"]),
        ("wasm2oci push --annot\t", ["push", "--annotation"]),
        ("wasm2oci pull --no-cl\t", ["pull", "--no-clobber"]),
        ("wasm2oci push x oci:y:v1 --format wasm-\t", ["push", "x", "oci:y:v1", "--format", "wasm-to-oci"]),
        ("wasm2oci push --format=com\t", ["push", "--format=compat"]),
        ("wasm2oci push --annotation a=b --titl\t", ["push", "--annotation", "a=b", "--title"]),
    ],
)
def test_verbs_options_and_choices_are_completed(complete: Complete, typed: str, words: list[str]) -> None:
    """Wherever they stand."""
    assert complete(typed) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("wasm2oci push hel\t", ["push", "hello.wasm"]),
        ("wasm2oci push modules/in\t", ["push", "modules/inner.wasm"]),
        ("wasm2oci inspect hel\t --json", ["inspect", "hello.wasm", "--json"]),
        ("wasm2oci pull r -o hel\t", ["pull", "r", "-o", "hello.wasm"]),
        ("wasm2oci pull r --output=hel\t", ["pull", "r", "--output=hello.wasm"]),
        ("wasm2oci pull --from-file li\t", ["pull", "--from-file", "list.txt"]),
        ("wasm2oci pull --output-dir mod\t", ["pull", "--output-dir", "modules"]),
        ("wasm2oci push hello.wasm oci:mod\t", ["push", "hello.wasm", "oci:modules"]),
        ("wasm2oci resolve o\t", ["resolve", "oci:"]),
        ("wasm2oci inspect oc\t", ["inspect", "oci:"]),
        ("wasm2oci convert r oci-\t", ["convert", "r", "oci-archive:"]),
    ],
)
def test_files_and_folders_are_completed(complete: Complete, typed: str, words: list[str]) -> None:
    """As the shell does it without the script."""
    assert complete(typed) == words


def test_tags_are_completed(complete: Complete, registry: Registry, tmp_path: Path) -> None:
    """Those that a repository or a layout has."""
    for place in (registry.repository(), f"oci:{tmp_path / 'layout'}"):
        wasm2oci.push(binaries.module(), f"{place}:v1.2.0")
        wasm2oci.tag(f"{place}:v1.2.0", "latest")
        assert complete(f"wasm2oci pull {place}:v\t") == ["pull", f"{place}:v1.2.0"]
        assert complete(f"wasm2oci tag --quiet {place}:l\t v2") == ["tag", "--quiet", f"{place}:latest", "v2"]
        assert complete(f"wasm2oci pull {place}:x\t") == ["pull", f"{place}:x"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("wasm2oci pull --output-dir hel\t", ["pull", "--output-dir", "hel"]),
        ("wasm2oci pull hel\t", ["pull", "hel"]),
        ("wasm2oci pull --username hel\t", ["pull", "--username", "hel"]),
        ("wasm2oci nonsense hel\t", ["nonsense", "hel"]),
    ],
)
def test_what_cannot_be_a_file_is_not_completed(complete: Complete, typed: str, words: list[str]) -> None:
    """It would be wrong."""
    assert complete(typed) == words


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ([""], {*app.VERBS}),
        (["pull", "--json", "--co"], {"--concurrency", "--connect-timeout", "--connections"}),
        (["push", "x", "y", "--format", ""], {"wasm", "wasm-to-oci", "compat", "image"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
        (["pull", "--", "--js"], set()),
        (["push", "--title", "--form"], set()),
        (["nonsense", "--"], set()),
        ([], {*app.VERBS}),
    ],
)
def test_all_candidates_are_offered(run_cli: RunCli, words: list[str], answer: set[str]) -> None:
    """Each with what it means, for shells that show it."""
    _, *lines = run_cli("_complete", *words).text.splitlines()
    assert {line.partition("\t")[0] for line in lines} == answer


def test_a_path_follows_the_beginning_of_a_layout(complete: Complete, request: pytest.FixtureRequest) -> None:
    """Without a space between them."""
    if "fish" in request.node.name:
        pytest.skip("it is asked once only")
    assert complete("wasm2oci push hello.wasm o\tmod\t") == ["push", "hello.wasm", "oci:modules"]


def offered(run_cli: RunCli, *words: str) -> list[str]:
    """Return the candidates; nothing else may be said."""
    result = run_cli("_complete", *words)
    assert (result.code, result.stderr) == (0, "")
    return [line.partition("\t")[0] for line in result.text.splitlines()[1:]]


def test_all_tags_are_offered(faults: FaultRegistry, run_cli: RunCli) -> None:
    """With the options of the connection that were typed before."""
    faults.add_module(binaries.module(), tag="v1")
    faults.add_module(binaries.module(), tag="v2")
    place = f"{faults.host}/org/mod"
    every = [f"{place}:v1", f"{place}:v2"]
    for before in (["pull"], ["pull", "--plain-http"], ["push", "x"], ["tag"], ["untag", "--force"], ["convert"]):
        assert offered(run_cli, *before, f"{place}:") == every
    assert offered(run_cli, "pull", f"{place}:v2") == every[1:]
    assert offered(run_cli, "pull", "--no-plain-http", f"{place}:") == []
    faults.journal.clear()
    for verb, word in (("delete", f"{place}:"), ("tags", f"{place}:"), ("pull", place), ("pull", f"{place}@sha256:")):
        assert offered(run_cli, verb, word) == []
    assert len(faults.journal) == 0


def test_nobody_waits_long_for_tags(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Nor reads of what went wrong."""
    faults.add_module(binaries.module())
    faults.on("GET", "tags").stall()
    started = time.monotonic()
    assert offered(run_cli, "pull", f"{faults.host}/org/mod:") == []
    assert time.monotonic() - started < 10
    assert offered(run_cli, "pull", "localhost:1/org/mod:") == []
    assert offered(run_cli, "pull", "oci:nowhere:") == []
    assert offered(run_cli, "pull", "--timeout", "x", "oci:nowhere:") == []


def test_nobody_is_asked_for_a_credential(faults: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """A helper could: none is run. What stands in a file is used."""
    faults.add_module(binaries.module())
    faults.auth = Auth(("Basic",), users={"bob": "s3cret"}, anonymous=False)
    place = f"{faults.host}/org/mod"
    helper = tmp_path / "docker-credential-asking"
    helper.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    helper.chmod(0o755)
    path = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"credsStore": "asking"}))
    result = run_cli("_complete", "pull", f"{place}:", environment=path)
    assert (result.code, result.text.splitlines()[1:], result.stderr) == (0, [], "")
    assert not (tmp_path / "asked").exists()
    config.write_text(json.dumps({"auths": {faults.host: {"auth": b64encode(b"bob:s3cret").decode()}}}))
    result = run_cli("_complete", "pull", f"{place}:", environment=path)
    assert result.text.splitlines()[1:] == [f"{place}:v1\t"]
