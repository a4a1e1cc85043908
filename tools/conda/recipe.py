"""Builds, tests and installs the conda packages, by rattler-build and a channel of one's own.

    python tools/conda/recipe.py build SDIST --channel CHANNEL --output FOLDER
    python tools/conda/recipe.py install --channel CHANNEL --output FOLDER

Nothing of it needs a network.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import time
import warnings
from pathlib import Path

import environment
import feedstock
from rattler_build import Package
from rattler_build.cli_api import build_recipes

# What a build may find on PATH: the base of a system, no compiler, no build tool and no Python. What the recipe
# forgets to ask for would else be taken from the machine.
PROGRAMS = """
awk basename bash cat chmod chown cmp cp cut date diff dirname echo egrep env expr false file find getconf grep gzip
head hostname id install ldd ln ls mkdir mktemp mv nproc od printf pwd readlink realpath rm rmdir sed seq sh sha256sum
sleep sort stat tail tar tee test touch tr true tty uname uniq wc which xargs xz
"""


def main() -> None:
    """Does one of the two."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build")
    builder.add_argument("sdist", type=Path)
    for command in (builder, commands.add_parser("install")):
        command.add_argument("--channel", type=Path, required=True)
        command.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    if given.command == "build":
        build_all(given.sdist.resolve(), given.channel.resolve(), given.output.resolve())
    else:
        environment.install_and_try(given.channel.resolve(), given.output.resolve())


def build_all(sdist: Path, channel: Path, output: Path) -> None:
    """Builds each package for this machine, then runs its tests."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    # rattler-build keeps packages by their file names, so that old ones would be tested instead of new ones.
    os.environ["RATTLER_CACHE_DIR"] = str(output / "cache")
    os.environ["PATH"] = str(base_programs(output / "bin"))
    recipe = recipe_for(sdist, output / "recipe")
    channels = [output.as_uri(), channel.as_uri()]
    variants = output / "variants.yaml"
    variants.write_text(json.dumps(local_variants(channel)), encoding="utf-8")
    begun = time.monotonic()
    with warnings.catch_warnings():
        # What is to take its place builds each package in a folder of its own, and so the staging output anew.
        warnings.simplefilter("ignore", DeprecationWarning)
        build_recipes(
            [recipe],
            channel=channels,
            variant_config=[str(variants)],
            test="skip",
            output_dir=output,
            error_prefix_in_binary=True,
        )
    made = sorted(output.glob("linux-64/*.conda"))
    print(f"built {len(made)} packages, {time.monotonic() - begun:.0f} s", flush=True)
    for path in made:
        print(f"{path.name}: {path.stat().st_size} bytes", flush=True)
        run_tests(path, channels)


def recipe_for(sdist: Path, folder: Path) -> Path:
    """Copies the recipe, and lets it be built from a file of this machine."""
    shutil.copytree(feedstock.RECIPE.parent, folder)
    recipe = folder / feedstock.RECIPE.name
    text = recipe.read_text(encoding="utf-8")
    for name, value in {"url": sdist.as_uri(), "sha256": hashlib.sha256(sdist.read_bytes()).hexdigest()}.items():
        text = re.sub(rf"^  {name}: .*$", f"  {name}: {value}", text, count=1, flags=re.MULTILINE)
    recipe.write_text(text, encoding="utf-8")
    return recipe


def run_tests(path: Path, channels: list[str]) -> None:
    """Runs the tests that a package carries, each in an environment of its own."""
    package = Package.from_file(path)
    for index in range(package.test_count):
        begun = time.monotonic()
        result = package.run_test(index, channel=channels)
        if not result.success:
            print("\n".join(result.output))
            raise SystemExit(f"test {index} of {path.name} failed")
        kind = type(package.tests[index]).__name__
        print(f"tested {package.name}: {kind} {index}, {time.monotonic() - begun:.0f} s", flush=True)


def local_variants(channel: Path) -> dict[str, list[str | bool]]:
    """Names what the channel has, in the place of conda-forge's pins."""

    def version(name: str) -> str:
        (package,) = channel.glob(f"linux-64/{name}-[0-9]*.conda")
        return package.name.removeprefix(f"{name}-").split("-")[0]

    # Of several Pythons the one that the stable ABI is built with.
    (abi3,) = channel.glob("noarch/python-abi3-*.conda")
    python = abi3.name.split("-")[2]
    return {
        "c_compiler": ["gcc"],
        "c_compiler_version": [version("gcc_linux-64")],
        "cxx_compiler": ["gxx"],
        "cxx_compiler_version": [version("gxx_linux-64")],
        "c_stdlib": ["sysroot"],
        "c_stdlib_version": [version("sysroot_linux-64")],
        "python": [f"{python}.*"],
        "is_abi3": [True],
    }


def base_programs(folder: Path) -> Path:
    """Fills a folder with links to the programs that a build may find."""
    folder.mkdir()
    for name in PROGRAMS.split():
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


if __name__ == "__main__":
    main()
