"""Zig as the C and C++ compiler: a toolchain file of CMake for Linux with an old glibc, on any architecture.

zig is a package of PyPI (`ziglang`) with the symbol lists of every glibc and its own C++ library, which it
links statically. CMake and Go want compilers that are single programs, so each is a script here.
"""

from __future__ import annotations

from pathlib import Path

import ziglang

_ZIG = Path(ziglang.__file__).with_name("zig")


def write_toolchain(folder: Path, machine: str, glibc: str) -> Path:
    """Writes the compilers for `machine`, such as "aarch64", and returns CMake's toolchain file for them."""
    folder.mkdir(parents=True, exist_ok=True)
    target = f"{machine}-linux-gnu.{glibc}"
    tools = {
        name: _write_script(folder / name, arguments)
        for name, arguments in {
            "cc": f"cc -target {target}",
            "c++": f"c++ -target {target}",
            "ar": "ar",
            "ranlib": "ranlib",
        }.items()
    }
    file = folder / "toolchain.cmake"
    file.write_text(
        # Naming the system makes a build a cross build, which the machine's own is not.
        f'if(NOT CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL "{machine}")\n'
        f"  set(CMAKE_SYSTEM_NAME Linux)\n  set(CMAKE_SYSTEM_PROCESSOR {machine})\nendif()\n"
        f'set(CMAKE_C_COMPILER "{tools["cc"]}")\nset(CMAKE_CXX_COMPILER "{tools["c++"]}")\n'
        f'set(CMAKE_AR "{tools["ar"]}" CACHE FILEPATH "")\nset(CMAKE_RANLIB "{tools["ranlib"]}" CACHE FILEPATH "")\n',
        encoding="utf-8",
    )
    return file


def _write_script(path: Path, arguments: str) -> Path:
    path.write_text(f'#!/bin/sh\nexec "{_ZIG}" {arguments} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path
