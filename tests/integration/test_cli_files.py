"""Files that the command line reads and writes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults import layer
from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

MODULE = binaries.module()
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="names and modes are another matter there")


@pytest.fixture
def reference(faults: FaultRegistry) -> str:
    """Return the reference of MODULE."""
    faults.add_module(MODULE)
    return faults.reference()


def test_a_layer_without_a_title_is_written(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """The name comes from the reference: exit 0 promises a file."""
    assert run_cli("pull", reference, cwd=tmp_path).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mod.wasm"]


def test_a_title_names_no_file(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """Wherever it points to."""
    here = tmp_path / "here"
    here.mkdir()
    faults.add_artifact(layers=[layer(MODULE, title="../../evil.wasm")])
    assert run_cli("pull", faults.reference(), cwd=here).code == 0
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == ["here", "here/mod.wasm"]


@pytest.mark.parametrize("spelling", ["folder", "folder/"])
def test_a_folder_gets_the_default_name(run_cli: RunCli, reference: str, tmp_path: Path, spelling: str) -> None:
    """With or without a slash."""
    (tmp_path / "folder").mkdir()
    result = run_cli("pull", reference, "-o", spelling, "--json", cwd=tmp_path)
    assert result.json["path"] == "folder/mod.wasm"
    assert (tmp_path / "folder" / "mod.wasm").read_bytes() == MODULE


def test_a_file_is_replaced_unless_that_is_refused(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """Pulling again is no error."""
    path = tmp_path / "x.wasm"
    path.write_bytes(b"old")
    assert run_cli("pull", reference, "-o", path).code == 0
    assert path.read_bytes() == MODULE
    assert run_cli("pull", reference, "-o", path, "--no-clobber").code == 11
    assert run_cli("pull", reference, "-o", tmp_path / "new.wasm", "--no-clobber", "--durable").code == 0


@POSIX
def test_files_are_not_executable(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """Their mode follows the umask."""
    before = os.umask(0o022)
    try:
        run_cli("pull", reference, "-o", tmp_path / "x.wasm")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.wasm").stat().st_mode) == 0o644


def test_a_parent_that_is_a_file_is_refused(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """Before anything is downloaded."""
    (tmp_path / "file").write_bytes(b"mine")
    result = run_cli("pull", reference, "-o", "file/x.wasm", cwd=tmp_path)
    assert (result.code, result.stderr.count("\n")) == (11, 1)
    assert "file" in result.stderr
    assert (tmp_path / "file").read_bytes() == b"mine"


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_an_error(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """It is named."""
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    result = run_cli("pull", reference, "-o", folder / "x.wasm")
    assert (result.code, result.stderr.count("\n")) == (11, 1)
    assert "read-only" in result.stderr


@POSIX
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_write_that_fails_leaves_what_was_there(reference: str, tmp_path: Path, old: bytes | None) -> None:
    """Half-way, as on a full disk: no part of the file stays, and exit 0 is out of the question."""
    if old is not None:
        (tmp_path / "x.wasm").write_bytes(old)
    limited = ["/bin/sh", "-c", 'ulimit -f 2; exec "$@"', "sh", *cli.command("pull", reference, "-o", "x.wasm")]
    done = subprocess.run(limited, cwd=tmp_path, env=dict(os.environ), capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (11, b"", 1)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == ({} if old is None else {"x.wasm": old})


@pytest.mark.parametrize("name", ["dir with space/ünï—✓.wasm", "-o.wasm", "a=b@c.wasm"])
def test_names_may_be_anything(run_cli: RunCli, tmp_path: Path, hello: Path, name: str) -> None:
    """Both ways, through a layout of such a name."""
    source = tmp_path / "from" / name
    target = tmp_path / "to" / name
    source.parent.mkdir(parents=True)
    target.parent.mkdir(parents=True)
    source.write_bytes(hello.read_bytes())
    layout = f"oci:{tmp_path / 'läy out'}:v1"
    assert run_cli("push", source, layout).code == 0
    assert run_cli("pull", layout, "-o", target).code == 0
    assert target.read_bytes() == hello.read_bytes()


@POSIX
@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_names_may_be_bytes(run_cli: RunCli, tmp_path: Path, hello: Path) -> None:
    """JSON says them as Python does."""
    source, target = (tmp_path / os.fsdecode(name) for name in (b"\xff.wasm", b"\xfe.wasm"))
    source.write_bytes(hello.read_bytes())
    layout = f"oci:{tmp_path / 'layout'}:v1"
    assert run_cli("push", source, layout).code == 0
    assert run_cli("pull", layout, "-o", target).code == 0
    assert run_cli("pull", layout, "-o", target, "--json").json["path"] == str(target)
    assert target.read_bytes() == hello.read_bytes()
    assert run_cli("inspect", target, "--json").json["kind"] == "module"


def test_a_name_that_is_too_long_is_refused(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """By the system, and in one line."""
    result = run_cli("pull", reference, "-o", "x" * 300, cwd=tmp_path)
    assert (result.code, result.stderr.count("\n")) == (11, 1)
    assert list(tmp_path.iterdir()) == []
