"""Records behave as frozen dataclasses do, without the time that those take to load."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from wasm2oci import Descriptor, _record

DESCRIPTOR = Descriptor("application/wasm", "sha256:aa", 9)


def test_they_are_made_by_place_or_by_name() -> None:
    """What is left out has its default, and mutable ones are not shared."""
    other = Descriptor(size=9, digest="sha256:aa", media_type="application/wasm")
    assert other == DESCRIPTOR
    assert other.annotations == {}
    assert other.annotations is not DESCRIPTOR.annotations


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (("a",), {}),
        (("a", "b", 1, {}, "c", 2), {}),
        (("a", "b", 1), {"digest": "c"}),
        (("a", "b", 1), {"colour": "red"}),
    ],
)
def test_what_does_not_fit_is_a_type_error(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    """As of a function."""
    with pytest.raises(TypeError):
        Descriptor(*values, **named)


def test_they_cannot_be_changed() -> None:
    """Neither a field, nor one that is not there."""
    for name in ("size", "colour"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(DESCRIPTOR, name, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del DESCRIPTOR.size
    with pytest.raises(AttributeError):
        _ = DESCRIPTOR.colour  # type: ignore[attr-defined]


def test_they_are_compared_by_their_values() -> None:
    """And with their own kind only."""
    other = Descriptor("application/wasm", "sha256:aa", 9, {"a": "b"})
    assert other != DESCRIPTOR
    assert hash(other) == hash(DESCRIPTOR)  # what cannot be hashed does not count
    assert tuple(DESCRIPTOR.__match_args__) != DESCRIPTOR  # type: ignore[comparison-overlap]
    assert repr(other) == (
        "Descriptor(media_type='application/wasm', digest='sha256:aa', size=9, annotations={'a': 'b'}, "
        "artifact_type=None)"
    )


def test_they_match_patterns() -> None:
    """By place."""
    match DESCRIPTOR:
        case Descriptor(media_type, _, size):
            assert (media_type, size) == ("application/wasm", 9)
        case _:
            pytest.fail("no match")


def test_they_are_copied_and_pickled() -> None:
    """By every protocol that can."""
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(DESCRIPTOR, protocol)) == DESCRIPTOR
    assert copy.copy(DESCRIPTOR) == copy.deepcopy(DESCRIPTOR) == DESCRIPTOR


def test_the_module_dataclasses_knows_them() -> None:
    """Whoever asks gets a dataclass."""
    assert dataclasses.is_dataclass(DESCRIPTOR)
    names = ["media_type", "digest", "size", "annotations", "artifact_type"]
    assert [one.name for one in dataclasses.fields(Descriptor)] == names
    assert dataclasses.asdict(DESCRIPTOR)["size"] == 9
    assert dataclasses.replace(DESCRIPTOR, size=10).size == 10
    assert str(inspect.signature(Descriptor)).startswith("(media_type: 'str', digest: 'str', size: 'int', annotations:")


def test_a_class_of_its_own() -> None:
    """Methods and text are kept."""

    @_record.dataclass(frozen=True, slots=True)
    class Point:
        """Where."""

        x: int
        y: int = 2

        def sum(self) -> int:
            return self.x + self.y

    @_record.dataclass(frozen=True, slots=True)
    class Place(Point):
        """Where, and what is there."""

        name: str = "home"

    place: Any = Place(1, 3)  # type: ignore[call-arg]
    assert (place.sum(), place.name, [one.name for one in dataclasses.fields(place)]) == (4, "home", ["x", "y", "name"])
    assert place != Point(1, 3)  # type: ignore[call-arg]
    made: Any = Point(1)  # type: ignore[call-arg]
    assert (made.sum(), Point.__doc__, Point.__name__) == (3, "Where.", "Point")
    assert not hasattr(made, "__dict__")
