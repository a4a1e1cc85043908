"""`copy` stores what a reference names in another place, as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.faults import artifacts, digest_of
from tests.integration.copying import MODULE, child, layers, modules, writes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.faults.registry import Added
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"


def raw(registry: FaultRegistry, reference: str, repository: str = "org/mod") -> bytes:
    """Return the bytes of a manifest."""
    found = registry.store.find_manifest(repository, reference)
    assert found is not None, f"{reference} is not there"
    return found[1].body


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


@pytest.mark.parametrize("chunk", [None, 100])
def test_a_layer_of_no_bytes(
    registry: Registry, faults: FaultRegistry, mirror: FaultRegistry, tmp_path: Path, chunk: int | None
) -> None:
    """From each kind of place to each other one."""
    places = [
        mirror.reference(),
        registry.reference(),
        f"oci:{tmp_path / 'layout'}:v1",
        registry.reference(),
        f"oci-archive:{tmp_path / 'x.tar'}:v1",
        registry.reference(),
    ]
    added = faults.add_artifact(layers=layers(b"", MODULE))
    source = faults.reference()
    with wasm2oci.Client(upload_chunk_size=chunk) as client:
        for place in places:
            copied = client.copy(source, place)
            assert (copied.digest, copied.sent, copied.reused) == (added.digest, 4, 0)
            assert client.copy(source, place).sent == 0
            source = place
    assert wasm2oci.fetch(source, layer=1) == MODULE
    assert mirror.store.repository("org/mod").blobs[digest_of(b"")].size == 0
    (sent,) = (one for one in mirror.journal.of("PUT") if one.query.get("digest") == [digest_of(b"")])
    assert (sent.header("Content-Length"), sent.header("Transfer-Encoding")) == ("0", None)


def test_a_layer_that_is_said_to_have_no_bytes(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Is read all the same, and nothing is sent."""
    faults.add_artifact(layers=[artifacts.layer(MODULE, size=0)])
    with pytest.raises(wasm2oci.DigestMismatchError) as caught:
        wasm2oci.copy(faults.reference(), mirror.reference())
    assert caught.value.reference == faults.reference()
    assert not mirror.journal.of("PUT", "*/manifests/*")


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


def test_very_many_tags(tmp_path: Path, run_cli: RunCli) -> None:
    """Do not take time by their square: the index is read and written once for many."""
    first, second, archive = tmp_path / "first", f"oci:{tmp_path / 'second'}", f"oci-archive:{tmp_path / 'x.tar'}"
    names = [f"t{number}" for number in range(3000)]
    wasm2oci.push(MODULE, f"oci:{first}:" + ",".join(names))
    for source, destination in [(f"oci:{first}", second), (second, archive), (archive, f"oci:{tmp_path / 'third'}")]:
        assert run_cli("copy", "--all-tags", source, destination).code == 0
        assert list(wasm2oci.tags(destination)) == sorted(names)


@pytest.mark.parametrize("referrers", [False, True])
def test_all_tags_of_a_place_without_tags(
    faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli, *, referrers: bool
) -> None:
    """Is a warning, since it may be meant; a list of referrers is no tag where they are copied by themselves."""
    added = faults.add_module(MODULE, tag=None)
    if referrers:
        faults.add_index("org/mod", added.digest.replace(":", "-"), [])
    place = faults.reference(tag=None)
    options = ["--referrers"] if referrers else []
    result = run_cli("copy", "--all-tags", *options, place, mirror.reference(tag=None))
    assert (result.code, result.text) == (0, "sent 0: 0 bytes; mounted 0; reused 0\n")
    assert result.stderr == f"wasm2oci: warning: {place} has no tags; nothing is copied\n"
    assert not writes(mirror)


@pytest.mark.parametrize(("source", "destination"), [(":v1", ""), ("", ":latest"), ("@" + digest_of(b""), "")])
def test_all_tags_and_a_tag(faults: FaultRegistry, run_cli: RunCli, source: str, destination: str) -> None:
    """Do not go together; nothing is asked for."""
    place, other = faults.reference(tag=None), faults.reference("org/other", tag=None)
    with pytest.raises(wasm2oci.InvalidReferenceError, match="only a repository can be named here, without a "):
        wasm2oci.copy(place + source, other + destination, all_tags=True)
    assert run_cli("copy", "--all-tags", place + source, other + destination).code == 2
    with pytest.raises(wasm2oci.InvalidArgumentError, match="cannot be combined"):
        wasm2oci.copy(place, other, all_tags=True, platform="wasi/wasm")
    assert len(faults.journal) == 0
