"""Where the Go runtime would have no room, which ends a process, the library is not loaded."""

from __future__ import annotations

import sys

import pytest

from tests.process.forking import IN_CHILD
from tests.support import python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no such limit, or it does not hold")

LIMITED = """
import resource

def leave(room):
    with open("/proc/self/statm") as sizes:
        used = int(sizes.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + room, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("room", [100 << 20, 700 << 20, 1_840_000_000])
def test_too_little_is_an_import_error(room: int) -> None:
    """And once there is more, it is loaded."""
    program = f"""{LIMITED}
import sys, wasm2oci
leave(int(sys.argv[1]))
try:
    wasm2oci.Client()
except ImportError as error:
    assert "RLIMIT_AS" in str(error), error
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
assert "wasm2oci._ext" not in sys.modules
wasm2oci.Client()
"""
    python.check(program, str(room))


def test_enough_is_enough() -> None:
    """What the error asks for can be worked with."""
    python.check(f"{LIMITED}\nimport wasm2oci\nleave(3 << 30)\nassert wasm2oci.Client()")


def test_a_forked_child_is_told_as_well() -> None:
    """It loads a library of its own."""
    program = f"""{IN_CHILD}
    {LIMITED.replace(chr(10), chr(10) + "    ")}
    wasm2oci.Client()

    def check():
        leave(700 << 20)
        try:
            wasm2oci.Client()
        except wasm2oci.ForkError as error:
            assert "RLIMIT_AS" in str(error), error
        else:
            raise AssertionError

    in_child(check)
    """
    python.check(program)


def test_the_command_line_says_so_in_a_line() -> None:
    """Without the name of an exception."""
    run = "exec(sys.argv.pop(1)); leave(100 << 20); import runpy; runpy.run_module('wasm2oci', run_name='__main__')"
    ended = python.run(f"import sys; {run}", LIMITED, "resolve", "oci:nowhere:v1")
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("wasm2oci: error: wasm2oci cannot be loaded where the address space is limited")
    assert len(ended.stderr.splitlines()) == 1
