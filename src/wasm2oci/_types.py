"""Types for annotations that are resolved at run time, loaded when somebody asks for them.

`typing`, `datetime` and `pathlib` each take longer to load than this whole package, and a
program that pulls a module needs none of them. So annotations say `types.Path`, where
`types` is this module: `typing.get_type_hints` finds it, and an import pays nothing.
"""

# ruff: noqa: PLC0414 - "X as X" marks what this module passes on

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator as AsyncGenerator
    from datetime import datetime as datetime
    from pathlib import Path as Path
    from typing import Any as Any
    from typing import ClassVar as ClassVar

    from wasm2oci._aliases import Buffer as Buffer
    from wasm2oci._aliases import Credential as Credential
    from wasm2oci._aliases import Credentials as Credentials
    from wasm2oci._aliases import Format as Format
    from wasm2oci._aliases import Kind as Kind
    from wasm2oci._aliases import LinkMode as LinkMode
    from wasm2oci._aliases import PullItem as PullItem
    from wasm2oci._aliases import PullPolicy as PullPolicy
    from wasm2oci._aliases import PushFormat as PushFormat
    from wasm2oci._aliases import PushItem as PushItem
    from wasm2oci._aliases import PushSource as PushSource
    from wasm2oci._aliases import ReferenceLike as ReferenceLike
    from wasm2oci._aliases import Self as Self
    from wasm2oci._aliases import SupportsRead as SupportsRead
    from wasm2oci._async_client import AsyncClient as AsyncClient
    from wasm2oci._async_operation import AsyncOpenOperation as AsyncOpenOperation
    from wasm2oci._async_operation import AsyncOperation as AsyncOperation
    from wasm2oci._async_reader import AsyncReader as AsyncReader
    from wasm2oci._binary import Child as Child
    from wasm2oci._binary import CustomSection as CustomSection
    from wasm2oci._binary import Export as Export
    from wasm2oci._binary import ExternKind as ExternKind
    from wasm2oci._binary import FuncType as FuncType
    from wasm2oci._binary import GlobalType as GlobalType
    from wasm2oci._binary import Import as Import
    from wasm2oci._binary import Limits as Limits
    from wasm2oci._binary import MemoryType as MemoryType
    from wasm2oci._binary import Metadata as Metadata
    from wasm2oci._binary import Producer as Producer
    from wasm2oci._binary import TableType as TableType
    from wasm2oci._binary import World as World
    from wasm2oci._cached import CachedModule as CachedModule
    from wasm2oci._credentials import IdentityToken as IdentityToken
    from wasm2oci._credentials import Token as Token
    from wasm2oci._lock import LockedModule as LockedModule
    from wasm2oci._locking import SyncedFile as SyncedFile
    from wasm2oci._outcome import Failure as Failure
    from wasm2oci._outcome import Outcome as Outcome
    from wasm2oci._outcome import Success as Success
    from wasm2oci._reader import Reader as Reader
    from wasm2oci._reference import Reference as Reference

else:  # Checkers would take every name for one of these.
    _HOMES = {
        "Any": "typing",
        "AsyncClient": "wasm2oci._async_client",
        "AsyncGenerator": "collections.abc",
        "AsyncOpenOperation": "wasm2oci._async_operation",
        "AsyncOperation": "wasm2oci._async_operation",
        "AsyncReader": "wasm2oci._async_reader",
        "Buffer": "wasm2oci._aliases",
        "CachedModule": "wasm2oci._cached",
        "Child": "wasm2oci._binary",
        "ClassVar": "typing",
        "Credential": "wasm2oci._aliases",
        "Credentials": "wasm2oci._aliases",
        "CustomSection": "wasm2oci._binary",
        "Export": "wasm2oci._binary",
        "ExternKind": "wasm2oci._binary",
        "Failure": "wasm2oci._outcome",
        "Format": "wasm2oci._aliases",
        "FuncType": "wasm2oci._binary",
        "GlobalType": "wasm2oci._binary",
        "IdentityToken": "wasm2oci._credentials",
        "Import": "wasm2oci._binary",
        "Kind": "wasm2oci._aliases",
        "Limits": "wasm2oci._binary",
        "LinkMode": "wasm2oci._aliases",
        "LockedModule": "wasm2oci._lock",
        "MemoryType": "wasm2oci._binary",
        "Metadata": "wasm2oci._binary",
        "Outcome": "wasm2oci._outcome",
        "Path": "pathlib",
        "Producer": "wasm2oci._binary",
        "PullItem": "wasm2oci._aliases",
        "PullPolicy": "wasm2oci._aliases",
        "PushFormat": "wasm2oci._aliases",
        "PushItem": "wasm2oci._aliases",
        "PushSource": "wasm2oci._aliases",
        "Reader": "wasm2oci._reader",
        "Reference": "wasm2oci._reference",
        "ReferenceLike": "wasm2oci._aliases",
        "Self": "wasm2oci._aliases",
        "Success": "wasm2oci._outcome",
        "SupportsRead": "wasm2oci._aliases",
        "SyncedFile": "wasm2oci._locking",
        "TableType": "wasm2oci._binary",
        "Token": "wasm2oci._credentials",
        "World": "wasm2oci._binary",
        "datetime": "datetime",
    }

    def __getattr__(name: str) -> object:
        """Loads the module that has the name."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - see above

        return getattr(import_module(_HOMES[name]), name)
