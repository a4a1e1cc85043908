"""A look into a large module: parts of it are enough, and where they cannot be had, the whole is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import layer
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

SIZE = 8 << 20
HELLO = binaries.HELLO.read_bytes()
GREETER = binaries.GREETER.read_bytes()


def large(binary: bytes) -> bytes:
    """Return a binary with much in it that says nothing, before what does."""
    return binary[:8] + binaries.custom_section("noise", bytes(SIZE)) + binary[8:]


def asked(faults: FaultRegistry) -> int:
    """Count the bytes of the layer that were asked for."""
    total = 0
    for request in faults.journal:
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", request.header("Range") or "")
        if part:
            total += int(part[2]) - int(part[1]) + 1
        elif request.method == "GET" and "/blobs/" in request.path:
            total += SIZE
    return total


@pytest.mark.parametrize("binary", [HELLO, GREETER], ids=["module", "component"])
def test_code_and_data_are_passed_over(faults: FaultRegistry, binary: bytes) -> None:
    """What is found is what the whole has."""
    part = layer(large(binary))
    faults.add_artifact(layers=[part], config=None)
    found = wasm2oci.inspect(f"{faults.host}/org/mod:v1")
    assert found.file_size == len(large(binary))
    assert found.imports
    assert found.exports
    assert asked(faults) - SIZE < 300_000  # The config is one blob that is read whole.


def test_without_ranges_the_whole_is_read(faults: FaultRegistry) -> None:
    """And so verified."""
    content = large(HELLO)
    added = faults.add_module(content)
    whole = faults.on("GET", f"*/blobs/{added.layers[0]['digest']}").status(200)
    whole.body(content, "application/octet-stream").omit("Content-Range")
    found = wasm2oci.inspect(f"{faults.host}/org/mod:v1")
    assert found.exports == wasm2oci.inspect(binaries.HELLO).exports
    whole.flip(at=len(content) - 1)
    with pytest.raises(wasm2oci.DigestMismatchError):
        wasm2oci.inspect(f"{faults.host}/org/mod:v1")


def test_a_small_module_is_read_whole_and_verified(faults: FaultRegistry) -> None:
    """Parts would cost as much and prove nothing."""
    added = faults.add_module(HELLO)
    blob = f"*/blobs/{added.layers[0]['digest']}"
    faults.on("GET", blob, nth=1).flip(at=len(HELLO) - 1)
    assert wasm2oci.inspect(f"{faults.host}/org/mod:v1").kind == "module"
    faults.on("GET", blob).flip(at=len(HELLO) - 1)
    with pytest.raises(wasm2oci.DigestMismatchError):
        wasm2oci.inspect(f"{faults.host}/org/mod:v1")


def test_a_version_that_nobody_knows_has_no_kind(faults: FaultRegistry) -> None:
    """But a warning."""
    faults.add_artifact(layers=[layer(b"\0asm\x02\0\0\0")])
    found = wasm2oci.inspect(f"{faults.host}/org/mod:v1")
    assert found.kind is None
    assert found.warnings


NAMELESS = bytes.fromhex("0061736d010000000104016000000206010001300000")
"""A module that imports the function "0" of the module "", as some linkers write it."""


def test_an_empty_module_name_is_kept(run_cli: RunCli, tmp_path: Path) -> None:
    """It is a name, where a component's import has none."""
    file = tmp_path / "nameless.wasm"
    file.write_bytes(NAMELESS)
    imported = {"module": "", "name": "0", "kind": "func", "func": {"params": [], "results": []}}
    assert wasm2oci.inspect(file).imports == (imported,)
    assert run_cli("inspect", str(file), "--json").json["imports"] == [imported]
    assert b'  "" 0: func ()\n' in run_cli("inspect", str(file)).stdout
    assert all("module" not in item for item in wasm2oci.inspect(binaries.GREETER).imports)
