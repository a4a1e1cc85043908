"""Moves WebAssembly between files, memory, OCI registries and OCI layouts.

    import wasm2oci

    wasm2oci.push("hello.wasm", "ghcr.io/me/hello:v1")
    wasm2oci.pull("ghcr.io/me/hello:v1", "copy.wasm")

The functions here share one client that follows the environment; make a `Client` for
options of the connection, such as credentials. A reference is
`registry/repository[:tag][@digest]` or `oci:DIR[:tag][@digest]`.

Importing this package starts nothing: the native library is loaded by the first call.
"""

from wasm2oci._client import Client
from wasm2oci._models import Artifact, Descriptor, Progress, PullResult, PushResult
from wasm2oci._reader import Reader
from wasm2oci._verbs import convert, fetch, inspect, open, pull, push, resolve  # noqa: A004
from wasm2oci.errors import (
    AlreadyExistsError,
    AmbiguousError,
    AuthenticationError,
    ClosedError,
    DigestMismatchError,
    FilesystemError,
    ForkError,
    InternalError,
    InvalidArgumentError,
    InvalidManifestError,
    InvalidReferenceError,
    NetworkError,
    NotFoundError,
    NotWasmError,
    OperationCancelledError,
    OperationTimeoutError,
    PermissionDeniedError,
    RateLimitedError,
    RegistryError,
    SizeExceededError,
    TLSError,
    UnsupportedError,
    Wasm2ociError,
)

__all__ = [
    "AlreadyExistsError",
    "AmbiguousError",
    "Artifact",
    "AuthenticationError",
    "Client",
    "ClosedError",
    "Descriptor",
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
    "Progress",
    "PullResult",
    "PushResult",
    "RateLimitedError",
    "Reader",
    "RegistryError",
    "SizeExceededError",
    "TLSError",
    "UnsupportedError",
    "Wasm2ociError",
    "convert",
    "fetch",
    "inspect",
    "open",
    "pull",
    "push",
    "resolve",
]


def __getattr__(name: str) -> str:
    """Looks the version up when it is asked for, since that reads a file."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - costs more than the rest of the import

        return version("wasm2oci")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
