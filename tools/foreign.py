"""Installs what was built into Debians other than this machine's, and on another architecture, and tries it.

    python tools/foreign.py WHEELHOUSE FOLDER [--system NAME]

FOLDER, outside of the tree, gets a root for each system, which is made once and takes minutes. They are entered by
chroot, so this is for root on Debian, with debootstrap, and qemu-user-static for aarch64.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import zig

ROOT = Path(__file__).resolve().parent.parent
MIRROR = "http://deb.debian.org/debian"
HELLO = ROOT / "examples" / "hello.wasm"
# In each root, what is tried.
PLACE = "try"


@dataclass(frozen=True)
class System:
    """A Debian: its suite and architecture, and whether its Python can have a wheel."""

    suite: str
    architecture: str = "amd64"
    has_python: bool = True


SYSTEMS = {
    # The oldest that is still served; its Python is older than ours.
    "bullseye": System("bullseye", has_python=False),
    "bookworm": System("bookworm"),
    "trixie": System("trixie"),
    "sid": System("sid"),
    "arm64": System("trixie", architecture="arm64"),
}


def main() -> None:
    """Makes the systems that are not there and tries each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheelhouse", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--system", action="append", choices=SYSTEMS)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in given.system or SYSTEMS:
        root = given.folder.resolve() / f"root-{name}"
        make(SYSTEMS[name], root)
        place = root / PLACE
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        bring_wheels(given.wheelhouse, place)
        if SYSTEMS[name].has_python:
            try_wheel(root, name)
        else:
            try_program(root, name)


def make(system: System, root: Path) -> None:
    """Makes the root of a system, unless a whole one is there."""
    made = root / "etc" / "made-by-wasm2oci"
    if made.exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    # pip of the system is asked in every one, also where it can only refuse.
    command = ["debootstrap", "--variant=minbase", "--include=python3-venv,ca-certificates"]
    native = system.architecture == "amd64"
    if not native:
        command += [f"--arch={system.architecture}", "--foreign"]
    subprocess.run([*command, system.suite, str(root), MIRROR], stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    if not native:
        # Unpacked is enough; setting each package up in an emulator takes a quarter of an hour.
        for package in (root / "var/cache/apt/archives").glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)  # noqa: S603, S607
        # What setting up would have put together, and pip wants even where it asks nobody.
        authorities = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
        bundle = root / "etc/ssl/certs/ca-certificates.crt"
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_text("".join(file.read_text() for file in authorities))
    made.touch()


def bring_wheels(wheelhouse: Path, place: Path) -> None:
    """Copies our wheels and downloads those that they need, which are for every machine."""
    wheels = place / "wheels"
    shutil.copytree(wheelhouse, wheels)
    needed = ["rich>=13"]
    command = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(wheels), *needed]
    subprocess.run(command, check=True)  # noqa: S603
    shutil.copy2(ROOT / "tests" / "smoke.py", place)


def try_wheel(root: Path, name: str) -> None:
    """Lets pip choose a wheel, installs it and runs the smoke test."""
    enter(root, "python3", "-m", "venv", f"/{PLACE}/venv")
    python = f"/{PLACE}/venv/bin/python"
    enter(root, python, "-m", "pip", "install", "-q", "--no-index", "--find-links", f"/{PLACE}/wheels", "wasm2oci")
    print(f"{name}: {enter(root, python, f'/{PLACE}/smoke.py')}", flush=True)


def try_program(root: Path, name: str) -> None:
    """Sees that pip says which Python it needs; runs C and C++ programs that carry the library."""
    enter(root, "python3", "-m", "venv", f"/{PLACE}/venv")
    pip = (f"/{PLACE}/venv/bin/python", "-m", "pip", "install", "--no-index", "--find-links", f"/{PLACE}/wheels")
    said = enter(root, *pip, "wasm2oci", succeeds=False)
    # Found, and refused for this Python.
    if "wasm2oci" not in said or "No matching distribution" not in said:
        raise SystemExit(f"{name}: pip does not say that there is none for its Python:\n{said}")
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as folder:
        for program in build_programs(Path(folder)):
            shutil.copy2(program, root / PLACE)
            shutil.copy2(HELLO, root / PLACE)
            copy = f"/{PLACE}/{program.name}.wasm"
            enter(root, f"/{PLACE}/{program.name}", f"/{PLACE}/{HELLO.name}", f"oci:/{PLACE}/layout:1", copy)
            if (root / copy[1:]).read_bytes() != HELLO.read_bytes():
                raise SystemExit(f"{name}: {program.name} pulled something else than was pushed")
            print(f"{name}: {program.name} pushed and pulled", flush=True)


def build_programs(folder: Path) -> list[Path]:
    """Builds the examples with the static library, for an old glibc; returns their paths."""
    toolchain = zig.write_toolchain(folder / "zig", "x86_64", "2.17")
    options = ["-DWASM2OCI_BUILD_TESTS=OFF", "-DWASM2OCI_LIBRARY=wasm2oci::static", "--toolchain", str(toolchain)]
    configure = ["cmake", "-G", "Ninja", "-S", str(ROOT), "-B", str(folder / "build"), *options]
    for command in (configure, ["cmake", "--build", str(folder / "build"), "--target", "push_pull", "push_pull_cpp"]):
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    return [folder / "build" / "examples" / name for name in ("push_pull", "push_pull_cpp")]


def enter(root: Path, *command: str, succeeds: bool = True) -> str:
    """Runs a command inside, with /proc and nothing of this machine's environment; returns what it said."""
    environment = ["env", "-i", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
    isolated = ["unshare", "--mount", "--pid", "--fork", f"--mount-proc={root / 'proc'}", "chroot", str(root)]
    done = subprocess.run([*isolated, *environment, *command], capture_output=True, text=True, check=False)  # noqa: S603
    if (done.returncode == 0) != succeeds:
        raise SystemExit(f"{root.name}: {' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return (done.stdout + done.stderr).strip()


if __name__ == "__main__":
    main()
