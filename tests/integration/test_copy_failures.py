"""`copy` when the source, the destination or what is between them fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import artifacts, digest_of
from tests.integration.copying import LARGE, MODULE, layers, modules, writes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry


def test_a_refused_blob_leaves_the_destination_unnamed(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """What has arrived stays, and the next copy sends the rest."""
    contents = modules(5)
    faults.add_artifact(layers=layers(*contents))
    refused = mirror.on("PUT", "upload").when(lambda request: request.query["digest"] == [digest_of(contents[2])])
    refused.fail(403, "DENIED", "this blob is not welcome")
    with pytest.raises(wasm2oci.PermissionDeniedError, match="this blob is not welcome") as caught:
        wasm2oci.copy(faults.reference(), mirror.reference())
    assert caught.value.reference == mirror.reference()
    assert caught.value.message.startswith(f'copy "{mirror.reference()}": ')
    assert mirror.store.find_manifest("org/mod", "v1") is None
    # Others may still arrive: what was being sent is cancelled, which the registry need not have noticed yet.
    arrived = set(mirror.store.repository("org/mod").blobs)
    mirror.journal.clear()
    refused.when(lambda _: False)
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert copied.reused >= len(arrived)
    assert copied.sent + copied.reused == 7
    assert not {one.query["digest"][0] for one in mirror.journal.of("PUT", "*/uploads/*")} & arrived


def test_a_source_that_breaks_off_goes_on_at_the_same_byte(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """The destination notices nothing."""
    faults.add_module(LARGE)
    faults.on("GET", f"*/blobs/{digest_of(LARGE)}", nth=1).cut(1 << 20, reset=True)
    seen: list[wasm2oci.Progress] = []
    copied = wasm2oci.copy(faults.reference(), mirror.reference(), progress=seen.append)
    assert copied.sent == 3
    assert [request.header("Range") is not None for request in faults.journal.of("GET", f"*{digest_of(LARGE)}")] == [
        False,
        True,
    ]
    assert len(mirror.journal.of("PUT", "*/uploads/*")) == 2
    assert seen[-1].retries == 1
    assert seen[-1].resumed > 0


def test_a_destination_that_breaks_off_gets_it_again(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """From a source that is opened again."""
    faults.add_module(LARGE)
    mirror.on("PUT", "upload", nth=range(1, 3)).fail(503, "UNAVAILABLE")
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert copied.sent == 3
    assert len(LARGE) < copied.bytes < len(LARGE) + 2000
    assert wasm2oci.fetch(mirror.reference()) == LARGE


def test_a_source_that_goes_away_for_good_is_named(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """And the destination is not asked again on its account."""
    faults.add_module(LARGE)
    faults.on("GET", f"*/blobs/{digest_of(LARGE)}").cut(1000, reset=True)
    with wasm2oci.Client(retries=1) as client, pytest.raises(wasm2oci.NetworkError) as caught:
        client.copy(faults.reference(), mirror.reference())
    assert caught.value.reference == faults.reference()
    assert mirror.store.find_manifest("org/mod", "v1") is None
    puts = [one for one in mirror.journal.of("PUT", "*/uploads/*") if one.query["digest"] == [digest_of(LARGE)]]
    assert len(puts) <= 1


@pytest.mark.parametrize("place", ["registry", "layout"])
def test_content_that_does_not_match(faults: FaultRegistry, mirror: FaultRegistry, tmp_path: Path, place: str) -> None:
    """Is an error of the source, and the destination is left as it was."""
    faults.add_module(LARGE)
    faults.on("GET", f"*/blobs/{digest_of(LARGE)}").flip(100)
    destination = mirror.reference() if place == "registry" else f"oci:{tmp_path / 'layout'}:v1"
    with pytest.raises(wasm2oci.DigestMismatchError, match=digest_of(LARGE)) as caught:
        wasm2oci.copy(faults.reference(), destination)
    assert caught.value.reference == faults.reference()
    assert len(faults.journal.of("GET", f"*/blobs/{digest_of(LARGE)}")) == 2
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.resolve(destination)
    assert digest_of(LARGE) not in mirror.store.repository("org/mod").blobs


def test_content_that_was_damaged_on_the_way_is_fetched_once_more(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Past the caches."""
    faults.add_module(LARGE)
    faults.on("GET", f"*/blobs/{digest_of(LARGE)}", nth=1).flip(100)
    wasm2oci.copy(faults.reference(), mirror.reference())
    assert faults.journal.of("GET", f"*{digest_of(LARGE)}")[-1].header("Cache-Control") == "no-cache"
    assert wasm2oci.fetch(mirror.reference()) == LARGE


def test_a_blob_that_the_source_lacks(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Is named, with the source."""
    added = faults.add_module(MODULE)
    del faults.store.repository("org/mod").blobs[digest_of(MODULE)]
    with pytest.raises(wasm2oci.NotFoundError) as caught:
        wasm2oci.copy(faults.reference(), mirror.reference())
    assert caught.value.reference == faults.reference()
    assert mirror.store.find_manifest("org/mod", added.digest) is None


def test_a_registry_that_wants_chunks_gets_them_of_one_download(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """The source is not read from its start for each of them."""
    faults.add_module(LARGE)
    mirror.on("PUT", "upload").when(lambda request: request.length > 1 << 20).fail(413, "SIZE_INVALID")
    wasm2oci.copy(faults.reference(), mirror.reference())
    assert len(mirror.journal.of("PATCH")) >= 2
    assert len(faults.journal.of("GET", f"*/blobs/{digest_of(LARGE)}")) <= 2
    assert wasm2oci.fetch(mirror.reference()) == LARGE


@pytest.mark.parametrize("connections", [1, 2])
def test_one_connection_is_enough_within_one_registry(faults: FaultRegistry, connections: int) -> None:
    """A blob that is read from and sent to the same host does not wait for itself."""
    faults.add_artifact(layers=layers(*modules(4, 2 << 20)))
    faults.on("POST", "upload").when(lambda request: "mount" in request.query).fail(405, "UNSUPPORTED")
    with wasm2oci.Client(connections=connections, timeout=60) as client:
        pairs = [(faults.reference(), faults.reference(f"org/other{number}")) for number in range(4)]
        assert [outcome.unwrap().sent for outcome in client.copy_many(pairs)] == [6] * 4


def test_a_registry_that_lacks_what_it_said_it_has(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Gets it after all."""
    faults.add_module(MODULE)
    mirror.claim(digest_of(MODULE), len(MODULE))
    mirror.on("PUT", "manifest", nth=1).fail(400, "MANIFEST_BLOB_UNKNOWN", digest_of(MODULE))
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.sent, copied.reused) == (3, 0)
    assert digest_of(MODULE) in mirror.store.repository("org/mod").blobs


@pytest.mark.parametrize("side", ["source", "destination"])
def test_an_error_names_its_side(faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli, side: str) -> None:
    """In the message and in the detail."""
    faults.add_module(MODULE)
    broken = {"source": faults, "destination": mirror}[side]
    broken.on("*", "*").fail(403, "DENIED", "go away")
    with pytest.raises(wasm2oci.PermissionDeniedError) as caught:
        wasm2oci.copy(faults.reference(), mirror.reference())
    assert caught.value.reference == broken.reference()
    result = run_cli("copy", faults.reference(), mirror.reference())
    assert (result.code, f'copy "{broken.reference()}": ' in result.stderr) == (5, True)


@pytest.mark.parametrize("to", ["tag", "digest", "referrers"])
def test_a_registry_that_keeps_no_sha512_manifests(
    faults: FaultRegistry, registry: Registry, run_cli: RunCli, to: str
) -> None:
    """Is told of before the tag is set: the digest would be a false one."""
    module = artifacts.layer(MODULE, algorithm="sha512")
    added = faults.add_artifact(layers=[module], algorithm="sha512")
    place = registry.repository()
    destination = f"{place}@{added.digest}" if to == "digest" else f"{place}:v1"
    options = ["--referrers"] if to == "referrers" else []
    result = run_cli("copy", *options, faults.reference(), destination)
    assert (result.code, result.stdout) == (13, b"")
    assert f'copy "{destination}": the registry keeps no sha512 manifests: HTTP 400' in result.stderr
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.resolve(f"{place}:v1")


def test_a_registry_that_keeps_sha512_manifests(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Has it under the digest that is returned."""
    added = faults.add_artifact(layers=[artifacts.layer(MODULE, algorithm="sha512")], algorithm="sha512")
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert copied.digest == added.digest
    assert wasm2oci.resolve(mirror.reference(digest=copied.digest)).digest == added.digest


@pytest.mark.parametrize("verb", ["push", "attach", "copy"])
def test_a_registry_that_stores_something_else_is_blamed(
    faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli, tmp_path: Path, verb: str
) -> None:
    """And not the file, which stayed the same."""
    file = tmp_path / "x.wasm"
    file.write_bytes(MODULE)
    faults.add_module(MODULE)
    mirror.add_module(MODULE, tag="old")
    other = "sha256:" + "3" * 64
    mirror.on("PUT", "manifest").header("Docker-Content-Digest", other)
    arguments = {
        "push": ("push", str(file), mirror.reference()),
        "attach": ("attach", mirror.reference(tag="old"), str(file), "--artifact-type", "example/x"),
        "copy": ("copy", faults.reference(), mirror.reference()),
    }
    result = run_cli(*arguments[verb])
    assert result.code == 9
    assert f"the registry stored {other}, not sha256:" in result.stderr
    assert ("the tag v1 may have been set" in result.stderr) == (verb != "attach")
    assert "changed" not in result.stderr


def test_referrers_too_deep_are_told_of_before_anything_is_stored(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """A chain as deep as a tree shows is copied."""
    faults.add_module(MODULE)
    subject = faults.reference()
    for _ in range(16):
        subject = wasm2oci.attach(subject, artifact_type="example/x", annotations={"a": "b"}).reference
    wasm2oci.copy(faults.reference(), mirror.reference("org/first"), referrers=True)
    wasm2oci.attach(subject, artifact_type="example/x", annotations={"a": "b"})
    with pytest.raises(wasm2oci.SizeExceededError, match="over more than 16 levels"):
        wasm2oci.copy(faults.reference(), mirror.reference("org/second"), referrers=True)
    assert not [line for line in writes(mirror) if "org/second" in line]
