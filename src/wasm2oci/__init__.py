"""Moves WebAssembly between files, memory, OCI registries and OCI layouts.

    import wasm2oci

    wasm2oci.push("hello.wasm", "ghcr.io/me/hello:v1")
    wasm2oci.pull("ghcr.io/me/hello:v1", "copy.wasm")

The functions here share one client that follows the environment; make a `Client` for
options of the connection, such as credentials, or an `AsyncClient` for asyncio. A
reference is `registry/repository[:tag][@digest]` or `oci:DIR[:tag][@digest]`.

Importing this package starts nothing: the native library is loaded by the first call.
"""

from wasm2oci._client import Client
from wasm2oci._models import Artifact, BatchProgress, Descriptor, Outcome, Progress, PullResult, PushResult
from wasm2oci._runtime import RuntimeInfo, configure_runtime, runtime_info
from wasm2oci._verbs import convert, fetch, inspect, open, pull, pull_many, push, push_many, resolve  # noqa: A004
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
    "AsyncClient",
    "AsyncOperation",
    "AsyncReader",
    "AuthenticationError",
    "BatchProgress",
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
    "Outcome",
    "PermissionDeniedError",
    "Progress",
    "PullResult",
    "PushResult",
    "RateLimitedError",
    "Reader",
    "RegistryError",
    "RuntimeInfo",
    "SizeExceededError",
    "TLSError",
    "UnsupportedError",
    "Wasm2ociError",
    "configure_runtime",
    "convert",
    "fetch",
    "inspect",
    "open",
    "pull",
    "pull_many",
    "push",
    "push_many",
    "resolve",
    "runtime_info",
]

# They need more of Python than a pull does.
_LATER = {
    "AsyncClient": "wasm2oci._async_client",
    "AsyncOperation": "wasm2oci._async_operation",
    "AsyncReader": "wasm2oci._async_reader",
    "Reader": "wasm2oci._reader",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._async_client import AsyncClient
    from wasm2oci._async_operation import AsyncOperation
    from wasm2oci._async_reader import AsyncReader
    from wasm2oci._reader import Reader

    __version__: str

else:  # Checkers would take every name for one of these.

    def __getattr__(name: str) -> object:
        """Looks for what costs more than the rest of the import when it is asked for."""
        if name in _LATER:
            from importlib import import_module  # noqa: PLC0415 - see above

            return getattr(import_module(_LATER[name]), name)
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415 - reads a file

            return version("wasm2oci")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
