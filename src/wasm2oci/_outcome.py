"""What has become of one item of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NoReturn, TypeVar, Union

__all__ = ["Failure", "Outcome", "Success"]

Result = TypeVar("Result")


class _Shown:
    """The text of an outcome: as that of other results, but with the size of what was pushed in place of its bytes."""

    __slots__ = ()

    index: int
    item: Any
    result: Any
    error: Exception | None

    def __repr__(self) -> str:
        """Returns the fields."""
        item = tuple(map(_shown, self.item)) if isinstance(self.item, tuple) else _shown(self.item)
        fields = f"index={self.index!r}, item={item!r}, result={self.result!r}, error={self.error!r}"
        return f"{type(self).__name__}({fields})"


@dataclass(frozen=True, slots=True, repr=False)
class Success(_Shown, Generic[Result]):
    """An item of a batch that succeeded.

    Attributes:
        index: The position of the item, from 0.
        item: The item as it was passed in.
        result: What the operation returned.
        error: None.
    """

    index: int
    item: Any
    result: Result
    error: None = None

    def unwrap(self) -> Result:
        """Returns the result."""
        return self.result


@dataclass(frozen=True, slots=True, repr=False)
class Failure(_Shown):
    """An item of a batch that failed.

    Attributes:
        index: The position of the item, from 0.
        item: The item as it was passed in.
        error: What the operation raised.
        result: None.
    """

    # Pydantic has no schema for exceptions.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"arbitrary_types_allowed": True}

    index: int
    item: Any
    error: Exception
    result: None = None

    def unwrap(self) -> NoReturn:
        """Raises the error."""
        raise self.error


Outcome = Union[Success[Result], Failure]  # noqa: UP007 - "|" would not take a type argument in Python 3.10


def _shown(value: object) -> object:
    return _Bytes(value) if isinstance(value, (bytes, bytearray)) else value


class _Bytes:
    """Stands for bytes that would flood a terminal."""

    def __init__(self, value: bytes | bytearray) -> None:
        self._words = f"<{type(value).__name__} of {len(value)} bytes>"

    def __repr__(self) -> str:
        return self._words
