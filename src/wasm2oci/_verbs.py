"""The verbs as functions: of a given client, or of one that they share."""

from __future__ import annotations

from wasm2oci._default import default_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from datetime import datetime

    from wasm2oci._arguments import StrPath
    from wasm2oci._batch import BatchCallback, PullItem, PushItem
    from wasm2oci._client import Client
    from wasm2oci._models import Artifact, Descriptor, Outcome, PullResult, PushResult
    from wasm2oci._operation import ProgressCallback
    from wasm2oci._reader import Reader
    from wasm2oci._source import PushSource


def push(  # noqa: PLR0913 - options, all by keyword
    source: PushSource,
    reference: str,
    *,
    format: str = "wasm",  # noqa: A002 - the word that every layer uses
    annotations: Mapping[str, str] | None = None,
    created: str | datetime | int | None = None,
    title: str | None = None,
    config_media_type: str | None = None,
    layer_media_type: str | None = None,
    artifact_type: str | None = None,
    allow_any: bool = False,
    timeout: float | None = None,
    progress: ProgressCallback | None = None,
    client: Client | None = None,
) -> PushResult:
    """Pushes a WebAssembly module or component; see `Client.push`."""
    return (client or default_client()).push(
        source,
        reference,
        format=format,
        annotations=annotations,
        created=created,
        title=title,
        config_media_type=config_media_type,
        layer_media_type=layer_media_type,
        artifact_type=artifact_type,
        allow_any=allow_any,
        timeout=timeout,
        progress=progress,
    )


def pull(  # noqa: PLR0913 - options, all by keyword
    reference: str,
    path: StrPath | None = None,
    *,
    overwrite: bool = True,
    durable: bool = False,
    platform: str | None = None,
    layer: str | int | None = None,
    member: str | None = None,
    max_size: int | None = None,
    max_unpacked_size: int | None = None,
    timeout: float | None = None,
    progress: ProgressCallback | None = None,
    client: Client | None = None,
) -> PullResult:
    """Pulls the module or component of an artifact into a file; see `Client.pull`."""
    return (client or default_client()).pull(
        reference,
        path,
        overwrite=overwrite,
        durable=durable,
        platform=platform,
        layer=layer,
        member=member,
        max_size=max_size,
        max_unpacked_size=max_unpacked_size,
        timeout=timeout,
        progress=progress,
    )


def convert(  # noqa: PLR0913 - options, all by keyword
    source: str,
    destination: str,
    *,
    format: str = "wasm",  # noqa: A002 - the word that every layer uses
    annotations: Mapping[str, str] | None = None,
    created: str | datetime | int | None = None,
    title: str | None = None,
    config_media_type: str | None = None,
    layer_media_type: str | None = None,
    artifact_type: str | None = None,
    platform: str | None = None,
    layer: str | int | None = None,
    member: str | None = None,
    max_size: int | None = None,
    max_unpacked_size: int | None = None,
    timeout: float | None = None,
    progress: ProgressCallback | None = None,
    client: Client | None = None,
) -> PushResult:
    """Stores the module or component of an artifact under another format; see `Client.convert`."""
    return (client or default_client()).convert(
        source,
        destination,
        format=format,
        annotations=annotations,
        created=created,
        title=title,
        config_media_type=config_media_type,
        layer_media_type=layer_media_type,
        artifact_type=artifact_type,
        platform=platform,
        layer=layer,
        member=member,
        max_size=max_size,
        max_unpacked_size=max_unpacked_size,
        timeout=timeout,
        progress=progress,
    )


def fetch(  # noqa: PLR0913 - options, all by keyword
    reference: str,
    *,
    platform: str | None = None,
    layer: str | int | None = None,
    member: str | None = None,
    max_size: int | None = None,
    max_unpacked_size: int | None = None,
    timeout: float | None = None,
    progress: ProgressCallback | None = None,
    client: Client | None = None,
) -> bytes:
    """Fetches the module or component of an artifact into memory; see `Client.fetch`."""
    return (client or default_client()).fetch(
        reference,
        platform=platform,
        layer=layer,
        member=member,
        max_size=max_size,
        max_unpacked_size=max_unpacked_size,
        timeout=timeout,
        progress=progress,
    )


def open(  # noqa: A001, PLR0913 - the word that every layer uses; options, all by keyword
    reference: str,
    *,
    platform: str | None = None,
    layer: str | int | None = None,
    member: str | None = None,
    max_size: int | None = None,
    max_unpacked_size: int | None = None,
    timeout: float | None = None,
    client: Client | None = None,
) -> Reader:
    """Opens the module or component of an artifact for reading; see `Client.open`."""
    return (client or default_client()).open(
        reference,
        platform=platform,
        layer=layer,
        member=member,
        max_size=max_size,
        max_unpacked_size=max_unpacked_size,
        timeout=timeout,
    )


def resolve(reference: str, *, timeout: float | None = None, client: Client | None = None) -> Descriptor:
    """Resolves a reference to its manifest or index; see `Client.resolve`."""
    return (client or default_client()).resolve(reference, timeout=timeout)


def inspect(  # noqa: PLR0913 - options, all by keyword
    what: StrPath,
    *,
    platform: str | None = None,
    layer: str | int | None = None,
    member: str | None = None,
    max_size: int | None = None,
    max_unpacked_size: int | None = None,
    timeout: float | None = None,
    client: Client | None = None,
) -> Artifact:
    """Says what is in an artifact, or in a local file; see `Client.inspect`."""
    return (client or default_client()).inspect(
        what,
        platform=platform,
        layer=layer,
        member=member,
        max_size=max_size,
        max_unpacked_size=max_unpacked_size,
        timeout=timeout,
    )


def pull_many(  # noqa: PLR0913 - options, all by keyword
    items: Iterable[PullItem],
    path: StrPath | None = None,
    *,
    concurrency: int = 8,
    overwrite: bool = True,
    durable: bool = False,
    platform: str | None = None,
    layer: str | int | None = None,
    member: str | None = None,
    max_size: int | None = None,
    max_unpacked_size: int | None = None,
    timeout: float | None = None,
    progress: BatchCallback | None = None,
    client: Client | None = None,
) -> Generator[Outcome[PullResult], None, None]:
    """Pulls many artifacts, several at a time; see `Client.pull_many`."""
    return (client or default_client()).pull_many(
        items,
        path,
        concurrency=concurrency,
        overwrite=overwrite,
        durable=durable,
        platform=platform,
        layer=layer,
        member=member,
        max_size=max_size,
        max_unpacked_size=max_unpacked_size,
        timeout=timeout,
        progress=progress,
    )


def push_many(  # noqa: PLR0913 - options, all by keyword
    items: Iterable[PushItem],
    *,
    concurrency: int = 8,
    format: str = "wasm",  # noqa: A002 - the word that every layer uses
    annotations: Mapping[str, str] | None = None,
    created: str | datetime | int | None = None,
    config_media_type: str | None = None,
    layer_media_type: str | None = None,
    artifact_type: str | None = None,
    allow_any: bool = False,
    timeout: float | None = None,
    progress: BatchCallback | None = None,
    client: Client | None = None,
) -> Generator[Outcome[PushResult], None, None]:
    """Pushes many artifacts, several at a time; see `Client.push_many`."""
    return (client or default_client()).push_many(
        items,
        concurrency=concurrency,
        format=format,
        annotations=annotations,
        created=created,
        config_media_type=config_media_type,
        layer_media_type=layer_media_type,
        artifact_type=artifact_type,
        allow_any=allow_any,
        timeout=timeout,
        progress=progress,
    )
