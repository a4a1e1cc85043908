"""Clients see the environment as Python does, at the time they are made."""

from __future__ import annotations

import os
import threading

import pytest

from wasm2oci import _environment


def test_changes_of_os_environ_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even those that the process's first environment never had."""
    monkeypatch.setenv("WASM2OCI_TEST", "ü=1")
    assert os.fsencode("WASM2OCI_TEST=ü=1") in _environment.snapshot()
    monkeypatch.delenv("WASM2OCI_TEST")
    assert not any(item.startswith(b"WASM2OCI_TEST=") for item in _environment.snapshot())


@pytest.mark.skipif(os.name == "nt", reason="the environment is Unicode there")
def test_values_that_are_not_utf8_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder may be named so."""
    monkeypatch.setenv("DOCKER_CONFIG", os.fsdecode(b"/\xff"))
    assert b"DOCKER_CONFIG=/\xff" in _environment.snapshot()


def test_threads_may_change_the_environment_meanwhile() -> None:
    """A snapshot is taken while another thread adds and removes variables."""
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            for number in range(50):
                os.environ[f"WASM2OCI_TEST_{number}"] = "x"
            for number in range(50):
                del os.environ[f"WASM2OCI_TEST_{number}"]

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(300):
            assert _environment.snapshot()
    finally:
        stop.set()
        thread.join()
