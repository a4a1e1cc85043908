"""Ctrl-C, progress callbacks and deadlines end an operation at once and leave nothing behind."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.support import binaries, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

SOON = 0.5
"""Seconds; a slice of the wait is 0.05, the rest is for a busy machine."""


@pytest.fixture
def stalled(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module whose bytes stop coming."""
    faults.add_module(binaries.module(300_000))
    faults.on("GET", "blob").stall(after=100_000)
    return faults


@contextlib.contextmanager
def alarm(after: float, handler: Callable[[int, FrameType | None], Any], again: float = 0) -> Iterator[None]:
    """Let a timer's signal come while the body runs."""
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, after, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def interrupt(stalled: FaultRegistry) -> Iterator[list[float]]:
    """Send SIGINT once the module's bytes are asked for; gives the time of that."""
    sent: list[float] = []

    def send() -> None:
        stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    yield sent
    thread.join()


@pytest.mark.alone
def test_ctrl_c_ends_a_pull_and_leaves_nothing(stalled: FaultRegistry, interrupt: list[float], tmp_path: Path) -> None:
    """No file, no part of one, no thread that goes on writing."""
    with pytest.raises(KeyboardInterrupt):
        wasm2oci.pull(stalled.reference(), tmp_path / "a.wasm")
    assert time.monotonic() - interrupt[0] < SOON
    assert list(tmp_path.iterdir()) == []


@pytest.mark.alone
def test_ctrl_c_ends_a_fetch(stalled: FaultRegistry, interrupt: list[float]) -> None:
    """While the bytes are read, too."""
    with pytest.raises(KeyboardInterrupt):
        wasm2oci.fetch(stalled.reference())
    assert time.monotonic() - interrupt[0] < SOON


@pytest.mark.alone
def test_ctrl_c_ends_a_read_and_the_reader(stalled: FaultRegistry) -> None:
    """Reading on could leave a hole, so that the reader is closed."""
    reader = wasm2oci.open(stalled.reference())
    assert reader.read(10)
    with alarm(0.2, signal.default_int_handler), pytest.raises(KeyboardInterrupt):
        reader.readall()
    assert reader.closed
    with pytest.raises(wasm2oci.ClosedError):
        reader.read(1)


@pytest.mark.alone
def test_ctrl_c_ends_the_wait_for_a_layout(hello: Path, tmp_path: Path) -> None:
    """Which another process is writing to; a time limit does, too."""
    reference = f"oci:{tmp_path}:v1"
    wasm2oci.push(hello, reference)
    with (tmp_path / ".wasm2oci.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        with alarm(0.2, signal.default_int_handler), pytest.raises(KeyboardInterrupt):
            wasm2oci.push(hello, reference)
        assert time.monotonic() - began < 0.2 + SOON
        with pytest.raises(wasm2oci.OperationTimeoutError):
            wasm2oci.push(hello, reference, timeout=0.2)
    assert wasm2oci.push(hello, reference).kind == "module"


def test_a_signal_handler_that_raises_ends_the_operation(stalled: FaultRegistry, tmp_path: Path) -> None:
    """Timers and the like are no different from Ctrl-C."""

    class TimesUpError(Exception):
        pass

    def handler(*_: object) -> None:
        raise TimesUpError

    with alarm(0.2, handler), pytest.raises(TimesUpError):
        wasm2oci.pull(stalled.reference(), tmp_path / "a.wasm")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_handler_that_returns_changes_nothing(faults: FaultRegistry) -> None:
    """The wait goes on."""
    content = binaries.module(200_000)
    faults.add_module(content)
    faults.on("GET", "blob").drip(20_000, every=0.05)
    seen: list[int] = []
    with alarm(0.05, lambda number, _: seen.append(number), again=0.05):
        assert wasm2oci.fetch(faults.reference()) == content
    assert seen


def test_what_a_progress_callback_raises_comes_back_unchanged(stalled: FaultRegistry, tmp_path: Path) -> None:
    """It is how a callback cancels."""
    problem = RuntimeError("enough")

    def progress(_: wasm2oci.Progress) -> None:
        raise problem

    with pytest.raises(RuntimeError) as caught:
        wasm2oci.pull(stalled.reference(), tmp_path / "a.wasm", progress=progress)
    assert caught.value is problem
    assert list(tmp_path.iterdir()) == []


def test_progress_is_reported_now_and_then_and_at_the_end(faults: FaultRegistry, tmp_path: Path) -> None:
    """At most every 0.1 s, rising, and the last one says done."""
    size = len(binaries.module(400_000))
    faults.add_module(binaries.module(400_000))
    faults.on("GET", "blob").drip(40_000, every=0.05)
    seen: list[tuple[float, wasm2oci.Progress]] = []
    wasm2oci.pull(
        faults.reference(), tmp_path / "a.wasm", progress=lambda snapshot: seen.append((time.monotonic(), snapshot))
    )
    moments = [moment for moment, _ in seen]
    done = [snapshot.done for _, snapshot in seen]
    assert len(seen) >= 3
    # All but the last, which comes whenever the end comes.
    assert all(later - earlier > 0.09 for earlier, later in itertools.pairwise(moments[:-1]))
    assert done == sorted(done)
    assert (seen[-1][1].done, seen[-1][1].total, seen[-1][1].phase) == (size, size, "done")


@pytest.mark.parametrize("verb", ["pull", "fetch"])
def test_the_last_progress_comes_with_a_failure_as_well(faults: FaultRegistry, tmp_path: Path, verb: str) -> None:
    """A progress bar is told to stop."""
    faults.on("GET", "manifest").fail(404, "MANIFEST_UNKNOWN")
    seen: list[wasm2oci.Progress] = []
    arguments = (tmp_path / "a.wasm",) if verb == "pull" else ()
    call: Any = getattr(wasm2oci, verb)
    with pytest.raises(wasm2oci.NotFoundError):
        call(faults.reference(), *arguments, progress=seen.append)
    assert seen


@pytest.mark.parametrize("verb", ["pull", "fetch", "open"])
def test_a_deadline_covers_the_whole_operation(stalled: FaultRegistry, tmp_path: Path, verb: str) -> None:
    """Reading included."""
    call: Any = getattr(wasm2oci, verb)
    arguments = (tmp_path / "a.wasm",) if verb == "pull" else ()

    def run() -> None:
        result = call(stalled.reference(), *arguments, timeout=0.5)
        with result:  # of open, which can begin to read before the time is up
            result.readall()

    began = time.monotonic()
    with pytest.raises(TimeoutError) as caught:
        run()
    assert isinstance(caught.value, wasm2oci.OperationTimeoutError)
    assert 0.4 < time.monotonic() - began < 5
    assert list(tmp_path.iterdir()) == []


def test_closing_the_client_cancels_what_other_threads_do(stalled: FaultRegistry) -> None:
    """They are told that it was cancelled."""
    client = wasm2oci.Client()
    errors: list[Exception] = []

    def fetch() -> None:
        try:
            client.fetch(stalled.reference())
        except wasm2oci.Wasm2ociError as error:
            errors.append(error)

    thread = threading.Thread(target=fetch)
    thread.start()
    stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
    client.close()
    thread.join(5)
    assert not thread.is_alive()
    assert [type(error) for error in errors] in ([wasm2oci.OperationCancelledError], [wasm2oci.ClosedError])
    with pytest.raises(wasm2oci.ClosedError):
        client.resolve(stalled.reference())


def test_an_interrupted_program_ends_with_a_trace_of_its_own(stalled: FaultRegistry) -> None:
    """Python's default handling is as for any other program."""
    program = """
        import sys, wasm2oci
        wasm2oci.fetch(sys.argv[1])
    """
    process = python.start(program, stalled.reference())
    with process:
        stalled.journal.wait(lambda requests: any("/blobs/" in request.path for request in requests))
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT
    assert stderr.rstrip().endswith("KeyboardInterrupt")
