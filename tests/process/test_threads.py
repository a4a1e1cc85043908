"""Threads run side by side: the GIL is not held while the library works."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

THREADS = 16


def test_many_threads_pull_different_modules(faults: FaultRegistry, tmp_path: Path) -> None:
    """Each gets its own, with one client for all."""
    contents = [binaries.module(50_000, seed) for seed in range(THREADS)]
    for number, content in enumerate(contents):
        faults.add_module(content, repository=f"org/mod{number}")

    def pull(number: int) -> bytes:
        result = wasm2oci.pull(faults.reference(f"org/mod{number}"), tmp_path / f"{number}.wasm")
        return result.path.read_bytes()

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(pull, range(THREADS))) == contents


@pytest.mark.alone
def test_other_threads_go_on_meanwhile(faults: FaultRegistry) -> None:
    """A ticker keeps its pace while 16 operations wait."""
    faults.add_module(binaries.module(100_000))
    faults.on("GET", "blob").drip(10_000, every=0.1)
    ticks = 0
    running = threading.Event()
    running.set()

    def tick() -> None:
        nonlocal ticks
        while running.is_set():
            time.sleep(0.005)
            ticks += 1

    ticker = threading.Thread(target=tick)
    began = time.monotonic()
    ticker.start()
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(lambda _: wasm2oci.fetch(faults.reference()), range(THREADS)))
    elapsed = time.monotonic() - began
    running.clear()
    ticker.join()
    assert len({hashlib.sha256(result).digest() for result in results}) == 1
    assert elapsed > 0.5
    assert ticks / elapsed > 0.5 * (1 / 0.006)


def test_the_environment_may_change_between_calls(faults: FaultRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of the old environment goes on with what it does."""
    content = binaries.module(100_000)
    faults.add_module(content)
    faults.on("GET", "blob").drip(20_000, every=0.05)
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            monkeypatch.setenv("WASM2OCI_TEST", str(number))
            number += 1

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: wasm2oci.fetch(faults.reference()), range(8))) == {content}
    finally:
        stop.set()
        thread.join()
