"""Runs the command line as a user would: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIMIT = 120.0


@dataclass(frozen=True)
class CliResult:
    """What a run of the command line left behind."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode("utf-8")

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The one JSON document on standard output."""
        return json.loads(self.stdout)


class RunCli(Protocol):
    """The `run_cli` fixture."""

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
    ) -> CliResult:
        """Run `wasm2oci ARGUMENTS...` to its end."""
        ...


class StartCli(Protocol):
    """The `start_cli` fixture."""

    def __call__(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """Start `wasm2oci ARGUMENTS...` and return at once."""
        ...


def command(*arguments: str | Path) -> list[str | Path]:
    """Return the command line, with the Python that runs the tests."""
    return [sys.executable, "-m", "wasm2oci", *arguments]


def run(
    *arguments: str | Path,
    stdin: bytes = b"",
    environment: Mapping[str, str | None] | None = None,
    cwd: Path | None = None,
) -> CliResult:
    """Run the command line to its end; `environment` adds variables, None removes one."""
    merged: dict[str, str | None] = {**os.environ, **(environment or {})}
    done = subprocess.run(
        command(*arguments),
        input=stdin,
        env={name: value for name, value in merged.items() if value is not None},
        cwd=cwd,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    return CliResult(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))
