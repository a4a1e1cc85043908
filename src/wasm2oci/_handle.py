"""The numbers that stand for objects of the library."""

from __future__ import annotations

from wasm2oci import _native
from wasm2oci.errors import ForkError

__all__ = ["Handle"]


class Handle:
    """The number of an object of the library, which belongs to the process that made it.

    The numbers of a forked child begin anew, so that one of its parent must never get
    to the library there.

    Attributes:
        numbers: The number, once there is one. A list, since the functions of `ext` append
            to it rather than return: see verbs.cpp.
    """

    __slots__ = ("_generation", "_noun", "numbers")

    def __init__(self, noun: str) -> None:
        """Makes a handle that stands for nothing yet; the noun is for messages."""
        self._noun = noun
        self._generation = _native.generation()
        self.numbers: list[int] = []

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
        return self.numbers[0] if self.numbers else 0

    @property
    def closable(self) -> int:
        """The number; 0 where there is nothing to close, or nothing that could be closed."""
        return self.numbers[0] if self.numbers and not self.foreign and _native.usable() else 0
