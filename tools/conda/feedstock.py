"""The recipe, and how it is rendered for each platform of conda-forge.

    python tools/conda/feedstock.py [--write]

Renders the recipe and compares the variants with those in .ci_support, or writes them there.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rattler_build import RenderConfig, Stage0Recipe, VariantConfig
from rattler_build.jinja_config import JinjaConfig
from rattler_build.tool_config import PlatformConfig

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rattler_build import RenderedVariant

ROOT = Path(__file__).resolve().parents[2]
FEEDSTOCK = ROOT / "conda-recipe"
RECIPE = FEEDSTOCK / "recipe" / "recipe.yaml"
PINS = Path(__file__).with_name("conda-forge.yaml")
# The machine that builds, where it is another one.
PLATFORMS = {
    "linux-64": None,
    "linux-aarch64": "linux-64",
    "osx-64": None,
    "osx-arm64": "osx-64",
    "win-64": None,
}
EVERYWHERE = {"libwasm2oci", "wasm2oci"}
UNIX = {*EVERYWHERE, "libwasm2oci-static"}


def main() -> None:
    """Renders for every platform."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the files instead of comparing them")
    given = parser.parse_args()
    for platform, builder in PLATFORMS.items():
        outputs = render(RECIPE, platform, pins(platform), builder)
        found = {output.recipe.package.name for output in outputs}
        if found != (EVERYWHERE if platform.startswith("win") else UNIX) or len(outputs) != len(found):
            raise SystemExit(f"{platform}: {[output.recipe.package.name for output in outputs]} are made")
        for output in outputs:
            print(
                f"{platform}: {output.recipe.package.name} {output.recipe.package.version} {output.recipe.build.string}"
            )
        path = FEEDSTOCK / ".ci_support" / f"{platform.replace('-', '_')}_.yaml"
        text = as_yaml(outputs, {"target_platform", *pins(platform).keys()})
        if given.write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise SystemExit(
                f"{path.relative_to(ROOT)} is not what is rendered; run: python tools/conda/feedstock.py --write"
            )


def pins(platform: str) -> VariantConfig:
    """Returns conda-forge's pins with those of the feedstock."""
    context = JinjaConfig(platform=PlatformConfig(target_platform=platform))
    return VariantConfig.from_files_with_context([PINS, RECIPE.with_name("conda_build_config.yaml")], context)


def render(recipe: Path, platform: str, variants: VariantConfig, builder: str | None = None) -> list[RenderedVariant]:
    """Renders a recipe: each package that is to be made."""
    config = RenderConfig(platform=PlatformConfig(target_platform=platform, build_platform=builder or platform))
    rendered = Stage0Recipe.from_file(recipe).render(variants, config)
    # An output that a variant does not touch is named once for each all the same.
    return list({(item.recipe.package.name, str(item.recipe.build.string)): item for item in rendered}.values())


def as_yaml(outputs: Iterable[RenderedVariant], known: set[str]) -> str:
    """Writes which of the known variables the packages of a platform are made with, as .ci_support has it."""
    used = {name: value for output in outputs for name, value in output.variant.items() if name in known}
    lines = []
    for name, value in sorted(used.items()):
        text = str(value).lower() if isinstance(value, bool) else f"'{value}'"
        lines += [f"{name}:", f"- {text}"]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
