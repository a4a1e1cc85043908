"""`oci-archive:FILE`: a layout in a tar, read and written where it is."""

from __future__ import annotations

import asyncio
import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()
OTHER = binaries.module(seed=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an archive that is not there yet, alone in its folder."""
    folder = tmp_path / "archives"
    folder.mkdir()
    return folder / "x.tar"


def beside(path: Path) -> list[str]:
    """Return what lies in the folder of an archive."""
    return sorted(entry.name for entry in path.parent.iterdir())


def test_every_verb_works_on_an_archive(path: Path, tmp_path: Path, registry: Registry) -> None:
    """With the digests that a registry gives."""
    reference = f"oci-archive:{path}:v1"
    pushed = wasm2oci.push(MODULE, reference)
    assert pushed.digest == wasm2oci.push(MODULE, registry.reference()).digest
    assert pushed.reference == reference
    assert wasm2oci.resolve(reference).digest == pushed.digest
    assert wasm2oci.fetch(reference) == MODULE
    assert wasm2oci.pull(reference, tmp_path / "m.wasm").path.read_bytes() == MODULE
    with wasm2oci.open(reference) as stream:
        assert stream.read() == MODULE
    assert wasm2oci.inspect(reference).kind == "module"
    assert wasm2oci.tag(reference, "v2", "latest").digest == pushed.digest
    converted = wasm2oci.convert(reference, f"oci-archive:{path}:image", format="image")
    assert wasm2oci.fetch(f"oci-archive:{path}:image") == MODULE
    assert wasm2oci.resolve(f"oci-archive:{path}").digest == pushed.digest
    assert wasm2oci.fetch(f"oci-archive:{path}@{converted.digest}") == MODULE
    assert beside(path) == ["x.tar"]


def test_an_archive_goes_to_a_registry_and_back(path: Path, registry: Registry) -> None:
    """By convert, which keeps the format and so the digest."""
    outer, inner = registry.reference("v1", "outer"), registry.reference("v1", "inner")
    pushed = wasm2oci.push(MODULE, outer)
    assert wasm2oci.convert(outer, f"oci-archive:{path}:v1").digest == pushed.digest
    assert wasm2oci.convert(f"oci-archive:{path}:v1", inner).digest == pushed.digest
    assert wasm2oci.fetch(inner) == MODULE


def test_the_async_client_works_on_an_archive(path: Path) -> None:
    """As the other one, many at a time."""

    async def main() -> list[bytes]:
        async with wasm2oci.AsyncClient() as client:
            tags = [f"v{number}" for number in range(8)]
            await asyncio.gather(*(client.push(binaries.module(seed=n), f"oci-archive:{path}:v{n}") for n in range(8)))
            return await asyncio.gather(*(client.fetch(f"oci-archive:{path}:{tag}") for tag in tags))

    assert asyncio.run(main()) == [binaries.module(seed=number) for number in range(8)]
    assert beside(path) == ["x.tar"]


def test_the_command_works_on_an_archive(run_cli: RunCli, path: Path, hello: Path) -> None:
    """With the same words as on a layout."""
    reference = f"oci-archive:{path}:v1"
    result = run_cli("push", hello, reference)
    digest = wasm2oci.resolve(reference).digest
    assert (result.code, result.text, result.stderr) == (0, f"pushed {reference}@{digest}\n", "")
    assert run_cli("resolve", reference).text == f"{digest}\n"
    assert run_cli("tag", reference, "v2").text == f"tagged {reference}@{digest} as v2\n"
    assert run_cli("convert", reference, f"oci-archive:{path}:old", "--format", "wasm-to-oci").code == 0
    assert run_cli("inspect", f"oci-archive:{path}:old", "--json").json["format"] == "wasm-to-oci"
    assert run_cli("pull", f"oci-archive:{path}:v2", "-o", "-").stdout == hello.read_bytes()
    missing = run_cli("resolve", f"oci-archive:{path}:v9")
    assert (missing.code, missing.stdout) == (3, b"")
    assert missing.stderr == (
        f'wasm2oci: error: resolve "oci-archive:{path}:v9": tag "v9" not found; the archive has the tags old, v1, v2\n'
    )


def test_the_same_pushes_give_the_same_file(path: Path, tmp_path: Path) -> None:
    """Whenever, wherever and by whom they are done; and what is there already changes nothing."""
    again = tmp_path / "again.tar"
    for place in (path, again):
        wasm2oci.push(MODULE, f"oci-archive:{place}:v1")
        wasm2oci.push(OTHER, f"oci-archive:{place}:v2")
    before = path.stat()
    wasm2oci.push(MODULE, f"oci-archive:{path}:v1")
    wasm2oci.tag(f"oci-archive:{path}:v2", "v2")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert path.read_bytes() == again.read_bytes()


def test_a_blob_is_stored_once(path: Path) -> None:
    """However many manifests have it."""
    wasm2oci.push(MODULE, f"oci-archive:{path}:v1")
    wasm2oci.push(MODULE, f"oci-archive:{path}:v2", annotations={"a": "b"})
    wasm2oci.push(MODULE, f"oci-archive:{path}:v3", format="wasm-to-oci")
    with tarfile.open(path) as archive:
        names = archive.getnames()
    assert len(names) == len(set(names))
    layer = wasm2oci.inspect(f"oci-archive:{path}:v1").layers[0].digest
    assert names.count("blobs/" + layer.replace(":", "/")) == 1


def test_files_of_others_stay(path: Path) -> None:
    """Such as a note beside the layout."""
    wasm2oci.push(MODULE, f"oci-archive:{path}:v1")
    with tarfile.open(path, "a") as archive:
        note = tarfile.TarInfo("NOTE.txt")
        note.size = 6
        archive.addfile(note, io.BytesIO(b"theirs"))
    wasm2oci.push(OTHER, f"oci-archive:{path}:v2")
    with tarfile.open(path) as archive:
        member = archive.extractfile("NOTE.txt")
        assert member is not None
        assert member.read() == b"theirs"
    assert wasm2oci.fetch(f"oci-archive:{path}:v1") == MODULE


def test_what_mktemp_made_becomes_an_archive(path: Path) -> None:
    """An empty file is no archive to lose."""
    path.touch(0o600)
    wasm2oci.push(MODULE, f"oci-archive:{path}:v1")
    assert wasm2oci.fetch(f"oci-archive:{path}:v1") == MODULE
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed_to_an_archive_that_is_not_there_yet(path: Path, tmp_path: Path) -> None:
    """It stays a link; where there is no folder nothing is written."""
    link, lost = tmp_path / "link.tar", tmp_path / "lost.tar"
    link.symlink_to(path)
    lost.symlink_to(tmp_path / "none" / "x.tar")
    for _ in range(2):
        wasm2oci.push(MODULE, f"oci-archive:{link}:v1")
        assert (link.readlink(), beside(path)) == (path, ["x.tar"])
    assert wasm2oci.fetch(f"oci-archive:{path}:v1") == MODULE
    with pytest.raises(wasm2oci.FilesystemError, match=r"none/x\.tar"):
        wasm2oci.push(MODULE, f"oci-archive:{lost}:v1")
    assert (lost.is_symlink(), (tmp_path / "none").exists()) == (True, False)


def packed(path: Path, folder: Path, arcname: str) -> None:
    """Pack a folder as tar does."""
    with tarfile.open(path, "w") as archive:
        archive.add(folder, arcname=arcname)


def test_a_layout_that_was_packed_is_an_archive(path: Path, tmp_path: Path) -> None:
    """And the reverse: an archive that was unpacked is a layout."""
    pushed = wasm2oci.push(MODULE, f"oci:{tmp_path / 'lay'}:v1")
    packed(path, tmp_path / "lay", ".")
    assert wasm2oci.fetch(f"oci-archive:{path}:v1") == MODULE
    wasm2oci.tag(f"oci-archive:{path}:v1", "v2")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path / "out")
    assert wasm2oci.resolve(f"oci:{tmp_path / 'out'}:v2").digest == pushed.digest


def test_an_archive_that_is_no_good_is_refused_and_left_alone(run_cli: RunCli, path: Path, tmp_path: Path) -> None:
    """The message says what to do."""
    wasm2oci.push(MODULE, f"oci:{tmp_path / 'lay'}:v1")
    packed(path, tmp_path / "lay", ".")
    good = path.read_bytes()
    packed(path, tmp_path / "lay", "lay")
    nested = path.read_bytes()
    for content, says in (
        (gzip.compress(good), "unpack it first, such as with `gunzip`"),
        (good[:5000], "is cut short"),
        (nested, 'the layout is in its folder "lay"'),
        (MODULE, "is not a tar archive"),
    ):
        path.write_bytes(content)
        for call in (
            lambda: wasm2oci.fetch(f"oci-archive:{path}:v1"),
            lambda: wasm2oci.push(OTHER, f"oci-archive:{path}:v2"),
        ):
            with pytest.raises(wasm2oci.InvalidManifestError) as caught:
                call()
            assert says in caught.value.message
        assert path.read_bytes() == content
        assert run_cli("pull", f"oci-archive:{path}:v1").code == 9
    assert beside(path) == ["x.tar"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder is a layout perhaps; nothing is nothing."""
    wasm2oci.push(MODULE, f"oci:{tmp_path / 'lay'}:v1")
    with pytest.raises(wasm2oci.FilesystemError, match="write oci: before the path"):
        wasm2oci.fetch(f"oci-archive:{tmp_path / 'lay'}:v1")
    (tmp_path / "x.tar").touch()
    with pytest.raises(wasm2oci.FilesystemError, match="write oci-archive: before the path"):
        wasm2oci.fetch(f"oci:{tmp_path / 'x.tar'}:v1")
    with pytest.raises(wasm2oci.NotFoundError, match=r"archive .*absent\.tar\" not found"):
        wasm2oci.fetch(f"oci-archive:{tmp_path / 'absent.tar'}:v1")
    with pytest.raises(wasm2oci.FilesystemError):
        wasm2oci.push(MODULE, f"oci-archive:{tmp_path / 'absent' / 'x.tar'}:v1")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["lay", "x.tar"]


def test_a_failed_tag_sets_none(path: Path) -> None:
    """An archive changes at once or not at all."""
    wasm2oci.push(MODULE, f"oci-archive:{path}:v1")
    before = path.read_bytes()
    with pytest.raises(wasm2oci.InvalidReferenceError):
        wasm2oci.tag(f"oci-archive:{path}:v1", "v2", "a b")
    with pytest.raises(wasm2oci.DigestMismatchError):
        wasm2oci.push(OTHER, f"oci-archive:{path}@sha256:{'0' * 64}")
    assert path.read_bytes() == before
    assert beside(path) == ["x.tar"]
