"""The recipe for conda says again what pyproject.toml and the header say."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement

from tests.support import header

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "conda-recipe" / "recipe.yaml").read_text(encoding="utf-8")
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
    assert f'version_independent: ${{{{ match(python, ">=3.{tag}") }}}}' in RECIPE
    assert f'- match(python, ">=3.{int(tag) + 1}")' in RECIPE
