"""The PEP 517 backend: scikit-build-core, with Go from PyPI where there is none.

A source distribution carries the Go modules as well (go_modules.py), so that a
wheel can be built from it where no module proxy answers.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING

if sys.version_info < (3, 10):  # noqa: UP036 - an older one comes here only to be told so
    raise SystemExit(f"wasm2oci needs Python 3.10 or newer, and this is {sys.version.split()[0]}")

import go_modules as _go
from scikit_build_core import build as _build
from scikit_build_core.build import (
    build_editable,
    build_wheel,
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


def get_requires_for_build_sdist(config_settings: ConfigSettings | None = None) -> list[str]:
    """Returns what a source distribution needs to be built."""
    return [*_build.get_requires_for_build_sdist(config_settings), *_go.requirement()]


def build_sdist(sdist_directory: str, config_settings: ConfigSettings | None = None) -> str:
    """Builds a source distribution with the Go modules in it; returns its file name."""
    with _go.vendored() as folder:
        settings = {**(config_settings or {}), f"sdist.force-include.{folder}": "go/vendor"}
        return _build.build_sdist(sdist_directory, settings)


def get_requires_for_build_wheel(config_settings: ConfigSettings | None = None) -> list[str]:
    """Returns what a wheel needs to be built."""
    _require_glibc()
    _require_compilers()
    return [*_build.get_requires_for_build_wheel(config_settings), *_go.requirement()]


def get_requires_for_build_editable(config_settings: ConfigSettings | None = None) -> list[str]:
    """Returns what an editable install needs to be built."""
    _require_glibc()
    _require_compilers()
    return [*_build.get_requires_for_build_editable(config_settings), *_go.requirement()]


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
