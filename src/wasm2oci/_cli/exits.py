"""How the process ends: one exit code for each group of errors."""

from __future__ import annotations

from wasm2oci import errors
from wasm2oci._cli.misuse import Misuse

DONE = 0
INTERNAL = 1
USAGE = 2
LOCAL_FILE = 11
CLOSED_PIPE = 141

MEANINGS = {
    DONE: "done",
    INTERNAL: "unclassified or internal error, or failures of several kinds",
    USAGE: "usage, bad argument or reference",
    3: "not found",
    4: "not authenticated",
    5: "permission denied",
    6: "network",
    7: "TLS",
    8: "timeout",
    9: "digest, size or manifest wrong",
    10: "not WebAssembly, or ambiguous",
    LOCAL_FILE: "local file, or output exists",
    12: "refused by the registry: rate limit, 5xx, other",
    13: "unsupported by the registry or the format",
    130: "interrupted",
    143: "terminated",
}
"""What each code means, for the help text. A closed pipe ends the command silently, as 128 + SIGPIPE."""

CODES: dict[type[errors.Wasm2ociError], int] = {
    errors.Wasm2ociError: INTERNAL,
    errors.InternalError: INTERNAL,
    errors.OperationCancelledError: INTERNAL,  # Signals have codes of their own; nothing else cancels.
    errors.ClosedError: INTERNAL,
    errors.ForkError: INTERNAL,
    errors.InvalidArgumentError: USAGE,
    errors.InvalidReferenceError: USAGE,
    errors.NotFoundError: 3,
    errors.AuthenticationError: 4,
    errors.PermissionDeniedError: 5,
    errors.NetworkError: 6,
    errors.TLSError: 7,
    errors.OperationTimeoutError: 8,
    errors.DigestMismatchError: 9,
    errors.SizeExceededError: 9,
    errors.InvalidManifestError: 9,
    errors.NotWasmError: 10,
    errors.AmbiguousError: 10,
    errors.FilesystemError: LOCAL_FILE,
    errors.AlreadyExistsError: LOCAL_FILE,
    errors.RateLimitedError: 12,
    errors.RegistryError: 12,
    errors.UnsupportedError: 13,
}


def code_of(error: Exception) -> int:
    """Returns the exit code for an error, the library's or any other."""
    if isinstance(error, Misuse):
        return USAGE
    if isinstance(error, errors.Wasm2ociError):
        return CODES.get(type(error), INTERNAL)
    return LOCAL_FILE if isinstance(error, OSError) else INTERNAL
