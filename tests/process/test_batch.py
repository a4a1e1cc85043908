"""Batches that are interrupted, forked or left to the end of the process."""

from __future__ import annotations

import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.faults.journal import Request

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

LIMIT = 30.0


@pytest.fixture
def stalled(faults: FaultRegistry) -> FaultRegistry:
    """Serve org/mod0, which comes, and org/mod1 and org/mod2, whose bytes stop coming."""
    for number in range(3):
        faults.add_module(binaries.module(100_000, number), repository=f"org/mod{number}")
    for number in (1, 2):
        faults.on("GET", f"*/org/mod{number}/blobs/*").stall(after=1000)
    return faults


def references(faults: FaultRegistry) -> list[str]:
    """Name the three."""
    return [faults.reference(f"org/mod{number}") for number in range(3)]


def asked_for(part: str, requests: list[Request]) -> bool:
    """Say whether a path with this in it was asked for."""
    return any(part in request.path for request in requests)


def test_ctrl_c_ends_a_batch(stalled: FaultRegistry, tmp_path: Path) -> None:
    """What is done stays; of what runs nothing is left, and no handle."""
    program = """
        import sys, wasm2oci
        folder, *references = sys.argv[1:]
        try:
            for outcome in wasm2oci.pull_many(references, folder):
                pass
        except KeyboardInterrupt:
            info = wasm2oci.runtime_info()
            print(info.operations, info.readers)
    """
    with python.start(program, str(tmp_path), *references(stalled)) as process:
        for number in (1, 2):
            stalled.journal.wait(partial(asked_for, f"/org/mod{number}/blobs/"))
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=LIMIT)
    assert (process.returncode, stderr) == (0, "")
    assert stdout == "0 0\n"
    assert {path.name for path in tmp_path.iterdir()} <= {"mod0.wasm"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a fork ends the use of the library")
def test_a_batch_belongs_to_the_process_that_began_it(stalled: FaultRegistry, tmp_path: Path) -> None:
    """A forked child is told, may begin another one, and disturbs nothing by leaving it."""
    program = """
        import os, sys, warnings, wasm2oci
        warnings.simplefilter("ignore", DeprecationWarning)  # Go's threads are why fork is warned of
        folder, *references = sys.argv[1:]
        batch = wasm2oci.pull_many(references[:2], folder)
        print(next(batch).index, flush=True)
        child = os.fork()
        if child == 0:
            try:
                next(batch)
            except wasm2oci.ForkError:
                (outcome,) = wasm2oci.pull_many(references[:1], folder)
                print("told", outcome.unwrap().kind, flush=True)
            del batch
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(status, wasm2oci.runtime_info().operations, flush=True)
        batch.close()
        print(sorted(os.listdir(folder)))
    """
    said = python.check(program, str(tmp_path), *references(stalled), limit=LIMIT)
    assert said.splitlines() == ["0", "told module", "0 1", "['mod0.wasm']"]


def test_a_batch_that_nobody_closed_does_not_hold_up_the_exit(stalled: FaultRegistry, tmp_path: Path) -> None:
    """Nor does it leave anything behind."""
    program = """
        import sys, wasm2oci
        folder, *references = sys.argv[1:]
        client = wasm2oci.Client()
        batch = client.pull_many(references, folder)
        next(batch)
        kept = [batch]
        kept.append(kept)
    """
    python.check(program, str(tmp_path), *references(stalled), limit=LIMIT)
    assert [path.name for path in tmp_path.iterdir()] == ["mod0.wasm"]
