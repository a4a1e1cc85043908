"""The interpreter ends quietly and soon, whatever still runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

REPEATS = 15
# A thread that is killed on its way back from native code aborts the process; how often depends on the
# moment, so the main thread ends while all of them go in and out of native calls.
DAEMONS = """
    import sys, threading, wasm2oci

    reference = sys.argv[1]
    running = threading.Semaphore(0)

    def work(verb):
        running.release()
        while True:
            try:
                verb()
            except wasm2oci.OperationCancelledError:
                pass
            except wasm2oci.ClosedError:  # Its trace would race with the interpreter for stderr.
                break

    def stalled():
        wasm2oci.fetch(reference)

    def reading():
        wasm2oci.open(reference).read()

    def short():
        try:
            wasm2oci.resolve("oci:/nowhere:v1")
        except wasm2oci.NotFoundError:
            pass

    for verb in (stalled, reading, short, short):
        threading.Thread(target=work, args=(verb,), daemon=True).start()
        running.acquire()
    wasm2oci.resolve(reference)
    print("end")
"""


@pytest.fixture
def stalled(faults: FaultRegistry) -> str:
    """Name a module whose bytes never come to an end."""
    faults.add_module(binaries.module(100_000))
    faults.on("GET", "blob").stall(after=1000)
    return faults.reference()


def test_daemon_threads_in_native_calls_abort_nothing(stalled: str) -> None:
    """No abort, no hang, no word on stderr, again and again."""
    for _ in range(REPEATS):
        ended = python.run(DAEMONS, stalled, limit=30)
        assert (ended.code, ended.stdout.strip()) == (0, "end"), ended.stderr
        assert "Fatal" not in ended.stderr
        assert "terminate called" not in ended.stderr


@pytest.mark.alone
def test_the_exit_is_not_held_up(stalled: str) -> None:
    """What runs is cancelled; nobody waits for a registry that says nothing."""
    began = time.monotonic()
    assert python.run(DAEMONS, stalled, limit=30).code == 0
    assert time.monotonic() - began < 5


def test_an_exit_handler_that_comes_later_is_told(stalled: str) -> None:
    """New calls are refused with an error, not with a crash."""
    program = """
        import atexit, sys, wasm2oci

        def late():
            try:
                wasm2oci.resolve(sys.argv[1])
            except wasm2oci.ClosedError as error:
                print(error)

        atexit.register(late)  # handlers run last in, first out
        wasm2oci.resolve(sys.argv[1])
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


def test_a_child_of_the_exit_is_not_needed(stalled: str) -> None:
    """os._exit ends the process while an operation runs."""
    program = """
        import os, sys, threading, wasm2oci
        threading.Thread(target=wasm2oci.fetch, args=(sys.argv[1],), daemon=True).start()
        wasm2oci.resolve(sys.argv[1])
        os._exit(3)
    """
    ended = python.run(program, stalled, limit=10)
    assert (ended.code, ended.stderr) == (3, "")
