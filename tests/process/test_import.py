"""Importing the package does nothing that a program could notice."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.support import python

if TYPE_CHECKING:
    from pathlib import Path

PROBE = """
    import builtins, json, os, sys, threading

    opened, sockets = [], []

    def audit(event, arguments):
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            opened.append(os.fsdecode(arguments[0]))
        elif event.startswith("socket."):
            sockets.append(event)

    before = set(sys.modules)
    sys.addaudithook(audit)
    import wasm2oci

    opened_by_import = list(opened)
    print(json.dumps({
        "opened": opened_by_import,
        "sockets": sockets,
        "modules": sorted(set(sys.modules) - before),
        "threads": threading.active_count(),
        "tasks": len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1,
        "package": os.path.dirname(wasm2oci.__file__),
        "standard": os.path.dirname(os.__file__),
    }))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """Import the package once, under observation."""
    ended = python.run(PROBE)
    assert ended.code == 0, ended.stderr
    result: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return result


def test_it_starts_no_thread(seen: dict[str, Any]) -> None:
    """Nor one of Go's, so that a fork after it is free."""
    assert (seen["threads"], seen["tasks"]) == (1, 1)


def test_it_opens_no_socket(seen: dict[str, Any]) -> None:
    """Nothing is asked of any server."""
    assert seen["sockets"] == []


def test_it_loads_no_other_package(seen: dict[str, Any]) -> None:
    """Only the package itself and the standard library."""
    roots = {name.partition(".")[0] for name in seen["modules"]}
    assert roots - sys.stdlib_module_names == {"wasm2oci"}
    assert "wasm2oci._ext" not in seen["modules"]


def test_it_reads_no_file_but_code(seen: dict[str, Any]) -> None:
    """No configuration, no credentials."""
    assert [
        path
        for path in seen["opened"]
        if not path.startswith((seen["package"], seen["standard"])) or path.endswith("json")
    ] == []


def test_it_works_without_a_home() -> None:
    """As in a container or a service."""
    program = """
        import os
        for name in ("HOME", "USER", "DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
            os.environ.pop(name, None)
        import wasm2oci
        wasm2oci.Client().close()
    """
    python.check(program)


def test_it_loads_nothing_that_takes_long(seen: dict[str, Any]) -> None:
    """A command line that never uses it does not feel it; what a program does not use is not loaded for it."""
    slow = {"asyncio", "concurrent.futures", "email", "http", "logging", "multiprocessing", "pathlib", "shutil"}
    slow |= {"socket", "ssl", "subprocess", "tempfile", "urllib", "urllib.request"}
    # What the interpreter or an editable install had loaded before is not among these.
    assert slow & set(seen["modules"]) == set()


@pytest.mark.alone
def test_it_is_fast() -> None:
    """A command line that never uses it does not feel it: far below 30 ms of processor time, with slack."""
    program = """
        import time
        start = time.process_time()
        import wasm2oci
        print(time.process_time() - start)
    """
    assert min(float(python.check(program).splitlines()[-1]) for _ in range(5)) < 0.03


def test_the_first_use_loads_the_library() -> None:
    """And only then."""
    program = """
        import sys, wasm2oci
        assert "wasm2oci._ext" not in sys.modules
        wasm2oci.Client()
        assert "wasm2oci._ext" in sys.modules
    """
    python.check(program)


def test_a_pull_loads_little(hello: Path, tmp_path: Path) -> None:
    """Each module of Python's own is one more that a short program waits for, some as long as for Python to start."""
    program = """
        import sys
        before = set(sys.modules)
        import wasm2oci
        wasm2oci.pull(sys.argv[1], sys.argv[2])
        print(*sorted(name for name in set(sys.modules) - before if not name.startswith("wasm2oci")))
    """
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(hello, reference)
    loaded = set(python.check(program, reference, str(tmp_path / "m.wasm")).split())
    assert loaded <= {"__future__", "_json", "atexit", "errno", "resource", "time"}


def test_it_can_be_imported_again() -> None:
    """As reloaders of development servers do."""
    program = """
        import sys, tempfile, wasm2oci
        directory = tempfile.mkdtemp()
        for _ in range(3):
            wasm2oci.push(b"\\0asm\\1\\0\\0\\0", f"oci:{directory}:v1")
            for name in [name for name in sys.modules if name.partition(".")[0] == "wasm2oci"]:
                del sys.modules[name]
            import wasm2oci
    """
    python.check(program)
