"""A build stops early, with what to do, where it could not give what was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["-DWASM2OCI_GO_ARCHIVE=x.a"], "WASM2OCI_GO_ARCHIVE needs WASM2OCI_BUILD_LIBRARY=OFF"),
        (["-DWASM2OCI_GO_ARCHIVE=x.a", "-DSKBUILD=2"], "which does not exist"),
    ],
)
def test_an_archive_that_is_there_is_for_the_extension(tmp_path: Path, options: list[str], says: str) -> None:
    """And it must be there."""
    assert says in configure(tmp_path, *options)


def test_a_compiler_that_is_too_old_is_named(tmp_path: Path) -> None:
    """And which would do; not the hundred errors that it would give."""
    real = shutil.which("g++")
    if real is None:
        pytest.skip("g++ is not here")
    old = tmp_path / "g++"
    old.write_text(f'#!/bin/sh\nexec "{real}" -w -D__GNUC__=7 "$@"\n', encoding="utf-8")
    old.chmod(0o755)
    said = configure(tmp_path / "build", f"-DCMAKE_CXX_COMPILER={old}")
    assert f"needs a compiler for C++17, and {old} is GNU 7." in said
    assert "Install GCC 8" in said


# What pip runs first.
BACKEND = "import sys; sys.path.insert(0, 'cmake'); {0}import build_backend; build_backend.{1}()"


@pytest.mark.parametrize(
    ("before", "hook", "words"),
    [
        ("sys.version_info = (3, 9, 0); ", "get_requires_for_build_wheel", ["needs Python 3.10 or newer"]),
        (
            "import os; os.environ.update(PATH='/nowhere'); ",
            "get_requires_for_build_wheel",
            ["needs a C compiler", "apt install g++"],
        ),
        (
            "import sysconfig; sysconfig.get_config_var = lambda name: 'x86_64-pc-linux-musl'; ",
            "get_requires_for_build_editable",
            ["needs glibc", "cannot be loaded on musl"],
        ),
    ],
    ids=["python", "compiler", "musl"],
)
def test_pip_is_told_in_one_line(before: str, hook: str, words: list[str]) -> None:
    """Before anything is downloaded or built."""
    if sys.platform == "win32":
        pytest.skip("Visual Studio is found in another way")
    environment = {name: value for name, value in os.environ.items() if name not in {"CC", "CXX"}}
    done = subprocess.run(
        [sys.executable, "-c", BACKEND.format(before, hook)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("hostile", [{"GOROOT": "/nowhere"}, {"GO111MODULE": "off", "GOFLAGS": "-mod=nothing"}])
def test_pip_finds_the_go_that_is_there_whatever_its_settings_say(hostile: dict[str, str]) -> None:
    """Else it would get another from PyPI."""
    asked = "import sys; sys.path.insert(0, 'cmake'); import go_modules; print(go_modules.requirement())"
    path = f"{Path(tools.find_go()).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={**os.environ, "PATH": path, **hostile},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
