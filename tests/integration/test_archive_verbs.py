"""Every verb on `oci-archive:FILE`: what it does, what the command says, and what it refuses."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.cli import RunCli
    from tests.support.registry import Registry

    Verb = Callable[[str, Path], object]
    """Does something to a place that has `v1`, with a folder for what it writes elsewhere."""

MODULE = binaries.module()
OTHER = binaries.module(seed=2)
SPDX = "application/spdx+json"
ABSENT = "sha256:" + "0" * 64


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Return an archive that is alone in its folder, with a module that is called v1."""
    folder = tmp_path / "archives"
    folder.mkdir()
    text = f"oci-archive:{folder / 'x.tar'}"
    wasm2oci.push(MODULE, f"{text}:v1")
    return text


@pytest.fixture
def path(place: str) -> Path:
    """Return its file."""
    return file_of(place)


def file_of(place: str) -> Path:
    """Return the file of an archive."""
    return Path(place.partition(":")[2])


def opened(reference: str) -> bytes:
    """Read a module as a file."""
    with wasm2oci.open(reference) as stream:
        return stream.read()


def named(place: str) -> dict[str, str]:
    """Return what is in a place, by its names."""
    return {tag: wasm2oci.resolve(f"{place}:{tag}").digest for tag in wasm2oci.tags(place)}


READING: dict[str, Verb] = {
    "pull": lambda place, folder: wasm2oci.pull(f"{place}:v1", folder / "m.wasm").path.read_bytes(),
    "fetch": lambda place, _: wasm2oci.fetch(f"{place}:v1"),
    "fetch without a tag": lambda place, _: wasm2oci.fetch(place),
    "open": lambda place, _: opened(f"{place}:v1"),
    "resolve": lambda place, _: wasm2oci.resolve(f"{place}:v1").digest,
    "inspect": lambda place, _: wasm2oci.inspect(f"{place}:v1").kind,
    "inspect raw": lambda place, _: wasm2oci.inspect(f"{place}:v1", raw=True).digest,
    "tags": lambda place, _: list(wasm2oci.tags(place)),
    "referrers": lambda place, _: wasm2oci.referrers(f"{place}:v1"),
    "convert from": lambda place, folder: wasm2oci.convert(f"{place}:v1", f"oci:{folder / 'a'}:v1").digest,
    "copy from": lambda place, folder: wasm2oci.copy(f"{place}:v1", f"oci:{folder / 'b'}:v1").digest,
    "copy all tags from": lambda place, folder: wasm2oci.copy(place, f"oci:{folder / 'c'}", all_tags=True).tags,
}

WRITING: dict[str, Verb] = {
    "push": lambda place, _: wasm2oci.push(OTHER, f"{place}:new"),
    "push several tags": lambda place, _: wasm2oci.push(OTHER, f"{place}:new,newer"),
    "tag": lambda place, _: wasm2oci.tag(f"{place}:v1", "new"),
    "untag": lambda place, _: wasm2oci.untag(f"{place}:v1"),
    "delete": lambda place, _: wasm2oci.delete(f"{place}@{wasm2oci.resolve(f'{place}:v1').digest}"),
    "attach": lambda place, _: wasm2oci.attach(f"{place}:v1", annotations={"a": "b"}, artifact_type=SPDX),
    "convert": lambda place, _: wasm2oci.convert(f"{place}:v1", f"{place}:image", format="image"),
    "copy within": lambda place, _: wasm2oci.copy(f"{place}:v1", f"{place}:new"),
}


def test_what_reads(place: str, path: Path, tmp_path: Path) -> None:
    """Gives what a layout gives, and leaves the file alone."""
    layout = f"oci:{tmp_path / 'layout'}"
    wasm2oci.push(MODULE, f"{layout}:v1")
    before = path.read_bytes()
    for name, verb in READING.items():
        folders = [tmp_path / f"{name} {side}" for side in ("archive", "layout")]
        for folder in folders:
            folder.mkdir()
        assert verb(place, folders[0]) == verb(layout, folders[1]), name
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", WRITING)
def test_what_writes(place: str, path: Path, tmp_path: Path, name: str) -> None:
    """Leaves what a layout would have, and nothing beside the file."""
    layout = f"oci:{tmp_path / 'layout'}"
    wasm2oci.push(MODULE, f"{layout}:v1")
    for where in (place, layout):
        WRITING[name](where, tmp_path)
    assert named(place) == named(layout)
    with tarfile.open(path) as archive:
        blobs = sorted(member.rpartition("/")[2] for member in archive.getnames() if member.startswith("blobs/"))
    assert blobs == sorted(blob.name for blob in (tmp_path / "layout" / "blobs" / "sha256").iterdir())
    assert [entry.name for entry in path.parent.iterdir()] == ["x.tar"]


def test_copies(place: str, tmp_path: Path, registry: Registry) -> None:
    """To, from and between archives: what points at the manifest goes along, and digests stay."""
    digest = wasm2oci.resolve(f"{place}:v1").digest
    attached = wasm2oci.attach(f"{place}:v1", annotations={"a": "b"}, artifact_type=SPDX)
    signature = wasm2oci.attach(attached.reference, annotations={"by": "me"}, artifact_type="example/signature")
    wasm2oci.tag(f"{place}:v1", "v2")
    places = [f"oci-archive:{tmp_path / 'y.tar'}", f"oci:{tmp_path / 'layout'}", registry.repository("inner")]
    places += [f"oci-archive:{tmp_path / 'z.tar'}"]
    source = place
    for destination in places:
        assert wasm2oci.copy(f"{source}:v1", f"{destination}:v1", referrers=True).digest == digest
        assert [one.digest for one in wasm2oci.referrers(f"{destination}:v1")] == [attached.digest]
        assert [one.digest for one in wasm2oci.referrers(f"{destination}@{attached.digest}")] == [signature.digest]
        assert wasm2oci.fetch(f"{destination}:v1") == MODULE
        source = destination
    copied = wasm2oci.copy(place, places[0], all_tags=True, referrers=True)
    assert copied.tags == {"v1": digest, "v2": digest}
    assert list(wasm2oci.tags(places[0])) == ["v1", "v2"]
    before = file_of(places[0]).stat()
    assert wasm2oci.copy(place, places[0], all_tags=True, referrers=True).sent == 0
    after = file_of(places[0]).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_copy_that_fails_leaves_the_archive(place: str, path: Path, tmp_path: Path) -> None:
    """And makes none where there was none."""
    source = tmp_path / "broken"
    wasm2oci.push(OTHER, f"oci:{source}:v1")
    layer = wasm2oci.inspect(f"oci:{source}:v1").layers[0].digest
    (source / "blobs" / "sha256" / layer.partition(":")[2]).write_bytes(b"x" * len(OTHER))
    before = path.read_bytes()
    for destination in (f"{place}:v2", f"oci-archive:{tmp_path / 'new.tar'}:v1"):
        with pytest.raises(wasm2oci.DigestMismatchError):
            wasm2oci.copy(f"oci:{source}:v1", destination)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["archives", "broken"]


def test_the_commands(run_cli: RunCli, place: str, hello: Path, tmp_path: Path) -> None:
    """Each ends well, and says what was done."""
    digest = wasm2oci.resolve(f"{place}:v1").digest
    other = f"oci-archive:{tmp_path / 'y.tar'}"
    attached = wasm2oci.attach(f"{place}:v1", hello, artifact_type=SPDX)
    for arguments, says in (
        (("push", hello, f"{place}:a,b"), f"pushed {place}:a@"),
        (("pull", f"{place}:a", "-o", tmp_path / "m.wasm"), f"pulled {place}:a@"),
        (("inspect", f"{place}:v1"), digest),
        (("inspect", f"{place}:v1", "--raw"), '"schemaVersion"'),
        (("resolve", f"{place}:v1"), digest),
        (("tag", f"{place}:v1", "v2"), f"tagged {place}:v1@{digest} as v2"),
        (("tags", place), "a\nb\nv1\nv2\n"),
        (("untag", f"{place}:b"), f"untagged {place}:b@"),
        (("attach", f"{place}:v1", hello, "--artifact-type", SPDX), f"attached {attached.reference} to {digest}"),
        (("referrers", f"{place}:v1"), f"{attached.digest} {SPDX}"),
        (("copy", f"{place}:v1", f"{other}:v1", "--referrers"), f"copied {other}:v1@{digest}"),
        (("copy", "--all-tags", place, other), f"copied {other}:v2@{digest}"),
        (("convert", f"{place}:v1", f"{other}:c", "--format", "compat"), f"pushed {other}:c@"),
        (("delete", f"{place}@{attached.digest}", "--yes"), f"deleted {place}@{attached.digest}"),
        (("delete", f"{place}@{digest}", "--dry-run"), f"would delete {place}@{digest} (tagged v1, v2)"),
        (("delete", f"{place}@{digest}", "--yes"), f"deleted {place}@{digest} (tagged v1, v2)"),
        (("tags", place), "a\n"),
    ):
        result = run_cli(*arguments)
        assert (result.code, result.stderr) == (0, ""), arguments
        assert says in result.text, arguments
    assert run_cli("untag", f"{place}:v1").code == run_cli("delete", f"{place}@{digest}", "--yes").code == 3


def bad(path: Path) -> dict[str, bytes]:
    """Return archives that are none."""
    good = path.read_bytes()
    return {
        "compressed": gzip.compress(good),
        "cut short": good[: len(good) // 2],
        "no tar": MODULE,
        "a damaged index": good.replace(b'"schemaVersion":2,"mediaType"', b'"schemaVersion":2 "mediaType"'),
        "another version": good.replace(b'"1.0.0"', b'"9.0.0"'),
    }


@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_a_bad_archive_is_refused_and_left_alone(place: str, path: Path, tmp_path: Path, name: str) -> None:
    """Whatever the verb."""
    verb = {**READING, **WRITING}[name]
    good = path.read_bytes()
    for kind, content in bad(path).items():
        assert content != good, kind
        path.write_bytes(content)
        with pytest.raises(wasm2oci.InvalidManifestError):
            verb(place, tmp_path)
        assert path.read_bytes() == content, kind
        path.write_bytes(good)
    path.unlink()
    if name.startswith("push"):
        return
    with pytest.raises(wasm2oci.NotFoundError, match="archive"):
        verb(place, tmp_path)
    assert list(path.parent.iterdir()) == []
    assert list(tmp_path.iterdir()) == [path.parent]


@pytest.mark.parametrize("name", sorted({*READING, *WRITING} - {"push", "push several tags", "fetch without a tag"}))
def test_what_an_archive_lacks(place: str, path: Path, tmp_path: Path, name: str) -> None:
    """Is not found, and the file stays as it is."""
    wasm2oci.tag(f"{place}:v1", "other")
    wasm2oci.untag(f"{place}:v1")
    before = path.read_bytes()
    if name not in {"tags", "copy all tags from"}:
        with pytest.raises(wasm2oci.NotFoundError, match='tag "v1" not found; the archive has the tags other'):
            {**READING, **WRITING}[name](place, tmp_path)
    with pytest.raises(wasm2oci.NotFoundError, match="the archive has the tags other"):
        wasm2oci.delete(f"{place}@{ABSENT}")
    assert path.read_bytes() == before
