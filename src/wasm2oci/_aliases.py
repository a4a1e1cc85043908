"""Names for the types of arguments and results."""

from __future__ import annotations

import os
from abc import ABC
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from wasm2oci._arguments import StrPath
from wasm2oci._credentials import IdentityToken, Token
from wasm2oci._reference import Reference

__all__ = [
    "Buffer",
    "Credential",
    "Credentials",
    "Format",
    "Kind",
    "LinkMode",
    "PullItem",
    "PullPolicy",
    "PushFormat",
    "PushItem",
    "PushSource",
    "ReferenceLike",
    "Self",
    "SupportsRead",
]

if TYPE_CHECKING:
    from typing_extensions import Buffer, Self
else:
    try:
        from typing import Self
    except ImportError:  # Python 3.10
        Self = Any

    try:
        from collections.abc import Buffer
    except ImportError:  # Python 3.10 and 3.11

        class Buffer(ABC):  # noqa: B024 - as that of Python 3.12
            """An object with a buffer, such as `bytes`."""

        for _kind in (bytes, bytearray, memoryview):
            Buffer.register(_kind)

Kind = Literal["module", "component"]

LinkMode = Literal["copy", "hardlink"]

PullPolicy = Literal["always", "missing", "never"]

PushFormat = Literal["wasm", "wasm-to-oci", "compat", "image"]
"""The formats that can be written."""

Format = Literal[
    PushFormat, "proxy-wasm", "runwasi", "spin", "wasmcloud", "helm-plugin", "higress", "gadget", "generic"
]
"""The formats that are recognised."""


class SupportsRead(Protocol):
    """A binary file object, as far as a push needs one."""

    def read(self, size: int, /) -> bytes | None:
        """Reads up to `size` bytes."""


PushSource = str | os.PathLike[str] | Buffer | SupportsRead
Credential = tuple[str, str] | Token | IdentityToken
"""A user name and a password, or a token."""

Credentials = Mapping[str, Credential] | Callable[[str, str], Credential | Awaitable[Credential | None] | None]
"""Credentials by registry, or a function that takes a registry and a repository."""

ReferenceLike = str | Reference
"""What names an artifact."""

PullItem = ReferenceLike | tuple[ReferenceLike, StrPath | None]
PushItem = tuple[PushSource, ReferenceLike]
