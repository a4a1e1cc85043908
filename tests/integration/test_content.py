"""What is inside: manifests and layers of every shape, and bytes that are not what they should be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import Endless, artifacts, digest_of, layer
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.faults.rules import Rule

MODULE = binaries.module(100_000)
OTHER = binaries.module(50, seed=2)
WRONG_BYTES = (wasm2oci.DigestMismatchError, wasm2oci.NetworkError)
WASM_TO_OCI = "application/vnd.wasm.content.layer.v1+wasm"
OCI_TAR = "application/vnd.oci.image.layer.v1.tar"


@pytest.fixture
def client() -> Iterator[wasm2oci.Client]:
    """Make a client that gives up soon."""
    with wasm2oci.Client(retries=1) as client:
        yield client


@pytest.fixture(params=["fresh", "existing"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return an output path, with and without a file at it."""
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "m.wasm"
    if request.param == "existing":
        path.write_bytes(b"old")
    return path


def assert_untouched(path: Path) -> None:
    """Nothing new stands beside the output, and what stood at it is as it was."""
    assert [entry.name for entry in path.parent.iterdir()] in ([], [path.name])
    if path.exists():
        assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda rule: rule.flip(at=0), id="first byte"),
        pytest.param(lambda rule: rule.flip(at=70_000), id="a byte inside"),
        pytest.param(lambda rule: rule.flip(at=len(MODULE) - 1), id="last byte"),
        pytest.param(lambda rule: rule.body(bytes(len(MODULE))), id="other bytes"),
        pytest.param(lambda rule: rule.body(b"<html>sign in</html>", "text/html"), id="a page of HTML"),
        pytest.param(lambda rule: rule.cut(after=1000), id="cut"),
        pytest.param(lambda rule: rule.cut(after=1000, reset=True), id="reset"),
        pytest.param(lambda rule: rule.cut(after=0), id="no byte"),
        pytest.param(lambda rule: rule.cut(after=5), id="five bytes"),
        pytest.param(lambda rule: rule.chunked().cut(after=1000), id="cut in chunks"),
        pytest.param(lambda rule: rule.less(5), id="5 bytes less"),
        pytest.param(lambda rule: rule.less(5).chunked(), id="5 bytes less in chunks"),
        pytest.param(lambda rule: rule.less(5).framed("close"), id="5 bytes less without a length"),
        pytest.param(lambda rule: rule.more(b"extra"), id="5 bytes more"),
        pytest.param(lambda rule: rule.more(b"extra").chunked(), id="5 bytes more in chunks"),
        pytest.param(lambda rule: rule.more(b"extra").framed("close"), id="5 bytes more without a length"),
        pytest.param(lambda rule: rule.body(Endless()).chunked(), id="no end"),
        pytest.param(lambda rule: rule.body(b""), id="empty"),
    ],
)
@pytest.mark.parametrize("way", ["pull", "fetch"])
def test_wrong_bytes_are_never_delivered(
    faults: FaultRegistry, client: wasm2oci.Client, output: Path, fault: Callable[[Rule], Rule], way: str
) -> None:
    """oras-project/oras-py#245: whatever is wrong with the blob, nothing stands at the output path."""
    faults.add_module(MODULE)
    fault(faults.on("GET", "blob"))
    with pytest.raises((*WRONG_BYTES, wasm2oci.RegistryError)) as caught:
        client.pull(faults.reference(), output) if way == "pull" else client.fetch(faults.reference())
    assert "\n" not in caught.value.message
    assert_untouched(output)


@pytest.mark.parametrize(
    "size", [len(MODULE) - 5, len(MODULE) + 5, 0, None, -1, 1 << 63, "12", 1.5], ids=lambda size: f"size {size}"
)
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_wrong_size_in_the_descriptor(
    faults: FaultRegistry, client: wasm2oci.Client, output: Path, size: object, framing: str
) -> None:
    """The size counts as much as the digest."""
    faults.add_artifact(layers=[layer(MODULE, size=size)], config=artifacts.config())
    faults.on("GET", "blob").framed(framing)
    with pytest.raises((*WRONG_BYTES, wasm2oci.InvalidManifestError, wasm2oci.SizeExceededError)):
        client.pull(faults.reference(), output)
    assert_untouched(output)


@pytest.mark.parametrize(
    "digest",
    [
        *(
            "sha256:" + "0" * 63,
            "sha256:" + "0" * 65,
            "sha256:" + "A" * 64,
            "sha256",
            "sha256:",
            "",
            "../../etc/passwd",
        ),
        *(None, 5, "md5:" + "0" * 32, "nope:" + "0" * 64, "sha256:" + "0" * 64 + "/../x"),
    ],
    ids=lambda digest: f"digest {digest}",
)
def test_a_digest_that_is_none(faults: FaultRegistry, client: wasm2oci.Client, output: Path, digest: object) -> None:
    """It is refused, and no request is made of it."""
    faults.add_artifact(layers=[layer(MODULE, digest=digest)], config=artifacts.config())
    with pytest.raises((wasm2oci.InvalidManifestError, wasm2oci.UnsupportedError)):
        client.pull(faults.reference(), output)
    assert faults.journal.of(path="*/blobs/*") == []
    assert_untouched(output)


README = layer(b"# Read me", "text/markdown", title="README.md")


@pytest.mark.parametrize(
    ("layers", "types"),
    [
        pytest.param([], [], id="no layer"),
        pytest.param([README], ["text/markdown"], id="a README"),
        pytest.param(
            [README, layer(b"{}", "application/json")], ["text/markdown", "application/json"], id="two others"
        ),
        pytest.param([layer(b"{}", artifacts.EMPTY)], [artifacts.EMPTY], id="the empty layer"),
        pytest.param(
            [layer(b"x", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
            ["application/vnd.cncf.helm.chart.content.v1.tar+gzip"],
            id="a Helm chart",
        ),
        pytest.param(
            [layer(b"x", "application/vnd.dev.cosign.simplesigning.v1+json")],
            ["application/vnd.dev.cosign.simplesigning.v1+json"],
            id="a signature",
        ),
        pytest.param(
            [layer(b"x", "application/vnd.in-toto+json")], ["application/vnd.in-toto+json"], id="an attestation"
        ),
        pytest.param(
            [layer(b"x", "application/vnd.wasmcloud.provider.archive.layer.v1+par")],
            ["application/vnd.wasmcloud.provider.archive.layer.v1+par"],
            id="a provider archive",
        ),
    ],
)
def test_artifacts_without_a_module(
    faults: FaultRegistry, output: Path, layers: list[artifacts.Part], types: list[str]
) -> None:
    """krustlet/krustlet#419: no index out of range; the types that were seen are listed."""
    faults.add_artifact(layers=layers, config=artifacts.config(media_type="application/vnd.unknown.config.v1+json"))
    with pytest.raises(wasm2oci.NotWasmError) as caught:
        wasm2oci.pull(faults.reference(), output)
    assert [kind for kind in types if kind not in caught.value.message] == []
    assert_untouched(output)


@pytest.mark.parametrize("content", [b"\0asn\x01\0\0\0", b"#!/bin/sh\n", b"", b"\0as", b"\x7fELF" + bytes(60)])
def test_a_wasm_layer_with_other_bytes(faults: FaultRegistry, output: Path, content: bytes) -> None:
    """The type promises a module, the bytes are none."""
    faults.add_artifact(layers=[layer(content)])
    with pytest.raises(wasm2oci.NotWasmError):
        wasm2oci.pull(faults.reference(), output)
    assert_untouched(output)


def document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a manifest that is right but for these members."""
    return {**artifacts.manifest([layer(MODULE)], artifacts.config()), **changes}


BROKEN: dict[str, object] = {
    "no JSON": b"not json",
    "a page of HTML": b"<!doctype html><title>Sign in</title>",
    "nothing": b"",
    "null": b"null",
    "a number": b"17",
    "a text": b'"text"',
    "an array": [document()],
    "two documents": json.dumps(document()).encode() * 2,
    "cut": json.dumps(document()).encode()[:-7],
    "not UTF-8": json.dumps(document()).encode().replace(b"schemaVersion", b"schema\xffVersion"),
    "layers null": document(layers=None),
    "layers missing": {name: value for name, value in document().items() if name != "layers"},
    "layers an object": document(layers={"0": {}}),
    "layers numbers": document(layers=[1, 2]),
    "layers null inside": document(layers=[None]),
    "layers nested": document(layers=[[]]),
    "config a text": document(config="x"),
    "schema version 1": document(schemaVersion=1),
    "schema version a text": document(schemaVersion="2"),
    "annotations a list": document(annotations=[]),
    "annotations of numbers": document(annotations={"a": 1}),
    "deep nesting": b'{"schemaVersion":2,"layers":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "duplicate layers": json.dumps(document())[:-1].encode() + b',"layers":[]}',
    "duplicate config": json.dumps(document())[:-1].encode() + b',"config":{}}',
}


@pytest.mark.parametrize("shape", list(BROKEN))
def test_broken_manifests(faults: FaultRegistry, output: Path, shape: str) -> None:
    """No shape brings the process down, and none is half believed."""
    faults.add_blob("org/mod", MODULE)
    faults.add_blob("org/mod", b"{}")
    broken = BROKEN[shape]
    faults.add_manifest("org/mod", "v1", broken)  # type: ignore[arg-type]
    with pytest.raises((wasm2oci.InvalidManifestError, wasm2oci.NotWasmError)) as caught:
        wasm2oci.pull(faults.reference(), output)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 1000
    assert_untouched(output)


def test_a_manifest_without_an_end(faults: FaultRegistry, output: Path) -> None:
    """oras-project/oras-go#1223: it is refused long before it fills the memory."""
    faults.add_module(MODULE)
    faults.on("GET", "manifest").body(Endless()).chunked()
    with pytest.raises((wasm2oci.SizeExceededError, wasm2oci.InvalidManifestError)):
        wasm2oci.pull(faults.reference(), output)
    assert_untouched(output)


@pytest.mark.parametrize("method", ["pull", "resolve", "inspect"])
def test_a_page_in_place_of_a_manifest(faults: FaultRegistry, output: Path, method: str) -> None:
    """A proxy's sign-in page comes with status 200; the message names its type."""
    faults.add_module(MODULE)
    page = faults.on("GET|HEAD", "manifest").body(b"<html>sign in</html>", "text/html; charset=utf-8")
    page.omit("Docker-Content-Digest")
    arguments = (output,) if method == "pull" else ()
    with pytest.raises(wasm2oci.InvalidManifestError, match="text/html"):
        getattr(wasm2oci, method)(faults.reference(), *arguments)
    assert_untouched(output)


UNKNOWN = artifacts.config(media_type="application/vnd.unknown.config.v1+json")
EMPTY = artifacts.config(media_type=artifacts.EMPTY)

RAW: dict[str, tuple[list[artifacts.Part], artifacts.Part, dict[str, Any]]] = {
    "wasm-to-oci": (
        [layer(MODULE, WASM_TO_OCI, title="target/wasm32-wasi/release/app.wasm")],
        artifacts.config(media_type="application/vnd.wasm.config.v1+json"),
        {"mediaType": None},
    ),
    "CNCF, untitled": ([layer(MODULE)], artifacts.wasm_config(layer(MODULE)), {}),
    "CNCF, titled": ([layer(MODULE, title="x.wasm")], artifacts.wasm_config(layer(MODULE)), {}),
    "a policy": (
        [layer(MODULE, WASM_TO_OCI)],
        artifacts.config(media_type="application/vnd.wasm.config.v1+json"),
        {"annotations": {artifacts.TITLE: "some-policy"}},
    ),
    "proxy-wasm": (
        [
            layer(b"{}", "application/vnd.module.wasm.config.v1+json", title="runtime-config.json"),
            layer(MODULE, "application/vnd.module.wasm.content.layer.v1+wasm", title="filter.wasm"),
        ],
        artifacts.config(media_type="application/vnd.module.wasm.config.v1+json"),
        {"mediaType": None},
    ),
    "runwasi": (
        [layer(MODULE, "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm")],
        artifacts.config(media_type="application/vnd.oci.image.config.v1+json"),
        {"artifactType": "application/vnd.bytecodealliance.component.v1+wasm"},
    ),
    "Spin": (
        [
            layer(MODULE, WASM_TO_OCI),
            layer(b"<html>", "application/vnd.wasm.content.layer.v1+data", title="static/index.html"),
            layer(b"{}", "application/vnd.fermyon.spin.application.v1+config"),
        ],
        artifacts.config(media_type="application/vnd.oci.image.config.v1+json"),
        {},
    ),
    "wasmCloud": (
        [layer(MODULE, "application/vnd.module.wasm.content.layer.v1+wasm", title="echo_s.wasm")],
        artifacts.config(media_type="application/vnd.wasmcloud.actor.archive.config"),
        {"mediaType": None},
    ),
    "oras, a tar by name": ([layer(MODULE, OCI_TAR, title="m.wasm")], artifacts.config(b"", UNKNOWN.media_type), {}),
    "oras, empty config": ([layer(MODULE, OCI_TAR, title="m.wasm")], EMPTY, {"artifactType": "application/x"}),
    "octets, untitled": ([layer(MODULE, "application/octet-stream")], UNKNOWN, {}),
    "documents around it": ([README, layer(MODULE), layer(b"x", "text/plain"), README], UNKNOWN, {}),
    "the same blob twice": ([layer(MODULE, title="a.wasm"), layer(MODULE, title="b.wasm")], UNKNOWN, {}),
}


@pytest.mark.parametrize("named", [True, False], ids=["to a path", "to the default name"])
@pytest.mark.parametrize("shape", list(RAW))
def test_raw_layers_of_every_shape(
    faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, *, named: bool
) -> None:
    """wasm-pkg-tools#238: each gives its module, title or not, and exit without a file is no success."""
    monkeypatch.chdir(tmp_path)
    layers, config, fields = RAW[shape]
    added = faults.add_artifact(layers=layers, config=config, **fields)
    result = wasm2oci.pull(faults.reference(), "named.wasm" if named else None)
    assert result.path.name == ("named.wasm" if named else "mod.wasm")
    assert [entry.name for entry in tmp_path.iterdir()] == [result.path.name]
    assert result.path.read_bytes() == MODULE
    assert (result.digest, result.kind) == (added.digest, "module")
    assert (result.file_digest, result.file_size) == (digest_of(MODULE), len(MODULE))
    assert result.layer.digest == digest_of(MODULE)


@pytest.mark.parametrize("media_type", [artifacts.DOCKER_MANIFEST, artifacts.OCI_MANIFEST])
def test_docker_manifests_are_read(faults: FaultRegistry, output: Path, media_type: str) -> None:
    """Registries that convert still hold the same layer."""
    faults.add_artifact(layers=[layer(MODULE)], media_type=media_type)
    assert wasm2oci.pull(faults.reference(), output).media_type == media_type
    assert output.read_bytes() == MODULE


def test_the_withdrawn_artifact_manifest_is_read(faults: FaultRegistry, output: Path) -> None:
    """oras-project/oras-go#370: `blobs` in place of layers, no config, no schema version."""
    faults.add_blob("org/mod", MODULE)
    document = {
        "mediaType": artifacts.OCI_ARTIFACT,
        "artifactType": "application/vnd.wasm.config.v1+json",
        "blobs": [layer(MODULE, title="m.wasm").descriptor()],
    }
    faults.add_manifest("org/mod", "v1", document, artifacts.OCI_ARTIFACT)
    assert wasm2oci.pull(faults.reference(), output).path.read_bytes() == MODULE


@pytest.mark.parametrize("title", [None, "m.wasm", "M.wasm"])
def test_several_modules_are_a_choice(faults: FaultRegistry, output: Path, title: str | None) -> None:
    """oras-project/oras-py#217: nothing is written, and the candidates are listed."""
    faults.add_artifact(layers=[layer(MODULE, title="m.wasm"), layer(OTHER, title=title)])
    with pytest.raises(wasm2oci.AmbiguousError) as caught:
        wasm2oci.pull(faults.reference(), output)
    listed = " ".join(caught.value.detail["candidates"])
    assert digest_of(MODULE) in listed
    assert digest_of(OTHER) in listed
    assert_untouched(output)


ESCAPES = [
    *("../evil.wasm", "/abs/evil.wasm", "a/../../evil.wasm", "..", ".", "", "/", "sub/x.wasm", "link.wasm"),
    *(
        "..\\evil.wasm",
        "C:\\evil.wasm",
        "evil\0.wasm",
        ".hidden.wasm",
        "-dash.wasm",
        "x" * 5000,
        "a\nb.wasm",
        "%2e%2e/e",
    ),
]


@pytest.mark.parametrize("to", ["default", "folder", "folder/"])
@pytest.mark.parametrize("title", ESCAPES)
def test_a_title_never_names_a_file(
    faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str, to: str
) -> None:
    """oras-project/oras#37, GHSA-8xwf-rjm4-xvhv: the name comes from the reference, so there is no way out."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    outside.joinpath("f").write_bytes(b"old")
    inside.joinpath("sub").symlink_to(outside, target_is_directory=True)
    inside.joinpath("link.wasm").symlink_to(outside / "f")
    monkeypatch.chdir(inside)
    faults.add_artifact(layers=[layer(MODULE, title=title)])
    target = {"default": None, "folder": str(inside), "folder/": f"{inside}/"}[to]
    result = wasm2oci.pull(faults.reference(), target)
    assert result.path.resolve() == inside / "mod.wasm"
    assert sorted(entry.name for entry in inside.iterdir()) == ["link.wasm", "mod.wasm", "sub"]
    assert [(entry.name, entry.read_bytes()) for entry in outside.iterdir()] == [("f", b"old")]


@pytest.mark.parametrize("dangling", [True, False])
@pytest.mark.parametrize("way", ["path", "default"])
def test_a_link_at_the_output_path(
    faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, *, dangling: bool
) -> None:
    """GHSA-8xwf-rjm4-xvhv: the link is replaced, or the pull refused; what it points to stays as it was."""
    elsewhere = tmp_path / "elsewhere"
    inside = tmp_path / "inside"
    inside.mkdir()
    if not dangling:
        elsewhere.write_bytes(b"old")
    link = inside / "mod.wasm"
    link.symlink_to(elsewhere)
    monkeypatch.chdir(inside)
    faults.add_module(MODULE)
    try:
        wasm2oci.pull(faults.reference(), link if way == "path" else None)
    except wasm2oci.FilesystemError:
        assert link.is_symlink()
    else:
        assert (link.is_symlink(), link.read_bytes()) == (False, MODULE)
    assert elsewhere.exists() is not dangling
    assert dangling or elsewhere.read_bytes() == b"old"


NOT_WASM = {
    "empty": b"",
    "text": b"hello\n",
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(64),
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "three bytes": b"\0as",
    "four bytes": b"\0asm",
    "an unknown version": b"\0asm\x02\0\0\0" + bytes(8),
    "an archive": b"PK\3\4" + bytes(30),
}

FORMS = {
    "text": (b";; greets\n(module)", "WebAssembly text.*wasm-tools parse"),
    "text of a component": (b"(component)", "WebAssembly text"),
    "gzip": (b"\x1f\x8b\x08" + bytes(30), "gzip.*unpack it first"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(30), "zstd.*unpack it first"),
}
"""What becomes WebAssembly by another program."""


@pytest.mark.parametrize("source", ["path", "bytes"])
@pytest.mark.parametrize("what", list(NOT_WASM))
def test_what_is_no_wasm_is_not_pushed(faults: FaultRegistry, tmp_path: Path, what: str, source: str) -> None:
    """engineerd/wasm-to-oci#8: refused before any request."""
    path = tmp_path / "m.wasm"
    path.write_bytes(NOT_WASM[what])
    with pytest.raises(wasm2oci.NotWasmError, match="allow_any"):
        wasm2oci.push(path if source == "path" else NOT_WASM[what], faults.reference())
    assert len(faults.journal) == 0


@pytest.mark.parametrize("what", list(FORMS))
def test_what_becomes_wasm_is_named(faults: FaultRegistry, what: str) -> None:
    """The next step is to make it so, not to push it as it is."""
    content, says = FORMS[what]
    with pytest.raises(wasm2oci.NotWasmError, match=says) as caught:
        wasm2oci.push(content, faults.reference())
    assert "allow_any" not in caught.value.message
    assert len(faults.journal) == 0


@pytest.mark.parametrize("what", [name for name in NOT_WASM if name != "empty"])
def test_what_is_no_wasm_is_pushed_when_asked_for(faults: FaultRegistry, what: str) -> None:
    """The override is explicit."""
    result = wasm2oci.push(NOT_WASM[what], faults.reference(), allow_any=True)
    held = faults.store.repository("org/mod").blobs[result.layer.digest].content
    assert held is not None
    assert held.read() == NOT_WASM[what]


def pushed_config(faults: FaultRegistry) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the manifest and the config that were pushed last."""
    found = faults.store.find_manifest("org/mod", "v1")
    assert found is not None
    manifest = found[1].document
    content = faults.store.repository("org/mod").blobs[manifest["config"]["digest"]].content
    assert content is not None
    return manifest, json.loads(content.read())


def test_modules_and_components_are_told_apart(faults: FaultRegistry, hello: Path, greeter: Path) -> None:
    """bytecodealliance/wasm-tools#1673: by their first eight bytes, and labelled so."""
    assert wasm2oci.push(hello, faults.reference()).kind == "module"
    manifest, config = pushed_config(faults)
    assert (config["os"], config["architecture"], config.get("component")) == ("wasip1", "wasm", None)
    assert config["layerDigests"] == [manifest["layers"][0]["digest"]] == [digest_of(hello.read_bytes())]

    assert wasm2oci.push(greeter, faults.reference()).kind == "component"
    manifest, config = pushed_config(faults)
    assert (config["os"], config["architecture"]) == ("wasip2", "wasm")
    assert config["layerDigests"] == [digest_of(greeter.read_bytes())]
    assert config["component"]["imports"] == ["example:greeter/log@0.1.0"]
    assert config["component"]["exports"] == ["example:greeter/greet@0.1.0"]


@pytest.mark.parametrize("kind", ["hello", "greeter"])
def test_the_pushed_layout_is_the_published_one(
    faults: FaultRegistry, request: pytest.FixtureRequest, kind: str
) -> None:
    """spinframework/spin#2802: what strict readers demand, member by member."""
    path: Path = request.getfixturevalue(kind)
    result = wasm2oci.push(path, faults.reference(), annotations={"org.example.note": "ü"})
    put = faults.journal.of("PUT", "*/manifests/*")[0]
    assert put.header("Content-Type") == result.media_type == artifacts.OCI_MANIFEST
    assert (digest_of(put.body), len(put.body)) == (result.digest, result.size)
    manifest, config = pushed_config(faults)
    assert (manifest["schemaVersion"], manifest["mediaType"]) == (2, artifacts.OCI_MANIFEST)
    assert manifest["config"]["mediaType"] == artifacts.WASM_CONFIG
    assert [part["mediaType"] for part in manifest["layers"]] == ["application/wasm"]
    assert manifest["annotations"]["org.example.note"] == "ü"
    assert {"created", "architecture", "os", "layerDigests"} <= config.keys()
    assert config["created"] == "1970-01-01T00:00:00Z"
    assert result.layer.annotations == manifest["layers"][0]["annotations"] == {artifacts.TITLE: path.name}


def test_the_old_layout_is_exactly_the_old_one(faults: FaultRegistry, hello: Path) -> None:
    """engineerd/wasm-to-oci pkg/oci/push.go: no media type, config `{}`, its own layer type."""
    result = wasm2oci.push(hello, faults.reference(), format="wasm-to-oci")
    manifest, config = pushed_config(faults)
    assert (result.format, config) == ("wasm-to-oci", {})
    assert manifest == {
        "schemaVersion": 2,
        "config": {
            "mediaType": "application/vnd.wasm.config.v1+json",
            "digest": digest_of(b"{}"),
            "size": 2,
        },
        "layers": [
            {
                "mediaType": WASM_TO_OCI,
                "digest": digest_of(hello.read_bytes()),
                "size": hello.stat().st_size,
                "annotations": {artifacts.TITLE: "hello.wasm"},
            }
        ],
    }
    assert wasm2oci.inspect(faults.reference()).format == "wasm-to-oci"


@pytest.mark.parametrize("where", ["manifest", "layer", "both"])
def test_sha512(faults: FaultRegistry, output: Path, where: str) -> None:
    """opencontainers/distribution-spec#543: it works, and is checked."""
    in_manifest = "sha512" if where != "layer" else "sha256"
    in_layer = "sha512" if where != "manifest" else "sha256"
    added = faults.add_artifact(
        layers=[layer(MODULE, algorithm=in_layer)], config=artifacts.config(), algorithm=in_manifest
    )
    result = wasm2oci.pull(faults.reference(digest=added.digest), output)
    assert (result.digest, output.read_bytes()) == (added.digest, MODULE)


@pytest.mark.parametrize("where", ["manifest", "layer"])
def test_sha512_that_does_not_match(faults: FaultRegistry, client: wasm2oci.Client, output: Path, where: str) -> None:
    """The check is one, not only a name that is accepted."""
    added = faults.add_artifact(
        layers=[layer(MODULE, algorithm="sha512")], config=artifacts.config(), algorithm="sha512"
    )
    faults.on("GET", "manifest" if where == "manifest" else "blob").flip(at=20)
    with pytest.raises((wasm2oci.DigestMismatchError, wasm2oci.InvalidManifestError)):
        client.pull(faults.reference(tag=None, digest=added.digest), output)
    assert_untouched(output)
