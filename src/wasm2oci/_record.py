"""Immutable records, made as `dataclasses.dataclass(frozen=True, slots=True)` makes them.

That module imports `inspect` and compiles code for each class, which takes longer than
Python's own start. A program that only pulls a module should not wait for it. Type checkers
are shown the real thing, and so is whoever asks: `dataclasses.fields`, `asdict` and
`replace` work.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["Generic", "TypeVar", "dataclass", "field"]


class Generic:
    """Stands for that of `typing`, which imports as much."""

    def __class_getitem__(cls, _: object) -> type:
        """Is as good for one type as for another."""
        return cls


def TypeVar(name: str, **_: object) -> str:  # noqa: N802 - as it is called there
    """Stands for that of `typing`."""
    return name


class _Field:
    """What a class body says of a field beside its type."""

    def __init__(self, *, default: Any, default_factory: Callable[[], Any] | None, hash: bool) -> None:  # noqa: A002, ANN401
        self.default = default
        self.default_factory = default_factory
        self.hash = hash

    def fresh(self) -> Any:  # noqa: ANN401
        return self.default if self.default_factory is None else self.default_factory()


def field(*, default: Any = None, default_factory: Callable[[], Any] | None = None, hash: bool = True) -> Any:  # noqa: A002, ANN401
    """Describes a field, as `dataclasses.field` does."""
    return _Field(default=default, default_factory=default_factory, hash=hash)


def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
    """Makes a record of a class, as `dataclasses.dataclass` does."""
    assert frozen and slots  # noqa: PT018, S101 - nothing else is known here
    return _make


def _make(cls: type) -> type:
    base: type[_Record] = cls.__base__ if issubclass(cls, _Record) else _Record  # type: ignore[assignment]
    names = tuple(cls.__annotations__)
    body = {name: value for name, value in vars(cls).items() if name not in {*names, "__dict__", "__weakref__"}}
    given = {name: vars(cls)[name] for name in names if name in vars(cls)}
    defaults = {
        name: value if isinstance(value, _Field) else _Field(default=value, default_factory=None, hash=True)
        for name, value in given.items()
    }
    body |= {"__slots__": names, "__match_args__": base.__match_args__ + names}
    body |= {"_defaults": base._defaults | defaults, "_types": base._types | cls.__annotations__}  # noqa: SLF001 - ours
    body |= {"__dataclass_fields__": _OfTwin("__dataclass_fields__"), "__signature__": _OfTwin("__signature__")}
    return type(cls.__name__, (base,), body)


class _Record:
    """The methods of all records."""

    # Annotations here would be among those of each record.
    __slots__ = ()
    __class_getitem__ = classmethod(type(list[int]))  # type: Any # as lists are: list[int]
    __match_args__ = ()  # type: tuple[str, ...]
    _defaults = {}  # type: dict[str, _Field] # noqa: RUF012 - each record has its own
    _types = {}  # type: dict[str, Any] # noqa: RUF012 - each record has its own

    def __init__(self, *values: object, **named: object) -> None:
        names, fill = self.__match_args__, object.__setattr__
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} takes {len(names)} values, and {len(values)} were given")
        for name, value in zip(names, values):  # noqa: B905 - the rest is named, or has a default
            if name in named:
                raise TypeError(f"{type(self).__name__} got several values for {name!r}")
            fill(self, name, value)
        for name in names[len(values) :]:
            if name in named:
                fill(self, name, named.pop(name))
            elif name in self._defaults:
                fill(self, name, self._defaults[name].fresh())
            else:
                raise TypeError(f"{type(self).__name__} needs {name!r}")
        if named:
            raise TypeError(f"{type(self).__name__} has no {next(iter(named))!r}")

    def __setattr__(self, name: str, _: object) -> None:
        from dataclasses import FrozenInstanceError  # noqa: PLC0415 - see above

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        from dataclasses import FrozenInstanceError  # noqa: PLC0415 - see above

        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__getstate__() == other.__getstate__()

    def __hash__(self) -> int:
        return hash(
            tuple(
                getattr(self, name)
                for name in self.__match_args__
                if name not in self._defaults or self._defaults[name].hash
            )
        )

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{n}={getattr(self, n)!r}' for n in self.__match_args__)})"

    def __getstate__(self) -> list[object]:
        return [getattr(self, name) for name in self.__match_args__]

    def __setstate__(self, state: list[object]) -> None:
        for name, value in zip(self.__match_args__, state):  # noqa: B905 - an older pickle has fewer
            object.__setattr__(self, name, value)

    def __replace__(self, /, **changes: object) -> _Record:
        values: dict[str, object] = dict(zip(self.__match_args__, self.__getstate__()))  # noqa: B905 - they are the same
        return type(self)(**values | changes)


class _OfTwin:
    """An attribute that is made only for who asks: that of a dataclass with the same fields."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type[_Record]) -> object:
        import dataclasses  # noqa: PLC0415 - see above
        import inspect  # noqa: PLC0415 - see above

        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for name in owner.__match_args__:
            annotation = owner._types[name]  # noqa: SLF001 - it is this module's own
            default = owner._defaults.get(name)  # noqa: SLF001 - it is this module's own
            if default is None:
                fields.append((name, annotation))
            elif default.default_factory is None:
                fields.append((name, annotation, dataclasses.field(default=default.default, hash=default.hash)))
            else:
                factory = dataclasses.field(default_factory=default.default_factory, hash=default.hash)
                fields.append((name, annotation, factory))
        twin = dataclasses.make_dataclass(owner.__name__, fields, frozen=True)
        made = {"__dataclass_fields__": vars(twin)["__dataclass_fields__"], "__signature__": inspect.signature(twin)}
        for name, value in made.items():
            setattr(owner, name, value)
        return made[self._name]
