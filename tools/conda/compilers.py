"""The machine's GCC under the names of conda-forge's compilers, with a system root and flags as there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from channel import Package

if TYPE_CHECKING:
    from collections.abc import Callable

TRIPLE = "x86_64-conda-linux-gnu"
GCC_LICENSE = "GPL-3.0-only WITH GCC-exception-3.1"
_SCRIPTS = Path(__file__).with_name("activate")
_BINUTILS = ("ar", "as", "ld", "ld.bfd", "nm", "objcopy", "objdump", "ranlib", "readelf", "size", "strings", "strip")


def packages(triple: str, version: str) -> list[Package]:
    """Returns packages that call the machine's compilers `<triple>-gcc` and so on, of `version`."""
    major = version.split(".", maxsplit=1)[0]
    # The sysroot, and not the machine's own headers.
    found_here = f'--sysroot="$here/../{TRIPLE}/sysroot" -B"$here/../{TRIPLE}/bin"'

    def stage_binutils(root: Path) -> None:
        (root / TRIPLE / "bin").mkdir(parents=True)
        for tool in _BINUTILS:
            _wrap(root, tool, f"/usr/bin/{triple}-{tool}")
            (root / TRIPLE / "bin" / tool).symlink_to(f"../../bin/{TRIPLE}-{tool}")

    def stage_gcc(root: Path) -> None:
        for tool in ("gcc-ar", "gcc-nm", "gcc-ranlib"):
            _wrap(root, tool, f"/usr/bin/{triple}-{tool}-{major}")
        _wrap(root, "gcc", f"/usr/bin/{triple}-gcc-{major} {found_here}")
        _wrap(root, "cc", f"/usr/bin/{triple}-gcc-{major} {found_here}")
        _wrap(root, "cpp", f"/usr/bin/{triple}-cpp-{major} {found_here}")

    def stage_gxx(root: Path) -> None:
        _wrap(root, "g++", f"/usr/bin/{triple}-g++-{major} {found_here}")
        _wrap(root, "c++", f"/usr/bin/{triple}-g++-{major} {found_here}")

    needed = ["binutils_impl_linux-64", "sysroot_linux-64", f"libgcc >={version}", f"libstdcxx >={version}"]
    exported = [f"libgcc >={major}"]
    return [
        Package("binutils_impl_linux-64", "2", "GPL-3.0-only", stage=stage_binutils),
        Package("gcc_impl_linux-64", version, GCC_LICENSE, stage=stage_gcc, depends=needed),
        Package("gxx_impl_linux-64", version, GCC_LICENSE, stage=stage_gxx, depends=[f"gcc_impl_linux-64 =={version}"]),
        Package(
            "gcc_linux-64",
            version,
            "BSD-3-Clause",
            stage=activation("gcc", "gcc.sh"),
            depends=[f"gcc_impl_linux-64 =={version}", "sysroot_linux-64"],
            run_exports={"strong": exported},
        ),
        Package(
            "gxx_linux-64",
            version,
            "BSD-3-Clause",
            stage=activation("gxx", "gxx.sh"),
            depends=[f"gxx_impl_linux-64 =={version}", f"gcc_linux-64 =={version}"],
            run_exports={"strong": [*exported, f"libstdcxx >={major}"]},
        ),
    ]


def activation(name: str, script: str) -> Callable[[Path], None]:
    """Returns what stages a script of the folder activate/, to be run when an environment is activated."""

    def stage(root: Path) -> None:
        folder = root / "etc" / "conda" / "activate.d"
        folder.mkdir(parents=True)
        text = _SCRIPTS.joinpath(script).read_text(encoding="utf-8")
        folder.joinpath(f"activate-{name}.sh").write_text(text.replace("@TRIPLE@", TRIPLE), encoding="utf-8")

    return stage


def _wrap(root: Path, name: str, command: str) -> None:
    path = root / "bin" / f"{TRIPLE}-{name}"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
