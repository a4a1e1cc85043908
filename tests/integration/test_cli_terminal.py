"""What a person sees at a terminal, and what a pipe is spared."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.progress import Progress

from tests.support import binaries, cli
from wasm2oci._cli import progress

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

if sys.platform == "win32":
    pytest.skip("terminals are another matter there", allow_module_level=True)

from tests.support import terminal

MODULE = binaries.module(400_000)
BAR = "━"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def slow(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module slowly enough to watch."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").drip(100_000, 0.1)
    return faults


@pytest.mark.parametrize("options", [[], ["--json"], ["-o", "-"]])
def test_a_bar_shows_how_a_pull_goes(slow: FaultRegistry, tmp_path: Path, options: list[str]) -> None:
    """With bytes and rate, on stderr alone; the cursor comes back."""
    with (tmp_path / "out").open("wb") as out:
        seen = terminal.run("pull", slow.reference(), *options, stdout=out, cwd=tmp_path)
    assert seen.code == 0, seen.screen
    assert BAR in seen.screen
    assert "pulling" in seen.screen
    assert "kB/s" in seen.screen
    assert seen.screen.rindex(SHOW_CURSOR) > seen.screen.rindex(HIDE_CURSOR)
    assert BAR.encode() not in (tmp_path / "out").read_bytes()


def test_a_bar_shows_how_a_push_goes(tmp_path: Path) -> None:
    """The same one."""
    path = tmp_path / "big.wasm"
    path.write_bytes(MODULE)
    seen = terminal.run("push", path, f"oci:{tmp_path / 'layout'}:v1")
    assert (seen.code, BAR in seen.screen, "pushing" in seen.screen) == (0, True, True)
    assert "pushed oci:" in seen.screen.splitlines()[-1]


def test_one_bar_shows_how_many_pulls_go(faults: FaultRegistry, tmp_path: Path) -> None:
    """With how many are done and failed, and what was tried again; lines come when it is gone."""
    for number in range(2):
        faults.add_module(MODULE, repository=f"org/mod{number}")
    faults.on("GET", "blob").drip(100_000, 0.1)
    faults.on("GET", "blob", nth=1).fail(503)
    (tmp_path / "list").write_text("\n".join(faults.reference(f"org/{name}") for name in ("absent", "mod0", "mod1")))
    seen = terminal.run("pull", "--from-file", "list", cwd=tmp_path)
    assert seen.code == 3, seen.screen
    assert BAR in seen.screen
    assert "pulling 1/3, 1 failed, 1 retry" in seen.screen
    last = seen.screen[seen.screen.rindex(SHOW_CURSOR) :]
    assert [last.count(word) for word in ("wasm2oci: error: ", "pulled ", "wrote ")] == [1, 2, 2]


@pytest.mark.parametrize("options", [["--quiet"], ["--quiet", "--json"]])
def test_quiet_shows_no_bar(slow: FaultRegistry, tmp_path: Path, options: list[str]) -> None:
    """Nor anything else."""
    seen = terminal.run("pull", slow.reference(), *options, stdout=subprocess.DEVNULL, cwd=tmp_path)
    assert (seen.code, seen.screen) == (0, "")


def test_a_pipe_sees_no_bar(run_cli: RunCli, slow: FaultRegistry, tmp_path: Path) -> None:
    """Whatever the terminal is said to be."""
    environment = {"TERM": "xterm-256color", "FORCE_COLOR": "1"}
    result = run_cli("pull", slow.reference(), environment=environment, cwd=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert "\x1b" not in result.text


def test_errors_and_warnings_stand_below_the_bar(faults: FaultRegistry, tmp_path: Path) -> None:
    """Each on a line of its own."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").drip(100_000, 0.1)
    faults.on("GET", "blob").flip(at=399_000)
    faults.on("GET", "blob", nth=1).fail(503)
    seen = terminal.run("pull", faults.reference(), "--retries", "1", cwd=tmp_path)
    assert seen.code == 9
    assert "wasm2oci: warning: " in seen.screen
    assert "wasm2oci: error: " in seen.screen.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == []


def test_inspect_draws_a_tree(hello: Path) -> None:
    """With guides; a digest stays one word."""
    seen = terminal.run("inspect", hello, environment={"NO_COLOR": "1"})
    assert seen.code == 0
    assert "├── " in seen.screen
    assert "sha256:28ce7e177d919dd3f02518e76b421bb70dc690ef648d24bf9bfcf1517f1e22f1" in seen.screen
    assert "wasi_snapshot_preview1 fd_write: func (i32, i32, i32, i32) -> (i32)" in seen.screen


def test_a_tree_is_not_markup(tmp_path: Path, faults: FaultRegistry) -> None:
    """Brackets and escapes of an artifact are shown, not obeyed."""
    faults.add_artifact(layers=[], annotations={"note": "[red]\x1b]0;owned\x07[/red]"})
    seen = terminal.run("inspect", faults.reference(), environment={"NO_COLOR": "1"}, cwd=tmp_path)
    assert "[red]\\x1b]0;owned\\x07[/red]" in seen.screen
    assert "\x07" not in seen.screen


def test_a_raw_manifest_does_not_act_on_a_terminal(tmp_path: Path, faults: FaultRegistry) -> None:
    """Its lines are shown, and what would move the cursor is spelled out."""
    faults.add_manifest("org/mod", "v1", b'{"schemaVersion":2,\n"x":"\x1b[31mred"}')
    seen = terminal.run("inspect", "--raw", faults.reference(), cwd=tmp_path)
    assert seen.screen.replace("\r", "") == '{"schemaVersion":2,\n"x":"\\x1b[31mred"}'


def test_a_terminal_gets_no_binary(faults: FaultRegistry, tmp_path: Path) -> None:
    """It would show noise, or worse."""
    faults.add_module(MODULE)
    seen = terminal.run("pull", faults.reference(), "-o", "-", cwd=tmp_path)
    assert seen.code == 2
    assert "redirect" in seen.screen
    assert faults.journal.lines() == []


@pytest.mark.parametrize("columns", [20, 40, 64, 80])
def test_a_bar_stays_within_the_screen(faults: FaultRegistry, tmp_path: Path, columns: int) -> None:
    """A line that is too long would be drawn again and again."""
    for number in range(2):
        faults.add_module(MODULE, repository=f"org/mod{number}")
    faults.on("GET", "blob").drip(100_000, 0.1)
    faults.on("GET", "blob", nth=1).fail(503)
    (tmp_path / "list").write_text("\n".join(faults.reference(f"org/{name}") for name in ("absent", "mod0", "mod1")))
    seen = terminal.run("pull", "--from-file", "list", environment={"COLUMNS": str(columns)}, cwd=tmp_path)
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.screen[: seen.screen.rindex(SHOW_CURSOR)])
    lines = [line for line in re.split(r"[\r\n]+", drawn) if line]
    assert any("pulling" in line for line in lines)
    assert max(map(len, lines)) <= columns


def test_the_cursor_comes_back_while_it_is_stopped(faults: FaultRegistry, tmp_path: Path) -> None:
    """By Ctrl-Z; it goes when the pull goes on."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").stall(after=100_000)
    with terminal.Started(*cli.command("pull", faults.reference()), cwd=tmp_path) as process:
        process.read_until(BAR)
        process.send(signal.SIGTSTP)
        process.wait_for_stop()
        process.read_until(SHOW_CURSOR)
        process.send(signal.SIGCONT)
        process.read_until(HIDE_CURSOR)
        faults.release()
        seen = process.finish()
    assert seen.code == 0
    assert seen.screen.rindex(SHOW_CURSOR) > seen.screen.rfind(HIDE_CURSOR)


def test_a_stop_in_the_middle_of_drawing_is_not_an_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A buffered file refuses to be written to from a signal handler while it is being written to."""

    class Busy(Console):
        def control(self, *_: object) -> None:
            raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")

    stopped: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _, number: stopped.append(number))
    console = Busy(stderr=True, force_terminal=True)
    with progress._cursor_for_the_shell(console, Progress(console=console)):
        signal.raise_signal(signal.SIGTSTP)
    assert stopped == [signal.SIGTSTP]
    assert SHOW_CURSOR in capfd.readouterr().err
