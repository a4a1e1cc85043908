"""The command line's modules: all are on the map, and each verb is one file."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import pytest

import wasm2oci
from tests.support import python
from wasm2oci import _cli
from wasm2oci._cli import app, options

FOLDER = Path(_cli.__file__).parent
MODULES = {path.name for path in FOLDER.glob("*.py")} - {"__init__.py"}


def test_the_map_names_every_module() -> None:
    """Once; and none that is not there."""
    named = re.findall(r"\b[a-z]+\.py\b", str(_cli.__doc__))
    assert sorted(named) == sorted(MODULES)


@pytest.mark.parametrize("name", app.VERBS)
def test_a_verb_is_a_module_of_its_name(name: str) -> None:
    """Which has its table."""
    assert app.verb(name).name == name


def test_all_modules_of_verbs_are_found() -> None:
    """And nothing else that is in their folder, in the order of the alphabet."""
    assert list(app.VERBS) == sorted(path.stem for path in FOLDER.glob("verbs/*.py") if path.stem != "__init__")


def test_a_pull_loads_what_it_needs(hello: Path, tmp_path: Path) -> None:
    """Each of these takes longer to load than a small pull takes."""
    layout = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(hello, layout)
    loaded = python.check(
        """
        import sys
        from wasm2oci._native import ext

        ext.version()  # an editable installation builds now, if ever
        before = set(sys.modules)
        from wasm2oci._cli import main

        main(["pull", sys.argv[1], "-o", sys.argv[2]])
        print(*set(sys.modules) - before)
        """,
        layout,
        str(tmp_path / "pulled.wasm"),
    )
    heavy = {
        "argparse",
        "dataclasses",
        "difflib",
        "inspect",
        "json",
        "logging",
        "pathlib",
        "rich",
        "tempfile",
        "typing",
    }
    assert heavy & set(loaded.splitlines()[-1].split()) == set()


def test_the_formats_are_those_of_push() -> None:
    """They are written down once more, since a type costs the import of `typing`."""
    (choices,) = {option.choices for option in options.PACKAGING if option.name == "format"}
    assert choices == typing.get_args(wasm2oci.PushFormat)
