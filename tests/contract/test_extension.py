"""The extension as a file: what it exports, and what it says of itself."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wasm2oci._native import ext

STUB = Path(__file__).resolve().parents[2] / "src" / "wasm2oci" / "_ext.pyi"

elf = pytest.mark.skipif(sys.platform != "linux" or shutil.which("readelf") is None, reason="needs ELF and readelf")


def readelf(*options: str) -> str:
    """Read the extension's file."""
    return subprocess.run(["readelf", *options, ext.__file__], capture_output=True, text=True, check=True).stdout


@elf
def test_nothing_is_exported_but_the_entry_point() -> None:
    """Two Go libraries in one process that see each other's symbols crash."""
    rows = [line.split() for line in readelf("--dyn-syms", "--wide").splitlines()]
    exported = {row[7] for row in rows if len(row) > 7 and row[4] in {"GLOBAL", "WEAK"} and row[6] != "UND"}
    assert exported == {"PyInit__ext"}


@elf
def test_it_is_linked_as_a_go_library_must_be() -> None:
    """A Go runtime cannot be unloaded, and must find its own symbols."""
    dynamic = readelf("--dynamic", "--wide")
    flags = re.findall(r"\((?:FLAGS|FLAGS_1)\)\s+(?:Flags: )?(.*)", dynamic)
    assert {"NODELETE", "NOW", "SYMBOLIC", "BIND_NOW"} <= set(" ".join(flags).split())
    assert "GNU_RELRO" in readelf("--program-headers", "--wide")
    assert "(RUNPATH)" not in dynamic
    assert "(RPATH)" not in dynamic


@elf
def test_it_looks_for_overwritten_memory() -> None:
    """In stack frames, and in the buffers that are handed to the C library."""
    symbols = readelf("--dyn-syms", "--wide")
    called = set(re.findall(r" UND (__\w+_chk|__stack_chk_fail)@", symbols))
    assert "__stack_chk_fail" in called
    assert any(name.endswith("_chk") for name in called), called


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the stable ABI is used from CPython 3.12 on")
def test_it_is_for_every_later_python() -> None:
    """One wheel serves them all."""
    assert ".abi3." in Path(str(ext.__file__)).name


def test_its_stub_is_up_to_date(tmp_path: Path) -> None:
    """The stub is committed, since type checkers run where nothing is built."""
    made = tmp_path / "_ext.pyi"
    subprocess.run([sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "wasm2oci._ext", "-o", str(made)], check=True)
    assert STUB.read_text(encoding="utf-8") == made.read_text(encoding="utf-8"), (
        f"run: python -m nanobind.stubgen -m wasm2oci._ext -o {STUB.name}"
    )


@pytest.mark.parametrize(("verb", "operands"), [("nonsense", (b"a",)), ("resolve", ()), ("resolve", (b"a", b"b"))])
def test_it_starts_no_verb_that_is_not_there(verb: str, operands: tuple[bytes, ...]) -> None:
    """Nor one with another number of operands, which would be read from elsewhere."""
    with pytest.raises(ValueError, match="no verb of that name"):
        ext.start([], 0, verb, operands, None)
