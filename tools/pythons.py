"""Finds the CPythons of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASK = "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2], sys.executable, sep='\\n')"


def find(version: str) -> Path:
    """Returns the executable of CPython `version`, such as "3.12": on PATH, or in pyenv's folder.

    Raises:
        SystemExit: There is none.
    """
    for candidate in _candidates(version):
        # One of pyenv's shims is there and fails where its version is not switched on.
        done = subprocess.run([candidate, "-c", _ASK], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0 and done.stdout.splitlines()[:2] == ["cpython", version]:
            return Path(done.stdout.splitlines()[2])
    raise SystemExit(f"CPython {version} is needed, and is neither on PATH nor in pyenv's folder")


def _candidates(version: str) -> Iterator[str]:
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for prefix in sorted(pyenv.glob(f"versions/{version}.*"), reverse=True):
        yield str(prefix / "bin" / "python")
