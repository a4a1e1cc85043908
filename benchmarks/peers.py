"""Finds the programs to compare with; those that Go or pip can build are built once, into .tools."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import environment, tools

if TYPE_CHECKING:
    from collections.abc import Sequence

ORAS_PY = "0.2.43"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Peers:
    """The programs; None where this machine has none."""

    python: Path
    """The Python that has wasm2oci."""
    cli: Path
    oras: Path
    crane: Path
    regctl: Path
    oras_py: Path
    """A Python that has oras-py."""
    goloop: Path
    curl: Path | None
    skopeo: Path | None
    wkg: Path | None

    def versions(self) -> dict[str, str]:
        """Return the version of each, as it says itself."""
        asked: dict[str, Sequence[str | Path]] = {
            "wasm2oci": [self.cli, "--version"],
            "Python": [self.python, "--version"],
            "oras": [self.oras, "version"],
            "crane": [self.crane, "version"],
            "curl": [self.curl or "", "--version"],
            "skopeo": [self.skopeo or "", "--version"],
            "wkg": [self.wkg or "", "--version"],
        }
        said = {name: _first_line(command) for name, command in asked.items() if command[0]}
        built = {
            "oras": tools.ORAS.version,
            "crane": tools.CRANE.version,
            "regctl": tools.REGCTL.version,
            "oras-py": ORAS_PY,
            "distribution (the registry)": tools.REGISTRY.version,
            "Go": _first_line([tools.find_go(), "version"]),
        }
        return {**said, **built}


def find() -> Peers:
    """Find or build all of them."""
    python = Path(sys.executable)
    return Peers(
        python=python,
        cli=python.with_name("wasm2oci"),
        oras=tools.build(tools.ORAS),
        crane=tools.build(tools.CRANE),
        regctl=tools.build(tools.REGCTL),
        oras_py=_build_oras_py(),
        goloop=_build_goloop(),
        curl=_on_path("curl"),
        skopeo=_on_path("skopeo"),
        wkg=_on_path("wkg"),
    )


def _on_path(name: str) -> Path | None:
    found = shutil.which(name, path=environment.ORIGINAL.get("PATH"))
    return Path(found) if found else None


def _build_oras_py() -> Path:
    folder = tools.TOOLS / f"oras-py-{ORAS_PY}"
    python = folder / "bin" / "python"
    with tools.locked("oras-py"):
        if not folder.exists():
            venv.create(folder, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "-q", f"oras=={ORAS_PY}"], check=True)
    return python


def _build_goloop() -> Path:
    program = tools.TOOLS / "bin" / "goloop"
    subprocess.run([tools.find_go(), "build", "-trimpath", "-o", program, "."], cwd=HERE / "goloop", check=True)
    return program


def _first_line(command: Sequence[str | Path]) -> str:
    said = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return said.stdout.strip().splitlines()[0]
