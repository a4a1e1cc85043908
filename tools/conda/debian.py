"""The system root and the runtime libraries of GCC, from Debian's packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from channel import Package
from compilers import GCC_LICENSE, TRIPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEBIAN_TRIPLE = "x86_64-linux-gnu"


class NotHereError(Exception):
    """Debian's packages, or the compilers that come as such, cannot be had on this machine."""


class Debian:
    """What a system like this one compiles against."""

    def __init__(self, folder: Path) -> None:
        """Downloads and unpacks the packages into `folder`.

        Raises:
            NotHereError: This is no Debian with GCC, or its packages cannot be downloaded.
        """
        for tool in ("apt-get", "dpkg-deb", f"{DEBIAN_TRIPLE}-gcc", f"{DEBIAN_TRIPLE}-g++"):
            if shutil.which(tool) is None:
                raise NotHereError(f"there is no {tool}")
        asked = [f"{DEBIAN_TRIPLE}-gcc", "-dumpfullversion"]
        self.gcc = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
        self.major = self.gcc.split(".")[0]
        self._folder = folder
        downloads = folder / "downloads"
        downloads.mkdir(parents=True)
        runtime = ["libc6", "libgcc-s1", "libstdc++6"]
        _download(downloads, [*runtime, "libc6-dev", "linux-libc-dev", f"libstdc++-{self.major}-dev"])
        for package in downloads.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder / "root"], check=True)  # noqa: S603, S607
        (libc,) = downloads.glob("libc6_*.deb")
        self.glibc = ".".join(re.findall(r"\d+", libc.name.removeprefix("libc6_"))[:2])

    def packages(self) -> list[Package]:
        """Returns the packages, under the names of conda-forge."""
        return [
            Package(
                "sysroot_linux-64",
                self.glibc,
                "LGPL-2.1-or-later",
                stage=self._stage_sysroot,
                run_exports={"strong": [f"__glibc >={self.glibc},<3.0.a0"]},
            ),
            Package("libgcc", self.gcc, GCC_LICENSE, stage=self._stage_libraries("libgcc_s.so*")),
            Package(
                "libstdcxx",
                self.gcc,
                GCC_LICENSE,
                stage=self._stage_libraries("libstdc++.so*"),
                depends=[f"libgcc =={self.gcc}"],
            ),
        ]

    def _stage_sysroot(self, root: Path) -> None:
        sysroot = root / TRIPLE / "sysroot"
        for part in ("usr/include", f"usr/lib/{DEBIAN_TRIPLE}", f"lib/{DEBIAN_TRIPLE}", "lib64"):
            if (self._folder / "root" / part).exists():
                shutil.copytree(self._folder / "root" / part, sysroot / part, symlinks=True)
        for unused in ("gconv", "audit"):
            shutil.rmtree(sysroot / "usr/lib" / DEBIAN_TRIPLE / unused, ignore_errors=True)
        for path in sysroot.rglob("*"):
            # GCC's own libraries are packages of their own.
            if re.match(r"lib(gcc_s|stdc\+\+)\.so", path.name):
                path.unlink()
            elif path.is_symlink() and path.readlink().is_absolute():
                target = sysroot / path.readlink().relative_to("/")
                path.unlink()
                path.symlink_to(os.path.relpath(target, path.parent))

    def _stage_libraries(self, pattern: str) -> Callable[[Path], None]:
        def stage(root: Path) -> None:
            (root / "lib").mkdir()
            for library in (self._folder / "root").rglob(pattern):
                if "/gcc/" not in str(library):
                    shutil.copy2(library, root / "lib" / library.name, follow_symlinks=False)

        return stage


def _download(folder: Path, names: list[str]) -> None:
    """Downloads packages by apt, with new lists where the old ones do not do and we may."""
    command = ["apt-get", "-q", "download", *names]
    if _quietly(command, folder) is None:
        return
    if os.geteuid() == 0:
        _quietly(["apt-get", "-q", "update"], folder)
    problem = _quietly(command, folder)
    if problem is not None:
        raise NotHereError(f"apt cannot download Debian's packages: {problem}")


def _quietly(command: list[str], folder: Path) -> str | None:
    """Runs a command; returns the last line that it wrote where it failed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
