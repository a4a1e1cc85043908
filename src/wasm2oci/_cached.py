"""A module in the cache of a client."""

from __future__ import annotations

import os
from pathlib import Path

from wasm2oci import _types as types  # noqa: TC001 - annotations are resolved at run time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from wasm2oci._handle import Handle

__all__ = ["CachedModule"]


class CachedModule(os.PathLike[str]):
    """A module or component in the cache of a client, held there until it is closed.

    Returned by `cached`. It is a context manager and a path-like object. If you drop it without
    closing it, the module is released as well.

    Attributes:
        path: The file, which can be mapped into memory and must not be written to.
        reference: The normalised reference, with its tag or digest.
        digest: The digest of the manifest.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`.
        file_digest: The digest of the file.
        file_size: The size of the file in bytes.
        source: Where it was read from: `cache` if nothing was read from elsewhere, `mirror` if nothing was read
            from the registry itself, else `registry`.
        mirror: The repository of the mirror that was read from, if `source` is `mirror`.
        age: How many seconds ago the registry said what the tag names; None if it was asked now.
    """

    def __init__(self, result: dict[str, Any], path: str, held: Handle) -> None:
        """Takes over what holds the file."""
        self.path = Path(path)
        self.reference: str = result["reference"]
        self.digest: str = result["digest"]
        self.format: types.Format = result["format"]
        self.kind: types.Kind | None = result.get("kind")
        self.file_digest: str = result["file_digest"]
        self.file_size: int = result["file_size"]
        self.source: str | None = result.get("source")
        self.mirror: str | None = result.get("mirror")
        self.age: int | None = result.get("age")
        self._held = held

    def close(self) -> None:
        """Releases the module; its file may be removed afterwards. Further calls do nothing."""
        self._held.close()

    def __fspath__(self) -> str:
        """Returns the path."""
        return str(self.path)

    def __enter__(self) -> types.Self:
        """Returns the module."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    def __repr__(self) -> str:
        """Shows the path and the reference."""
        return f"<wasm2oci.CachedModule {str(self.path)!r}, {self.reference}>"

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled: what holds the file belongs to this process."""
        raise TypeError("a cached module cannot be copied or pickled; pickle its path, or ask for another one")
