"""What users write: strict checkers must find nothing in it but the mistakes that are marked.

`nox -s lint` has mypy and pyright read this file. A mark that is not needed is an error.
"""

from __future__ import annotations

import asyncio
import io
from array import array
from collections.abc import AsyncGenerator, Generator
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import assert_type

import wasm2oci
from wasm2oci import errors

if TYPE_CHECKING:
    import mmap
    import os

REFERENCE = "localhost:5000/org/mod:v1"


def move(path: Path, other: os.PathLike[str]) -> None:
    """Use the functions."""
    assert_type(wasm2oci.push(path, REFERENCE), wasm2oci.PushResult)
    assert_type(wasm2oci.pull(REFERENCE), wasm2oci.PullResult)
    assert_type(wasm2oci.pull(REFERENCE, other, overwrite=False, timeout=1).path, Path)
    assert_type(wasm2oci.fetch(REFERENCE, layer=0, platform="wasi/wasm"), bytes)
    assert_type(wasm2oci.resolve(REFERENCE), wasm2oci.Descriptor)
    assert_type(wasm2oci.convert(REFERENCE, "oci:dir:v1", format="compat"), wasm2oci.PushResult)
    assert_type(wasm2oci.attach(REFERENCE, path, artifact_type="a/b").subject, wasm2oci.Descriptor)
    assert_type(wasm2oci.attach(REFERENCE, [path, "b"], artifact_type="a/b", media_type="c/d"), wasm2oci.AttachResult)
    assert_type(wasm2oci.referrers(REFERENCE, artifact_type="a/b"), list[wasm2oci.Descriptor])
    assert_type(wasm2oci.copy(REFERENCE, "oci:dir:v1", platform="wasi/wasm").tags, dict[str, str])
    for outcome in wasm2oci.copy_many([(REFERENCE, "oci:dir:v1")], all_tags=False):
        assert_type(outcome.unwrap(), wasm2oci.CopyResult)
    assert_type(wasm2oci.inspect("hello.wasm").kind, wasm2oci.Kind | None)
    assert_type(wasm2oci.pull(REFERENCE).format, wasm2oci.Format)
    assert_type(wasm2oci.__version__, str)


def identify(registry: str, repository: str) -> wasm2oci.Credential | None:
    """Say who somebody is in a registry."""
    return ("me", repository) if registry == "ghcr.io" else None


async def identify_later(registry: str, repository: str) -> wasm2oci.Credential | None:
    """Say so after a while."""
    return wasm2oci.Token(registry + repository)


def authenticate() -> list[wasm2oci.Client | wasm2oci.AsyncClient]:
    """Use credentials of single registries."""
    named: wasm2oci.Credentials = {"ghcr.io": ("me", "x"), "r.example": wasm2oci.Token("x")}
    wasm2oci.Client(credentials={"ghcr.io": "x"})  # type: ignore[dict-item]
    wasm2oci.Token(b"x")  # type: ignore[arg-type]
    return [
        wasm2oci.Client(credentials=named),
        wasm2oci.Client(credentials=identify),
        wasm2oci.Client(credentials={"me.azurecr.io": wasm2oci.IdentityToken("x")}),
        wasm2oci.AsyncClient(credentials=identify_later),
    ]


def name(text: str) -> list[wasm2oci.ReferenceLike]:
    """Use references as values."""
    reference = wasm2oci.Reference.parse(text)
    assert_type(reference, wasm2oci.Reference)
    assert_type((reference.scheme, reference.registry, reference.path), tuple[str, str, str])
    assert_type((reference.tag, reference.digest), tuple[str | None, str | None])
    assert_type(str(reference.with_tag("v2").with_digest("sha256:…")), str)
    assert_type(sorted({reference: 1}), list[wasm2oci.Reference])
    assert_type(wasm2oci.push(b"", reference).tags, tuple[str, ...])
    assert_type(wasm2oci.inspect(reference, raw=True).raw, bytes | None)
    wasm2oci.convert(reference, "oci:dir:v1,v2")
    list(wasm2oci.pull_many([reference, (reference, None), text]))
    list(wasm2oci.push_many([(b"", reference), (b"", text)]))
    wasm2oci.pull(reference, reference)  # type: ignore[arg-type]
    reference.tag = "v2"  # type: ignore[misc]
    return [reference, text]


def look(artifact: wasm2oci.Artifact) -> str:
    """Use what `inspect` returns, down to its leaves."""
    for imported in artifact.imports:
        assert_type(imported, wasm2oci.Import)
        assert_type(imported.get("module"), str | None)
        if "memory" in imported:
            assert_type(imported["memory"]["page_size"], int)
            imported["memory"].get("max", 0).bit_length()
        imported["modul"]  # type: ignore[typeddict-item]
    for exported in artifact.exports:
        kind: wasm2oci.ExternKind = exported["kind"]
        if kind == "func" and "func" in exported:
            signature: wasm2oci.FuncType = exported["func"]
            return ", ".join(signature["params"])
        exported["module"]  # type: ignore[typeddict-item]
    for child in artifact.children:
        inner: list[wasm2oci.Child] = child.get("children", [])
        producers: list[wasm2oci.Producer] = child["producers"].get("language", [])
        return f"{len(inner)} in what was made by {[producer['name'] for producer in producers]}"
    if artifact.world is not None and artifact.world["wit_package"]:
        return artifact.world["exports"][0]
    sizes = {section["name"]: section["size"] for section in artifact.custom_sections}
    assert_type(sizes, dict[str, int])
    return artifact.metadata.get("licenses", "")


def push_anything(client: wasm2oci.Client, file: mmap.mmap) -> None:
    """Push from whatever holds bytes."""
    client.push("hello.wasm", REFERENCE, annotations={"a": "b"}, created=datetime.now(timezone.utc))
    client.push(b"", REFERENCE, created=0)
    client.push(bytearray(), REFERENCE)
    client.push(memoryview(b""), REFERENCE)
    client.push(array("B"), REFERENCE)
    client.push(file, REFERENCE)
    client.push(io.BytesIO(), REFERENCE)
    with Path("hello.wasm").open("rb") as opened:
        client.push(opened, REFERENCE)


def read(client: wasm2oci.Client) -> int:
    """Read a stream."""
    with client.open(REFERENCE) as reader:
        assert_type(reader, wasm2oci.Reader)
        assert_type(reader.readinto(bytearray(10)), int)
        assert_type(reader.readall(), bytes)
        assert_type(reader.descriptor.annotations, dict[str, str])
        buffered: io.BufferedReader = io.BufferedReader(reader)
    return len(buffered.read())


def follow() -> None:
    """Follow the progress."""

    def show(progress: wasm2oci.Progress) -> None:
        assert_type(progress.done, int)
        assert_type(progress.phase, str)

    def show_all(progress: wasm2oci.BatchProgress) -> None:
        assert_type(progress.finished, int)

    seen: list[wasm2oci.Progress] = []
    wasm2oci.pull(REFERENCE, progress=show)
    wasm2oci.pull(REFERENCE, progress=seen.append)
    list(wasm2oci.pull_many([REFERENCE], progress=show))
    list(wasm2oci.pull_many([REFERENCE], progress=show_all))


def move_many(client: wasm2oci.Client, path: Path) -> None:
    """Move many."""
    pulls = client.pull_many([REFERENCE, (REFERENCE, path), (REFERENCE, None)], path, concurrency=3)
    assert_type(pulls, Generator[wasm2oci.Outcome[wasm2oci.PullResult], None, None])
    for outcome in pulls:
        assert_type(outcome.result, wasm2oci.PullResult | None)
        assert_type(outcome.error, Exception | None)
        assert_type(outcome.unwrap().file_size, int)
        if outcome.error is None:
            assert_type(outcome.result, wasm2oci.PullResult)
            assert_type(outcome, wasm2oci.Success[wasm2oci.PullResult])
        else:
            assert_type(outcome.error, Exception)
            assert_type(outcome, wasm2oci.Failure)
        if isinstance(outcome, wasm2oci.Failure):
            raise outcome.error
        assert_type(outcome.result.path, Path)
    for pushed in client.push_many(((path, REFERENCE), (b"", REFERENCE))):
        assert_type(pushed.unwrap(), wasm2oci.PushResult)


async def move_async(client: wasm2oci.AsyncClient) -> None:
    """Use the async client."""
    assert_type(await client.push(b"", REFERENCE), wasm2oci.PushResult)
    assert_type(await client.pull(REFERENCE), wasm2oci.PullResult)
    assert_type(await client.fetch(REFERENCE), bytes)
    assert_type(await client.resolve(REFERENCE, timeout=2.5), wasm2oci.Descriptor)
    assert_type(await client.inspect(REFERENCE), wasm2oci.Artifact)
    assert_type(await client.attach(REFERENCE, artifact_type="a/b", annotations={"a": "b"}), wasm2oci.AttachResult)
    assert_type(await client.referrers(REFERENCE), list[wasm2oci.Descriptor])
    descriptor, content = await asyncio.gather(client.resolve(REFERENCE), client.fetch(REFERENCE))
    assert_type(descriptor, wasm2oci.Descriptor)
    assert_type(content, bytes)
    task = asyncio.create_task(client.fetch(REFERENCE))
    assert_type(await asyncio.wait_for(task, 1), bytes)
    pulling = client.pull(REFERENCE)
    assert_type(pulling, wasm2oci.AsyncOperation[wasm2oci.PullResult])
    async for progress in pulling:
        assert_type(progress, wasm2oci.Progress)


def configure() -> None:
    """Make clients with the same options."""
    assert_type(wasm2oci.Client(timeout=60, ca_file=Path("ca.pem"), retries=2), wasm2oci.Client)
    assert_type(wasm2oci.AsyncClient(timeout=60, ca_file=Path("ca.pem"), retries=2), wasm2oci.AsyncClient)


def pass_on(
    source: wasm2oci.PushSource,
    path: wasm2oci.StrPath,
    items: list[wasm2oci.PullItem],
    format: wasm2oci.PushFormat,  # noqa: A002 - the word for it
    progress: wasm2oci.ProgressCallback,
) -> None:
    """Name the types of arguments."""
    wasm2oci.push(source, REFERENCE, format=format, progress=progress)
    wasm2oci.pull(REFERENCE, path)
    list(wasm2oci.pull_many(items))


async def read_async() -> None:
    """Read a stream."""
    async with wasm2oci.AsyncClient(timeout=60) as client, client.open(REFERENCE) as reader:
        assert_type(reader, wasm2oci.AsyncReader)
        assert_type(await reader.read(10), bytes)
        async for chunk in reader:
            assert_type(chunk, bytes)
    other = await client.open(REFERENCE)
    assert_type(other, wasm2oci.AsyncReader)


async def move_many_async(client: wasm2oci.AsyncClient) -> None:
    """Move many."""
    pulls = client.pull_many([REFERENCE])
    assert_type(pulls, AsyncGenerator[wasm2oci.Outcome[wasm2oci.PullResult], None])
    async for outcome in pulls:
        assert_type(outcome.unwrap(), wasm2oci.PullResult)


def handle() -> dict[str, Any] | None:
    """Catch errors, by their own class or the built-in one."""
    try:
        wasm2oci.pull(REFERENCE)
    except errors.AmbiguousError as error:
        return error.detail
    except (wasm2oci.NotFoundError, LookupError):
        return None
    except wasm2oci.FilesystemError as error:
        assert_type(error.errno, int | None)
        raise
    except wasm2oci.Wasm2ociError as error:
        assert_type(error.message, str)
        assert_type(error.status, int)
        assert_type(error.reference, str | None)
        raise
    return {}


def name_things(client: wasm2oci.Client) -> None:
    """Lists are of texts; what removes one name returns nothing."""
    for tag in client.tags("ghcr.io/me/hello", sort="semver", limit=10):
        assert_type(tag, str)
    client.untag(REFERENCE, force=True)
    deleted = client.delete(REFERENCE, dry_run=True)
    assert_type(deleted, wasm2oci.DeleteResult)
    assert_type(deleted.tags, tuple[str, ...])


def make_mistakes(client: wasm2oci.Client) -> None:
    """Each is found."""
    client.pull(b"bytes")  # type: ignore[arg-type]
    client.pull(REFERENCE, overwritten=True)  # type: ignore[call-arg]
    client.push(5, REFERENCE)  # type: ignore[arg-type]
    client.push_many([REFERENCE])  # type: ignore[list-item]
    client.fetch(REFERENCE).path  # type: ignore[attr-defined]
    client.push(b"", REFERENCE, format="tar")  # type: ignore[arg-type]
    wasm2oci.pull(REFERENCE, client=client)  # type: ignore[call-arg]
    for outcome in client.pull_many([REFERENCE]):
        outcome.result.path  # type: ignore[union-attr]
    client.resolve(REFERENCE).size = 5  # type: ignore[misc]
    wasm2oci.Client(tokens="secret")  # type: ignore[call-arg]
    wasm2oci.AsyncClient(tokens="secret")  # type: ignore[call-arg]
    wasm2oci.AsyncClient().pull(REFERENCE, overwritten=True)  # type: ignore[call-arg]
    wasm2oci.AsyncClient().pull(b"bytes")  # type: ignore[arg-type]
    wasm2oci.fetched(REFERENCE)  # type: ignore[attr-defined]
