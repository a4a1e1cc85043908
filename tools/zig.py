"""Zig as the C and C++ compiler: a toolchain file of CMake for Linux with an old glibc, on any architecture.

    python tools/zig.py FOLDER MACHINE GLIBC

writes it and the compilers into FOLDER, and prints its path. zig is a package of PyPI (`ziglang`) with the symbol
lists of every glibc and its own C++ library, which it links statically. CMake and Go want compilers that are single
programs, so each is a script here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import ziglang

_ZIG = Path(ziglang.__file__).with_name("zig")
# CMake takes zig for Clang, whose linker has --push-state.
_LINKER = """foreach(language IN ITEMS C CXX)
  set(
    CMAKE_${language}_LINK_LIBRARY_USING_WHOLE_ARCHIVE
    "LINKER:--whole-archive"
    "<LINK_ITEM>"
    "LINKER:--no-whole-archive"
  )
endforeach()
"""


def write_toolchain(folder: Path, machine: str, glibc: str) -> Path:
    """Writes the compilers for `machine`, such as "aarch64", and returns CMake's toolchain file for them."""
    folder.mkdir(parents=True, exist_ok=True)
    target = f"{machine}-linux-gnu.{glibc}"
    if machine == "aarch64":
        # Calls for atomic operations lead into zig's runtime library, all of it. With it come stack canaries of a
        # value that everybody knows, in place of the C library's random ones.
        target += " -mno-outline-atomics"
    tools = {
        name: _write_script(folder / name, arguments)
        for name, arguments in {
            "cc": f"cc -target {target}",
            "c++": f"c++ -target {target}",
            "ar": "ar",
            "ranlib": "ranlib",
        }.items()
    }
    linker = folder / "linker.cmake"
    linker.write_text(_LINKER, encoding="utf-8")
    file = folder / "toolchain.cmake"
    file.write_text(
        # Naming the system makes a build a cross build, which the machine's own is not.
        f'if(NOT CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL "{machine}")\n'
        f"  set(CMAKE_SYSTEM_NAME Linux)\n  set(CMAKE_SYSTEM_PROCESSOR {machine})\nendif()\n"
        f'set(CMAKE_C_COMPILER "{tools["cc"]}")\nset(CMAKE_CXX_COMPILER "{tools["c++"]}")\n'
        # zig has no scanner for modules of C++20, and there are none.
        "set(CMAKE_CXX_SCAN_FOR_MODULES OFF)\n"
        f'set(CMAKE_PROJECT_INCLUDE "{linker}")\n'
        f'set(CMAKE_AR "{tools["ar"]}" CACHE FILEPATH "")\nset(CMAKE_RANLIB "{tools["ranlib"]}" CACHE FILEPATH "")\n',
        encoding="utf-8",
    )
    return file


def main(folder: str, machine: str, glibc: str) -> None:
    """Writes a toolchain file and says where it is."""
    print(write_toolchain(Path(folder).resolve(), machine, glibc))


def _write_script(path: Path, arguments: str) -> Path:
    path.write_text(f'#!/bin/sh\nexec "{_ZIG}" {arguments} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    main(*sys.argv[1:])
