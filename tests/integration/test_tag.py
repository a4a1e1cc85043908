"""`tag` adds tags to a manifest, and sends nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

MODULE = binaries.module()


@pytest.fixture
def repository(place: str) -> str:
    """Return a place with a module that is called v1.2.0."""
    wasm2oci.push(MODULE, f"{place}:v1.2.0")
    return place


def digests(repository: str, *tags: str) -> set[str]:
    """Return the digests that tags name."""
    return {wasm2oci.resolve(f"{repository}:{tag}").digest for tag in tags}


def test_each_name_is_a_tag_of_the_manifest(repository: str) -> None:
    """And so is the one that it had."""
    found = wasm2oci.tag(f"{repository}:v1.2.0", "v1.2", "v1", "latest,stable")
    assert_type(found, wasm2oci.Descriptor)
    assert digests(repository, "v1.2.0", "v1.2", "v1", "latest", "stable") == {found.digest}
    assert wasm2oci.fetch(repository) == MODULE


def test_a_tag_moves_to_a_digest(repository: str) -> None:
    """From what it named before, which stays where it is."""
    first = wasm2oci.resolve(f"{repository}:v1.2.0").digest
    second = wasm2oci.push(binaries.module(seed=2), f"{repository}:latest").digest
    assert wasm2oci.tag(f"{repository}@{first}", "latest").digest == first
    assert digests(repository, "latest", "v1.2.0") == {first}
    assert wasm2oci.resolve(f"{repository}@{second}").digest == second


def test_the_async_client_tags(repository: str) -> None:
    """As the other one."""

    async def main() -> wasm2oci.Descriptor:
        async with wasm2oci.AsyncClient() as client:
            return await client.tag(f"{repository}:v1.2.0", "v1", timeout=60)

    found = asyncio.run(main())
    assert digests(repository, "v1") == {found.digest}


def test_the_command_says_what_is_tagged(run_cli: RunCli, repository: str) -> None:
    """A line for each name, or one document."""
    reference = f"{repository}:v1.2.0"
    found = wasm2oci.resolve(reference)
    result = run_cli("tag", reference, "v1", "latest")
    assert result.text.splitlines() == [f"tagged {reference}@{found.digest} as {name}" for name in ("v1", "latest")]
    assert (result.code, result.stderr) == (0, "")
    said = run_cli("tag", f"{repository}@{found.digest}", "v1", "v2", "--json").json
    assert (said["digest"], said["media_type"], said["size"]) == (found.digest, found.media_type, found.size)
    assert (said["reference"], said["tags"]) == (f"{repository}@{found.digest}", ["v1", "v2"])
    assert run_cli("tag", reference, "v3", "--quiet").stdout == b""
    assert digests(repository, "v1", "v2", "v3", "latest") == {found.digest}


def test_one_manifest_is_read_and_put_and_no_blob(faults: FaultRegistry) -> None:
    """It is in the repository already."""
    faults.add_module(MODULE)
    wasm2oci.tag(faults.reference(), "v2", "v3", "v2")
    manifests = "/v2/org/mod/manifests/"
    assert faults.journal.lines() == [f"GET {manifests}v1", f"PUT {manifests}v2", f"PUT {manifests}v3"]


@pytest.mark.parametrize("names", [["a b"], ["v2", ""], ["v2,"], ["v2", "sha256:0"], ["v2/x"], ["v2", "x" * 129]])
def test_a_bad_name_makes_no_request(faults: FaultRegistry, run_cli: RunCli, names: list[str]) -> None:
    """Not even for those that are good."""
    faults.add_module(MODULE)
    with pytest.raises(wasm2oci.InvalidReferenceError, match="tag"):
        wasm2oci.tag(faults.reference(), *names)
    assert run_cli("tag", faults.reference(), *names).code == 2
    assert len(faults.journal) == 0


def test_what_is_missing_or_of_another_type_is_refused(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Without a request as well."""
    with pytest.raises(wasm2oci.InvalidArgumentError, match="no tag is given"):
        wasm2oci.tag(faults.reference())
    with pytest.raises(TypeError, match="name must be a str, not int"):
        wasm2oci.tag(faults.reference(), 1)  # type: ignore[arg-type]
    with pytest.raises(wasm2oci.InvalidArgumentError, match="NUL"):
        wasm2oci.tag(faults.reference(), "v\0")
    result = run_cli("tag", faults.reference())
    assert (result.code, "missing argument NAME" in result.stderr) == (2, True)
    assert "Usage: wasm2oci tag [OPTIONS] REFERENCE NAME...\n" in run_cli("tag", "--help").text
    assert len(faults.journal) == 0


def test_what_is_not_there_gets_no_tag(faults: FaultRegistry, run_cli: RunCli) -> None:
    """The message names what is."""
    faults.add_module(MODULE)
    with pytest.raises(wasm2oci.NotFoundError, match="tag"):
        wasm2oci.tag(faults.reference(tag="v9"), "v2")
    assert run_cli("tag", faults.reference(tag="v9"), "v2").code == 3
    assert not faults.journal.of("PUT")


def test_a_registry_that_refuses_keeps_the_tags_before(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Its words are in the message, and what was asked for."""
    faults.add_module(MODULE)
    faults.on("PUT", "*/manifests/v3").fail(403, "DENIED", "v3 is protected")
    with pytest.raises(wasm2oci.PermissionDeniedError, match="v3 is protected") as caught:
        wasm2oci.tag(faults.reference(), "v2", "v3", "v4")
    assert caught.value.message.startswith(f'tag "{faults.reference()}": ')
    assert faults.store.find_manifest("org/mod", "v2") is not None
    assert faults.store.find_manifest("org/mod", "v4") is None
    assert run_cli("tag", faults.reference(), "v3").code == 5
