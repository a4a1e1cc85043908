"""A process that is killed cleans nothing up; the next one does."""

from __future__ import annotations

import fcntl
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.faults import FaultRegistry

MODULE = binaries.module(300_000)
PUSH = "import sys, wasm2oci; from tests.support import binaries; wasm2oci.push(binaries.module(seed=2), sys.argv[1])"
PULL = "import sys, wasm2oci; wasm2oci.pull(*sys.argv[1:])"


@pytest.fixture
def stalled(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module whose bytes stop coming the first two times."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", times=2).stall(after=100_000)
    return faults


def start(stack: ExitStack, server: FaultRegistry, path: Path, number: int) -> subprocess.Popen[str]:
    """Start the pull of this number, and wait until it writes."""
    process = stack.enter_context(python.start(PULL, server.reference(), str(path)))
    stack.callback(process.kill)
    server.journal.wait(lambda requests: sum("/blobs/" in request.path for request in requests) == number)
    deadline = time.monotonic() + python.LIMIT
    while len(temporary(path.parent)) < number:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def temporary(folder: Path) -> list[str]:
    """Return the names of files that are still being written, or were."""
    return [entry.name for entry in folder.iterdir() if entry.name.startswith(".wasm2oci-")]


def test_the_next_pull_removes_what_a_killed_one_left(stalled: FaultRegistry, tmp_path: Path) -> None:
    """apptainer/singularity#3788: killed in the middle, the old file is whole, and the folder is soon clean."""
    path = tmp_path / "m.wasm"
    path.write_bytes(b"old")
    with ExitStack() as stack:
        process = start(stack, stalled, path, 1)
        process.kill()
        process.wait()
    assert path.read_bytes() == b"old"
    assert len(temporary(tmp_path)) == 1
    stalled.release()
    assert wasm2oci.pull(stalled.reference(), path).path.read_bytes() == MODULE
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.wasm"]


def test_a_pull_that_lives_is_left_alone(stalled: FaultRegistry, tmp_path: Path) -> None:
    """Two processes pull to one path; neither takes the other's file for left over."""
    path = tmp_path / "m.wasm"
    with ExitStack() as stack:
        processes = [start(stack, stalled, path, number) for number in (1, 2)]
        assert wasm2oci.pull(stalled.reference(), path).path.read_bytes() == MODULE
        assert len(temporary(tmp_path)) == 2
        stalled.release()
        assert [process.wait(30) for process in processes] == [0, 0]
    assert path.read_bytes() == MODULE
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.wasm"]


def test_a_writer_that_is_killed_leaves_the_archive(tmp_path: Path) -> None:
    """As it waits for another one, its file complete but for the end; the next push removes it."""
    path = tmp_path / "x.tar"
    wasm2oci.push(MODULE, f"oci-archive:{path}:v1")
    before = path.read_bytes()
    with ExitStack() as stack:
        other = stack.enter_context(path.open("rb"))
        fcntl.flock(other, fcntl.LOCK_EX)
        process = stack.enter_context(python.start(PUSH, f"oci-archive:{path}:v2"))
        stack.callback(process.kill)
        deadline = time.monotonic() + python.LIMIT
        while not temporary(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert path.read_bytes() == before
    assert len(temporary(tmp_path)) == 1
    wasm2oci.push(binaries.module(seed=3), f"oci-archive:{path}:v3")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.tar"]
    assert wasm2oci.fetch(f"oci-archive:{path}:v1") == MODULE
    assert wasm2oci.fetch(f"oci-archive:{path}:v3") == binaries.module(seed=3)
