"""Runs a command beside a real registry: `python -m tests.support.with_registry ctest …`.

The command finds the registry's `host:port` in WASM2OCI_TEST_REGISTRY.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.registry import RegistryProcess


def main(command: list[str]) -> int:
    """Run the command and return its exit code."""
    with tempfile.TemporaryDirectory() as folder, RegistryProcess(Path(folder)) as registry:
        environment = {**os.environ, "WASM2OCI_TEST_REGISTRY": registry.host}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
