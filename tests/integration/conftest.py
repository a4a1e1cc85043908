"""Fixtures of several verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.registry import Registry


@pytest.fixture
def mirror(start_faults: StartFaults) -> FaultRegistry:
    """Return a second registry, which has nothing."""
    return start_faults()


@pytest.fixture(params=["registry", "layout", "archive"])
def place(request: pytest.FixtureRequest, registry: Registry, tmp_path: Path) -> str:
    """Return a place of each kind that has nothing."""
    places = {
        "registry": registry.repository(),
        "layout": f"oci:{tmp_path / 'layout'}",
        "archive": f"oci-archive:{tmp_path / 'x.tar'}",
    }
    return places[request.param]


@pytest.fixture
def repository(place: str) -> str:
    """Return a place with one module that is called v1, v1.1 and latest, and another that is called v2."""
    wasm2oci.push(binaries.module(), f"{place}:v1")
    wasm2oci.tag(f"{place}:v1", "v1.1", "latest")
    wasm2oci.push(binaries.module(seed=2), f"{place}:v2")
    return place


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of a user who has no settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder
