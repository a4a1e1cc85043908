"""`copy` stores what a reference names in another place, as it is, and sends no more than it has to."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.faults import FaultRegistry, artifacts, digest_of
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults.registry import Added
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()
LARGE = binaries.module(3 << 20)
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"


@pytest.fixture
def mirror(start_faults: StartFaults) -> FaultRegistry:
    """Return a second registry, which has nothing."""
    return start_faults()


def raw(registry: FaultRegistry, reference: str, repository: str = "org/mod") -> bytes:
    """Return the bytes of a manifest."""
    found = registry.store.find_manifest(repository, reference)
    assert found is not None, f"{reference} is not there"
    return found[1].body


def writes(registry: FaultRegistry) -> list[str]:
    """Return the requests that store something, without what is different each time."""
    return [
        f"{request.method} {request.path.rpartition('/uploads/')[0] or request.path}"
        for request in registry.journal
        if request.method in {"POST", "PUT", "PATCH"}
    ]


def run(*command: str | Path) -> None:
    """Run another tool, which must end well."""
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout!r}\n{done.stderr.decode()}"


def layers(*contents: bytes) -> list[artifacts.Part]:
    """Return layers that are modules."""
    return [artifacts.layer(content) for content in contents]


def modules(count: int, size: int = 4096) -> list[bytes]:
    """Return modules that differ."""
    return [binaries.module(size, seed=seed) for seed in range(10, 10 + count)]


def child(registry: FaultRegistry, os: str, *contents: bytes) -> artifacts.Json:
    """Hold an artifact without a tag, and return its descriptor for an index."""
    added = registry.add_artifact("org/mod", None, layers=layers(*contents))
    system, _, architecture = os.partition("/")
    return added.descriptor(platform={"os": system, "architecture": architecture})


# ---------------------------------------------------------------- what arrives


def test_through_a_layout_and_back(registry: Registry, tmp_path: Path) -> None:
    """The digest stays, and so does every byte."""
    source, layout, back = registry.reference(), f"oci:{tmp_path / 'layout'}:kept", registry.reference(name="back")
    pushed = wasm2oci.push(MODULE, source, annotations={"team": "a"})
    copied = wasm2oci.copy(source, layout)
    assert_type(copied, wasm2oci.CopyResult)
    assert (copied.reference, copied.digest, copied.size) == (layout, pushed.digest, pushed.size)
    assert (copied.media_type, copied.tags) == (pushed.media_type, {})
    assert (copied.sent, copied.mounted, copied.reused) == (3, 0, 0)
    again = wasm2oci.copy(layout, back)
    assert again.digest == pushed.digest
    assert again.bytes == copied.bytes > len(MODULE)
    assert wasm2oci.fetch(back) == MODULE
    assert wasm2oci.inspect(back).manifest == wasm2oci.inspect(source).manifest


def test_without_a_tag_it_is_the_latest(registry: Registry) -> None:
    """Whatever the source is called."""
    place = registry.repository()
    pushed = wasm2oci.push(MODULE, f"{place}:v1")
    other = registry.repository()
    assert wasm2oci.copy(f"{place}@{pushed.digest}", other).reference == f"{other}:latest"
    assert wasm2oci.resolve(f"{other}:latest").digest == pushed.digest


def test_to_a_digest(registry: Registry, tmp_path: Path) -> None:
    """Which must be the right one; in a layout it is listed without a name."""
    source = registry.reference()
    pushed = wasm2oci.push(MODULE, source)
    for place in (registry.repository(), f"oci:{tmp_path / 'layout'}"):
        assert wasm2oci.copy(source, f"{place}@{pushed.digest}").reference == f"{place}@{pushed.digest}"
        assert wasm2oci.fetch(f"{place}@{pushed.digest}") == MODULE
        with pytest.raises(wasm2oci.DigestMismatchError, match="copy to a tag") as caught:
            wasm2oci.copy(source, f"{place}:v1@{digest_of(b'')}")
        assert caught.value.reference == f"{place}:v1@{digest_of(b'')}"
        with pytest.raises(wasm2oci.NotFoundError):
            wasm2oci.resolve(f"{place}:v1")


def test_an_index_with_all_below_it(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Children are stored before what lists them, and the tag is set last."""
    inner = faults.add_index("org/mod", None, [child(faults, "linux/amd64", b"one", b"two")])
    outer = faults.add_index("org/mod", "v1", [inner.descriptor(), child(faults, "wasip1/wasm", MODULE, b"two")])
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.digest, copied.media_type) == (outer.digest, artifacts.OCI_INDEX)
    assert raw(mirror, "v1") == outer.body
    puts = [request.path.rpartition("/")[2] for request in mirror.journal.of("PUT", "*/manifests/*")]
    assert puts[-1] == "v1"
    assert len(puts) == len(set(puts)) == 4
    # Of the layers, and of the configs, which name the layers.
    uploads = [request.query["digest"][0] for request in mirror.journal.of("PUT", "*/uploads/*")]
    assert len(uploads) == len(set(uploads)) == 5
    assert (copied.sent, copied.reused) == (9, 0)


def test_indexes_that_are_nested_too_deep(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """As a pull refuses them."""
    added: Added = faults.add_module(MODULE, tag=None)
    for depth in range(6):
        added = faults.add_index("org/mod", f"d{depth}", [added.descriptor()])
    with pytest.raises(wasm2oci.InvalidManifestError, match="nested deeper than 4 levels"):
        wasm2oci.copy(faults.reference(tag="d5"), mirror.reference(tag="v2"))
    assert mirror.store.find_manifest("org/mod", "v2") is None
    assert not writes(mirror)
    assert wasm2oci.copy(faults.reference(tag="d3"), mirror.reference()).sent == 7


@pytest.mark.parametrize("media_type", [DOCKER_MANIFEST, ARTIFACT, "application/vnd.example.manifest+json"])
def test_manifests_of_other_kinds(faults: FaultRegistry, mirror: FaultRegistry, media_type: str) -> None:
    """Byte for byte, with their blobs, and under the same type."""
    if media_type == ARTIFACT:
        digest = faults.add_blob("org/mod", MODULE)
        blob = {"mediaType": "application/wasm", "digest": digest, "size": len(MODULE)}
        document: Any = {"mediaType": ARTIFACT, "artifactType": "application/wasm", "blobs": [blob]}
        added = faults.add_manifest("org/mod", "v1", document, ARTIFACT)
    else:
        added = faults.add_artifact(layers=layers(MODULE), media_type=media_type)
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.digest, copied.media_type) == (added.digest, media_type)
    assert mirror.store.repository("org/mod").blobs[digest_of(MODULE)] is not None


def test_a_document_of_an_unknown_kind_is_only_its_bytes(faults: FaultRegistry, tmp_path: Path) -> None:
    """Nobody can say what it needs."""
    added = faults.add_manifest("org/mod", "v1", b'{"layers": 7,  "x": 1}', "application/vnd.example.thing+json")
    copied = wasm2oci.copy(faults.reference(), f"oci:{tmp_path / 'layout'}")
    assert (copied.digest, copied.sent, copied.bytes) == (added.digest, 1, added.size)


def test_images_of_the_first_schema_are_refused(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Their blobs are named in another way, and registries take them no more."""
    document = {"schemaVersion": 1, "fsLayers": [{"blobSum": digest_of(MODULE)}]}
    faults.add_manifest("org/mod", "v1", document, "application/vnd.docker.distribution.manifest.v1+prettyjws")
    with pytest.raises(wasm2oci.UnsupportedError, match="schema 1"):
        wasm2oci.copy(faults.reference(), mirror.reference())
    assert not writes(mirror)


def test_layers_that_may_not_be_distributed_stay_where_they_are(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """What is listed as foreign, with an address, is not asked for."""
    absent: artifacts.Json = {
        "mediaType": FOREIGN,
        "digest": digest_of(b"windows"),
        "size": 7,
        "urls": ["https://example.invalid/"],
    }
    document = artifacts.manifest(layers(MODULE), artifacts.wasm_config(*layers(MODULE)))
    plain = faults.add_module(MODULE, tag=None)
    document["layers"].insert(0, absent)
    added = faults.add_manifest("org/mod", "v1", document)
    assert wasm2oci.copy(faults.reference(), mirror.reference()).digest == added.digest
    assert not faults.journal.of("*", f"*{absent['digest']}")
    assert not mirror.journal.of("*", f"*{absent['digest']}")
    assert plain.digest != added.digest


def test_what_a_descriptor_carries_is_not_asked_for(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Nor is the empty object, which everybody knows."""
    faults.add_artifact(layers=layers(MODULE), config=artifacts.config(b"{}"))
    wasm2oci.copy(faults.reference(), mirror.reference())
    assert len(faults.journal.of("GET", "*/blobs/*")) == 1
    assert digest_of(b"{}") in mirror.store.repository("org/mod").blobs


def test_an_index_of_layers(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """As BuildKit keeps its cache, and of a type that nobody knows."""
    known, unknown = b"layer", b"thing"
    entries = [
        {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": faults.add_blob("org/mod", known)},
        {"mediaType": "application/vnd.example.thing", "digest": faults.add_blob("org/mod", unknown)},
    ]
    added = faults.add_index("org/mod", "v1", [{**entry, "size": 5} for entry in entries])
    assert wasm2oci.copy(faults.reference(), mirror.reference()).digest == added.digest
    assert {digest_of(known), digest_of(unknown)} <= set(mirror.store.repository("org/mod").blobs)


# ------------------------------------------------------------------- choosing


def test_one_platform_of_an_index(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """The destination names that one manifest, and gets nothing else."""
    wanted = child(faults, "wasip1/wasm", MODULE)
    faults.add_index("org/mod", "v1", [wanted, child(faults, "linux/amd64", b"native")])
    copied = wasm2oci.copy(faults.reference(), mirror.reference(), platform="wasip1/wasm")
    assert (copied.digest, copied.sent) == (wanted["digest"], 3)
    assert digest_of(b"native") not in mirror.store.repository("org/mod").blobs
    with pytest.raises(wasm2oci.NotFoundError, match="linux/arm64"):
        wasm2oci.copy(faults.reference(), mirror.reference(tag="v2"), platform="linux/arm64")
    with pytest.raises(wasm2oci.InvalidArgumentError, match="single manifest"):
        wasm2oci.copy(mirror.reference(), faults.reference(tag="v2"), platform="wasip1/wasm")


def test_a_platform_that_is_there_twice(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Nothing decides."""
    faults.add_index("org/mod", "v1", [child(faults, "wasip1/wasm", content) for content in modules(2)])
    with pytest.raises(wasm2oci.AmbiguousError) as caught:
        wasm2oci.copy(faults.reference(), mirror.reference(), platform="wasip1/wasm")
    assert len(caught.value.detail["candidates"]) == 2
    assert not writes(mirror)


def test_all_tags(registry: Registry, tmp_path: Path) -> None:
    """Into a layout, and from there into another repository."""
    place, layout, back = registry.repository(), f"oci:{tmp_path / 'layout'}", registry.repository()
    pushed = {
        tag: wasm2oci.push(content, f"{place}:{tag}").digest for tag, content in zip("abc", modules(3), strict=True)
    }
    wasm2oci.tag(f"{place}:a", "d")
    pushed["d"] = pushed["a"]
    copied = wasm2oci.copy(place, layout, all_tags=True)
    assert (copied.tags, copied.reference, copied.digest) == (pushed, layout, "")
    assert copied.sent == 9 == copied.reused + copied.sent
    again = wasm2oci.copy(layout, back, all_tags=True)
    assert (again.tags, again.reference) == (pushed, back)
    assert {tag: wasm2oci.resolve(f"{back}:{tag}").digest for tag in "abcd"} == pushed
    third = wasm2oci.copy(place, back, all_tags=True)
    assert (third.sent, third.bytes) == (0, 0)


def test_all_tags_of_many_pages(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """The list is read to its end."""
    tags = [f"v{number:04}" for number in range(1100)]
    for tag in tags:
        faults.add_manifest("org/mod", tag, {"a": 1}, "application/vnd.example+json")
    copied = wasm2oci.copy(faults.reference(tag=None), mirror.reference(tag=None), all_tags=True)
    assert sorted(copied.tags) == tags


@pytest.mark.parametrize(("source", "destination"), [(":v1", ""), ("", ":latest"), ("@" + digest_of(b""), "")])
def test_all_tags_and_a_tag(faults: FaultRegistry, run_cli: RunCli, source: str, destination: str) -> None:
    """Do not go together; nothing is asked for."""
    place, other = faults.reference(tag=None), faults.reference("org/other", tag=None)
    with pytest.raises(wasm2oci.InvalidReferenceError, match="a repository is wanted, without a "):
        wasm2oci.copy(place + source, other + destination, all_tags=True)
    assert run_cli("copy", "--all-tags", place + source, other + destination).code == 2
    with pytest.raises(wasm2oci.InvalidArgumentError, match="cannot be combined"):
        wasm2oci.copy(place, other, all_tags=True, platform="wasi/wasm")
    assert len(faults.journal) == 0


# --------------------------------------------------------- nothing is sent twice


def test_what_is_there_is_one_question(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """For the whole artifact, and nothing is read or sent but the manifest."""
    faults.add_module(LARGE)
    wasm2oci.copy(faults.reference(), mirror.reference())
    faults.journal.clear()
    mirror.journal.clear()
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.sent, copied.mounted, copied.reused, copied.bytes) == (0, 0, 1, 0)
    assert faults.journal.lines() == ["GET /v2/org/mod/manifests/v1"]
    assert mirror.journal.lines() == ["HEAD /v2/org/mod/manifests/v1"]


def test_a_child_that_is_there_is_one_question(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """An index that grew is as cheap as what is new in it."""
    old, new = child(faults, "wasip1/wasm", *modules(5)), child(faults, "linux/amd64", b"native")
    faults.add_index("org/mod", "v1", [old])
    wasm2oci.copy(faults.reference(), mirror.reference())
    faults.add_index("org/mod", "v1", [old, new])
    faults.journal.clear()
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.sent, copied.reused) == (4, 1)
    assert not faults.journal.of("*", f"*{old['digest']}")


def test_a_blob_of_two_children_is_sent_once(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Although both are copied at the same time."""
    children = [child(faults, f"linux/arch{number}", LARGE, bytes([number])) for number in range(6)]
    faults.add_index("org/mod", "v1", children)
    wasm2oci.copy(faults.reference(), mirror.reference())
    assert len(faults.journal.of("GET", f"*/blobs/{digest_of(LARGE)}")) == 1
    assert len([one for one in mirror.journal.of("PUT") if one.query.get("digest") == [digest_of(LARGE)]]) == 1


def test_onto_itself(faults: FaultRegistry, tmp_path: Path) -> None:
    """Nothing is moved; under another tag, the manifest alone."""
    added = faults.add_module(MODULE)
    copied = wasm2oci.copy(faults.reference(), faults.reference())
    assert (copied.digest, copied.sent, copied.reused) == (added.digest, 0, 1)
    assert not writes(faults)
    faults.journal.clear()
    copied = wasm2oci.copy(faults.reference(), faults.reference(tag="v2"))
    assert (copied.sent, copied.reused, copied.bytes) == (0, 1, 0)
    assert faults.journal.lines()[-1] == "PUT /v2/org/mod/manifests/v2"
    assert not faults.journal.of("*", "*/blobs/*")
    layout = f"oci:{tmp_path / 'layout'}"
    wasm2oci.push(MODULE, f"{layout}:v1")
    assert wasm2oci.copy(f"{layout}:v1", f"oci:{tmp_path}/./layout:v2").sent == 0
    assert wasm2oci.copy(f"{layout}:v1", f"{layout}:v1").sent == 0
    assert wasm2oci.resolve(f"{layout}:v2").digest == wasm2oci.resolve(f"{layout}:v1").digest


def test_a_damaged_blob_of_a_layout_is_written_anew(faults: FaultRegistry, tmp_path: Path) -> None:
    """A layout is only what its files are: each is looked at."""
    faults.add_module(MODULE)
    layout = tmp_path / "layout"
    wasm2oci.copy(faults.reference(), f"oci:{layout}:v1")
    (layout / "blobs" / "sha256" / digest_of(MODULE)[7:]).write_bytes(b"x" * len(MODULE))
    copied = wasm2oci.copy(faults.reference(), f"oci:{layout}:v1")
    assert (copied.sent, copied.reused, copied.bytes) == (1, 2, len(MODULE))
    assert wasm2oci.fetch(f"oci:{layout}:v1") == MODULE
    index = json.loads((layout / "index.json").read_text())
    assert len(index["manifests"]) == 1


# --------------------------------------------------------------------- mounts


def test_blobs_of_one_registry_are_mounted(faults: FaultRegistry) -> None:
    """One request each, and none has a body."""
    faults.add_module(MODULE)
    copied = wasm2oci.copy(faults.reference(), faults.reference("org/other"))
    assert (copied.sent, copied.mounted, copied.reused) == (1, 2, 0)
    posts = faults.journal.of("POST")
    assert sorted(post.query["from"][0] for post in posts) == ["org/mod"] * 2
    assert not faults.journal.of("PUT", "*/uploads/*")
    assert not faults.journal.of("GET", "*/blobs/*")
    assert digest_of(MODULE) in faults.store.repository("org/other").blobs


@pytest.mark.parametrize("status", [202, 401, 403, 404, 405])
def test_a_refused_mount_is_an_upload(faults: FaultRegistry, status: int) -> None:
    """Whatever the registry says; and it is not asked for every blob again."""
    faults.add_artifact(layers=layers(*modules(20)))
    rule = faults.on("POST", "upload").when(lambda request: "mount" in request.query)
    # With 202 it begins an upload instead.
    rule.fail(status, "DENIED", Location="/v2/org/other/blobs/uploads/begun")
    copied = wasm2oci.copy(faults.reference(), faults.reference("org/other"))
    assert (copied.sent, copied.mounted) == (22, 0)
    assert rule.seen <= 8


def test_a_token_for_both_repositories(faults: FaultRegistry) -> None:
    """A mount needs the right to pull from the source."""
    from tests.faults.auth import Auth  # noqa: PLC0415

    faults.add_module(MODULE)
    faults.auth = Auth()
    assert wasm2oci.copy(faults.reference(), faults.reference("org/other")).mounted == 2
    scopes = [set(request.query.get("scope", [])) for request in faults.journal.of("GET", "/token")]
    assert any({"repository:org/mod:pull", "repository:org/other:pull,push"} <= scope for scope in scopes)


# ------------------------------------------------------------------- failures


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
    arrived = set(mirror.store.repository("org/mod").blobs)
    mirror.journal.clear()
    refused.when(lambda _: False)
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert copied.reused == len(arrived)
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


# ------------------------------------------------------------ calls and commands


def test_progress_grows_to_the_whole(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """What was there is part of it."""
    added = faults.add_module(LARGE)
    mirror.add_blob("org/mod", LARGE)
    seen: list[wasm2oci.Progress] = []
    copied = wasm2oci.copy(faults.reference(), mirror.reference(), progress=seen.append)
    last = seen[-1]
    config = json.loads(added.body)["config"]["size"]
    assert last.total == last.done == len(LARGE) + config + added.size
    assert (last.reused, last.phase) == (len(LARGE), "done")
    assert copied.bytes == config + added.size


def test_cancelling_ends_it(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """By an exception of the callback; the destination has no name."""
    faults.add_module(LARGE)
    faults.on("GET", f"*/blobs/{digest_of(LARGE)}").stall(after=1 << 20)

    def progress(_: wasm2oci.Progress) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        wasm2oci.copy(faults.reference(), mirror.reference(), progress=progress)
    assert mirror.store.find_manifest("org/mod", "v1") is None


def test_many(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """One that fails does not stop the others; sync and async."""
    faults.add_module(MODULE)
    pairs = [(faults.reference(), mirror.reference(tag="a")), (faults.reference(tag="none"), mirror.reference(tag="b"))]
    outcomes = sorted(wasm2oci.copy_many(pairs, concurrency=2), key=lambda outcome: outcome.index)
    assert outcomes[0].unwrap().reference == pairs[0][1]
    assert isinstance(outcomes[1].error, wasm2oci.NotFoundError)

    async def main() -> list[wasm2oci.Outcome[wasm2oci.CopyResult]]:
        async with wasm2oci.AsyncClient() as client:
            copied = await client.copy(faults.reference(), mirror.reference(tag="c"))
            assert_type(copied, wasm2oci.CopyResult)
            return [outcome async for outcome in client.copy_many(pairs)]

    assert {outcome.index: type(outcome.error) for outcome in asyncio.run(main())} == {
        0: type(None),
        1: wasm2oci.NotFoundError,
    }
    assert mirror.store.find_manifest("org/mod", "c") is not None
    with pytest.raises(TypeError, match="a pair of a source and a destination"):
        next(wasm2oci.copy_many(["x"])).unwrap()  # type: ignore[list-item]


def test_the_command(faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli) -> None:
    """Says what was copied and how much of it was sent, or one document."""
    added = faults.add_module(MODULE)
    result = run_cli("copy", faults.reference(), mirror.reference())
    first, second = result.text.splitlines()
    assert (first, result.stderr) == (f"copied {mirror.reference()}@{added.digest}", "")
    assert second.startswith("sent 3: ")
    assert second.endswith("; mounted 0; reused 0")
    said = run_cli("copy", faults.reference(), mirror.reference(), "--json").json
    assert (said["digest"], said["sent"], said["reused"], said["tags"]) == (added.digest, 0, 1, {})
    assert run_cli("copy", faults.reference(), mirror.reference(), "--quiet").stdout == b""
    everything = run_cli("copy", "--all-tags", faults.reference(tag=None), mirror.reference("all", tag=None))
    assert everything.text.splitlines()[0] == f"copied {mirror.reference('all')}@{added.digest}"


def test_the_command_of_a_list(faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """Each line a pair; failures are lines of their own."""
    added = faults.add_module(MODULE)
    listed = tmp_path / "list"
    pairs = [(faults.reference(), mirror.reference("a")), (faults.reference(tag="x"), mirror.reference("b"))]
    lines = ["# mirrors", "", *("\t".join(pair) for pair in pairs)]
    listed.write_text("\n".join(lines))
    result = run_cli("copy", "--from-file", listed, "--concurrency", "1")
    assert result.text.splitlines()[0] == f"copied {mirror.reference('a')}@{added.digest}"
    assert (result.code, result.stderr.count("\n")) == (3, 1)
    said = run_cli("copy", "--from-file", listed, "--json").json
    assert [(one["item"], one["error"] is None) for one in said] == [
        (faults.reference(), True),
        (faults.reference(tag="x"), False),
    ]
    listed.write_text(f"\n{faults.reference()}\n")
    refused = run_cli("copy", "--from-file", listed)
    assert (refused.code, "line 2 of the list names no destination" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "missing argument SOURCE"),
        (["oci:a"], "missing argument DESTINATION"),
        (["oci:a", "oci:b", "--concurrency", "2"], "--concurrency goes with --from-file"),
        (["oci:a", "oci:b", "--from-file", "list"], "--from-file takes the place of SOURCE and DESTINATION"),
        (["oci:a", "oci:b", "--all-tags", "--platform", "a/b"], "--all-tags cannot be combined with --platform"),
    ],
)
def test_what_does_not_go_together(run_cli: RunCli, arguments: list[str], says: str) -> None:
    """Is said before anything is done."""
    result = run_cli("copy", *arguments)
    assert (result.code, says in result.stderr) == (2, True)


# -------------------------------------------------------------------- others


def test_others_copy_the_same(registry: Registry, oras: Path, crane: Path) -> None:
    """The same digest, of an index too, and what we copy is whole in their eyes."""
    place = registry.repository()
    pushed = [wasm2oci.push(content, f"{place}:v{number}") for number, content in enumerate(modules(2))]
    run(crane, "index", "append", "--insecure", "-m", f"{place}:v0", "-m", f"{place}:v1", "-t", f"{place}:all")
    names = itertools.count()

    def copied(copy: Callable[[str], object]) -> str:
        other = registry.reference(name=f"copy{next(names)}")
        copy(other)
        return wasm2oci.resolve(other).digest

    digests = {
        copied(lambda other: wasm2oci.copy(f"{place}:all", other)),
        copied(
            lambda other: subprocess.run(
                [oras, "cp", "--from-plain-http", "--to-plain-http", f"{place}:all", other], check=True
            )
        ),
        copied(lambda other: run(oras, "cp", "--from-plain-http", "--to-plain-http", f"{place}:all", other)),
        copied(lambda other: run(crane, "copy", "--insecure", f"{place}:all", other)),
    }
    assert digests == {wasm2oci.resolve(f"{place}:all").digest}
    ours = registry.reference(name="ours")
    wasm2oci.copy(f"{place}:all", ours)
    for one in pushed:
        assert wasm2oci.resolve(f"{ours.rpartition(':')[0]}@{one.digest}").size == one.size
    single = registry.reference(name="single")
    wasm2oci.copy(f"{place}:v0", single)
    run(crane, "validate", "--insecure", "--remote", single)
