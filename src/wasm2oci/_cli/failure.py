"""Errors as one line or one JSON document, and the exit code of each."""

from __future__ import annotations

from wasm2oci import errors
from wasm2oci._cli import help, streams  # noqa: A004 - as the option is called
from wasm2oci._cli.parser import Misuse, UsageError
from wasm2oci._cli.stop import Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from wasm2oci._cli.parser import Verb

DONE = 0
INTERNAL = 1
USAGE = 2
LOCAL_FILE = 11
STALE = 15  # 14 is kept for modules that nobody trusted has signed
TRAPPED = 134

MEANINGS = {
    DONE: "done",
    INTERNAL: "unclassified or internal error, or failures of several kinds",
    USAGE: "usage, invalid argument or reference",
    3: "not found",
    4: "not authenticated",
    5: "permission denied",
    6: "network",
    7: "TLS",
    8: "timeout",
    9: "wrong digest, size or manifest",
    10: "not WebAssembly, or ambiguous",
    LOCAL_FILE: "local file, or output exists",
    12: "refused by the registry: rate limit, 5xx, other",
    13: "unsupported by the registry or the format",
    STALE: "lock file out of date",
    130: "interrupted",
    TRAPPED: "run: the guest trapped; otherwise the code is the guest's",
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

HINTS: dict[type[BaseException], str] = {
    errors.AlreadyExistsError: "leave out --no-clobber to replace it",
    errors.InternalError: "run it again with --debug and report it",
}
"""Next steps that only the command line knows."""


class Spelling(dict[str, str]):
    """The library's options as they are written here, for `str.format_map`."""

    def __missing__(self, name: str) -> str:
        """Spells one that has the same name."""
        return f"--{name.replace('_', '-')}"


SPELLING = Spelling(
    {"plain_http=False": "--no-plain-http"},
    all_registries="--all",
    annotations="--annotation",
    allow_upload_hosts="--allow-upload-host",
    cache="--user-cache",
    cache_dir="--cache",
    identity_token="--identity-token-stdin",  # noqa: S106 - the name of an option
    password="--password-stdin",  # noqa: S106 - the name of an option
    token="--token-stdin",  # noqa: S106 - the name of an option
    overwrite="--no-clobber",
    path="-o",
    own_path="a path of its own, after a tab",  # what a list of references has
)


def spelled(message: str, detail: Mapping[str, Any]) -> str:
    """Returns what the library says with options as they are written here.

    Args:
        message: As it is for who calls the library.
        detail: Holds the same in `template`, with `{name}` for each option.
    """
    template = detail.get("template")
    try:
        return template.format_map(SPELLING) if template else message
    except (ValueError, AttributeError, LookupError):  # Marks that are not in order are the library's bug.
        return message


def report(error: BaseException, verb: Verb | None, *, as_json: bool, trace: bool) -> int:
    """Says on standard error what went wrong, and returns the exit code.

    Args:
        error: What went wrong.
        verb: What was asked for.
        as_json: Whether to say it as a JSON document.
        trace: Whether to show where in the code a bug is.
    """
    code = code_of(error)
    if as_json:
        import json  # noqa: PLC0415 - for --json alone

        document = {"error": members(error, verb), "exit_code": code}
        streams.say(json.dumps(document, default=str))
    elif isinstance(error, Stopped):
        streams.say(f"wasm2oci: {error}")
    else:
        if isinstance(error, UsageError):
            streams.say(help.usage(verb))
        streams.say(f"wasm2oci: error: {describe(error, verb)}")
    if trace and code == INTERNAL:
        import traceback  # noqa: PLC0415 - for bugs alone

        for line in "".join(traceback.format_exception(error)).splitlines():
            streams.say(line)
    return code


def code_of(error: BaseException) -> int:
    """Returns the exit code for an error, the library's or any other."""
    if isinstance(error, Stopped):
        return error.code
    if isinstance(error, Misuse):
        return error.code
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, errors.Wasm2ociError):
        return CODES.get(type(error), INTERNAL)
    return LOCAL_FILE if isinstance(error, OSError) else INTERNAL


def describe(error: BaseException, verb: Verb | None) -> str:
    """Returns what went wrong, and a next step where there is one."""
    if isinstance(error, UsageError):
        command = "wasm2oci" if verb is None else f"wasm2oci {verb.name}"
        return f"{error}; {error.step}" if error.step else f"{error}; see '{command} --help'"
    if isinstance(error, (Misuse, Stopped, ImportError)):  # The library says why it cannot be loaded here.
        return str(error)
    if isinstance(error, errors.Wasm2ociError):
        message = spelled(error.message, error.detail)
        operation = error.detail.get("op")
        begins = (f"{operation} ", f"{operation}: ")
        if verb is not None and operation and operation != verb.name and message.startswith(begins):
            # The step of the library that it took, which is not what was typed.
            message = verb.name + message[len(operation) :]
    elif isinstance(error, OSError):
        message = error.strerror or str(error)
        if error.filename is not None:
            message = f"{error.filename!r}: {message}"
    elif isinstance(error, MemoryError):
        message = "out of memory"
    else:
        message = f"internal error: {type(error).__name__}: {error}; {HINTS[errors.InternalError]}"
    hint = HINTS.get(type(error))
    return message if hint is None else f"{message}; {hint}"


def members(error: BaseException, verb: Verb | None) -> dict[str, Any]:
    """Returns what JSON says of an error: its status, its message and its detail."""
    detail: dict[str, Any] = {}
    if isinstance(error, errors.Wasm2ociError):
        detail = {name: value for name, value in error.detail.items() if name != "template"}
    elif isinstance(error, OSError):
        detail = {"errno": error.errno, "path": error.filename}
    elif isinstance(error, Misuse):
        detail = dict(error.detail)
    elif isinstance(error, UsageError):
        detail = {"usage": help.usage(verb)}
    known = {name: value for name, value in detail.items() if value is not None}
    return {"status": _status(error), "message": describe(error, verb), "detail": known}


def _status(error: BaseException) -> str:
    """Returns the C API's name for errors of this kind."""
    if isinstance(error, errors.Wasm2ociError):
        try:
            from wasm2oci._native import ext  # noqa: PLC0415 - most commands do well

            return ext.status_name(error.status)
        except ImportError:
            return "UNKNOWN"
    if isinstance(error, (Misuse, UsageError)):
        return "INVALID_ARGUMENT"
    if isinstance(error, OSError):
        return "FILESYSTEM"
    return "CANCELLED" if isinstance(error, Stopped) else "INTERNAL"
