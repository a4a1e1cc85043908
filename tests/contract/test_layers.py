"""Layers know only the layer below them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import wasm2oci
from wasm2oci import _fork

PACKAGE = Path(wasm2oci.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
THIRD_PARTY = {"rich"}
# Loaded already whenever Python runs; by the hook itself; not needed by a verb.
HARMLESS = {
    "collections.abc",
    "importlib",
    "wasm2oci._ext",
    "wasm2oci._fork",
    "dataclasses",
    "importlib.metadata",
    "inspect",
}


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


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("_cli/")])
def test_what_is_loaded_late_is_loaded_before_a_fork(module: str) -> None:
    """Another thread may be loading it at that moment, and its lock would never be given back in the child."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    late: set[str] = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))):
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                late |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == "wasm2oci":
                late |= {f"wasm2oci.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                late.add(str(node.module))
    assert late <= {*_fork.LATE, *HARMLESS}


def needed(module: str) -> set[str]:
    """Return the modules of the package that a module imports to run, at once or later; not for annotations alone."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    names: set[str] = set()

    class Finder(ast.NodeVisitor):
        def visit_If(self, node: ast.If) -> None:
            if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
                self.generic_visit(node)
            for other in node.orelse:
                self.visit(other)

        def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
            if node.module == "wasm2oci":
                names.update(f"{alias.name}.py" for alias in node.names)
            elif node.module is not None and node.module.startswith("wasm2oci."):
                names.add(f"{node.module.removeprefix('wasm2oci.')}.py")

    Finder().visit(tree)
    return names & set(MODULES)


def test_no_module_needs_one_that_needs_it() -> None:
    """Each can be understood after those that it needs."""
    rest = {module: needed(module) for module in MODULES if "/" not in module and module != "__main__.py"}
    while ready := {module for module, needs in rest.items() if not needs & set(rest)}:
        rest = {module: needs for module, needs in rest.items() if module not in ready}
    assert rest == {}


def test_only_one_module_imports_the_extension() -> None:
    """Importing it starts the Go runtime, which is for that module alone to decide."""
    assert [module for module in MODULES if "wasm2oci._ext" in imported(module)] == ["_native.py"]


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("_cli/")])
def test_only_the_command_line_needs_other_packages(module: str) -> None:
    """A host that never runs it need not load them."""
    assert {name.partition(".")[0] for name in imported(module)} & THIRD_PARTY == set()
    assert module == "__main__.py" or not any(f"{name}.".startswith("wasm2oci._cli.") for name in imported(module))
