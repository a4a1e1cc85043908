"""CMake stops early, with what to do, where a build could not give what was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import tools

ROOT = Path(__file__).resolve().parents[2]
# As FindPython of a CMake before 3.26 is, which ignores the component of the stable ABI.
FIND_PYTHON = """
    set(Python_FOUND TRUE)
    add_executable(Python::Interpreter IMPORTED)
    add_library(Python::Module INTERFACE IMPORTED)
"""


def configure(folder: Path, *options: str) -> str:
    """Configures the project, which must fail; returns what CMake said, in one line."""
    for tool in ("cmake", "ninja"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    go = tools.find_go()
    done = subprocess.run(
        ["cmake", "-G", "Ninja", "-S", str(ROOT), "-B", str(folder), f"-DWASM2OCI_GO_EXECUTABLE={go}", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert done.returncode != 0
    return " ".join(done.stderr.split())


def test_a_stable_abi_that_cannot_be_had_is_not_left_out_in_silence(tmp_path: Path) -> None:
    """Else a wheel for every later Python would hold a module for one."""
    modules = tmp_path / "modules"
    modules.mkdir()
    modules.joinpath("FindPython.cmake").write_text(FIND_PYTHON, encoding="utf-8")
    said = configure(
        tmp_path / "build", "-DSKBUILD=2", "-DSKBUILD_SABI_VERSION=3.12", f"-DCMAKE_MODULE_PATH={modules.as_posix()}"
    )
    assert "the stable ABI of Python 3.12 was asked for" in said
    assert "use CMake 3.26 or newer" in said
