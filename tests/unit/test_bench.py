"""The bench itself: what the other tests stand on."""

from __future__ import annotations

import base64
import http.client
import os
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.registry import Registry


@pytest.mark.parametrize("name", environment.REMOVED)
def test_variables_that_would_leak_in_are_gone(name: str) -> None:
    """Nothing of the user's shell changes a result."""
    assert name not in os.environ


@pytest.mark.parametrize("name", environment.FOLDERS)
def test_folders_are_private_to_the_test(name: str, tmp_path: Path) -> None:
    """No credential of the user is found."""
    assert os.environ[name].startswith(str(tmp_path.parent))


def status(registry: Registry, headers: dict[str, str] | None = None) -> int:
    """Ask the registry for its version check."""
    connection = http.client.HTTPConnection(registry.host, timeout=10)
    connection.request("GET", "/v2/", headers=headers or {})
    answer = connection.getresponse()
    connection.close()
    return answer.status


def test_registry_answers(registry: Registry) -> None:
    """The real registry is ready when the fixture is."""
    assert status(registry) == http.HTTPStatus.OK


def test_registry_with_passwords_wants_the_right_one(auth_registry: Registry) -> None:
    """Only the pair that the fixture states opens it."""
    pair = f"{auth_registry.username}:{auth_registry.password}"
    right = base64.b64encode(pair.encode()).decode()
    wrong = base64.b64encode(b"alice:wrong").decode()
    assert status(auth_registry) == http.HTTPStatus.UNAUTHORIZED
    assert status(auth_registry, {"Authorization": f"Basic {wrong}"}) == http.HTTPStatus.UNAUTHORIZED
    assert status(auth_registry, {"Authorization": f"Basic {right}"}) == http.HTTPStatus.OK


@pytest.mark.parametrize("size", [0, 1, 127, 128, 70_000])
def test_made_modules_state_their_own_length(size: int) -> None:
    """A section's length counts its name, so that readers can skip it."""
    made = binaries.module(size)
    head = binaries.MODULE_HEADER + binaries.custom_section_head("noise", size)
    assert made.startswith(head)
    assert len(made) == len(head) + size
