"""What `inspect` returns of a binary: the dictionaries that the JSON parser makes, described for type checkers.

The names are those of the structs in `go/internal/wasm`. Loading this imports `typing`, so it
is loaded only when one of them is asked for.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from wasm2oci._aliases import Kind  # noqa: TC001 - part of an annotation that is resolved at run time

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from typing import TypedDict
else:
    try:  # pydantic accepts no other before Python 3.12, and brings it along.
        from typing_extensions import TypedDict
    except ImportError:
        from typing import TypedDict

__all__ = [
    "Child",
    "CustomSection",
    "Export",
    "ExternKind",
    "FuncType",
    "GlobalType",
    "Import",
    "Limits",
    "MemoryType",
    "Metadata",
    "Producer",
    "TableType",
    "World",
]

ExternKind = Literal[
    "func", "table", "memory", "global", "tag", "core module", "value", "type", "component", "instance"
]


class FuncType(TypedDict):
    """The signature of a function, or what a tag carries.

    Attributes:
        params: The types of its parameters, such as `i32` or `(ref null 5)`.
        results: The types of its results.
    """

    params: list[str]
    results: list[str]


class _Limits(TypedDict):
    min: int
    shared: bool
    index64: bool


class Limits(_Limits, total=False):
    """How large a table or a memory is.

    Attributes:
        min: Its size at first: elements of a table, pages of a memory.
        max: The size up to which it can grow; absent if there is no limit.
        shared: Whether several threads may use it.
        index64: Whether its addresses have 64 bits.
    """

    max: int


class TableType(Limits):
    """The type of a table.

    Attributes:
        min: The number of its elements at first.
        max: The number up to which it can grow; absent if there is no limit.
        shared: Whether several threads may use it.
        index64: Whether its addresses have 64 bits.
        element: The type of its elements, such as `funcref`.
    """

    element: str


class MemoryType(Limits):
    """The type of a memory.

    Attributes:
        min: The number of its pages at first.
        max: The number up to which it can grow; absent if there is no limit.
        shared: Whether several threads may use it.
        index64: Whether its addresses have 64 bits.
        page_size: The size of a page in bytes, nearly always 65536.
    """

    page_size: int


class GlobalType(TypedDict):
    """The type of a global.

    Attributes:
        value: The type of its value, such as `i32`.
        mutable: Whether it can be changed.
        shared: Whether several threads may use it.
    """

    value: str
    mutable: bool
    shared: bool


class _Extern(TypedDict):
    name: str
    kind: ExternKind


# Not as a class, since one of its names is a keyword.
_Type = TypedDict(
    "_Type",
    {"func": FuncType, "table": TableType, "memory": MemoryType, "global": GlobalType, "tag": FuncType},
    total=False,
)


class _NameOptions(TypedDict, total=False):
    implements: str
    version_suffix: str
    external_id: str


class Export(_Extern, _Type, _NameOptions):
    """What a binary exports.

    Attributes:
        name: Its name.
        kind: What it is; in a core module also the name of the member that has its type.
        func: The signature of a core module's function.
        table: The type of a table.
        memory: The type of a memory.
        global: The type of a global.
        tag: What a tag carries.
        implements: The interface of a component's instance of another name.
        version_suffix: What completes a shortened version in the name.
        external_id: What it is called elsewhere.
    """


class Import(_Extern, _Type, _NameOptions, total=False):
    """What a binary imports.

    Attributes:
        module: The first half of the name in a core module, where it may be `""`; absent in a component.
        name: The second half, or the whole name in a component, such as `wasi:http/types@0.2.0`.
        kind: What it is; in a core module also the name of the member that has its type.
        func: The signature of a core module's function.
        table: The type of a table.
        memory: The type of a memory.
        global: The type of a global.
        tag: What a tag carries.
        implements: The interface of a component's instance of another name.
        version_suffix: What completes a shortened version in the name.
        external_id: What it is called elsewhere.
    """

    module: str


class Producer(TypedDict):
    """A language, a tool or an SDK that a binary was made with.

    Attributes:
        name: Its name.
        version: Its version; `""` for most languages.
    """

    name: str
    version: str


class Metadata(TypedDict, total=False):
    """What the metadata sections of a binary say. Each member is absent if there is no such section.

    Attributes:
        authors: Who wrote it.
        description: What it does.
        homepage: The URL of the project.
        licenses: An SPDX licence expression.
        revision: The revision of the source code.
        source: The URL of the source code.
        version: The version of the binary.
    """

    authors: str
    description: str
    homepage: str
    licenses: str
    revision: str
    source: str
    version: str


class World(TypedDict):
    """A component as seen from outside, as the config of an artifact lists it.

    Attributes:
        imports: The names of imported instances, functions and types.
        exports: The names of exported instances and functions; of a WIT package its interfaces, its worlds and
            what these export.
        wit_package: Whether the component carries interface definitions only.
    """

    imports: list[str]
    exports: list[str]
    wit_package: bool


class CustomSection(TypedDict):
    """A custom section.

    Attributes:
        name: Its name.
        size: The size of its content in bytes, without the name.
    """

    name: str
    size: int


class _Child(TypedDict):
    kind: Kind
    offset: int
    size: int
    producers: dict[str, list[Producer]]
    metadata: Metadata


class Child(_Child, total=False):
    """A core module or a component inside a component.

    Attributes:
        kind: `module` or `component`.
        name: What it calls itself; absent if it has no name.
        offset: Where it begins in the binary, in bytes.
        size: Its size in bytes.
        producers: The tools that made it, by field, such as `language` or `processed-by`.
        metadata: What its metadata sections say.
        children: What is inside it; absent if there is nothing.
    """

    name: str
    children: list[Child]
