"""Signals end the command line at once, with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.cli import StartCli

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

SOON = 2.0
ENDS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "terminated")]


@pytest.fixture
def stalled(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module whose bytes stop coming."""
    faults.add_module(binaries.module(300_000))
    faults.on("GET", "blob").stall(after=100_000)
    return faults


def end(process: subprocess.Popen[bytes], *numbers: int) -> tuple[int, float, bytes, str]:
    """Send signals, and return the exit code, the seconds that took, and what was printed."""
    began = time.monotonic()
    for number in numbers:
        process.send_signal(number)
    stdout, stderr = process.communicate(timeout=cli.LIMIT)
    return process.returncode, time.monotonic() - began, stdout, stderr.decode()


@pytest.mark.alone
@pytest.mark.parametrize(("number", "code", "word"), ENDS)
def test_a_signal_ends_a_pull(
    start_cli: StartCli, stalled: FaultRegistry, tmp_path: Path, number: int, code: int, word: str
) -> None:
    """One line, the right code, no part of a file, and the old one untouched."""
    (tmp_path / "mod.wasm").write_bytes(b"old")
    process = start_cli("pull", stalled.reference(), cwd=tmp_path)
    stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
    ended, took, stdout, stderr = end(process, number)
    assert (ended, stdout, stderr.count("\n")) == (code, b"", 1)
    assert stderr.startswith(f"wasm2oci: {word}")
    assert took < SOON
    assert [path.name for path in tmp_path.iterdir()] == ["mod.wasm"]
    assert (tmp_path / "mod.wasm").read_bytes() == b"old"


@pytest.mark.alone
@pytest.mark.parametrize("arguments", [["pull", "{}", "-o", "-"], ["inspect", "{}"], ["push", "{file}", "{}"]])
def test_a_signal_ends_other_verbs(
    start_cli: StartCli, start_faults: StartFaults, tmp_path: Path, hello: Path, arguments: list[str]
) -> None:
    """Wherever the registry has fallen silent."""
    server = start_faults()
    server.add_module(binaries.module(300_000))
    rule = server.on("*", "manifest" if arguments[0] == "push" else "blob").stall(
        None if arguments[0] == "push" else 100_000
    )
    process = start_cli(*[argument.format(server.reference(), file=hello) for argument in arguments], cwd=tmp_path)
    assert rule.stalled.reached.wait(cli.LIMIT)
    ended, took, stdout, stderr = end(process, signal.SIGINT)
    assert (ended, stdout, stderr) == (130, b"", "wasm2oci: interrupted\n")
    assert took < SOON
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("loaded", ["wasm2oci", "wasm2oci._default", "wasm2oci._cli.parser"])
def test_a_signal_while_it_loads_shows_no_trace(loaded: str) -> None:
    """Nothing is under way yet: the process ends by the signal, as that of any program in C."""
    program = """
import sys, time
import _wasm2oci_command

class Slow:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            print("loading", flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Slow())
_wasm2oci_command.main()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, loaded], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"loading\n"
        ended, took, _, stderr = end(process, signal.SIGINT)
    assert (ended, stderr) == (-signal.SIGINT, "")
    assert took < SOON


def test_a_second_signal_changes_nothing(start_cli: StartCli, stalled: FaultRegistry, tmp_path: Path) -> None:
    """Of a wrapper that passes on what the terminal has sent already."""
    process = start_cli("pull", stalled.reference(), cwd=tmp_path)
    stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
    ended, _, _, stderr = end(process, signal.SIGINT, signal.SIGINT, signal.SIGINT)
    assert (ended, stderr) == (130, "wasm2oci: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_ends_the_wait_for_standard_input(tmp_path: Path) -> None:
    """Which may never come."""
    with subprocess.Popen(
        cli.command("push", "-", f"oci:{tmp_path}:v1"), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        # More than a pipe holds: once it is gone, somebody reads.
        process.stdin.write(binaries.module(1 << 20))
        process.stdin.flush()
        process.send_signal(signal.SIGTERM)
        assert process.stderr.read() == b"wasm2oci: terminated\n"
        assert process.wait(cli.LIMIT) == 143
        process.stdin.close()
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_is_ignored_stays_ignored(stalled: FaultRegistry, tmp_path: Path) -> None:
    """As by `nohup`."""
    with subprocess.Popen(
        ["/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh", *cli.command("pull", stalled.reference())],
        cwd=tmp_path,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
        process.send_signal(signal.SIGHUP)
        stalled.release()
        assert process.wait(cli.LIMIT) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mod.wasm"]
