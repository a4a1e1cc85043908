"""The library is a good guest: the host's signals, faults and other Go libraries work as before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults import Auth, helpers
from tests.support import binaries, environment, python, tools

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

OTHER = """
package main

import "C"

import "runtime"

var sink [][]byte

//export OtherSum
func OtherSum(n C.int) C.int {
	results := make(chan C.int)
	for i := C.int(1); i <= n; i++ {
		go func() { results <- i }()
	}
	total := C.int(0)
	for i := C.int(1); i <= n; i++ {
		total += <-results
	}
	sink = append(sink[:0], make([]byte, 1<<20))
	runtime.GC()
	return total
}

func main() {}
"""


@pytest.fixture(scope="module")
def other_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small shared library with a Go runtime of its own."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "go.mod").write_text("module example.org/other\n\ngo 1.26.0\n", encoding="utf-8")
    (folder / "main.go").write_text(OTHER, encoding="utf-8")
    library = folder / "libother.so"
    subprocess.run(
        [tools.find_go(), "build", "-buildmode=c-shared", "-o", str(library), "."],
        cwd=folder,
        env={**environment.ORIGINAL, "CGO_ENABLED": "1", "GOFLAGS": "", "GOWORK": "off"},
        check=True,
    )
    return library


@pytest.mark.parametrize("first", ["wasm2oci", "other"])
@pytest.mark.parametrize("mode", ["RTLD_GLOBAL", "RTLD_LOCAL"])
def test_another_go_library_lives_beside_it(other_library: Path, hello: Path, first: str, mode: str) -> None:
    """Loaded before or after, visible to all or not, called in turns and from threads."""
    load = [f"other = ctypes.CDLL(sys.argv[1], mode=ctypes.{mode})", "wasm2oci.inspect(sys.argv[2])"]
    if first == "wasm2oci":
        load.reverse()
    program = f"""
        import ctypes, os, sys, threading, wasm2oci
        sys.setdlopenflags(os.{mode} | os.RTLD_NOW)
        {load[0]}
        {load[1]}
        wrong = []

        def work():
            for _ in range(25):
                if other.OtherSum(100) != 5050 or wasm2oci.inspect(sys.argv[2]).kind != "module":
                    wrong.append(1)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        work()
        for thread in threads:
            thread.join()
        assert not wrong
    """
    python.check(program, str(other_library), str(hello))


def test_a_fault_of_the_host_ends_it_with_a_trace(hello: Path) -> None:
    """Go's signal handlers pass on what is not Go's."""
    program = """
        import ctypes, faulthandler, sys, wasm2oci
        faulthandler.enable()
        wasm2oci.inspect(sys.argv[1])
        ctypes.string_at(0)
    """
    ended = python.run(program, str(hello), limit=30)
    assert ended.code == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in ended.stderr
    assert "string_at" in ended.stderr


def test_python_handlers_are_called_as_before(hello: Path) -> None:
    """In the main thread, after any call of the library."""
    program = """
        import os, signal, sys, wasm2oci
        seen = []
        for number in (signal.SIGUSR1, signal.SIGTERM):
            signal.signal(number, lambda number, frame: seen.append(number))
        wasm2oci.inspect(sys.argv[1])
        for number in (signal.SIGUSR1, signal.SIGTERM):
            os.kill(os.getpid(), number)
        assert seen == [signal.SIGUSR1, signal.SIGTERM], seen
    """
    python.check(program, str(hello))


def test_a_closed_pipe_is_an_error_as_before(hello: Path) -> None:
    """Not the end of the process."""
    program = """
        import os, sys, wasm2oci
        wasm2oci.inspect(sys.argv[1])
        out, into = os.pipe()
        os.close(out)
        try:
            os.write(into, b"x")
        except BrokenPipeError:
            print("broken")
    """
    assert python.check(program, str(hello)).strip() == "broken"


def test_credential_helpers_work_where_children_are_ignored(faults: FaultRegistry, tmp_path: Path) -> None:
    """A host that ignores SIGCHLD does not learn how its children end; no secret is taken for a complaint."""
    faults.add_module(binaries.module(5000))
    faults.auth = Auth(("Basic",), users={"alice": "s3cret"})
    helper = helpers.Helper(tmp_path / "bin", answers={faults.host: ("alice", "s3cret")})
    helpers.write_config(tmp_path, credsStore="fake")
    program = """
        import signal, sys, wasm2oci
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        assert len(wasm2oci.fetch(sys.argv[1])) > 4000
        try:
            wasm2oci.fetch(sys.argv[2])  # of whom the helper knows nothing
        except wasm2oci.AuthenticationError as error:
            print(error)
    """
    other = faults.reference().replace("127.0.0.1", "localhost")
    environment = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{helper.folder}:{os.environ['PATH']}"}
    said = python.check(program, faults.reference(), other, environment=environment)
    assert "401" in said or "credential" in said
    assert "s3cret" not in said
    assert helper.calls == [f"get {faults.host}", f"get localhost:{faults.port}"]


@pytest.mark.parametrize("closed", ["0", "1", "2", "01", "02", "12", "012"])
def test_standard_streams_may_be_closed(hello: Path, tmp_path: Path, closed: str) -> None:
    """Nothing lands in a file that took their numbers, the log included."""
    program = """
        import logging, os, sys, wasm2oci
        logging.basicConfig(level=logging.DEBUG)
        layout = f"oci:{sys.argv[2]}/layout:v1"
        for number in sys.argv[3]:
            os.close(int(number))
        wasm2oci.push(sys.argv[1], layout)
        wasm2oci.pull(layout, f"{sys.argv[2]}/copy.wasm")
        os._exit(7)
    """
    assert python.run(program, str(hello), str(tmp_path), closed).code == 7
    assert (tmp_path / "copy.wasm").read_bytes() == hello.read_bytes()
    assert (tmp_path / "layout" / "index.json").exists()
