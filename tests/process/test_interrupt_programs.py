"""Ctrl-C in the kinds of programs that there are: what runs ends at once, and the next pull works."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

CONTENT = binaries.module(300_000)
SOON = 5.0
"""Seconds in which a program must end; most of them go into its start and end on a busy machine."""

SCRIPT = """
    import sys, wasm2oci
    try:
        wasm2oci.pull(*sys.argv[1:])
    except KeyboardInterrupt:
        print("interrupted")
    print(wasm2oci.pull(*sys.argv[1:]).file_size)
"""
THREADS = """
    import sys, threading, wasm2oci
    from concurrent.futures import ThreadPoolExecutor

    client = wasm2oci.Client()
    awaited = threading.Event()

    def pull(number):
        awaited.wait()
        return client.pull(sys.argv[1], f"{sys.argv[2]}.{number}")

    with ThreadPoolExecutor(4) as pool:
        pulls = [pool.submit(pull, number) for number in range(4)]
        try:
            awaited.set()
            [pull.result() for pull in pulls]
        except KeyboardInterrupt:
            print("interrupted")
            client.close()
    assert all(isinstance(pull.exception(), wasm2oci.OperationCancelledError) for pull in pulls)
    print(wasm2oci.pull(*sys.argv[1:]).file_size)
"""
ASYNCIO = """
    import asyncio, sys, wasm2oci

    async def main():
        client = wasm2oci.Client()
        try:
            await asyncio.gather(*(
                asyncio.to_thread(client.pull, sys.argv[1], f"{sys.argv[2]}.{number}") for number in range(4)
            ))
        finally:
            client.close()

    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
    print(asyncio.run(asyncio.to_thread(wasm2oci.pull, *sys.argv[1:])).file_size)
"""
PROGRAMS = {"script": (SCRIPT, 1), "threads": (THREADS, 4), "asyncio": (ASYNCIO, 4)}


def wait_for_pulls(server: FaultRegistry, number: int) -> None:
    """Wait until this many modules are being sent."""
    server.journal.wait(lambda requests: sum("/blobs/" in request.path for request in requests) == number)


@pytest.mark.parametrize(("program", "pulls"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_ctrl_c_ends_what_runs_and_no_more(faults: FaultRegistry, tmp_path: Path, program: str, pulls: int) -> None:
    """The program goes on: with the same library, and nothing left of the pulls before."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob", times=pulls).stall(after=100_000)
    target = tmp_path / "a.wasm"
    with python.start(program, faults.reference(), str(target)) as process:
        wait_for_pulls(faults, pulls)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=python.LIMIT)
    assert time.monotonic() - began < SOON
    assert (process.returncode, stderr) == (0, "")
    assert stdout.split() == ["interrupted", str(len(CONTENT))]
    assert [path.name for path in tmp_path.iterdir()] == ["a.wasm"]


def test_ctrl_c_at_the_prompt(faults: FaultRegistry, tmp_path: Path) -> None:
    """The key of a terminal, while an interactive session pulls: a trace, the prompt again, and the next pull works."""
    faults.add_module(CONTENT)
    faults.on("GET", "blob", times=1).stall(after=100_000)
    program = f"""
        import sys, wasm2oci
        sys.ps1 = "ready" + chr(10)
        pull = lambda: wasm2oci.pull({faults.reference()!r}, {str(tmp_path / "a.wasm")!r})
    """
    (tmp_path / "start.py").write_text(textwrap.dedent(program), encoding="utf-8")
    ours, theirs = pty.openpty()
    try:
        session = subprocess.Popen(
            [sys.executable, "-q"],
            # The prompt of 3.13 draws; the plain one says what it says.
            env={**os.environ, "PYTHON_BASIC_REPL": "1", "TERM": "dumb", "PYTHONSTARTUP": str(tmp_path / "start.py")},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            # A session of its own, whose terminal this is: that is what makes a key a signal.
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - takes no lock
        )
    finally:
        os.close(theirs)
    with session:
        read_until(ours, b"ready")
        os.write(ours, b"pull()\n")
        wait_for_pulls(faults, 1)
        os.write(ours, b"\x03")
        seen = read_until(ours, b"ready")
        assert b"KeyboardInterrupt" in seen
        os.write(ours, b"pull().file_size\n")
        assert str(len(CONTENT)).encode() in read_until(ours, b"ready")
        os.write(ours, b"exit(7)\n")
        assert session.wait(python.LIMIT) == 7
    os.close(ours)


def read_until(terminal: int, word: bytes) -> bytes:
    """Read what a terminal shows, up to a word."""
    seen = b""
    while word not in seen:
        seen += os.read(terminal, 4096)
    return seen


@pytest.mark.repeated
def test_ctrl_c_at_any_moment(faults: FaultRegistry, tmp_path: Path) -> None:
    """From the start of a pull to its end: it is interrupted or done, never both, and the next one works."""
    faults.add_module(CONTENT)
    program = """
        import os, random, signal, sys, threading, time, wasm2oci
        reference, target, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
        wasm2oci.pull(reference, target)
        began = time.perf_counter()
        size = wasm2oci.pull(reference, target).file_size
        usual = time.perf_counter() - began
        random.seed(7)
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        for _ in range(repeats):
            os.unlink(target)
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 1.2 * usual))
                wasm2oci.pull(reference, target)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                pass
            signal.setitimer(signal.ITIMER_REAL, 0)
            left = os.listdir(os.path.dirname(target))
            assert left in ([], [os.path.basename(target)]), left
            assert wasm2oci.pull(reference, target).file_size == os.path.getsize(target) == size
    """
    python.check(program, faults.reference(), str(tmp_path / "a.wasm"), str(python.REPEATS * 5))
