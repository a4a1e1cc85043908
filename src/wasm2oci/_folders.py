"""The directories that the files of a batch are in: made for those that need them, and for no longer."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from wasm2oci._claims import quoted
from wasm2oci.errors import FilesystemError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Folders:
    """Makes the directories that are missing, and removes those in which there is nothing in the end.

    It belongs to one thread, or to one event loop.
    """

    def __init__(self) -> None:
        """Has made none."""
        # How many items that have not ended need a directory, of each that was made here.
        self._needed: dict[bytes, int] = {}
        self._entered: dict[int, list[bytes]] = {}

    def made(self, folder: bytes) -> bool:
        """Tells whether a directory was made here: to the list, it is not one that was there."""
        return _key(os.path.realpath(folder)) in self._needed

    def enter(self, index: int, folder: bytes) -> None:
        """Makes a directory, with those that it is in, for an item that begins.

        Raises:
            FilesystemError: It cannot be made; nothing is left of it.
        """
        place = os.path.realpath(folder or b".")
        self._entered[index] = entered = list(self._missing(place))
        for one in entered:
            self._needed[_key(one)] = self._needed.get(_key(one), 0) + 1
        try:
            for one in reversed(entered):
                _make(one)
        except OSError as error:
            self.leave(index)
            path = os.fsdecode(folder)
            raise FilesystemError(
                f"cannot make the directory {quoted(path)}: {error.strerror}; choose another one",
                detail={"errno": error.errno, "path": path},
            ) from None

    def leave(self, index: int) -> None:
        """Takes note of the end of an item, which may never have begun."""
        for place in self._entered.pop(index, ()):
            key = _key(place)
            self._needed[key] -= 1
            if self._needed[key]:
                continue
            with contextlib.suppress(OSError):  # such as that something is in it
                os.rmdir(place)  # noqa: PTH106 - bytes
            if not os.path.lexists(place):
                del self._needed[key]

    def _missing(self, place: bytes) -> Iterator[bytes]:
        """Yields a directory and those that it is in, as far as they are not there but for this list."""
        while _key(place) in self._needed or not os.path.lexists(place):
            yield place
            above = os.path.dirname(place)  # noqa: PTH120 - bytes
            if above == place:
                break
            place = above


def _make(folder: bytes) -> None:
    try:
        os.mkdir(folder)  # noqa: PTH102 - bytes
    except FileExistsError:  # made by somebody else meanwhile
        if not os.path.isdir(folder):  # noqa: PTH112 - bytes
            raise


def _key(place: bytes) -> bytes:
    return os.path.normcase(place)
