"""Where a child cannot have a copy of the library, it is told so at once, and never hangs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.process.forking import IN_CHILD
from tests.support import python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")

ENTRIES = [
    "wasm2oci.push(file, reference)",
    "wasm2oci.push(b'x', reference)",
    "wasm2oci.pull(reference, file + '.copy')",
    "wasm2oci.fetch(reference)",
    "wasm2oci.open(reference)",
    "wasm2oci.resolve(reference)",
    "wasm2oci.inspect(reference)",
    "wasm2oci.convert(reference, reference + '2')",
    "wasm2oci.Client()",
    "client.resolve(reference)",
    "reader.read()",
    "native.ext.version()",
]


def test_every_entry_raises_at_once(hello: Path, tmp_path: Path) -> None:
    """Whatever the parent left behind."""
    entries = ", ".join(f"lambda: {entry}" for entry in ENTRIES)
    program = f"""{IN_CHILD}
    from wasm2oci import _fork, _native as native
    layout, file = sys.argv[1:]
    reference = f"oci:{{layout}}:v1"
    _fork.SUPPORTED = False  # as on macOS
    client = wasm2oci.Client()
    wasm2oci.push(file, reference)
    reader = client.open(reference)

    def use():
        for entry in ({entries}):
            refused(entry)
        with client, reader:
            pass

    in_child(use)
    in_child(use, sys.exit)  # through Python's own exit, with what the parent registered for it
    assert wasm2oci.fetch(reference) == open(file, "rb").read()
    """
    python.check(program, str(tmp_path / "layout"), str(hello))


@pytest.mark.skipif(sys.platform != "linux", reason="needs the C library of Linux")
def test_a_fork_that_python_does_not_see_is_refused(hello: Path) -> None:
    """Of a C program or extension that calls fork() itself: the library notices, and Python passes it on."""
    program = f"""{IN_CHILD}
    import ctypes
    wasm2oci.inspect(sys.argv[1])
    child = ctypes.PyDLL(None).fork()
    if child == 0:
        signal.alarm(20)
        try:
            wasm2oci.inspect(sys.argv[1])
        except wasm2oci.ForkError:
            os._exit(3)
        os._exit(4)
    assert code_of(child) == 3
    """
    python.check(program, str(hello))
