"""The ways in which programs fork: pools, executors, and servers that load before they fork."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.process.forking import IN_CHILD
from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a forked child is refused")

CONTENT = binaries.module(60_000)


@pytest.fixture
def served(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module."""
    faults.add_module(CONTENT)
    return faults


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing_works(served: FaultRegistry, method: str) -> None:
    """Pools and executors of each start method, after the parent has used the library."""
    program = f"""{IN_CHILD}
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    context = multiprocessing.get_context("{method}")
    reference, size = sys.argv[1], int(sys.argv[2])
    assert len(wasm2oci.fetch(reference)) == size
    with context.Pool(2) as pool:
        assert [len(content) for content in pool.map(wasm2oci.fetch, [reference] * 6, chunksize=1)] == [size] * 6
        # Errors and results travel back.
        try:
            pool.apply(wasm2oci.resolve, (reference + "-missing",))
        except wasm2oci.NotFoundError as error:
            assert error.reference == reference + "-missing", error.reference
        assert pool.apply(wasm2oci.resolve, (reference,)) == wasm2oci.resolve(reference)
        pool.close()
        pool.join()
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert [len(content) for content in executor.map(wasm2oci.fetch, [reference] * 6)] == [size] * 6
    process = context.Process(target=wasm2oci.fetch, args=(reference,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert len(wasm2oci.fetch(reference)) == size
    """
    python.check(program, served.reference(), str(len(CONTENT)), environment={"PYTHONWARNINGS": "ignore"})


SERVER = """
import os
import wasm2oci

reference = os.environ["REFERENCE"]
client = wasm2oci.Client()
loaded = len(client.fetch(reference)), os.getpid()


def application(environ, start_response):
    sizes = loaded[0], len(client.fetch(reference)), len(wasm2oci.fetch(reference))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(map(str, (loaded[1], os.getpid(), *sizes))).encode()]
"""


@pytest.mark.parametrize("worker", ["sync", "gthread"])
def test_gunicorn_preloads(served: FaultRegistry, tmp_path: Path, worker: str) -> None:
    """The program is loaded, and has pulled, before the workers are forked."""
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--worker-class", worker]
    with subprocess.Popen(
        [*command, "--bind", "127.0.0.1:0", "--no-control-socket", "--timeout", "20", "server:application"],
        cwd=tmp_path,
        env={**os.environ, "REFERENCE": served.reference()},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            port = next(found[1] for line in process.stderr if (found := re.search(r"Listening at: .*:(\d+) ", line)))
            answers = ask_both(int(port))
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0, log
    assert "Traceback" not in log
    assert "SIGKILL" not in log
    assert {master for master, *_ in answers} == {process.pid}
    assert process.pid not in {child for _, child, *_ in answers}
    assert {tuple(sizes) for _, _, *sizes in answers} == {(len(CONTENT),) * 3}


def ask_both(port: int) -> list[list[int]]:
    """Ask until both workers have answered: gunicorn may lose a signal that comes while one begins."""
    answers: list[list[int]] = []
    deadline = time.monotonic() + 30
    with ThreadPoolExecutor(4) as pool:
        while len({child for _, child, *_ in answers}) < 2 or len(answers) < 12:
            assert time.monotonic() < deadline, answers
            answers += pool.map(ask, [port] * 4)
    return answers


def ask(port: int) -> list[int]:
    """Ask the server once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        return [int(number) for number in connection.getresponse().read().split()]
    finally:
        connection.close()
