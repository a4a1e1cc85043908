"""Whatever is pushed, the library gets the same bytes, and they stay while it reads them."""

from __future__ import annotations

import array
import gzip
import io
import mmap
import os
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from wasm2oci import _source
from wasm2oci.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTENT = b"\0asm\x01\0\0\0 and what follows"


class Recorder:
    """Stands for the extension and reads what it is given."""

    def __init__(self) -> None:
        """Nothing was pushed yet."""
        self.kind = ""
        self.content = b""

    def push(self, _started: list[int], _client: int, path: bytes, *_: object) -> None:
        """Take a path."""
        self.kind = "path"
        with open(path, "rb") as file:  # noqa: PTH123 - bytes
            self.content = file.read()

    def push_bytes(self, _started: list[int], _client: int, content: memoryview, *_: object) -> None:
        """Take memory."""
        assert (content.format, content.ndim, content.c_contiguous) == ("B", 1, True)
        self.kind, self.content = "memory", bytes(content)

    def push_fd(self, _started: list[int], _client: int, fd: int, *_: object) -> None:
        """Take a file as the library does: from its start, whatever its position."""
        self.kind, self.content = "file", os.pread(fd, 1 << 20, 0)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Put a recorder in the extension's place."""
    recorder = Recorder()
    monkeypatch.setattr(_source, "ext", recorder)
    return recorder


def read(recorder: Recorder, source: Any) -> tuple[str, bytes]:  # noqa: ANN401
    """Push a source to the recorder."""
    with _source.opened(source) as opened:
        opened.start([], 1, b"oci:d:v1", None)
    return recorder.kind, recorder.content


@pytest.mark.parametrize("make", [str, lambda path: path], ids=["str", "Path"])
def test_paths_are_left_to_the_library(recorder: Recorder, tmp_path: Path, make: Callable[[Path], str | Path]) -> None:
    """Nothing is read or opened here."""
    path = tmp_path / "a.wasm"
    path.write_bytes(CONTENT)
    assert read(recorder, make(path)) == ("path", CONTENT)


@pytest.mark.parametrize(
    "make",
    [bytes, bytearray, memoryview, lambda content: array.array("B", content), lambda content: memoryview(content)[:]],
    ids=["bytes", "bytearray", "memoryview", "array", "slice"],
)
def test_memory_is_content(recorder: Recorder, make: Callable[[bytes], object]) -> None:
    """It is never taken for a path."""
    assert read(recorder, make(CONTENT)) == ("memory", CONTENT)


def test_memory_of_wider_items_is_its_bytes(recorder: Recorder) -> None:
    """As the file would be that it was written to."""
    numbers = array.array("I", [1, 2, 3])
    assert read(recorder, numbers) == ("memory", numbers.tobytes())


@pytest.mark.parametrize("empty", [b"", bytearray(), memoryview(b"")])
def test_empty_memory_is_passed_on(recorder: Recorder, empty: Any) -> None:  # noqa: ANN401
    """The library says what is wrong with it."""
    assert read(recorder, empty) == ("memory", b"")


def test_mapped_files_are_memory(recorder: Recorder, tmp_path: Path) -> None:
    """Not a file object, though they have a read()."""
    path = tmp_path / "a.wasm"
    path.write_bytes(CONTENT)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        mapped.read(4)
        assert read(recorder, mapped) == ("memory", CONTENT)


def test_memory_with_gaps_is_refused() -> None:
    """With what to do instead."""
    with pytest.raises(InvalidArgumentError, match=r"not contiguous; push a copy, such as bytes\(source\)"):
        read(Recorder(), memoryview(CONTENT)[::2])


def test_memory_cannot_be_resized_until_the_push_has_ended() -> None:
    """The library reads it from other threads."""
    content = bytearray(CONTENT)
    with _source.opened(content), pytest.raises(BufferError):
        content.append(1)
    content.append(1)


def test_bytesio_is_memory_from_its_position(recorder: Recorder) -> None:
    """No copy is made, and it cannot be resized meanwhile."""
    file = io.BytesIO(CONTENT)
    assert read(recorder, file) == ("memory", CONTENT)
    file.seek(4)
    assert read(recorder, file) == ("memory", CONTENT[4:])
    with _source.opened(file), pytest.raises(BufferError):
        file.truncate(0)
    file.truncate(0)


@pytest.mark.parametrize("buffering", [0, -1], ids=["raw", "buffered"])
def test_files_are_read_from_their_position(recorder: Recorder, tmp_path: Path, buffering: int) -> None:
    """As every function of Python that takes a file does."""
    path = tmp_path / "a.wasm"
    path.write_bytes(CONTENT)
    with path.open("rb", buffering=buffering) as file:
        assert read(recorder, file) == ("file", CONTENT)
        file.seek(4)
        assert read(recorder, file) == ("file", CONTENT[4:])


def test_what_was_written_to_a_file_but_not_flushed_counts(recorder: Recorder, tmp_path: Path) -> None:
    """The descriptor would not show it."""
    with (tmp_path / "a.wasm").open("w+b") as file:
        file.write(CONTENT)
        file.seek(0)
        file.write(CONTENT[:4])
        file.seek(0)
        assert read(recorder, file) == ("file", CONTENT)


def test_files_give_their_name_as_title(tmp_path: Path) -> None:
    """So that a push of the file and of its path give the same digest."""
    path = tmp_path / "a.wasm"
    path.write_bytes(CONTENT)
    with path.open("rb") as file, _source.opened(file) as opened:
        assert opened.title == "a.wasm"
    nameless = open(os.open(path, os.O_RDONLY), "rb")  # noqa: PTH123, SIM115
    with nameless, _source.opened(nameless) as opened:
        assert opened.title is None


def test_packed_files_give_what_they_unpack_to(recorder: Recorder, tmp_path: Path) -> None:
    """Their descriptor is that of the packed file, which nobody wants to push."""
    path = tmp_path / "a.wasm.gz"
    path.write_bytes(gzip.compress(CONTENT))
    with gzip.open(path) as file:
        assert read(recorder, file) == ("file", CONTENT)


def test_pipes_are_read_to_their_end(recorder: Recorder) -> None:
    """Digest and size come before the content, so that it is spooled."""
    out, into = os.pipe()
    with open(out, "rb") as file:  # noqa: PTH123
        with open(into, "wb") as writer:  # noqa: PTH123
            writer.write(CONTENT)
        assert read(recorder, file) == ("file", CONTENT)


def test_temporary_files_are_read_from_their_position(recorder: Recorder) -> None:
    """Wrappers are file objects like others."""
    with tempfile.SpooledTemporaryFile() as spooled, tempfile.NamedTemporaryFile() as named:
        for file in (spooled, named):
            file.write(b"head" + CONTENT)
            file.seek(4)
            assert read(recorder, file) == ("file", CONTENT)


class Dribble:
    """A file object that gives little at a time."""

    def __init__(self) -> None:
        """Start at the start."""
        self._file = io.BytesIO(CONTENT)

    def read(self, size: int) -> bytes:
        """Give three bytes at most."""
        return self._file.read(min(size, 3))


def test_anything_with_read_is_a_file_object(recorder: Recorder) -> None:
    """A short read is not the end."""
    assert read(recorder, Dribble()) == ("file", CONTENT)


class Silent:
    """A non-blocking file object with nothing to give."""

    def read(self, size: int) -> None:
        """Give nothing yet."""


def test_a_file_object_without_data_is_not_an_empty_one() -> None:
    """Half a module must not be pushed as a whole one."""
    with pytest.raises(InvalidArgumentError, match="non-blocking file object that has no data yet"):
        read(Recorder(), Silent())


@pytest.mark.parametrize("make", [lambda: io.StringIO("text"), lambda: open(__file__, encoding="utf-8")])  # noqa: PTH123, SIM115
def test_text_files_are_refused(make: Callable[[], Any]) -> None:
    """With the mode that is right."""
    with make() as file, pytest.raises(TypeError, match="open it with mode 'rb'"):
        read(Recorder(), file)


@pytest.mark.parametrize("source", [None, 3, object(), ["a"]])
def test_other_things_are_refused(source: object) -> None:
    """With what would be right."""
    with pytest.raises(TypeError, match="source must be a path, bytes-like, or a binary file object"):
        read(Recorder(), source)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """Python's own error says so."""
    with (tmp_path / "a").open("wb") as file, pytest.raises(io.UnsupportedOperation):
        read(Recorder(), file)
