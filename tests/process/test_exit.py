"""The interpreter ends quietly and soon, whatever still runs."""

from __future__ import annotations

import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python
from tests.support.python import REPEATS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

SOON = 5.0
"""Seconds."""

# A thread that is killed on its way back from native code aborts the process; so does one that holds
# the lock of stderr. So the main thread ends while these go in and out of native calls, and catch nothing.
DAEMONS = """
    import atexit, os, sys, threading, wasm2oci

    reference, local = sys.argv[1:]
    running = threading.Semaphore(0)

    def work(verb):
        running.release()
        while True:
            verb()

    def stalled():
        wasm2oci.fetch(reference)

    def reading():
        wasm2oci.open(reference).read()

    def short():
        try:
            wasm2oci.resolve("oci:/nowhere:v1")
        except wasm2oci.NotFoundError:
            pass

    for verb in (stalled, reading, short, short, short):
        threading.Thread(target=work, args=(verb,), daemon=True).start()
        running.acquire()
    wasm2oci.resolve(reference)
    print("end", flush=True)
"""
ENDINGS = {
    "return": ("", 0, ""),
    "sys.exit": ("sys.exit(3)", 3, ""),
    "os._exit": ("os._exit(4)", 4, ""),
    "exception": ("raise LookupError('on purpose')", 1, "LookupError: on purpose"),
    "exit handlers": (
        "atexit.register(lambda: print(wasm2oci.resolve(reference).digest[:7], file=sys.stderr))",
        0,
        "sha256:",
    ),
    "failing exit handler": ("atexit.register(lambda: 1 / 0)", 0, "ZeroDivisionError: division by zero"),
    "signal": ("os.kill(os.getpid(), 15)", -signal.SIGTERM, ""),
}


@pytest.fixture
def stalled(faults: FaultRegistry) -> str:
    """Name a module whose bytes never come to an end."""
    faults.add_module(binaries.module(100_000))
    faults.on("GET", "blob").stall(after=1000)
    return faults.reference()


@pytest.mark.repeated
@pytest.mark.parametrize(("ending", "code", "word"), ENDINGS.values(), ids=ENDINGS.keys())
def test_daemon_threads_in_calls_are_no_matter(stalled: str, hello: Path, ending: str, code: int, word: str) -> None:
    """No abort, no hang, no word on stderr but the program's own, again and again."""

    def end(_: int) -> None:
        began = time.monotonic()
        ended = python.run(f"{DAEMONS}\n    {ending}", stalled, str(hello), limit=30)
        took = time.monotonic() - began
        said = ended.stderr.strip().splitlines()
        assert (ended.code, ended.stdout, said[-1:]) == (code, "end\n", [word] if word else []), ended.stderr
        assert "Exception in thread" not in ended.stderr
        assert took < SOON + 3  # of which some goes into the start of several at once

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(end, range(REPEATS)))


@pytest.mark.alone
def test_the_exit_is_not_held_up(stalled: str, hello: Path) -> None:
    """What runs is cancelled; nobody waits for a registry that says nothing."""
    began = time.monotonic()
    assert python.run(DAEMONS, stalled, str(hello), limit=30).code == 0
    assert time.monotonic() - began < SOON


@pytest.mark.repeated
def test_a_pool_of_daemon_threads_ends_silently(stalled: str) -> None:
    """Whatever its workers catch."""
    program = """
        import sys, wasm2oci
        from multiprocessing.pool import ThreadPool
        pool = ThreadPool(4)
        pool.map_async(wasm2oci.fetch, [sys.argv[1]] * 20)
        wasm2oci.resolve(sys.argv[1])
    """
    for _ in range(max(REPEATS // 4, 1)):
        python.check(program, stalled, limit=20)


# Python code that native code calls, and that goes on while the interpreter ends.
CALLED = """
    import atexit, sys, threading, warnings, wasm2oci

    inside, exiting = threading.Event(), threading.Event()
    atexit.register(exiting.set)  # before the library's own handler runs

    def linger(*_, **__):
        inside.set()
        exiting.wait()
        for _ in range(5_000_000):
            pass

    def work(reference):
        reader = wasm2oci.open(reference)
        reader.read(10)
        {last}

    threading.Thread(target=work, args=sys.argv[1:], daemon=True).start()
    inside.wait()
    print("end", flush=True)
"""
# What is logged while nobody reads is handed to logging by `close`.
CALLERS = {
    "close logs": "reader._operation.log_rest = linger; reader.close()",
    "a dropped reader warns": "warnings.simplefilter('always'); warnings.showwarning = linger; del reader",
}


@pytest.mark.parametrize("last", CALLERS.values(), ids=CALLERS.keys())
def test_python_code_that_native_code_calls_is_waited_for(stalled: str, last: str) -> None:
    """A thread killed in it aborts the process."""
    ended = python.run(CALLED.replace("{last}", last), stalled, limit=30)
    assert (ended.code, ended.stdout, ended.stderr) == (0, "end\n", "")


@pytest.mark.repeated
@pytest.mark.skipif(sys.platform != "linux", reason="leases of files are Linux's")
def test_a_call_that_cannot_be_cancelled_holds_nothing_up(tmp_path: Path) -> None:
    """Such as one that waits for a file system that is gone: the thread is left behind, even if it comes back then.

    Here the system lets nobody open the lock file of a layout until its lease has been given back.
    """
    program = """
        import atexit, fcntl, os, signal, sys, threading

        signal.signal(signal.SIGIO, signal.SIG_IGN)  # asks for the lease
        lock = os.open(sys.argv[1] + "/.wasm2oci.lock", os.O_RDWR)
        fcntl.fcntl(lock, fcntl.F_SETLEASE, fcntl.F_WRLCK)

        def let_go():
            fcntl.fcntl(lock, fcntl.F_SETLEASE, fcntl.F_UNLCK)

        atexit.register(let_go)  # runs after what the library registers
        import wasm2oci
        push = threading.Thread(target=wasm2oci.push, args=(sys.argv[2], f"oci:{sys.argv[1]}:v2"), daemon=True)
        push.start()
        while fcntl.fcntl(lock, fcntl.F_GETLEASE) == fcntl.F_WRLCK:  # nobody opens it yet
            pass
    """

    def end(number: int) -> None:
        layout = tmp_path / f"layout{number}"
        wasm2oci.push(binaries.HELLO, f"oci:{layout}:v1")
        began = time.monotonic()
        python.check(program, str(layout), str(binaries.HELLO), limit=40)
        assert time.monotonic() - began < SOON + 3

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(end, range(max(REPEATS // 4, 1))))


def test_exit_handlers_may_use_the_library(stalled: str) -> None:
    """Those that were registered after the import; clients made before work in them."""
    program = """
        import atexit, sys, wasm2oci

        client = wasm2oci.Client()

        def late():
            print(client.resolve(sys.argv[1]).digest == wasm2oci.resolve(sys.argv[1]).digest)

        atexit.register(late)
        atexit.register(client.resolve, sys.argv[1])
        wasm2oci.resolve(sys.argv[1])
    """
    assert python.check(program, stalled).strip() == "True"


def test_an_exit_handler_that_comes_too_late_is_told(stalled: str) -> None:
    """New calls are refused with an error, not with a crash."""
    program = """
        import atexit, sys

        def late():
            try:
                wasm2oci.resolve(sys.argv[1])
            except wasm2oci.ClosedError as error:
                print(error)
            client.close()

        atexit.register(late)  # handlers run last in, first out
        import wasm2oci
        client = wasm2oci.Client()
        client.resolve(sys.argv[1])
    """
    assert python.check(program, stalled).strip() == "the interpreter is shutting down"


def test_what_was_never_closed_is_no_matter(stalled: str) -> None:
    """Clients, readers and results of globals go with the interpreter."""
    program = """
        import sys, wasm2oci
        client = wasm2oci.Client()
        reader = client.open(sys.argv[1])
        reader.read(10)
        kept = [client, reader]
        kept.append(kept)
    """
    python.check(program, stalled)


@pytest.mark.repeated
@pytest.mark.skipif(sys.platform != "linux", reason="forked children work on Linux alone")
def test_a_forked_child_ends_as_well(stalled: str) -> None:
    """With daemon threads of its own."""
    program = """
        import os, sys, threading, warnings, wasm2oci
        warnings.simplefilter("ignore", DeprecationWarning)
        wasm2oci.resolve(sys.argv[1])
        child = os.fork()
        if not child:
            for _ in range(4):
                threading.Thread(target=wasm2oci.fetch, args=(sys.argv[1],), daemon=True).start()
            wasm2oci.resolve(sys.argv[1])
            sys.exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    """
    for _ in range(max(REPEATS // 4, 1)):
        python.check(program, stalled, limit=20)
