"""A conda channel in a folder, whose packages rattler-build itself makes from staged files."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rattler.index import index_fs
from rattler_build import Stage0Recipe, VariantConfig
from rattler_build.tool_config import ToolConfiguration

if TYPE_CHECKING:
    from collections.abc import Callable

# Stands in staged text files for the prefix that the package is installed into.
PREFIX = "@PREFIX@"


@dataclass
class Package:
    """A package: what it is called and what it needs. `stage` writes its files into the folder it is given."""

    name: str
    version: str
    license: str
    stage: Callable[[Path], None] | None = None
    build_string: str | None = None
    noarch: str | None = None
    depends: list[str] = field(default_factory=list)
    constrains: list[str] = field(default_factory=list)
    run_exports: dict[str, list[str]] = field(default_factory=dict)
    entry_points: list[str] = field(default_factory=list)
    names_prefix: bool = False


class Channel:
    """A channel under construction."""

    def __init__(self, folder: Path, work: Path) -> None:
        """Begins an empty channel in `folder`; `work` holds what comes between."""
        self.folder = folder
        self._work = work
        for subdir in ("noarch", "linux-64"):
            (folder / subdir).mkdir(parents=True)

    def add(self, package: Package) -> None:
        """Makes a package."""
        staged = self._work / "staged"
        staged.mkdir(parents=True)
        if package.stage:
            package.stage(staged)
        recipe = Stage0Recipe.from_dict(_recipe(package, staged), recipe_dir=self._work / "recipe")
        (result,) = recipe.run_build(
            VariantConfig({}),
            tool_config=ToolConfiguration(test_strategy="skip"),
            output_dir=self._work / "made",
            channels=[self.folder.as_uri()],
            package_format="conda:1",
            no_build_id=True,
            no_include_recipe=True,
        )
        (made,) = (Path(path) for path in result.packages)
        shutil.move(made, self.folder / made.parent.name / made.name)
        shutil.rmtree(staged)

    def finish(self) -> None:
        """Writes the lists of packages, without which there is no channel."""
        asyncio.run(index_fs(self.folder, write_shards=False))


def _recipe(package: Package, staged: Path) -> dict[str, Any]:
    script = [f"cp -a '{staged}/.' \"$PREFIX/\""]
    if package.names_prefix:
        script.append(f'grep -rIlZ "{PREFIX}" "$PREFIX" | xargs -0 -r sed -i "s|{PREFIX}|$PREFIX|g"')
    build: dict[str, Any] = {
        "number": 0,
        "script": script,
        # Else each file of a Python package is compiled by a process of its own, which takes minutes.
        "python": {"skip_pyc_compilation": ["**"], "entry_points": package.entry_points},
    }
    if package.build_string:
        build["string"] = package.build_string
    if package.noarch:
        build["noarch"] = package.noarch
    else:
        build["dynamic_linking"] = {"binary_relocation": False}
        build["prefix_detection"] = {"ignore": not package.names_prefix}
    return {
        "package": {"name": package.name, "version": package.version},
        "build": build,
        "requirements": {
            "run": package.depends,
            "run_constraints": package.constrains,
            "run_exports": package.run_exports,
        },
        "about": {"license": package.license, "summary": f"{package.name}, packed again for a local channel"},
    }
