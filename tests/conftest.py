"""Fixtures that every test can ask for. Servers start only where one is asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.faults import FaultRegistry
from tests.support import binaries, cli, environment, signals, tools
from tests.support.registry import Registry, RegistryProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol

    from tests.faults import Tls
    from tests.faults.store import Store

    class StartFaults(Protocol):
        """The `start_faults` fixture."""

        def __call__(
            self, address: str = "127.0.0.1", *, tls: Tls | None = None, store: Store | None = None
        ) -> FaultRegistry:
            """Start a registry, which ends with the test."""
            ...


def pytest_configure(config: pytest.Config) -> None:
    """State the markers, and let Ctrl-C come through whatever started the tests."""
    signals.heed_interrupts()
    config.addinivalue_line("markers", "alone: measures time or memory, so nothing else may run beside it")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the credentials, proxies and settings of whoever runs the tests."""
    for name in environment.REMOVED:
        monkeypatch.delenv(name, raising=False)
    for name, folder in environment.clean_folders(tmp_path_factory.mktemp("environment")).items():
        monkeypatch.setenv(name, folder)
    for name, folder in environment.go_caches().items():
        if name not in os.environ:
            monkeypatch.setenv(name, folder)


@pytest.fixture
def hello() -> Path:
    """Return the path of a core module."""
    return binaries.HELLO


@pytest.fixture
def greeter() -> Path:
    """Return the path of a component."""
    return binaries.GREETER


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Run a real registry that lets everybody push and pull."""
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="session")
def auth_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Run a real registry that asks for a user name and a password."""
    with RegistryProcess(tmp_path_factory.mktemp("registry"), authenticate=True) as running:
        yield running


def _peer(tool: tools.GoTool) -> Path:
    found = tools.find_peer(tool)
    if found is None:
        pytest.skip(f"{tool.name} {tool.version} is not here; set WASM2OCI_TEST_PEERS=1 to build it")
    return found


@pytest.fixture(scope="session")
def oras() -> Path:
    """Return the path of oras."""
    return _peer(tools.ORAS)


@pytest.fixture(scope="session")
def crane() -> Path:
    """Return the path of crane."""
    return _peer(tools.CRANE)


@pytest.fixture(scope="session")
def regctl() -> Path:
    """Return the path of regctl."""
    return _peer(tools.REGCTL)


def _program(name: str, where: str) -> str:
    found = shutil.which(name, path=environment.ORIGINAL.get("PATH"))
    if found is None:
        pytest.skip(f"{name} is not here; {where}")
    return found


@pytest.fixture(scope="session")
def skopeo() -> str:
    """Return the path of skopeo."""
    return _program("skopeo", "install the package of your system")


@pytest.fixture(scope="session")
def podman() -> str:
    """Return the path of podman."""
    return _program("podman", "install the package of your system")


@pytest.fixture(scope="session")
def wkg() -> str:
    """Return the path of wkg, the package tool of the Bytecode Alliance."""
    return _program("wkg", "`cargo install wkg` builds it")


@pytest.fixture
def run_cli() -> cli.RunCli:
    """Run the command line to its end."""
    return cli.run


@pytest.fixture
def start_cli() -> Iterator[cli.StartCli]:
    """Start the command line; what still runs after the test is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        with signals.hang_up_by_default():
            process = subprocess.Popen(
                cli.command(*arguments),
                env=dict(os.environ),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def start_faults() -> Iterator[StartFaults]:
    """Start registries that go wrong on purpose: with TLS, at another address, several at once."""
    started: list[FaultRegistry] = []

    def start(address: str = "127.0.0.1", *, tls: Tls | None = None, store: Store | None = None) -> FaultRegistry:
        started.append(FaultRegistry(address, tls=tls, store=store))
        return started[-1]

    yield start
    for server in started:
        server.close()
    # What the bench itself did wrong must not pass for a fault of the product.
    assert [problem for server in started for problem in server.problems] == []


@pytest.fixture
def faults(start_faults: StartFaults) -> FaultRegistry:
    """Return a registry of its own for this test, which goes wrong as the test says."""
    return start_faults()
