"""What the verbs return: plain, immutable records."""

from __future__ import annotations

from wasm2oci import _types as types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass, field
    from typing import Any
else:
    from wasm2oci._record import dataclass, field

__all__ = [
    "Artifact",
    "AttachResult",
    "BatchProgress",
    "CacheResult",
    "CachedArtifact",
    "CopyResult",
    "DeleteResult",
    "Descriptor",
    "LoginResult",
    "Progress",
    "PullResult",
    "PushResult",
]

_PHASES = ("starting", "hashing", "resolving", "transferring", "finishing", "done")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Identifies content, such as a manifest or a layer.

    Attributes:
        media_type: The media type of the content.
        digest: The digest of the content, such as `sha256:…`.
        size: The size of the content in bytes.
        annotations: The annotations of the content.
        artifact_type: The artifact type of a manifest, such as `application/spdx+json`, if it is known.
    """

    media_type: str
    digest: str
    size: int
    annotations: dict[str, str] = field(default_factory=dict, hash=False)
    artifact_type: str | None = None


@dataclass(frozen=True, slots=True)
class PushResult:
    """The result of a push.

    Attributes:
        reference: The normalised reference, with its first tag or its digest.
        digest: The digest of the manifest.
        media_type: The media type of the manifest.
        size: The size of the manifest in bytes.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`; None for content that is not WebAssembly.
        layer: The layer that contains the module.
        tags: All tags that were set, in their order; empty if the reference has only a digest.
    """

    reference: str
    digest: str
    media_type: str
    size: int
    format: types.Format
    kind: types.Kind | None
    layer: Descriptor
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachResult:
    """The result of an attach.

    Attributes:
        reference: The attached artifact, by its digest.
        digest: The digest of its manifest.
        media_type: The media type of its manifest.
        size: The size of its manifest in bytes.
        artifact_type: The type of what was attached.
        subject: The manifest or index that it points at.
        layers: The files, in their order.
    """

    reference: str
    digest: str
    media_type: str
    size: int
    artifact_type: str
    subject: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class PullResult:
    """The result of a pull.

    Attributes:
        reference: The normalised reference, with its tag or digest.
        digest: The digest of the manifest.
        media_type: The media type of the manifest.
        size: The size of the manifest in bytes.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`.
        layer: The layer that the module came from.
        path: The file that was written.
        file_digest: The digest of the module itself.
        file_size: The size of the module in bytes.
        index_digest: The digest of the index that the manifest was chosen from, or None.
        member: The path of the module in a tar layer, or None.
        source: Where it was read from, with a cache or mirrors: `cache` if nothing was read from elsewhere,
            `mirror` if nothing was read from the registry itself, else `registry`.
        age: How many seconds ago the registry said what the tag names; None if it was asked now.
        mirror: The repository of the mirror that was read from, if `source` is `mirror`.
    """

    reference: str
    digest: str
    media_type: str
    size: int
    format: types.Format
    kind: types.Kind | None
    layer: Descriptor
    path: types.Path
    file_digest: str
    file_size: int
    index_digest: str | None = None
    member: str | None = None
    source: str | None = None
    age: int | None = None
    mirror: str | None = None


@dataclass(frozen=True, slots=True)
class CachedArtifact:
    """What a tag in a cache named when its registry was last asked.

    Attributes:
        reference: The reference, with its tag.
        digest: The digest of the manifest or index that it named.
        size: The size of that, with everything in the cache that belongs to it, in bytes.
        age: How many seconds ago the registry was asked.
    """

    reference: str
    digest: str
    size: int
    age: int


@dataclass(frozen=True, slots=True)
class CacheResult:
    """What is in a cache, and what was removed from it.

    Attributes:
        path: The directory of the cache.
        size: The size of all blobs together, in bytes.
        blobs: How many blobs there are.
        limit: How large all blobs together may become, in bytes.
        artifacts: What the cache knows about tags, in the order of the references.
        unnamed: The digests of whole artifacts that were read by digest, which no tag is known to name.
        removed: The digests of the blobs that were removed.
        freed: The size of the blobs that were removed, in bytes.
    """

    path: types.Path
    size: int
    blobs: int
    limit: int
    artifacts: tuple[CachedArtifact, ...]
    unnamed: tuple[str, ...]
    removed: tuple[str, ...]
    freed: int


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The result of a copy.

    A manifest that the registry already has counts as one, whatever it lists.

    Attributes:
        reference: The normalised destination, with its tag or digest; with `all_tags`
            without a tag.
        digest: The digest of the manifest or index that the destination names; "" with
            `all_tags`.
        media_type: Its media type; "" with `all_tags`.
        size: Its size in bytes; 0 with `all_tags`.
        sent: How many blobs and manifests were sent.
        mounted: How many blobs the registry took from the repository of the source.
        reused: How many blobs and manifests the destination already had.
        bytes: The size of what was sent, in bytes.
        tags: The tags that `all_tags` copied, each with the digest of what it names.
    """

    reference: str
    digest: str
    media_type: str
    size: int
    sent: int
    mounted: int
    reused: int
    bytes: int
    tags: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """The result of a delete.

    Attributes:
        reference: The normalised reference, with the digest.
        digest: The digest of the manifest.
        media_type: The media type of the manifest.
        size: The size of the manifest in bytes.
        tags: The tags that the manifest had.
        more_tags: Whether it may have had more tags: at most 1,000 tags of a repository are
            checked, and not every registry lists them.
    """

    reference: str
    digest: str
    media_type: str
    size: int
    tags: tuple[str, ...]
    more_tags: bool


@dataclass(frozen=True, slots=True)
class LoginResult:
    """The result of a login.

    Attributes:
        registry: The registry, as `HOST` or `HOST:PORT`.
        path: The file that holds the credential, or that names the helper that holds it.
        helper: The program that holds the credential; None if it is in the file, unencrypted.
    """

    registry: str
    path: types.Path
    helper: str | None = None


class _PathOnDemand:
    """Makes a Path of a string when it is asked for: `pathlib` takes as long to load as Python to start."""

    def __init__(self, slot: Any) -> None:  # noqa: ANN401 - it has no public type
        self._slot = slot

    def __get__(self, instance: object, _: type | None = None) -> object:
        if instance is None:
            return self
        value = self._slot.__get__(instance)
        if isinstance(value, str):
            from pathlib import Path  # noqa: PLC0415 - see above

            value = Path(value)
            self._slot.__set__(instance, value)
        return value

    def __set__(self, instance: object, value: object) -> None:
        self._slot.__set__(instance, value)

    def text(self, instance: object) -> str:
        """Returns it as text, which needs no `pathlib`."""
        return str(self._slot.__get__(instance))


PullResult.path = _path = _PathOnDemand(PullResult.path)  # type: ignore[assignment, misc] # a Path for who looks


LoginResult.path = _PathOnDemand(LoginResult.path)  # type: ignore[assignment, misc] # likewise


def path_text(result: PullResult) -> str:
    """Returns the path of a result for who only prints it."""
    return _path.text(result)


@dataclass(frozen=True, slots=True)
class Artifact:
    """What is in an artifact, or in a local file.

    For a file, members that only an artifact has are None or empty, and digest, media type
    and size are those of the file. An artifact without a module, or with several, has
    neither format nor kind. What was read from the binary comes as plain dictionaries.

    Attributes:
        reference: The normalised reference, with its tag or digest.
        digest: The digest of the manifest.
        media_type: The media type of the manifest.
        size: The size of the manifest in bytes.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`.
        manifest: The manifest, as in the registry.
        config: The config, as in the registry; None if it is not JSON.
        annotations: The annotations of the manifest.
        layers: All layers.
        layer: The layer that holds the module.
        file_digest: The digest of the module itself.
        file_size: The size of the module in bytes.
        name: What the module calls itself.
        imports: What the module imports.
        exports: What the module exports.
        producers: The tools that made the module, by field, such as `language`; None without a module.
        metadata: What the module's metadata sections say, such as `licenses`.
        target_features: The features that the compiler used, such as `+bulk-memory`.
        world: The names of what a component imports and exports; None for a core module.
        children: The modules and components inside a component.
        custom_sections: The name and the size of each custom section.
        warnings: What could not be understood.
        index_digest: The digest of the index that led to the manifest, or None.
        member: The path of the module in a tar layer, or None.
        raw: The unchanged bytes of the manifest or index, if you asked for them with `raw`. Then
            everything but reference, digest, media type, size and index digest is None or empty.
        artifact_type: The artifact type of the manifest, or None.
        source: Where it was read from, with a cache or mirrors: `cache` if nothing was read from elsewhere,
            `mirror` if nothing was read from the registry itself, else `registry`.
        age: How many seconds ago the registry said what the tag names; None if it was asked now.
        mirror: The repository of the mirror that was read from, if `source` is `mirror`.
        subject: The manifest or index that it is attached to, or None.
    """

    reference: str | None
    digest: str
    media_type: str
    size: int
    format: types.Format | None
    kind: types.Kind | None
    manifest: dict[str, types.Any] | None = field(default=None, hash=False)
    config: dict[str, types.Any] | None = field(default=None, hash=False)
    annotations: dict[str, str] = field(default_factory=dict, hash=False)
    layers: tuple[Descriptor, ...] = ()
    layer: Descriptor | None = None
    file_digest: str | None = None
    file_size: int | None = None
    name: str | None = None
    imports: tuple[types.Import, ...] = field(default=(), hash=False)
    exports: tuple[types.Export, ...] = field(default=(), hash=False)
    producers: dict[str, list[types.Producer]] | None = field(default=None, hash=False)
    metadata: types.Metadata = field(default_factory=dict, hash=False)  # type: ignore[assignment] # an empty one
    target_features: tuple[str, ...] = ()
    world: types.World | None = field(default=None, hash=False)
    children: tuple[types.Child, ...] = field(default=(), hash=False)
    custom_sections: tuple[types.CustomSection, ...] = field(default=(), hash=False)
    warnings: tuple[str, ...] = ()
    index_digest: str | None = None
    member: str | None = None
    raw: bytes | None = None
    artifact_type: str | None = None
    source: str | None = None
    age: int | None = None
    mirror: str | None = None
    subject: Descriptor | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an operation.

    Attributes:
        item: The digest of the blob that is being transferred, or "".
        done: Bytes transferred so far, including those that were there already.
        total: Bytes in total; 0 while that is not known.
        phase: `starting`, `hashing`, `resolving`, `transferring`, `finishing` or `done`.
        reused: Bytes that were there already and did not have to be transferred.
        resumed: Bytes that had arrived before a connection broke and did not have to be
            transferred again.
        retries: How many requests have been tried again so far.
    """

    item: str
    done: int
    total: int
    phase: str
    reused: int
    resumed: int
    retries: int


@dataclass(frozen=True, slots=True)
class BatchProgress(Progress):
    """The progress of a batch, all its operations together.

    Attributes:
        item: The digest of a blob that is being transferred, or "".
        done: Bytes transferred so far, including those that were there already.
        total: Bytes in total, as far as that is known: each item adds its own once it has started.
        phase: `transferring`, or `done`.
        reused: Bytes that were there already and did not have to be transferred.
        resumed: Bytes that had arrived before a connection broke and did not have to be
            transferred again.
        retries: How many requests have been tried again so far.
        finished: How many items have ended, including those that failed.
        failed: How many items have failed.
        count: How many items there are; 0 if that is not known.
    """

    finished: int
    failed: int
    count: int


def progress(native: tuple[str, int, int, int, int, int, int]) -> Progress:
    """Makes a Progress of what the C API says; an unknown phase counts as a transfer."""
    item, done, total, phase, reused, resumed, retries = native
    name = _PHASES[phase] if 0 <= phase < len(_PHASES) else "transferring"
    return Progress(item, done, total, name, reused, resumed, retries)


def descriptor(result: dict[str, Any]) -> Descriptor:
    """Makes a Descriptor of a JSON object, whatever else is in it."""
    return Descriptor(
        media_type=result["media_type"],
        digest=result["digest"],
        size=result["size"],
        annotations=result.get("annotations") or {},
        artifact_type=result.get("artifact_type"),
    )


def attach_result(result: dict[str, Any]) -> AttachResult:
    """Makes an AttachResult of a JSON object, whatever else is in it."""
    return AttachResult(
        reference=result["reference"],
        digest=result["digest"],
        media_type=result["media_type"],
        size=result["size"],
        artifact_type=result["artifact_type"],
        subject=descriptor(result["subject"]),
        layers=tuple(descriptor(item) for item in result["layers"]),
    )


def push_result(result: dict[str, Any]) -> PushResult:
    """Makes a PushResult of a JSON object, whatever else is in it."""
    return PushResult(
        reference=result["reference"],
        digest=result["digest"],
        media_type=result["media_type"],
        size=result["size"],
        format=result["format"],
        kind=result.get("kind"),
        layer=descriptor(result["layer"]),
        tags=tuple(result.get("tags") or ()),
    )


def pull_result(result: dict[str, Any], path: str) -> PullResult:
    """Makes a PullResult of a JSON object, whatever else is in it."""
    return PullResult(
        reference=result["reference"],
        digest=result["digest"],
        media_type=result["media_type"],
        size=result["size"],
        format=result["format"],
        kind=result.get("kind"),
        layer=descriptor(result["layer"]),
        path=path,  # type: ignore[arg-type] # see _PathOnDemand
        file_digest=result["file_digest"],
        file_size=result["file_size"],
        index_digest=result.get("index_digest"),
        member=result.get("member"),
        source=result.get("source"),
        age=result.get("age"),
        mirror=result.get("mirror"),
    )


def cache_result(result: dict[str, Any], path: str) -> CacheResult:
    """Makes a CacheResult of a JSON object, whatever else is in it."""
    return CacheResult(
        path=types.Path(path),
        size=result["size"],
        blobs=result["blobs"],
        limit=result["limit"],
        artifacts=tuple(
            CachedArtifact(item["reference"], item["digest"], item["size"], item["age"]) for item in result["artifacts"]
        ),
        unnamed=tuple(result["unnamed"]),
        removed=tuple(result["removed"]),
        freed=result["freed"],
    )


def copy_result(result: dict[str, Any]) -> CopyResult:
    """Makes a CopyResult of a JSON object, whatever else is in it."""
    return CopyResult(
        reference=result["reference"],
        digest=result["digest"],
        media_type=result["media_type"],
        size=result["size"],
        sent=result["sent"],
        mounted=result["mounted"],
        reused=result["reused"],
        bytes=result["bytes"],
        tags=result.get("tags") or {},
    )


def login_result(result: dict[str, Any], path: str) -> LoginResult:
    """Makes a LoginResult of a JSON object, whatever else is in it."""
    return LoginResult(
        registry=result["registry"],
        path=path,  # type: ignore[arg-type] # see _PathOnDemand
        helper=result.get("helper"),
    )


def delete_result(result: dict[str, Any]) -> DeleteResult:
    """Makes a DeleteResult of a JSON object, whatever else is in it."""
    return DeleteResult(
        reference=result["reference"],
        digest=result["digest"],
        media_type=result["media_type"],
        size=result["size"],
        tags=tuple(result["tags"]),
        more_tags=result["more_tags"],
    )


def artifact(result: dict[str, Any], raw: bytes | None = None) -> Artifact:
    """Makes an Artifact of a JSON object, whatever else is in it, and the bytes that were asked for."""
    layer, subject = result.get("layer"), result.get("subject")
    return Artifact(
        reference=result.get("reference"),
        digest=result["digest"],
        media_type=result["media_type"],
        size=result["size"],
        format=result.get("format"),
        kind=result.get("kind"),
        manifest=result.get("manifest"),
        config=result.get("config"),
        annotations=result.get("annotations") or {},
        layers=tuple(descriptor(item) for item in result.get("layers") or ()),
        layer=None if layer is None else descriptor(layer),
        file_digest=result.get("file_digest"),
        file_size=result.get("file_size"),
        name=result.get("name"),
        imports=tuple(result.get("imports") or ()),
        exports=tuple(result.get("exports") or ()),
        producers=result.get("producers"),
        metadata=result.get("metadata", {}),
        target_features=tuple(result.get("target_features") or ()),
        world=result.get("world"),
        children=tuple(result.get("children") or ()),
        custom_sections=tuple(result.get("custom_sections") or ()),
        warnings=tuple(result.get("warnings") or ()),
        index_digest=result.get("index_digest"),
        member=result.get("member"),
        raw=raw,
        artifact_type=result.get("artifact_type"),
        subject=None if subject is None else descriptor(subject),
        source=result.get("source"),
        age=result.get("age"),
        mirror=result.get("mirror"),
    )
