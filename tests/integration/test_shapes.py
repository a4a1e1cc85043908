"""Artifacts as other programs lay them out, built for real: the module comes out, and what is none is refused.

Who writes them: engineerd/wasm-to-oci, wkg, Kubewarden, solo-io/wasm (and Docker), Higress, Spin, runwasi, wasmCloud,
docker buildx, the release candidates of OCI 1.1, oras, buildah.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import artifacts, layer
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry

MODULE = binaries.module(500)
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_TAR = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_TAR = "application/vnd.oci.image.layer.v1.tar"
OCI_TAR_GZIP = f"{OCI_TAR}+gzip"
WASM_TO_OCI = "application/vnd.wasm.content.layer.v1+wasm"
WASM_TO_OCI_CONFIG = "application/vnd.wasm.config.v1+json"
PROXY = "application/vnd.module.wasm.content.layer.v1+wasm"
PROXY_CONFIG = "application/vnd.module.wasm.config.v1+json"
SPIN_CONFIG = "application/vnd.fermyon.spin.application.v1+config"
UNKNOWN_CONFIG = "application/vnd.unknown.config.v1+json"
COMPAT = {"module.wasm.image/variant": "compat"}


def added(layers: list[artifacts.Part], config: artifacts.Part, **fields: Any) -> Callable[[FaultRegistry], object]:  # noqa: ANN401
    """Return what holds an artifact in a registry."""
    return lambda faults: faults.add_artifact(layers=layers, config=config, **fields)


def buildx(faults: FaultRegistry) -> object:
    """Hold an index with an image for WebAssembly and an attestation."""
    image = faults.add_artifact(
        tag=None,
        layers=[layer(artifacts.tar({"app.wasm": MODULE}), OCI_TAR_GZIP)],
        config=artifacts.config({"config": {"Entrypoint": ["/app.wasm"]}}, IMAGE_CONFIG),
    )
    attestation = faults.add_artifact(
        tag=None,
        layers=[layer(b"{}", "application/vnd.in-toto+json")],
        config=artifacts.config(media_type=IMAGE_CONFIG),
    )
    children = [
        {**image.descriptor(), "platform": {"architecture": "wasm", "os": "wasi"}},
        {
            **attestation.descriptor(),
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
            "platform": {"architecture": "unknown", "os": "unknown"},
        },
    ]
    return faults.add_index("org/mod", "v1", children)


def withdrawn(faults: FaultRegistry) -> object:
    """Hold an artifact manifest: blobs in place of layers, no config, no schemaVersion."""
    part = layer(MODULE, title="m.wasm")
    faults.add_blob("org/mod", MODULE)
    document = {
        "mediaType": artifacts.OCI_ARTIFACT,
        "artifactType": WASM_TO_OCI_CONFIG,
        "blobs": [part.descriptor()],
        "annotations": {"org.opencontainers.artifact.created": "2022-11-01T00:00:00Z"},
    }
    return faults.add_manifest("org/mod", "v1", document, artifacts.OCI_ARTIFACT)


SHAPES = {
    "wasm-to-oci": (
        "wasm-to-oci",
        added(
            [layer(MODULE, WASM_TO_OCI, title="target/wasm32-wasi/release/app.wasm")],
            artifacts.config(media_type=WASM_TO_OCI_CONFIG),
            mediaType=None,
        ),
    ),
    "wkg": ("wasm", lambda faults: faults.add_module(MODULE)),
    "Kubewarden": (
        "wasm-to-oci",
        added(
            [layer(MODULE, WASM_TO_OCI)],
            artifacts.config(media_type=WASM_TO_OCI_CONFIG),
            annotations={"org.opencontainers.image.title": "some-policy"},
        ),
    ),
    "proxy-wasm, raw": (
        "proxy-wasm",
        added(
            [layer(b'{"a":1}', PROXY_CONFIG, title="runtime-config.json"), layer(MODULE, PROXY, title="filter.wasm")],
            artifacts.config(b'{"a":1}', PROXY_CONFIG),
        ),
    ),
    "proxy-wasm, compat": (
        "compat",
        added(
            [layer(artifacts.tar({"./plugin.wasm": MODULE, "runtime-config.json": b"{}"}), OCI_TAR_GZIP)],
            artifacts.config(media_type=IMAGE_CONFIG),
            annotations=COMPAT,
        ),
    ),
    "the same by Docker": (
        "compat",
        added(
            [layer(artifacts.tar({"x": b"x"}), DOCKER_TAR), layer(artifacts.tar({"plugin.wasm": MODULE}), DOCKER_TAR)],
            artifacts.config(media_type=DOCKER_CONFIG),
            media_type=artifacts.DOCKER_MANIFEST,
        ),
    ),
    "Higress": (
        "higress",
        added(
            [
                layer(b"a: b", "application/vnd.module.wasm.spec.v1+yaml", title="spec.yaml"),
                layer(b"# x", "application/vnd.module.wasm.doc.v1+markdown", title="README.md"),
                layer(artifacts.tar({"plugin.wasm": MODULE}), OCI_TAR_GZIP, title="plugin.tar.gz"),
            ],
            artifacts.config(media_type=artifacts.EMPTY, data="e30="),
            artifactType="application/vnd.unknown.artifact.v1",
        ),
    ),
    "Spin with one component": (
        "spin",
        added(
            [
                layer(MODULE, WASM_TO_OCI),
                layer(b"<p>", "application/vnd.wasm.content.layer.v1+data", title="static/index.html"),
                layer(b"{}", SPIN_CONFIG),
            ],
            artifacts.config(media_type=IMAGE_CONFIG),
        ),
    ),
    "runwasi": (
        "runwasi",
        added(
            [layer(MODULE, "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm")],
            artifacts.config(media_type=IMAGE_CONFIG),
            artifactType="application/vnd.bytecodealliance.component.v1+wasm",
        ),
    ),
    "wasmCloud": (
        "wasmcloud",
        added(
            [layer(MODULE, PROXY, title="echo_s.wasm")],
            artifacts.config(media_type="application/vnd.wasmcloud.actor.archive.config"),
            mediaType=None,
        ),
    ),
    "buildx": ("image", buildx),
    "withdrawn": ("wasm-to-oci", withdrawn),
    "old oras": (
        "generic",
        added([layer(MODULE, OCI_TAR, title="m.wasm")], artifacts.config(b"", UNKNOWN_CONFIG)),
    ),
    "buildah": (
        "image",
        added(
            [layer(artifacts.tar({"hello.wasm": MODULE}), OCI_TAR_GZIP)],
            artifacts.config(media_type=IMAGE_CONFIG),
            annotations={**COMPAT, "org.opencontainers.image.base.name": ""},
        ),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_module_comes_out(faults: FaultRegistry, tmp_path: Path, shape: str) -> None:
    """Under a name of our own, whatever the titles say; and inspect tells the same."""
    format, hold = SHAPES[shape]  # noqa: A001
    hold(faults)
    folder = tmp_path / "out"
    folder.mkdir()
    result = wasm2oci.pull(f"{faults.host}/org/mod:v1", folder)
    assert [path.name for path in folder.iterdir()] == ["mod.wasm"]
    assert result.path.read_bytes() == MODULE
    assert (result.format, result.kind) == (format, "module")
    found = wasm2oci.inspect(f"{faults.host}/org/mod:v1")
    assert (found.format, found.kind, found.file_digest) == (format, "module", result.file_digest)


NO_MODULE = {
    "a Helm chart": (
        "application/vnd.cncf.helm.config.v1+json",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        artifacts.tar({"x/Chart.yaml": b"a: b"}),
    ),
    "an ordinary image": (IMAGE_CONFIG, OCI_TAR_GZIP, artifacts.tar({"bin/sh": b"\x7fELF"})),
    "a wasmCloud provider": (
        "application/vnd.wasmcloud.provider.archive.config",
        "application/vnd.wasmcloud.provider.archive.layer.v1+par",
        artifacts.tar({"claims.jwt": b"x"}, ""),
    ),
    "a signature": (IMAGE_CONFIG, "application/vnd.dev.cosign.simplesigning.v1+json", b"{}"),
    "a bill of materials": (artifacts.EMPTY, "application/vnd.in-toto+json", b"{}"),
    "the empty blob": (artifacts.EMPTY, artifacts.EMPTY, b"{}"),
}


@pytest.mark.parametrize("shape", NO_MODULE)
def test_what_is_no_module_is_refused(faults: FaultRegistry, tmp_path: Path, shape: str) -> None:
    """With the types that were seen, and no file; inspect still shows what it is."""
    config_type, layer_type, content = NO_MODULE[shape]
    faults.add_artifact(layers=[layer(content, layer_type)], config=artifacts.config(media_type=config_type))
    with pytest.raises(wasm2oci.NotWasmError) as caught:
        wasm2oci.pull(f"{faults.host}/org/mod:v1", tmp_path / "m.wasm")
    assert caught.value.detail["candidates"] == [layer_type]
    assert not list(tmp_path.glob("*.wasm"))
    assert wasm2oci.inspect(f"{faults.host}/org/mod:v1").kind is None


def test_an_index_for_other_machines_is_refused(faults: FaultRegistry, tmp_path: Path) -> None:
    """With the platforms that were seen."""
    children = []
    for architecture in ("amd64", "arm64"):
        image = faults.add_artifact(
            tag=None, layers=[layer(artifacts.tar({"bin/sh": architecture.encode()}), OCI_TAR_GZIP)]
        )
        children.append({**image.descriptor(), "platform": {"os": "linux", "architecture": architecture}})
    faults.add_index("org/mod", "v1", children)
    with pytest.raises(wasm2oci.NotWasmError, match="linux/amd64, linux/arm64"):
        wasm2oci.pull(f"{faults.host}/org/mod:v1", tmp_path / "m.wasm")
    assert not list(tmp_path.glob("*.wasm"))
