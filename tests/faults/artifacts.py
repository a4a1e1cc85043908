"""Descriptors and manifests of any shape, for `add_artifact` and for raw ones."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any

from tests.faults.content import Content, Held, as_content

Json = dict[str, Any]

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
WASM = "application/wasm"
WASM_CONFIG = "application/vnd.wasm.config.v0+json"
EMPTY = "application/vnd.oci.empty.v1+json"
TITLE = "org.opencontainers.image.title"


@dataclass
class Part:
    """A blob with the descriptor that a manifest shall have for it.

    `content` None means that only the descriptor exists.
    """

    content: Content | None
    media_type: str = WASM
    annotations: dict[str, str] = field(default_factory=dict)
    fields: Json = field(default_factory=dict)
    """Members of the descriptor in place of the true ones; None leaves one out."""
    algorithm: str = "sha256"

    def descriptor(self) -> Json:
        """Return the descriptor."""
        described: Json = {"mediaType": self.media_type}
        if self.content is not None:
            described["digest"] = self.content.digest(self.algorithm)
            described["size"] = self.content.size
        if self.annotations:
            described["annotations"] = self.annotations
        described.update(self.fields)
        return {name: value for name, value in described.items() if value is not None}


def layer(
    content: bytes | Content,
    media_type: str = WASM,
    *,
    title: str | None = None,
    algorithm: str = "sha256",
    **fields: Any,  # noqa: ANN401
) -> Part:
    """Return a layer; `fields` replace members of its descriptor, None leaves one out."""
    annotations = {} if title is None else {TITLE: title}
    return Part(as_content(content), media_type, annotations, fields, algorithm)


def config(content: bytes | Json = b"{}", media_type: str = WASM_CONFIG, **fields: Any) -> Part:  # noqa: ANN401
    """Return a config: bytes, or an object to be written as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Part(Held(body), media_type, {}, fields)


def wasm_config(*layers: Part, os: str = "wasip1", component: Json | None = None) -> Part:
    """Return the CNCF config that belongs to these layers."""
    document: Json = {
        "created": "2025-01-01T00:00:00Z",
        "architecture": "wasm",
        "os": os,
        "layerDigests": [part.descriptor()["digest"] for part in layers],
    }
    return config(document if component is None else {**document, "component": component})


def manifest(layers: list[Part], config: Part | None, media_type: str | None = OCI_MANIFEST, **fields: Any) -> Json:  # noqa: ANN401
    """Return a manifest; `fields` add or replace members, None leaves one out."""
    document: Json = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": config.descriptor() if config else None,
        "layers": [part.descriptor() for part in layers],
        **fields,
    }
    return {name: value for name, value in document.items() if value is not None}


def tar(files: dict[str, bytes], compression: str = "gz") -> bytes:
    """Return a tar archive of regular files; "" for one that is not packed."""
    packed = io.BytesIO()
    mode = f"w:{compression}" if compression else "w"
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
