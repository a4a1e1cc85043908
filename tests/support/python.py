"""Runs Python programs in processes of their own, for what only a whole process shows."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 60.0

REPEATS = int(os.environ.get("WASM2OCI_TEST_REPEATS", "20"))
"""How often a test marked as repeated tries what depends on the moment."""

PEAK = """
import re

def peak():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1]) * 1024
"""
"""Source of `peak()`: the most bytes of memory that the process has held at once; Linux only.

The resource module would not do: its number begins with that of the process that started this one.
"""


@dataclass(frozen=True)
class Ended:
    """What a program left behind. The code is negative where a signal ended it."""

    code: int
    stdout: str
    stderr: str


def start(program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a program; it must be ended by the caller."""
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(program), *arguments],
        # An editable install that rebuilds on import is to do so silently.
        env={**os.environ, "SKBUILD_EDITABLE_VERBOSE": "0", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(program: str, *arguments: str, environment: Mapping[str, str] | None = None, limit: float = LIMIT) -> Ended:
    """Run a program to its end.

    Raises:
        subprocess.TimeoutExpired: It did not end within `limit` seconds.
    """
    with start(program, *arguments, environment=environment) as process:
        try:
            stdout, stderr = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Ended(process.returncode, stdout, stderr)


def check(program: str, *arguments: str, environment: Mapping[str, str] | None = None, limit: float = LIMIT) -> str:
    """Run a program that must end well and silently, and return its standard output."""
    ended = run(program, *arguments, environment=environment, limit=limit)
    assert (ended.code, ended.stderr) == (0, ""), f"exit {ended.code}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout
