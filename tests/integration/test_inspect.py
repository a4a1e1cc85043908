"""A look into a large module: parts of it are enough, and where they cannot be had, the whole is read."""

from __future__ import annotations

import asyncio
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


UNUSUAL = b'{"schemaVersion":2, "config" : {"mediaType":"text/x"},\r\n "layers":[], "caf\xc3\xa9":"\\u00e9"}\n\n'
"""A manifest as nobody would write it again, of an artifact without WebAssembly."""


def test_raw_is_the_bytes_of_the_manifest_and_one_request(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Nothing is added to them and nothing else is asked for, so that their digest can be checked."""
    added = faults.add_manifest("org/mod", "v1", UNUSUAL)
    found = wasm2oci.inspect(faults.reference(), raw=True)
    assert (found.raw, found.digest, found.size) == (UNUSUAL, added.digest, len(UNUSUAL))
    assert (found.reference, found.media_type) == (faults.reference(), added.media_type)
    assert (found.manifest, found.layers, found.kind, found.index_digest) == (None, (), None, None)
    assert faults.journal.lines() == ["GET /v2/org/mod/manifests/v1"]
    printed = run_cli("inspect", "--raw", faults.reference())
    assert (printed.code, printed.stdout, printed.stderr) == (0, UNUSUAL, "")
    assert run_cli("inspect", "--raw", "--quiet", f"{faults.host}/org/mod@{added.digest}").stdout == UNUSUAL
    assert len(faults.journal) == 3
    faults.add_module(HELLO, tag="module")
    assert wasm2oci.inspect(faults.reference(tag="module")).raw is None


def test_raw_of_an_index_is_the_index_or_the_manifest_of_a_platform(faults: FaultRegistry, run_cli: RunCli) -> None:
    """With one request for each document on the way."""
    child = faults.add_manifest("org/mod", None, UNUSUAL)
    other = faults.add_manifest("org/mod", None, b'{"schemaVersion":2,"layers":[]}')
    platforms = [{"os": "wasi", "architecture": "wasm"}, {"os": "linux", "architecture": "amd64"}]
    children = [one.descriptor(platform=platform) for one, platform in zip((child, other), platforms, strict=True)]
    index = faults.add_index("org/mod", "v1", children)
    found = wasm2oci.inspect(faults.reference(), raw=True)
    assert (found.raw, found.digest, found.index_digest) == (index.body, index.digest, None)
    found = wasm2oci.inspect(faults.reference(), raw=True, platform="wasi/wasm")
    assert (found.raw, found.digest, found.index_digest) == (UNUSUAL, child.digest, index.digest)
    manifests = "/v2/org/mod/manifests/"
    assert faults.journal.lines() == [f"GET {manifests}v1", f"GET {manifests}v1", f"GET {manifests}{child.digest}"]
    assert run_cli("inspect", "--raw", "--platform", "wasi/wasm", faults.reference()).stdout == UNUSUAL
    with pytest.raises(wasm2oci.InvalidArgumentError, match="leave out platform"):
        wasm2oci.inspect(f"{faults.host}/org/mod@{child.digest}", raw=True, platform="wasi/wasm")


def test_raw_of_a_layout_is_what_is_on_the_disk(run_cli: RunCli, tmp_path: Path) -> None:
    """As from a registry; the async client gets it as well."""
    layout = f"oci:{tmp_path / 'layout'}:v1"
    pushed = wasm2oci.push(HELLO, layout)
    stored = (tmp_path / "layout" / "blobs" / pushed.digest.replace(":", "/")).read_bytes()

    async def main() -> bytes | None:
        async with wasm2oci.AsyncClient() as client:
            return (await client.inspect(layout, raw=True)).raw

    assert asyncio.run(main()) == run_cli("inspect", "--raw", layout).stdout == stored


def test_raw_makes_no_sense_of_a_file_nor_with_a_module(faults: FaultRegistry, run_cli: RunCli, hello: Path) -> None:
    """Nothing is asked for then."""
    with pytest.raises(wasm2oci.InvalidArgumentError, match="raw is for manifests, and a local file has none"):
        wasm2oci.inspect(hello, raw=True)
    with pytest.raises(wasm2oci.InvalidArgumentError, match="layer chooses a module, but raw looks for none"):
        wasm2oci.inspect(faults.reference(), raw=True, layer=0)
    for arguments, words in (
        ((hello, "--raw"), "--raw is for manifests, and a local file has none"),
        ((faults.reference(), "--raw", "--json"), "leave out --json"),
        ((faults.reference(), "--raw", "--member", "x"), "--member chooses a module, but --raw looks for none"),
    ):
        result = run_cli("inspect", *arguments)
        assert (result.code, result.stdout, result.stderr.count("\n")) == (2, b"", 1)
        assert words in result.stderr
    with pytest.raises(TypeError, match="raw must be a bool"):
        wasm2oci.inspect(faults.reference(), raw=1)  # type: ignore[arg-type]
    assert len(faults.journal) == 0
