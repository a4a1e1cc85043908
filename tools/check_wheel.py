"""Holds a wheel for Linux to what it promises: by its tag, and to be small and to carry nothing of its build.

python tools/check_wheel.py WHEEL...
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

if TYPE_CHECKING:
    from elftools.elf.sections import SymbolTableSection

LARGEST = 5_000_000
# glibc's own, which the tag speaks of. Not Python's, since the interpreter may be linked without a library;
# not a C++ library, since the host may have loaded another.
LIBRARIES = re.compile(r"lib(c|m|dl|pthread|rt)\.so\.\d|ld-linux-[\w-]+\.so\.\d")
FILES = ("wasm2oci/py.typed", "wasm2oci/_ext.pyi", "/licenses/LICENSE", "/licenses/THIRD_PARTY_LICENSES")
MACHINES = {"x86_64": "EM_X86_64", "aarch64": "EM_AARCH64"}
FLAGS = {"DF_1_NODELETE", "DF_1_NOW", "DF_SYMBOLIC", "DF_BIND_NOW"}


def main() -> None:
    """Checks the wheels that are named."""
    for name in sys.argv[1:]:
        tag = re.search(r"-manylinux_(\d+)_(\d+)_(\w+?)(\.|$)", Path(name).stem)
        if tag is None:
            raise SystemExit(f"{name} is not for manylinux")
        check(Path(name), tag[3], f"{tag[1]}.{tag[2]}", (str(Path.home()),))


def check(wheel: Path, machine: str, glibc: str, places: tuple[str, ...]) -> None:
    """Checks one wheel and says what was found.

    Raises:
        SystemExit: The wheel is not as it should be; all reasons are named.
    """
    size = wheel.stat().st_size
    problems = [] if size < LARGEST else [f"it has {size} bytes, {LARGEST} are allowed"]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        problems += [f"{end} is missing" for end in FILES if not any(name.endswith(end) for name in names)]
        binaries = [name for name in names if name.endswith(".so")]
        if len(binaries) != 1:
            problems.append(f"it should have one extension and has {binaries}")
        content = archive.read(binaries[0])
        for name in names:
            text = archive.read(name)
            problems += [f"{name} names {place}" for place in places if f"{place}/".encode() in text]
    found, wrong = inspect(content, machine, glibc)
    problems += wrong
    if problems:
        raise SystemExit(f"{wheel.name}:\n  " + "\n  ".join(problems))
    if "-abi3-" in wheel.name:
        subprocess.run(["abi3audit", "--strict", wheel], check=True)  # noqa: S603, S607 - beside this Python
    print(f"{wheel.name}: {size} bytes, {found}, exports PyInit__ext, no path of its build", flush=True)


def inspect(content: bytes, machine: str, glibc: str) -> tuple[str, list[str]]:
    """Reads an extension; returns what it needs, and what is wrong with it."""
    file = ELFFile(BytesIO(content))
    problems = []
    if file["e_machine"] != MACHINES[machine]:
        problems.append(f"it is for {file['e_machine']}")
    symbols = file.get_section_by_name(".dynsym")
    exported = exports(symbols)
    if exported != {"PyInit__ext"}:
        problems.append(f"it exports {sorted(exported)}")
    problems += unprotected(symbols)
    needed, flags, paths = linking(file)
    problems += [f"it needs {name}" for name in needed if not LIBRARIES.fullmatch(name)]
    problems += [f"it has the run path {path}" for path in paths]
    problems += [f"it is linked without {flag}" for flag in FLAGS - flags]
    newest = newest_version(file)
    if newest > numbers(glibc):
        problems.append(f"it needs glibc {'.'.join(map(str, newest))}")
    return f"glibc {'.'.join(map(str, newest))}, needs {' '.join(needed)}", problems


def exports(symbols: SymbolTableSection) -> set[str]:
    """Returns the names that a library defines for others."""
    visible = ("STB_GLOBAL", "STB_WEAK")
    return {
        symbol.name
        for symbol in symbols.iter_symbols()
        if symbol["st_shndx"] != "SHN_UNDEF" and symbol["st_info"]["bind"] in visible
    }


def unprotected(symbols: SymbolTableSection) -> list[str]:
    """Says what it does not do against overwritten memory."""
    called = {symbol.name for symbol in symbols.iter_symbols() if symbol["st_shndx"] == "SHN_UNDEF"}
    problems = [] if "__stack_chk_fail" in called else ["its stack frames have no canaries"]
    if not any(name.endswith("_chk") for name in called):
        problems.append("it calls no function that checks the size of a buffer (_FORTIFY_SOURCE)")
    return problems


def linking(file: ELFFile) -> tuple[list[str], set[str], list[str]]:
    """Returns the libraries that are needed, the flags, and the run paths."""
    needed, flags, paths = [], set(), []
    dynamic = file.get_section_by_name(".dynamic")
    assert isinstance(dynamic, DynamicSection)  # noqa: S101 - for the type
    for tag in dynamic.iter_tags():
        if tag.entry.d_tag == "DT_NEEDED":
            needed.append(tag.needed)
        elif tag.entry.d_tag in {"DT_RPATH", "DT_RUNPATH"}:
            paths.append(getattr(tag, tag.entry.d_tag[3:].lower()))
        elif tag.entry.d_tag == "DT_FLAGS":
            flags |= {name for name, bit in (("DF_SYMBOLIC", 2), ("DF_BIND_NOW", 8)) if tag.entry.d_val & bit}
        elif tag.entry.d_tag == "DT_FLAGS_1":
            flags |= {name for name, bit in (("DF_1_NOW", 1), ("DF_1_NODELETE", 8)) if tag.entry.d_val & bit}
    return needed, flags, paths


def newest_version(file: ELFFile) -> tuple[int, ...]:
    """Returns the newest glibc that a symbol asks for."""
    versions = file.get_section_by_name(".gnu.version_r")
    assert isinstance(versions, GNUVerNeedSection)  # noqa: S101 - for the type
    names = [version.name for _, asked in versions.iter_versions() for version in asked]
    return max(numbers(name.removeprefix("GLIBC_")) for name in names if name.startswith("GLIBC_"))


def numbers(version: str) -> tuple[int, ...]:
    """Reads a version."""
    return tuple(int(part) for part in version.split("."))


if __name__ == "__main__":
    main()
