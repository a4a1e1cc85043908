"""The recipe for conda says again what pyproject.toml and the header say."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement

from tests.support import header

ROOT = Path(__file__).resolve().parents[2]
FEEDSTOCK = ROOT / "conda-recipe"
RECIPE = (FEEDSTOCK / "recipe" / "recipe.yaml").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def items(text: str, key: str) -> list[str]:
    """Returns the strings of a list in pyproject.toml, which Python 3.10 cannot read by itself."""
    found = re.search(rf"^{key} = \[(.*?)\]$", text, re.MULTILINE | re.DOTALL)
    assert found, key
    return re.findall(r'"([^"]+)"', found[1])


def test_it_is_for_this_version() -> None:
    """There is one version."""
    assert re.findall(r'^  version: "(.*)"$', RECIPE, re.MULTILINE) == [header.version()]


def test_it_needs_what_the_package_needs() -> None:
    """To build, and to run."""
    wanted = [Requirement(text) for key in ("requires", "dependencies") for text in items(PROJECT, key)]
    for requirement in wanted:
        bounds = {str(bound) for bound in requirement.specifier}
        stated = re.findall(rf"^ +- {requirement.name} (\S+)$", RECIPE, re.MULTILINE)
        assert [set(text.split(",")) for text in stated] == [bounds] * max(len(stated), 1), requirement.name


def test_it_has_the_same_licence() -> None:
    """An SPDX expression, of ours and of what is linked in."""
    (stated,) = re.findall(r'^license = "(.*)"$', PROJECT, re.MULTILINE)
    assert re.findall(r"^  license: (.*)$", RECIPE, re.MULTILINE) == [stated]


def test_one_package_serves_the_pythons_that_one_wheel_serves() -> None:
    """All those with the stable ABI."""
    (tag,) = re.findall(r'^wheel.py-api = "cp3(\d+)"$', PROJECT, re.MULTILINE)
    assert f'- not match(python, "3.{tag}.*") or not is_abi3' in RECIPE
    assert "version_independent: true" in RECIPE


def test_it_asks_for_the_go_of_the_module() -> None:
    """Of major and minor version: conda-forge has the newest patch."""
    (wanted,) = re.findall(r"^go (\d+\.\d+)", (ROOT / "go" / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"^ +- go (.*)$", RECIPE, re.MULTILINE)) == {f">={wanted}"}


def test_macos_is_as_old_as_that_of_the_wheels() -> None:
    """And so is what the compiler is told."""
    (oldest,) = re.findall(r'MACOSX_DEPLOYMENT_TARGET = "(.*)"', PROJECT)
    config = (FEEDSTOCK / "recipe" / "conda_build_config.yaml").read_text(encoding="utf-8")
    assert re.findall(r'^  - "(.*)"', config, re.MULTILINE) == [oldest, oldest]


def test_it_is_rendered_for_five_platforms() -> None:
    """Whether that is up to date is tried where rattler-build is installed: `nox -s conda`."""
    rendered = {path.stem: path.read_text(encoding="utf-8") for path in (FEEDSTOCK / ".ci_support").iterdir()}
    assert rendered.keys() == {"linux_64_", "linux_aarch64_", "osx_64_", "osx_arm64_", "win_64_"}
    for name, text in rendered.items():
        assert f"target_platform:\n- '{name.rstrip('_').replace('_', '-')}'\n" in text
