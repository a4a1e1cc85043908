"""Layers know only the layer below them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import wasm2oci

PACKAGE = Path(wasm2oci.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
THIRD_PARTY = {"click", "rich"}


def imported(module: str) -> set[str]:
    """Return the modules that a module imports, whether it names them as statements or as text."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("wasm2oci."):
            names.add(node.value)
    return names


def test_only_one_module_imports_the_extension() -> None:
    """Importing it starts the Go runtime, which is for that module alone to decide."""
    assert [module for module in MODULES if "wasm2oci._ext" in imported(module)] == ["_native.py"]


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("_cli/")])
def test_only_the_command_line_needs_other_packages(module: str) -> None:
    """A host that never runs it need not load them."""
    assert {name.partition(".")[0] for name in imported(module)} & THIRD_PARTY == set()
    assert module == "__main__.py" or not any(f"{name}.".startswith("wasm2oci._cli.") for name in imported(module))
