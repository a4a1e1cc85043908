"""The file system `oci-wasm://` of fsspec, which loads this module by the entry point `fsspec.specs`."""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import weakref
from typing import TYPE_CHECKING, Any

from fsspec import AbstractFileSystem

from wasm2oci._client import Client
from wasm2oci._reference import Reference
from wasm2oci.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WasmFileSystem"]


class WasmFileSystem(AbstractFileSystem):  # type: ignore[misc] # fsspec has no types
    """Shows the modules and components of registries, layouts and archives as files that can be read.

    A path is a reference, such as `registry.example/team/hello:v1`. Opening a file reads all of
    it and verifies it. Errors are those of wasm2oci, except that `FileNotFoundError` is raised
    for what does not exist.

    Args:
        storage_options: The options of `Client`, such as `cache_dir`, and those of fsspec.

    Example:
        >>> import fsspec
        >>> with fsspec.open("oci-wasm://registry.example/team/hello:v1") as file:  # doctest: +SKIP
        ...     module = file.read()
    """

    protocol = "oci-wasm"
    root_marker = ""

    def __init__(self, **storage_options: Any) -> None:  # noqa: ANN401 - a client checks them
        """Takes the options. Each process makes its client when it needs it."""
        own = {"asynchronous", "loop", "skip_instance_cache", "use_listings_cache", "listings_expiry_time", "max_paths"}
        super().__init__(**storage_options)
        self._options = {name: value for name, value in storage_options.items() if name not in own}

    @functools.cached_property
    def _client(self) -> Client:
        client = Client(**self._options)
        weakref.finalize(self, client.close)  # file systems are never closed
        return client

    def _open(self, path: str, mode: str = "rb", **_: Any) -> io.BytesIO:  # noqa: ANN401 - as fsspec calls it
        """Opens a module, after all of it has been read and verified."""
        if mode != "rb":
            raise OSError(errno.EROFS, "modules can only be read here; push them", path)
        return io.BytesIO(self.cat_file(path))

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:  # noqa: ANN401
        """Returns the content of a module, or a part of it."""
        name = self._strip_protocol(path)
        with _missing(name):
            return self._client.fetch(name)[start:end]

    def get_file(self, rpath: str, lpath: Any, **_: Any) -> None:  # noqa: ANN401 - paths and file objects
        """Pulls a module to a path, or writes it to a file object."""
        if hasattr(lpath, "write"):
            lpath.write(self.cat_file(rpath))
            return
        name = self._strip_protocol(rpath)
        with _missing(name):
            self._client.pull(name, lpath)

    def info(self, path: str, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Describes a module without reading all of it: `name`, `size` and `type`, as of any file, and its digests."""
        name = self._strip_protocol(path)
        with _missing(name), self._client.open(name) as found:
            return {
                "name": name,
                "size": found.file_size,
                "type": "file",
                "digest": found.descriptor.digest,
                "file_digest": found.file_digest,
                "format": found.format,
                "kind": found.kind,
            }

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: ANN401, FBT001, FBT002
        """Lists the tags of a repository, without sizes; a path with a tag or a digest lists only itself."""
        name = self._strip_protocol(path)
        reference = Reference.parse(name)
        if reference.digest or name.endswith(f":{reference.tag}"):
            found = [self.info(name)]
        else:
            with _missing(name):
                tags = list(self._client.tags(name))
            found = [{"name": f"{name}:{tag}", "size": None, "type": "file"} for tag in tags]
        return found if detail else [one["name"] for one in found]

    def ukey(self, path: str) -> str:
        """Returns the digest of what a path names now, so that caches of fsspec notice a change."""
        return str(self.info(path)["digest"])


@contextlib.contextmanager
def _missing(path: str) -> Iterator[None]:
    """Raises for what does not exist the error that fsspec and its users expect."""
    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, str(error), path) from error
