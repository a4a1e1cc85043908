"""`delete` removes a manifest with all its names, and asks before it does."""

from __future__ import annotations

import asyncio
import json
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.faults.artifacts import OCI_INDEX
from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

MODULE = binaries.module()
OTHER = binaries.module(seed=2)
NAMES = ("latest", "v1", "v1.1")


@pytest.fixture
def pinned(repository: str) -> str:
    """Return the module with three names by its digest."""
    return f"{repository}@{wasm2oci.resolve(f'{repository}:v1').digest}"


def is_there(reference: str) -> bool:
    """Tell whether something can be resolved."""
    try:
        wasm2oci.resolve(reference)
    except wasm2oci.NotFoundError:
        return False
    return True


def test_it_goes_with_its_names(repository: str, pinned: str) -> None:
    """Which are told; what others name stays."""
    found = wasm2oci.resolve(pinned)
    deleted = wasm2oci.delete(pinned)
    assert_type(deleted, wasm2oci.DeleteResult)
    assert (deleted.reference, deleted.digest, deleted.size) == (pinned, found.digest, found.size)
    assert (deleted.tags, deleted.more_tags) == (NAMES, False)
    assert not any(map(is_there, [pinned, *(f"{repository}:{name}" for name in NAMES)]))
    assert wasm2oci.fetch(f"{repository}:v2") == OTHER
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.delete(pinned)
    wasm2oci.push(MODULE, f"{repository}:v1")
    assert wasm2oci.fetch(pinned) == MODULE


def test_a_dry_run_deletes_nothing(repository: str, pinned: str, run_cli: RunCli) -> None:
    """And says what would be."""
    assert wasm2oci.delete(pinned, dry_run=True).tags == NAMES
    result = run_cli("delete", pinned, "--dry-run")
    assert result.text == f"would delete {pinned} (tagged latest, v1, v1.1)\n"
    assert run_cli("delete", pinned, "--dry-run", "--json").json["deleted"] is False
    assert wasm2oci.fetch(f"{repository}:latest") == MODULE


def test_the_async_client_deletes(pinned: str) -> None:
    """As the other one."""

    async def main() -> wasm2oci.DeleteResult:
        async with wasm2oci.AsyncClient() as client:
            return await client.delete(pinned)

    assert asyncio.run(main()).tags == NAMES
    assert not is_there(pinned)


@pytest.mark.parametrize("tail", ["", ":v1"])
def test_a_tag_is_not_enough(repository: str, run_cli: RunCli, tail: str) -> None:
    """What to do instead is said."""
    with pytest.raises(wasm2oci.InvalidReferenceError, match=r"@DIGEST.*untag"):
        wasm2oci.delete(repository + tail)
    assert run_cli("delete", repository + tail, "--yes").code == 2
    assert is_there(f"{repository}:v1")


def test_without_a_terminal_it_must_be_meant(repository: str, pinned: str, run_cli: RunCli) -> None:
    """Nothing is deleted otherwise, whatever stands on standard input."""
    for options in ([], ["--json"], ["--quiet"]):
        result = run_cli("delete", pinned, *options, stdin=b"y\n")
        assert (result.code, result.stdout, "--yes" in result.stderr) == (2, b"", True)
    assert wasm2oci.fetch(f"{repository}:latest") == MODULE
    result = run_cli("delete", pinned, "--yes")
    assert (result.code, result.text, result.stderr) == (0, f"deleted {pinned} (tagged latest, v1, v1.1)\n", "")


def test_the_command_prints_one_document(pinned: str, run_cli: RunCli) -> None:
    """With all that Python has."""
    said = run_cli("delete", pinned, "--yes", "--json").json
    assert (said["reference"], said["tags"], said["more_tags"], said["deleted"]) == (pinned, list(NAMES), False, True)
    assert {"digest", "media_type", "size"} <= said.keys()
    assert run_cli("delete", pinned, "--yes").code == 3


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are another matter there")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("YES", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_asks(repository: str, pinned: str, answer: str, code: int) -> None:
    """And names what goes as well."""
    from tests.support import terminal  # noqa: PLC0415 - not on every system

    with terminal.Started(*cli.command("delete", pinned)) as process:
        process.read_until(f"delete {pinned}? it is also tagged latest, v1, v1.1 [y/N] ")
        process.type(f"{answer}\n")
        seen = process.finish()
    goes = code == 0
    assert seen.code == code
    assert ("nothing was deleted" in seen.screen) is not goes
    assert is_there(f"{repository}:latest") is not goes


def test_a_registry_that_does_not_delete(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Whoever runs it is told what to set."""
    added = faults.add_module(MODULE)
    faults.routes.deletes = False
    reference = faults.reference(tag=None, digest=added.digest)
    with pytest.raises(wasm2oci.UnsupportedError, match="REGISTRY_STORAGE_DELETE_ENABLED=true"):
        wasm2oci.delete(reference)
    assert run_cli("delete", reference, "--yes").code == 13
    assert is_there(reference)


def test_a_repository_with_many_tags(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Not all are looked at, and that is said."""
    added = faults.add_module(MODULE)
    faults.store.repository("org/mod").tags |= {f"t{number:04}": added.digest for number in range(1100)}
    reference = faults.reference(tag=None, digest=added.digest)
    looked = wasm2oci.delete(reference, dry_run=True)
    assert (len(looked.tags), looked.more_tags) == (1000, True)
    line = run_cli("delete", reference, "--dry-run").text
    assert "t0009 and 990 more; there may be other tags)" in line


def test_a_part_of_an_index_stays(tmp_path: Path) -> None:
    """In a layout, where it is not listed by itself."""
    layout = tmp_path / "layout"
    pushed = wasm2oci.push(MODULE, f"oci:{layout}:v1")
    child = {"mediaType": pushed.media_type, "digest": pushed.digest, "size": pushed.size}
    index = json.loads((layout / "index.json").read_text())
    document = json.dumps({"schemaVersion": 2, "manifests": [child]}).encode()
    digest = sha256(document).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(document)
    entry = {"mediaType": OCI_INDEX, "digest": f"sha256:{digest}", "size": len(document)}
    (layout / "index.json").write_text(json.dumps({**index, "manifests": [entry]}))
    with pytest.raises(wasm2oci.UnsupportedError, match=digest):
        wasm2oci.delete(f"oci:{layout}@{pushed.digest}")
    assert wasm2oci.fetch(f"oci:{layout}@{pushed.digest}") == MODULE
    wasm2oci.delete(f"oci:{layout}@sha256:{digest}")
    assert not is_there(f"oci:{layout}@sha256:{digest}")
