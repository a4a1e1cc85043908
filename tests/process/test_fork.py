"""A forked child of a process that used the library is told so at once, and never hangs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")

# The child must end by itself within the alarm's time; a hang would be ended by it.
PREPARE = """
    import os, signal, sys, warnings, wasm2oci

    warnings.simplefilter("ignore", DeprecationWarning)  # Go's threads are why fork is warned of
    layout, file = sys.argv[1:]
    reference = f"oci:{layout}:v1"

    def in_child(function):
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            try:
                function()
            except wasm2oci.ForkError as error:
                os._exit(0 if "forked" in str(error) else 3)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(4)
            os._exit(5)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""
ENTRIES = {
    "push": "wasm2oci.push(file, reference)",
    "push of bytes": "wasm2oci.push(b'x', reference)",
    "pull": "wasm2oci.pull(reference, file + '.copy')",
    "fetch": "wasm2oci.fetch(reference)",
    "open": "wasm2oci.open(reference)",
    "resolve": "wasm2oci.resolve(reference)",
    "inspect": "wasm2oci.inspect(reference)",
    "Client": "wasm2oci.Client()",
    "a client of the parent": "client.resolve(reference)",
    "a reader of the parent": "reader.read()",
    "the library": "native.ext.version()",
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_every_entry_raises_at_once(entry: str, hello: Path, tmp_path: Path) -> None:
    """Whatever the parent left behind."""
    program = f"""{PREPARE}
    from wasm2oci import _native as native
    client = wasm2oci.Client()
    wasm2oci.push(file, reference)
    reader = client.open(reference)
    assert in_child(lambda: {entry}) == 0
    assert wasm2oci.fetch(reference) == open(file, "rb").read()
    """
    python.check(program, str(tmp_path / "layout"), str(hello), environment={"PYTHONWARNINGS": "ignore"})


def test_handles_of_the_parent_are_dropped_silently(hello: Path, tmp_path: Path) -> None:
    """A `with` block that began in the parent ends well in the child."""
    program = f"""{PREPARE}
    wasm2oci.push(file, reference)
    client = wasm2oci.Client()
    reader = client.open(reference)
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        with client, reader:
            pass
        del client, reader
        sys.exit(7)  # through Python's own exit, with what the parent registered for it
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    """
    python.check(program, str(tmp_path / "layout"), str(hello))


def test_a_fork_while_other_threads_wait_hangs_nobody(hello: Path, tmp_path: Path) -> None:
    """Locks that another thread held are not waited for."""
    program = f"""{PREPARE}
    import threading
    wasm2oci.push(file, reference)
    stop = threading.Event()

    def work():
        while not stop.is_set():
            os.environ["SOME_VARIABLE"] = os.urandom(4).hex()  # a new default client each time
            wasm2oci.resolve(reference)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    codes = [in_child(lambda: wasm2oci.resolve(reference)) for _ in range(20)]
    stop.set()
    for thread in threads:
        thread.join()
    assert codes == [0] * 20, codes
    """
    python.check(program, str(tmp_path / "layout"), str(hello))


def test_a_fork_before_the_first_use_is_free(hello: Path, tmp_path: Path) -> None:
    """Import, fork, use: in the child and in the parent."""
    program = f"""{PREPARE}
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        wasm2oci.push(file, reference)
        sys.exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert wasm2oci.fetch(reference) == open(file, "rb").read()
    """
    python.check(program, str(tmp_path / "layout"), str(hello))
