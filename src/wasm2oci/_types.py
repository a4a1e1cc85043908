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
    from wasm2oci._aliases import Format as Format
    from wasm2oci._aliases import Kind as Kind
    from wasm2oci._aliases import PullItem as PullItem
    from wasm2oci._aliases import PushFormat as PushFormat
    from wasm2oci._aliases import PushItem as PushItem
    from wasm2oci._aliases import PushSource as PushSource
    from wasm2oci._aliases import Self as Self
    from wasm2oci._aliases import SupportsRead as SupportsRead
    from wasm2oci._async_client import AsyncClient as AsyncClient
    from wasm2oci._async_operation import AsyncOpenOperation as AsyncOpenOperation
    from wasm2oci._async_operation import AsyncOperation as AsyncOperation
    from wasm2oci._async_reader import AsyncReader as AsyncReader
    from wasm2oci._outcome import Failure as Failure
    from wasm2oci._outcome import Outcome as Outcome
    from wasm2oci._outcome import Success as Success
    from wasm2oci._reader import Reader as Reader

else:  # Checkers would take every name for one of these.
    _HOMES = {
        "AsyncClient": "wasm2oci._async_client",
        "AsyncGenerator": "collections.abc",
        "AsyncOpenOperation": "wasm2oci._async_operation",
        "AsyncOperation": "wasm2oci._async_operation",
        "AsyncReader": "wasm2oci._async_reader",
        "Any": "typing",
        "Buffer": "wasm2oci._aliases",
        "ClassVar": "typing",
        "Failure": "wasm2oci._outcome",
        "Format": "wasm2oci._aliases",
        "Kind": "wasm2oci._aliases",
        "Outcome": "wasm2oci._outcome",
        "Path": "pathlib",
        "PullItem": "wasm2oci._aliases",
        "PushFormat": "wasm2oci._aliases",
        "PushItem": "wasm2oci._aliases",
        "PushSource": "wasm2oci._aliases",
        "Reader": "wasm2oci._reader",
        "Self": "wasm2oci._aliases",
        "Success": "wasm2oci._outcome",
        "SupportsRead": "wasm2oci._aliases",
        "datetime": "datetime",
    }

    def __getattr__(name: str) -> object:
        """Loads the module that has the name."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - see above

        return getattr(import_module(_HOMES[name]), name)
