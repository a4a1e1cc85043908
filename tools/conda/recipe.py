"""Renders, builds, tests and installs the conda recipe, by rattler-build and a channel of one's own.

    python tools/conda/recipe.py render
    python tools/conda/recipe.py build SDIST --channel CHANNEL --output FOLDER
    python tools/conda/recipe.py install --channel CHANNEL --output FOLDER

Nothing of it needs a network.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import environment
from rattler_build import BuildError, Package, RenderConfig, Stage0Recipe, VariantConfig
from rattler_build.jinja_config import JinjaConfig
from rattler_build.tool_config import PlatformConfig, ToolConfiguration

if TYPE_CHECKING:
    from rattler_build import RenderedVariant
    from rattler_build.progress import LogEvent

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "conda-recipe" / "recipe.yaml"
PINS = Path(__file__).with_name("conda-forge.yaml")
PLATFORMS = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64")
PACKAGES = ("libwasm2oci", "wasm2oci")
# What a build may find on PATH: the base of a system, no compiler, no build tool and no Python. What the recipe
# forgets to ask for would else be taken from the machine.
PROGRAMS = """
awk basename bash cat chmod chown cmp cp cut date diff dirname echo egrep env expr false file find getconf grep gzip
head hostname id install ldd ln ls mkdir mktemp mv nproc od printf pwd readlink realpath rm rmdir sed seq sh sha256sum
sleep sort stat tail tar tee test touch tr true tty uname uniq wc which xargs xz
"""


def main() -> None:
    """Does one of the three."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("render")
    builder = commands.add_parser("build")
    builder.add_argument("sdist", type=Path)
    for command in (builder, commands.add_parser("install")):
        command.add_argument("--channel", type=Path, required=True)
        command.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    if given.command == "render":
        for platform in PLATFORMS:
            render_all(platform)
    elif given.command == "build":
        build_all(given.sdist.resolve(), given.channel.resolve(), given.output.resolve())
    else:
        environment.install_and_try(given.channel.resolve(), given.output.resolve())


def render_all(platform: str) -> None:
    """Renders the recipe as on conda-forge and says what is made of it."""
    pins = VariantConfig.from_file_with_context(PINS, JinjaConfig(platform=PlatformConfig(target_platform=platform)))
    source = {"sdist_url": "https://example.org/wasm2oci.tar.gz", "sdist_sha256": "0" * 64}
    variants = render(platform, pins, source)
    found = {variant.recipe.package.name for variant in variants}
    if found != set(PACKAGES):
        raise SystemExit(f"{platform}: {found or 'nothing'} is made instead of {PACKAGES}")
    for variant in variants:
        package = variant.recipe.package
        print(f"{platform}: {package.name} {package.version} {variant.recipe.build.string}")


def render(platform: str, variants: VariantConfig, context: dict[str, str]) -> list[RenderedVariant]:
    """Renders the recipe: each package that is to be made."""
    config = RenderConfig(platform=PlatformConfig(target_platform=platform), extra_context=context)
    rendered = Stage0Recipe.from_file(RECIPE).render(variants, config)
    # An output that a variant does not touch is named once for each all the same.
    return list({(item.recipe.package.name, str(item.recipe.build.string)): item for item in rendered}.values())


def build_all(sdist: Path, channel: Path, output: Path) -> None:
    """Builds each package for this machine, then runs its tests."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    # rattler-build keeps packages by their file names, so that old ones would be tested instead of new ones.
    os.environ["RATTLER_CACHE_DIR"] = str(output / "cache")
    os.environ["PATH"] = str(base_programs(output / "bin"))
    context = {"sdist_url": sdist.as_uri(), "sdist_sha256": hashlib.sha256(sdist.read_bytes()).hexdigest()}
    channels = [output.as_uri(), channel.as_uri()]
    made = []
    for variant in render("linux-64", local_variants(channel), context):
        begun = time.monotonic()
        log = Log()
        try:
            result = variant.run_build(
                tool_config=ToolConfiguration(test_strategy="skip", error_prefix_in_binary=True),
                output_dir=output,
                channels=channels,
                progress_callback=log,
            )
        except BuildError as problem:
            print("\n".join(log.lines))
            raise SystemExit(f"{variant.recipe.package.name} was not built: {problem}") from None
        made += [Path(path) for path in result.packages]
        print(f"built {made[-1].name}: {made[-1].stat().st_size} bytes, {time.monotonic() - begun:.0f} s", flush=True)
    for path in made:
        run_tests(path, channels)


class Log:
    """What a build says, which matters only where it fails."""

    def __init__(self) -> None:
        """Begins with nothing."""
        self.lines: list[str] = []

    def on_log(self, event: LogEvent) -> None:
        """Keeps a line."""
        self.lines.append(event.message)

    def on_build_step(self, event: object) -> None:
        """The log says it as well."""

    on_download_start = on_download_progress = on_download_complete = on_build_step


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


def local_variants(channel: Path) -> VariantConfig:
    """Names what the channel has, in the place of conda-forge's pins."""

    def version(name: str) -> str:
        (package,) = channel.glob(f"linux-64/{name}-[0-9]*.conda")
        return package.name.removeprefix(f"{name}-").split("-")[0]

    # Of several Pythons the one that the stable ABI is built with.
    (abi3,) = channel.glob("noarch/python-abi3-*.conda")
    python = abi3.name.split("-")[2]
    return VariantConfig(
        {
            "c_compiler": ["gcc"],
            "c_compiler_version": [version("gcc_linux-64")],
            "cxx_compiler": ["gxx"],
            "cxx_compiler_version": [version("gxx_linux-64")],
            "c_stdlib": ["sysroot"],
            "c_stdlib_version": [version("sysroot_linux-64")],
            "python": [f"{python}.*"],
        }
    )


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
