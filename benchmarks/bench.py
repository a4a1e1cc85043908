"""The place where everything happens: registry, far registry, folder, stored modules."""

from __future__ import annotations

import http.client
import random
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import wasm2oci
from benchmarks.contestants import FailedError, Program, Worker
from benchmarks.peers import HERE
from tests.support.binaries import MODULE_HEADER, custom_section_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.peers import Peers

KIB = 1024
MIB = 1024 * KIB
TAG = "v1"
MANIFESTS = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True)
class Stored:
    """A module that lies in the registry and on the disk."""

    host: str
    repository: str
    digest: str
    """Of the layer."""
    manifest: str
    """Its digest."""
    size: int
    file: Path

    @property
    def reference(self) -> str:
        """Name it."""
        return f"{self.host}/{self.repository}:{TAG}"

    @property
    def pinned(self) -> str:
        """Name it by its digest."""
        return f"{self.host}/{self.repository}@{self.manifest}"


@dataclass
class Bench:
    """What the rows share."""

    peers: Peers
    environment: dict[str, str]
    folder: Path
    host: str
    """The registry."""
    far: str
    """The same registry behind the proxy."""
    mirror: str
    """Another registry, to copy to."""
    client: wasm2oci.Client = field(default_factory=wasm2oci.Client)
    _stored: dict[int, Stored] = field(default_factory=dict)

    def file(self, size: int, name: str | None = None, seed: int = 1) -> Path:
        """Return a module of exactly `size` bytes, nearly all noise."""
        path = self.folder / (name or f"module-{size}.wasm")
        if not path.exists():
            write_module(path, size, seed)
        return path

    def stored(self, size: int, *, far: bool = False) -> Stored:
        """Return a module of this size that was pushed."""
        if size not in self._stored:
            file = self.file(size)
            repository = f"bench/of-{size}"
            pushed = self.client.push(file, f"{self.host}/{repository}:{TAG}")
            self._stored[size] = Stored(self.host, repository, pushed.layer.digest, pushed.digest, size, file)
        found = self._stored[size]
        return replace(found, host=self.far) if far else found

    def program(
        self, command: Callable[[int], Sequence[str | Path]], output: Callable[[int], Path] | None = None
    ) -> Program:
        """Return a program that is started each time; `output` is for what it prints."""
        return Program(command, self.peers.goloop, self.environment, self.folder, output)

    def output(self, name: str) -> Path:
        """Return a folder for what a contestant writes."""
        path = self.folder / "out" / name.replace(" ", "-")
        path.mkdir(parents=True, exist_ok=True)
        return path

    @contextmanager
    def worker(self, name: str) -> Iterator[Worker]:
        """Start a warm worker: wasm2oci, asyncio, oras-py, http, files or goloop."""
        python = {"oras-py": self.peers.oras_py}.get(name, self.peers.python)
        command: list[str | Path] = [self.peers.goloop] if name == "goloop" else [python, HERE / "worker.py", name]
        with Worker(command, self.environment, self.output(f"{name} worker")) as worker:
            yield worker


def write_module(path: Path, size: int, seed: int) -> None:
    """Write a valid module: a header and a custom section that is not zeros, so nothing can cheat."""
    head = b""
    for padding in range(size - len(MODULE_HEADER), 0, -1):
        head = MODULE_HEADER + custom_section_head("noise", padding)
        if len(head) + padding == size:
            break
    noise = random.Random(seed).randbytes(min(size, MIB))  # noqa: S311 - noise, not a secret
    with path.open("wb") as file:
        file.write(head)
        left = size - len(head)
        while left > 0:
            # A number makes each piece another.
            piece = (left.to_bytes(8, "little") + noise)[:left]
            file.write(piece)
            left -= len(piece)


def clear(folder: Path) -> None:
    """Empty a folder, so that nobody has old blocks to give back within the time."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def check_size(folder: Path, size: int, count: int = 1) -> None:
    """Look for the files that should have been written.

    Raises:
        FailedError: They are not there.
    """
    found = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size == size]
    if len(found) < count:
        raise FailedError(f"{folder.name} wrote {len(found)} of {count} files of {size} bytes")


def check_pushed(host: str, repository: str) -> None:
    """Look for a manifest in the registry.

    Raises:
        FailedError: It is not there.
    """
    connection = http.client.HTTPConnection(host)
    connection.request("HEAD", f"/v2/{repository}/manifests/{TAG}", headers={"Accept": MANIFESTS})
    status = connection.getresponse().status
    connection.close()
    if status != http.client.OK:
        raise FailedError(f"HTTP {status} for {repository} after it was pushed")


@contextmanager
def proxied(host: str) -> Iterator[str]:
    """Put the slow proxy before a host."""
    command = [sys.executable, "-m", "benchmarks.proxy", host]
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True))
        stack.callback(process.terminate)
        yield f"127.0.0.1:{process.stdout.readline().strip()}" if process.stdout else ""
