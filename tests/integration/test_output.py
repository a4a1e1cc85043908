"""Files: what a pull writes where, and what a push takes from disk, through the Python API."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults import FaultRegistry

MODULE = binaries.module(100_000)


@pytest.fixture(autouse=True)
def added(faults: FaultRegistry) -> None:
    """Hold a module to pull."""
    faults.add_module(MODULE)


@pytest.fixture
def umask() -> Iterator[Callable[[int], None]]:
    """Set the umask, until the test ends."""
    before = os.umask(0o022)

    def change(mask: int) -> None:
        os.umask(mask)

    yield change
    os.umask(before)


AS_NOBODY = """
    import os, sys
    import wasm2oci

    reference, path = sys.argv[1:]
    wasm2oci.resolve(reference)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        wasm2oci.pull(reference, path)
    except wasm2oci.FilesystemError as error:
        print(error.errno, error.filename, isinstance(error, OSError), error, sep="|")
"""


def test_a_folder_that_cannot_be_written(faults: FaultRegistry, tmp_path: Path) -> None:
    """engineerd/wasm-to-oci pkg/oci/pull.go: the failed write is an error, with errno and the path."""
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    # The folders above belong to the user who runs the tests, and nobody must reach the locked one.
    for parent in [tmp_path, *tmp_path.parents[:2]]:
        parent.chmod(parent.stat().st_mode | 0o011)
    said = python.check(AS_NOBODY, faults.reference(), str(folder / "m.wasm")).strip().split("|")
    assert said[0] == str(errno.EACCES)
    assert str(folder) in said[1]
    assert said[2] == "True"
    assert said[3].endswith(
        f'cannot write to the folder "{folder}": permission denied; change its permissions, or choose another folder'
    )
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("file/m.wasm", errno.ENOTDIR),
        ("missing/m.wasm", errno.ENOENT),
        ("file/missing/", errno.ENOTDIR),
        ("file/", errno.ENOTDIR),
        ("x" * 300 + ".wasm", errno.ENAMETOOLONG),
        ("d/" * 2500 + "m.wasm", errno.ENAMETOOLONG),
        ("loop/m.wasm", errno.ELOOP),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_output_that_cannot_be(faults: FaultRegistry, tmp_path: Path, path: str, number: int) -> None:
    """It is refused before the download, with the reason of the system."""
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(wasm2oci.FilesystemError) as caught:
        wasm2oci.pull(faults.reference(), f"{tmp_path}/{path}")
    assert caught.value.errno == number
    assert isinstance(caught.value, OSError)
    assert "\n" not in caught.value.message
    assert faults.journal.of(path="*/blobs/*") == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "loop"]


def test_a_folder_that_is_missing_is_made(faults: FaultRegistry, tmp_path: Path) -> None:
    """A slash at the end says that it is a folder; one that the pull made goes when it fails."""
    folder = f"{tmp_path}/new/folder/"
    rule = faults.on("GET", "blob", nth=1).flip(20)
    with pytest.raises(wasm2oci.DigestMismatchError), wasm2oci.Client(retries=0) as client:
        client.pull(faults.reference(), folder)
    assert rule.seen > 0
    assert list(tmp_path.iterdir()) == []
    with wasm2oci.Client() as client:
        assert client.pull(faults.reference(), folder).path.parent == tmp_path / "new" / "folder"


def test_a_disk_that_is_full(faults: FaultRegistry, tmp_path: Path) -> None:
    """The old file stays, and no part of the new one."""
    path = tmp_path / "m.wasm"
    path.write_bytes(b"old")
    program = """
        import resource, signal, sys
        import wasm2oci

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            wasm2oci.pull(*sys.argv[1:])
        except wasm2oci.FilesystemError as error:
            print(error.errno)
    """
    assert python.check(program, faults.reference(), str(path)).split() == [str(errno.EFBIG)]
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("m.wasm", b"old")]


def test_a_file_is_replaced_by_default(faults: FaultRegistry, tmp_path: Path) -> None:
    """oras-project/oras#33: the second pull to the same path works like the first."""
    path = tmp_path / "m.wasm"
    path.write_bytes(b"old")
    for _ in range(2):
        assert wasm2oci.pull(faults.reference(), path).path == path
        assert path.read_bytes() == MODULE
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("to", ["m.wasm", "folder/", "folder", None])
@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_a_file_is_kept_when_that_is_asked_for(
    faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str | None, kind: str
) -> None:
    """Refused before the download, whatever stands at the path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    path = {None: Path("mod.wasm"), "m.wasm": Path("m.wasm")}.get(to, Path("folder/mod.wasm"))
    if kind == "file":
        path.write_bytes(b"old")
    else:
        (tmp_path / "target").write_bytes(b"old") if kind == "link" else None
        path.symlink_to(tmp_path / "target")
    with pytest.raises(wasm2oci.AlreadyExistsError) as caught:
        wasm2oci.pull(faults.reference(), to, overwrite=False)
    assert isinstance(caught.value, FileExistsError)
    assert str(path) in caught.value.message
    assert faults.journal.of(path="*/blobs/*") == []
    if kind != "dangling link":
        assert path.read_bytes() == b"old"


def test_a_file_that_appears_meanwhile_is_kept(faults: FaultRegistry, tmp_path: Path) -> None:
    """The promise holds to the end of the download, not only at its start."""
    path = tmp_path / "m.wasm"
    rule = faults.on("GET", "blob").stall(after=50_000)

    def appear() -> None:
        rule.stalled.reached.wait(30)
        path.write_bytes(b"somebody else's")
        faults.release()

    other = threading.Thread(target=appear)
    other.start()
    with pytest.raises(wasm2oci.AlreadyExistsError):
        wasm2oci.pull(faults.reference(), path, overwrite=False)
    other.join()
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("m.wasm", b"somebody else's")]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664), (0o027, 0o640)])
def test_a_new_file_has_the_mode_of_the_umask(
    faults: FaultRegistry, tmp_path: Path, umask: Callable[[int], None], mask: int, mode: int
) -> None:
    """engineerd/wasm-to-oci pkg/oci/pull.go: not executable, and no more open than asked for."""
    umask(mask)
    path = wasm2oci.pull(faults.reference(), tmp_path / "m.wasm").path
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o444])
def test_an_old_file_keeps_its_mode(
    faults: FaultRegistry, tmp_path: Path, umask: Callable[[int], None], mode: int
) -> None:
    """Who could read it before can read it after, and nobody else."""
    umask(0o022)
    path = tmp_path / "m.wasm"
    path.write_bytes(b"old")
    path.chmod(mode)
    wasm2oci.pull(faults.reference(), path)
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (mode, MODULE)


class Named:
    """A path-like object that is no Path."""

    def __init__(self, path: Path) -> None:
        """Stand for a path."""
        self._path = path

    def __fspath__(self) -> str:
        """Return the path."""
        return str(self._path)


NAMES = ["dir with space/ünï—✓.wasm", "a'b\"c$d`e.wasm", "-dash.wasm", "日本.wasm", "new\nline.wasm", "%41?#.wasm", "*"]


@pytest.mark.parametrize("spelled", [str, Path, Named, os.fsencode], ids=["str", "Path", "like", "bytes"])
@pytest.mark.parametrize("name", NAMES)
def test_any_name_will_do(
    faults: FaultRegistry, tmp_path: Path, name: str, spelled: Callable[[Path], str | os.PathLike[str]]
) -> None:
    """Spaces and other writing pass through every layer; bytes are content, never a path."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if isinstance(spelled(path), bytes):
        with pytest.raises(TypeError):
            wasm2oci.pull(faults.reference(), spelled(path))
        with pytest.raises(wasm2oci.NotWasmError):
            wasm2oci.push(spelled(path), f"oci:{tmp_path}/layout:v1")
        return
    result = wasm2oci.pull(faults.reference(), spelled(path))
    assert (result.path, path.read_bytes()) == (path, MODULE)
    pushed = wasm2oci.push(spelled(path), f"oci:{tmp_path}/lay out ü:v1")
    assert pushed.layer.annotations["org.opencontainers.image.title"] == path.name
    assert wasm2oci.fetch(f"oci:{tmp_path}/lay out ü:v1") == MODULE


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_a_name_that_is_not_unicode(faults: FaultRegistry, tmp_path: Path) -> None:
    """Linux takes any bytes, and so do we."""
    path = tmp_path / os.fsdecode(b"\xff\xfe.wasm")
    assert wasm2oci.pull(faults.reference(), path).path == path
    assert [os.fsencode(entry.name) for entry in tmp_path.iterdir()] == [b"\xff\xfe.wasm"]
    assert wasm2oci.push(path, f"oci:{tmp_path}/layout:v1").layer.size == len(MODULE)
    assert wasm2oci.inspect(path).file_size == len(MODULE)


@pytest.mark.parametrize("path", ["a\0b", "\0", "a.wasm\0.txt"])
def test_a_nul_ends_no_path(faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """C would end the name there; it is refused instead."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_bytes(MODULE)
    for call in (
        lambda: wasm2oci.pull(faults.reference(), path),
        lambda: wasm2oci.push(path, faults.reference(tag="v2")),
        lambda: wasm2oci.inspect(path),
        lambda: wasm2oci.inspect(Path(path)),
    ):
        with pytest.raises(ValueError, match="NUL"):
            call()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
    assert len(faults.journal) == 0


@pytest.mark.parametrize(
    ("repository", "name"),
    [("mod", "mod.wasm"), ("org/team/mod", "mod.wasm"), ("org/mod.wasm", "mod.wasm"), ("a/b.c_d-e", "b.c_d-e.wasm")],
)
def test_the_default_name(
    faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: str, name: str
) -> None:
    """It is the repository's last part."""
    monkeypatch.chdir(tmp_path)
    faults.add_module(MODULE, repository)
    result = wasm2oci.pull(faults.reference(repository))
    assert result.path.name == name
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("pushed", "name"), [("oci:lay:v1", "v1.wasm"), ("oci:lay", "latest.wasm"), ("oci:./lay/:v1", "v1.wasm")]
)
def test_the_default_name_of_a_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pushed: str, name: str) -> None:
    """It is the tag, else the folder's name."""
    monkeypatch.chdir(tmp_path)
    digest = wasm2oci.push(MODULE, pushed).digest
    assert wasm2oci.pull(pushed).path.name == name
    assert wasm2oci.pull(f"oci:lay@{digest}").path.name == "lay.wasm"
    assert (tmp_path / name).read_bytes() == MODULE


def test_the_default_name_of_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the tag, else the file's name."""
    monkeypatch.chdir(tmp_path)
    digest = wasm2oci.push(MODULE, "oci-archive:x.tar:v1").digest
    assert wasm2oci.pull("oci-archive:x.tar:v1").path.name == "v1.wasm"
    assert wasm2oci.pull(f"oci-archive:x.tar@{digest}").path.name == "x.wasm"


def test_no_partial_file_under_the_final_name(faults: FaultRegistry, tmp_path: Path) -> None:
    """oras-project/oras#1400: killed in the middle, it leaves nothing that could be taken for the module."""
    path = tmp_path / "m.wasm"
    rule = faults.on("GET", "blob").stall(after=50_000)
    program = "import sys, wasm2oci; wasm2oci.pull(*sys.argv[1:])"
    with python.start(program, faults.reference(), str(path)) as process:
        assert rule.stalled.reached.wait(30)
        process.kill()
        process.communicate()
    assert not path.exists()
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".wasm"] == []
    faults.release()
    assert wasm2oci.pull(faults.reference(), path).path.read_bytes() == MODULE


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda _: None, FileNotFoundError),
        (lambda path: path.mkdir(), IsADirectoryError),
        (lambda path: path.symlink_to(path), OSError),
    ],
    ids=["missing", "a folder", "a loop"],
)
def test_a_source_that_cannot_be_read(
    faults: FaultRegistry, tmp_path: Path, make: Callable[[Path], None], error: type[OSError]
) -> None:
    """The reason of the system is kept, and no request is made."""
    path = tmp_path / "m.wasm"
    make(path)
    with pytest.raises(wasm2oci.FilesystemError) as caught:
        wasm2oci.push(path, faults.reference(tag="v2"))
    with pytest.raises(error):
        path.read_bytes()
    assert caught.value.errno in {errno.ENOENT, errno.EISDIR, errno.ELOOP}
    assert str(path) in caught.value.message
    assert len(faults.journal) == 0


@pytest.mark.parametrize("written", [False, True], ids=["nobody writes", "somebody may write"])
@pytest.mark.parametrize("way", ["push", "inspect"])
def test_a_pipe_as_source_is_refused_at_once(faults: FaultRegistry, tmp_path: Path, way: str, *, written: bool) -> None:
    """It has no size, and opening it would wait for a writer; a file object of it is spooled."""
    path = tmp_path / "m.wasm"
    os.mkfifo(path)
    program = """
        import sys, wasm2oci
        try:
            wasm2oci.push(sys.argv[1], sys.argv[2]) if sys.argv[3] == "push" else wasm2oci.inspect(sys.argv[1])
        except wasm2oci.FilesystemError as error:
            print(error.message)
    """
    end = os.open(path, os.O_RDWR) if written else None
    try:
        said = python.check(program, str(path), faults.reference(tag="v2"), way)
    finally:
        if end is not None:
            os.close(end)
    assert str(path) in said
    assert "not a regular file" in said
    assert len(faults.journal) == 0


@pytest.mark.parametrize("name", ["index.json", "oci-layout", "the blob"])
def test_a_pipe_in_a_layout_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """A layout from elsewhere may hold anything; what reads it must not wait for ever."""
    layout = tmp_path / "layout"
    result = wasm2oci.push(MODULE, f"oci:{layout}:v1")
    path = layout / (f"blobs/{result.layer.digest.replace(':', '/')}" if name == "the blob" else name)
    path.unlink()
    os.mkfifo(path)
    program = """
        import sys, wasm2oci
        try:
            wasm2oci.fetch(sys.argv[1])
        except wasm2oci.FilesystemError as error:
            print(error.message)
    """
    assert str(path) in python.check(program, f"oci:{layout}:v1")


def test_a_device_as_output_is_refused(faults: FaultRegistry) -> None:
    """/dev/null is not replaced by a file; to throw the bytes away, fetch them."""
    null = Path(os.devnull)
    before = null.stat()
    with pytest.raises(wasm2oci.FilesystemError, match="not a regular file"):
        wasm2oci.pull(faults.reference(), null)
    assert faults.journal.of(path="*/blobs/*") == []
    assert (null.stat().st_mode, null.stat().st_rdev) == (before.st_mode, before.st_rdev)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder in which nobody can make anything")
def test_what_cannot_be_done_is_said_in_words(tmp_path: Path) -> None:
    """Not by the names of the system's functions."""
    wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1")
    with pytest.raises(
        wasm2oci.FilesystemError, match=r'cannot write to the folder ".*nope": no such file or directory; make it first'
    ):
        wasm2oci.pull(f"oci:{tmp_path / 'layout'}:v1", tmp_path / "nope" / "m.wasm")
    with pytest.raises(wasm2oci.FilesystemError, match='cannot make the directory "/proc/nope":'):
        wasm2oci.push(MODULE, "oci:/proc/nope:v1")
    with pytest.raises(wasm2oci.NotFoundError, match=f'"{tmp_path}" is not an OCI layout'):
        wasm2oci.resolve(f"oci:{tmp_path}:v1")
