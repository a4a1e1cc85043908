"""Fixtures for tests that run against real registries of every kind."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.registries.kinds import KINDS
from tests.registries.programs import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol

    from tests.registries.site import Kind, Site

    class StartSite(Protocol):
        """The `start_site` fixture."""

        def __call__(self, kind: Kind) -> Site:
            """Start a registry, which ends with the test."""
            ...


def _start(kind: Kind, stack: ExitStack, folder: Path) -> Site:
    try:
        return kind.start(stack, folder)
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session", params=KINDS, ids=[kind.name for kind in KINDS])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a registry of each kind in turn, for all tests that do not disturb it."""
    with ExitStack() as stack:
        yield _start(request.param, stack, tmp_path_factory.mktemp(request.param.name))


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[StartSite]:
    """Start registries for this test alone, which may stop them."""
    with ExitStack() as stack:
        yield lambda kind: _start(kind, stack, tmp_path / kind.name)


@pytest.fixture(params=KINDS, ids=[kind.name for kind in KINDS])
def own_site(request: pytest.FixtureRequest, start_site: StartSite) -> Site:
    """Run a registry of each kind in turn, for this test alone."""
    return start_site(request.param)
