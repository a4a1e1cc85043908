"""The exceptions of wasm2oci.

Every error of the library is a `Wasm2ociError`. Many also derive from the matching
built-in class, so that `except LookupError` or `except OSError` works::

    Wasm2ociError                       unclassified
    ├── InternalError                   a bug in wasm2oci
    ├── InvalidArgumentError            (ValueError) an invalid argument or option
    ├── InvalidReferenceError           (ValueError) refused before any request
    ├── UnsupportedError                the registry or the format cannot do this
    ├── OperationCancelledError         cancelled from another thread
    ├── OperationTimeoutError           (TimeoutError) a time limit passed
    ├── ClosedError                     (ValueError) the client or reader is closed
    ├── ForkError                       (RuntimeError) used in a forked child
    ├── NotFoundError                   (LookupError) repository, tag, manifest or blob
    ├── AlreadyExistsError              (FileExistsError) the output exists
    ├── AuthenticationError             401, or an unusable credential
    ├── PermissionDeniedError           (PermissionError) 403
    ├── RateLimitedError                429 for too long
    ├── RegistryError                   any other error response of the registry
    ├── NetworkError                    (ConnectionError) DNS, connect, reset, proxy
    ├── FilesystemError                 (OSError) a local file
    ├── TLSError                        an invalid certificate or a failed handshake
    ├── DigestMismatchError             the content does not match its digest
    ├── SizeExceededError               a size limit was exceeded
    ├── InvalidManifestError            the manifest is malformed
    ├── NotWasmError                    the content is not WebAssembly
    └── AmbiguousError                  several modules or platforms
"""

from __future__ import annotations

import os
from _collections_abc import Mapping  # that of collections.abc, whose package takes longer to load than this one

from wasm2oci import _parse
from wasm2oci import _types as types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "AlreadyExistsError",
    "AmbiguousError",
    "AuthenticationError",
    "ClosedError",
    "DigestMismatchError",
    "FilesystemError",
    "ForkError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidManifestError",
    "InvalidReferenceError",
    "NetworkError",
    "NotFoundError",
    "NotWasmError",
    "OperationCancelledError",
    "OperationTimeoutError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RegistryError",
    "SizeExceededError",
    "TLSError",
    "UnsupportedError",
    "Wasm2ociError",
]


class Wasm2ociError(Exception):
    """The base class of all errors of wasm2oci, and the class of errors that have no class of their own.

    Attributes:
        message: One line that describes the error and contains no secrets.
        status: The number of this kind of error in the C API.
        detail: Further information, in which every key is optional: `op`, `reference`,
            `http_status`, `registry_errors` (dicts with `code` and `message`), `path`,
            `candidates` and `causes` (lists of str), `errno`, `option` (the name of the option
            that is wrong, or that would help) and `template` (the message, for
            `str.format_map`, with the names of options as fields).
    """

    STATUS: types.ClassVar[int] = 1

    message: str
    status: int
    detail: dict[str, types.Any]

    def __init__(
        self, message: str, *, status: int | None = None, detail: Mapping[str, types.Any] | None = None
    ) -> None:
        """Makes an error; pass `status` for a number that has no class of its own."""
        super().__init__(message)
        self.message = message
        self.status = self.STATUS if status is None else status
        self.detail = dict(detail or {})
        if isinstance(self, OSError):
            _fill_oserror(self, self.detail)

    @property
    def reference(self) -> str | None:
        """The reference that the operation was given, or None."""
        reference = self.detail.get("reference")
        return reference if isinstance(reference, str) else None

    def __str__(self) -> str:
        """Returns the message."""
        return self.message

    def __reduce__(self) -> tuple[Callable[..., Wasm2ociError], tuple[Any, ...], dict[str, Any]]:
        """Pickles the error, notes and all; OSError's own way knows nothing of the detail."""
        return _restore, (type(self), self.message, self.status, self.detail), self.__dict__


class InternalError(Wasm2ociError):
    """A bug in wasm2oci."""

    STATUS: types.ClassVar[int] = 2


class InvalidArgumentError(Wasm2ociError, ValueError):
    """An argument or an option has an invalid value, or there is no such option."""

    STATUS: types.ClassVar[int] = 3


class InvalidReferenceError(Wasm2ociError, ValueError):
    """The reference is not valid; it was refused before any request."""

    STATUS: types.ClassVar[int] = 4


class UnsupportedError(Wasm2ociError):
    """The registry or the format cannot do this."""

    STATUS: types.ClassVar[int] = 5


class OperationCancelledError(Wasm2ociError):
    """The operation was cancelled from another thread, by closing its client or reader."""

    STATUS: types.ClassVar[int] = 6


class OperationTimeoutError(Wasm2ociError, TimeoutError):
    """The operation's deadline, the connect limit or the idle limit passed."""

    STATUS: types.ClassVar[int] = 7


class ClosedError(Wasm2ociError, ValueError):
    """The client or the reader is closed, or the interpreter is shutting down."""

    STATUS: types.ClassVar[int] = 8


class ForkError(Wasm2ociError, RuntimeError):
    """Something was used in a forked child that cannot be used there.

    Operations and readers belong to the process that started them; using one in a forked
    child raises this error. On Linux, everything else works there. On other systems nothing
    works in a child once the parent has used wasm2oci: use the `spawn` or `forkserver` start
    method of `multiprocessing`, or fork before the first use.
    """

    STATUS: types.ClassVar[int] = 9


class NotFoundError(Wasm2ociError, LookupError):
    """The repository, tag, manifest, blob or layout does not exist."""

    STATUS: types.ClassVar[int] = 10


class AlreadyExistsError(Wasm2ociError, FileExistsError):
    """The output exists and `overwrite` is False."""

    STATUS: types.ClassVar[int] = 11


class AuthenticationError(Wasm2ociError):
    """The registry did not accept the credentials (401), or a credential cannot be used."""

    STATUS: types.ClassVar[int] = 12


class PermissionDeniedError(Wasm2ociError, PermissionError):
    """The registry does not allow this (403)."""

    STATUS: types.ClassVar[int] = 13


class RateLimitedError(Wasm2ociError):
    """The registry kept responding with 429 until the retries were used up."""

    STATUS: types.ClassVar[int] = 14


class RegistryError(Wasm2ociError):
    """The registry responded with another error, such as 5xx to every retry."""

    STATUS: types.ClassVar[int] = 15


class NetworkError(Wasm2ociError, ConnectionError):
    """The registry or the proxy cannot be reached, or the connection broke."""

    STATUS: types.ClassVar[int] = 20


class FilesystemError(Wasm2ociError, OSError):
    """A local file cannot be read or written; `errno` and `filename` are set where known."""

    STATUS: types.ClassVar[int] = 21


class TLSError(Wasm2ociError):
    """The handshake failed, or a certificate, CA file or key file is invalid."""

    STATUS: types.ClassVar[int] = 22


class DigestMismatchError(Wasm2ociError):
    """The content does not match its digest or its size."""

    STATUS: types.ClassVar[int] = 30


class SizeExceededError(Wasm2ociError):
    """A size limit was exceeded."""

    STATUS: types.ClassVar[int] = 31


class InvalidManifestError(Wasm2ociError):
    """The manifest is malformed: it is not JSON, or not a manifest."""

    STATUS: types.ClassVar[int] = 32


class NotWasmError(Wasm2ociError):
    """The content is not WebAssembly; the message lists the media types that were found."""

    STATUS: types.ClassVar[int] = 33


class AmbiguousError(Wasm2ociError):
    """Several modules or platforms match; `detail["candidates"]` lists them."""

    STATUS: types.ClassVar[int] = 34


_CLASSES = {Wasm2ociError.STATUS: Wasm2ociError}
_CLASSES |= {cls.STATUS: cls for cls in Wasm2ociError.__subclasses__()}


def from_status(status: int, message: bytes, detail: bytes) -> Wasm2ociError:
    """Makes the exception for a failed call of the C API.

    Args:
        status: The number of the C API; an unknown one makes a plain `Wasm2ociError`.
        message: UTF-8 text.
        detail: A JSON object, or nothing.
    """
    try:
        members = _parse.document(detail) if detail else {}
    except ValueError:
        members = {}
    if not isinstance(members, dict):
        members = {}
    cls = _CLASSES.get(status, Wasm2ociError)
    return cls(message.decode("utf-8", "replace"), status=status, detail=members)


def _fill_oserror(error: OSError, detail: Mapping[str, Any]) -> None:
    errno = detail.get("errno")
    if isinstance(errno, int):
        error.errno = errno
        error.strerror = os.strerror(errno)
    path = detail.get("path")
    if isinstance(path, str):
        error.filename = path


def _restore(cls: type[Wasm2ociError], message: str, status: int, detail: dict[str, Any]) -> Wasm2ociError:
    return cls(message, status=status, detail=detail)
