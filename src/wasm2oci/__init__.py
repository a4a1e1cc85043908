"""Moves WebAssembly between files, memory, OCI registries and OCI layouts.

To begin::

    import wasm2oci

    wasm2oci.push("hello.wasm", "ghcr.io/me/hello:v1")
    wasm2oci.pull("ghcr.io/me/hello:v1", "copy.wasm")

The functions are methods of one client that they share, which follows the environment.
Make a `Client` of your own to set options of the connection, such as credentials, or an
`AsyncClient` for asyncio. A reference is `registry/repository[:tag][@digest]`,
`oci:DIR[:tag][@digest]` for an OCI layout, or `oci-archive:FILE[:tag][@digest]` for a layout
in a tar; it is given as text or as a parsed `Reference`.

Importing this package starts nothing: the first call loads the native library.
"""

from wasm2oci import _types
from wasm2oci._arguments import StrPath
from wasm2oci._client import Client
from wasm2oci._default import shared as _shared
from wasm2oci._models import (
    Artifact,
    AttachResult,
    BatchProgress,
    CachedArtifact,
    CacheResult,
    CopyResult,
    DeleteResult,
    Descriptor,
    LoginResult,
    Progress,
    PullResult,
    PushResult,
)
from wasm2oci._operation import BatchCallback, ProgressCallback
from wasm2oci._runtime import RuntimeInfo, configure_runtime, runtime_info
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
    "AsyncOpenOperation",
    "AsyncOperation",
    "AsyncReader",
    "AttachResult",
    "AuthenticationError",
    "BatchCallback",
    "BatchProgress",
    "Buffer",
    "CacheResult",
    "CachedArtifact",
    "CachedModule",
    "Child",
    "Client",
    "ClosedError",
    "CopyResult",
    "Credential",
    "Credentials",
    "CustomSection",
    "DeleteResult",
    "Descriptor",
    "DigestMismatchError",
    "Export",
    "ExternKind",
    "Failure",
    "FilesystemError",
    "ForkError",
    "Format",
    "FuncType",
    "GlobalType",
    "IdentityToken",
    "Import",
    "InternalError",
    "InvalidArgumentError",
    "InvalidManifestError",
    "InvalidReferenceError",
    "Kind",
    "Limits",
    "LinkMode",
    "LockedModule",
    "LoginResult",
    "MemoryType",
    "Metadata",
    "NetworkError",
    "NotFoundError",
    "NotWasmError",
    "OperationCancelledError",
    "OperationTimeoutError",
    "Outcome",
    "PermissionDeniedError",
    "Producer",
    "Progress",
    "ProgressCallback",
    "PullItem",
    "PullPolicy",
    "PullResult",
    "PushFormat",
    "PushItem",
    "PushResult",
    "PushSource",
    "RateLimitedError",
    "Reader",
    "Reference",
    "ReferenceLike",
    "RegistryError",
    "RuntimeInfo",
    "SizeExceededError",
    "StrPath",
    "Success",
    "SupportsRead",
    "SyncedFile",
    "TLSError",
    "TableType",
    "Token",
    "UnsupportedError",
    "Wasm2ociError",
    "World",
    "attach",
    "cache",
    "cached",
    "configure_runtime",
    "convert",
    "copy",
    "copy_many",
    "delete",
    "fetch",
    "inspect",
    "lock",
    "login",
    "logout",
    "open",
    "pull",
    "pull_many",
    "push",
    "push_many",
    "referrers",
    "resolve",
    "runtime_info",
    "sync",
    "tag",
    "tags",
    "untag",
]

push = _shared.push
pull = _shared.pull
convert = _shared.convert
copy = _shared.copy
fetch = _shared.fetch
open = _shared.open  # noqa: A001 - the word that every layer uses
cache = _shared.cache
cached = _shared.cached
resolve = _shared.resolve
tag = _shared.tag
tags = _shared.tags
untag = _shared.untag
login = _shared.login
logout = _shared.logout
delete = _shared.delete
attach = _shared.attach
referrers = _shared.referrers
inspect = _shared.inspect
pull_many = _shared.pull_many
push_many = _shared.push_many
copy_many = _shared.copy_many
lock = _shared.lock
sync = _shared.sync

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._types import (
        AsyncClient,
        AsyncOpenOperation,
        AsyncOperation,
        AsyncReader,
        Buffer,
        CachedModule,
        Child,
        Credential,
        Credentials,
        CustomSection,
        Export,
        ExternKind,
        Failure,
        Format,
        FuncType,
        GlobalType,
        IdentityToken,
        Import,
        Kind,
        Limits,
        LinkMode,
        LockedModule,
        MemoryType,
        Metadata,
        Outcome,
        Producer,
        PullItem,
        PullPolicy,
        PushFormat,
        PushItem,
        PushSource,
        Reader,
        Reference,
        ReferenceLike,
        Success,
        SupportsRead,
        SyncedFile,
        TableType,
        Token,
        World,
    )

    __version__: str

else:  # Checkers would take every name for one of these.

    def __getattr__(name: str) -> object:
        """Loads what needs more of Python than a pull does when it is asked for."""
        if name in __all__:
            return getattr(_types, name)
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415 - reads a file

            return version("wasm2oci")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Lists these as well."""
        return sorted({*globals(), *__all__, "__version__"})


del TYPE_CHECKING
