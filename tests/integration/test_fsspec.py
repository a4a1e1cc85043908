"""`oci-wasm://` in fsspec: found by its name alone, and only to be read."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.registry import Registry

fsspec = pytest.importorskip("fsspec")

MODULE = binaries.module(10_000)


@pytest.fixture
def repository(registry: Registry) -> str:
    """Return a repository of a real registry with two tags."""
    name = registry.repository()
    wasm2oci.push(MODULE, f"{name}:v1,v2")
    return name


def filesystem(**options: Any) -> Any:  # noqa: ANN401 - it has no types
    """Return the file system with these options."""
    return fsspec.filesystem("oci-wasm", **options)


def test_a_module_is_a_file(repository: str) -> None:
    """By its URL, by parts as well."""
    with fsspec.open(f"oci-wasm://{repository}:v1") as file:
        assert (file.read(4), file.seek(8), file.read()) == (MODULE[:4], 8, MODULE[8:])
    files = filesystem()
    assert files.cat_file(f"{repository}:v1", start=4, end=8) == MODULE[4:8]
    assert files.cat([f"{repository}:v1", f"{repository}:v2"]) == dict.fromkeys(
        (f"{repository}:v1", f"{repository}:v2"), MODULE
    )
    digest = wasm2oci.resolve(f"{repository}:v1").digest
    assert files.cat(f"oci-wasm://{repository}@{digest}") == MODULE


def test_it_is_described_and_listed(repository: str) -> None:
    """With what a file system says of a file, and the digests."""
    files = filesystem()
    info = files.info(f"oci-wasm://{repository}:v1")
    found = wasm2oci.inspect(wasm2oci.Reference.parse(f"{repository}:v1"))
    assert info == {
        "name": f"{repository}:v1",
        "size": len(MODULE),
        "type": "file",
        "digest": found.digest,
        "file_digest": found.file_digest,
        "format": "wasm",
        "kind": "module",
    }
    assert files.size(f"{repository}:v1") == len(MODULE)
    assert files.ukey(f"{repository}:v1") == found.digest
    assert files.ls(f"oci-wasm://{repository}", detail=False) == [f"{repository}:v1", f"{repository}:v2"]
    assert files.ls(repository)[0] == {"name": f"{repository}:v1", "size": None, "type": "file"}
    assert files.ls(f"{repository}:v2") == [files.info(f"{repository}:v2")]
    assert files.ls(f"{repository}@{found.digest}", detail=False) == [f"{repository}@{found.digest}"]
    assert files.isfile(f"{repository}:v1")
    assert not files.isdir(f"{repository}:v1")


def test_it_is_written_to_where_one_wants_it(repository: str, tmp_path: Path) -> None:
    """Whole, as by a pull."""
    files = filesystem()
    files.get(f"oci-wasm://{repository}:v1", str(tmp_path / "m.wasm"))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("m.wasm", MODULE)]
    target = io.BytesIO()
    files.get_file(f"{repository}:v1", target)
    assert target.getvalue() == MODULE


def test_what_is_not_there_is_a_missing_file(repository: str, tmp_path: Path) -> None:
    """With the path, and what wasm2oci says of it."""
    files = filesystem()
    absent = f"{repository}:v7"
    for use in (files.cat_file, files.info, files.open, lambda name: files.get_file(name, str(tmp_path / "m"))):
        with pytest.raises(FileNotFoundError) as caught:
            use(absent)
        assert caught.value.filename == absent
        assert isinstance(caught.value.__cause__, wasm2oci.NotFoundError)
    with pytest.raises(FileNotFoundError):
        files.ls(f"{repository}-absent")
    assert (files.exists(absent), files.exists(f"{repository}:v1")) == (False, True)


def test_other_errors_are_our_own(repository: str) -> None:
    """A path that is no reference, and a file that is opened to be written."""
    with pytest.raises(wasm2oci.InvalidReferenceError):
        filesystem().cat_file("oci-wasm://NOT A REFERENCE")
    with pytest.raises(OSError, match="can only be read"):
        filesystem().open(f"{repository}:v1", "wb")
    with pytest.raises(TypeError, match="no_such_option"):
        filesystem(no_such_option=1).cat_file(f"{repository}:v1")


def test_options_are_those_of_a_client(faults: FaultRegistry, tmp_path: Path) -> None:
    """Such as a cache; another process has them as well."""
    faults.add_module(MODULE)
    files = filesystem(cache_dir=tmp_path / "cache", pull_policy="missing", skip_instance_cache=True)
    assert files.cat_file(faults.reference()) == MODULE
    faults.close()
    assert files.cat_file(faults.reference()) == MODULE
    assert pickle.loads(pickle.dumps(files)).cat_file(faults.reference()) == MODULE


def test_a_layout_has_files_as_well(tmp_path: Path) -> None:
    """Under its own scheme behind the other."""
    wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1")
    assert filesystem().cat_file(f"oci-wasm://oci:{tmp_path / 'layout'}:v1") == MODULE
    assert filesystem().ls(f"oci-wasm://oci:{tmp_path / 'layout'}", detail=False) == [f"oci:{tmp_path / 'layout'}:v1"]


def test_nothing_else_loads_fsspec() -> None:
    """Who does not use it does not pay for it."""
    python.check(
        """
        import sys
        import wasm2oci

        for name in wasm2oci.__all__:
            getattr(wasm2oci, name)
        assert "fsspec" not in sys.modules
        """
    )
