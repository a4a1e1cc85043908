"""The numbers that stand for objects of the library."""

from __future__ import annotations

from wasm2oci import _native
from wasm2oci.errors import ForkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Owned = list[tuple[int, Callable[[], None]]]

__all__ = ["Handle"]


class Handle:
    """The number of an object of the library, which belongs to the process that made it.

    The numbers of a forked child begin anew, so that one of its parent must never get
    to the library there.

    The object is closed when the handle is dropped. No class of this package has a
    `__del__`, and `owned.hpp` says why.

    Attributes:
        owned: The number and what closes the object, once there is one. A list, since the
            functions of `ext` append to it rather than return.
    """

    __slots__ = ("_generation", "_noun", "owned")

    def __init__(self, noun: str) -> None:
        """Makes a handle that refers to nothing yet; the noun is for messages."""
        self._noun = noun
        self._generation = _native.generation()
        self.owned: Owned = []

    @property
    def foreign(self) -> bool:
        """Whether it belongs to the process that this one was forked from."""
        return self._generation != _native.generation()

    @property
    def number(self) -> int:
        """The number; 0 where there is none.

        Raises:
            ForkError: It belongs to another process.
        """
        if self.foreign:
            raise ForkError(f"the {self._noun} belongs to the process that this one was forked from; begin another one")
        return self.owned[0][0] if self.owned else 0

    @property
    def usable(self) -> bool:
        """Whether there is an object, and the library can be asked about it."""
        return bool(self.owned) and not self.foreign and _native.usable()

    def close(self) -> None:
        """Closes the object. Can be called twice, and in any process."""
        for _, close in self.owned:
            close()
        self.owned.clear()
