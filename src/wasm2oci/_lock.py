"""The lock file: which modules a list of references names, by their digests.

    {
      "modules": [{"digest": "sha256:…", "reference": "registry.example/team/hello:v1", …}],
      "schema_version": 1
    }

It is written sorted, so that the same modules give the same bytes. It is read with suspicion,
because people edit and merge it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from wasm2oci import _aliases as aliases
from wasm2oci import _arguments, _claims
from wasm2oci._native import ext
from wasm2oci.errors import FilesystemError, InvalidArgumentError, InvalidReferenceError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LockedModule"]

SCHEMA_VERSION = 1

SUFFIX = ".lock"
"""What the lock of a list is called, after the list."""

MOST = 64 << 20
"""Bytes of a lock at most."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_MOST_BYTES = 2**63 - 1

Key = tuple[str, str | None]
"""What a list says of a module: its reference, and its path."""


@dataclass(frozen=True, slots=True)
class LockedModule:
    """A module in a lock file.

    Attributes:
        reference: The reference, as in the list.
        path: The path of its file in the directory, as in the list; None means the default name.
        digest: The digest of the manifest.
        index_digest: The digest of the index that the manifest was chosen from, or None.
        layer_digest: The digest of the layer that holds the module.
        member: The path of the module in a tar layer, or None.
        file_digest: The digest of the module itself.
        file_size: The size of the module in bytes.
        format: How the artifact is laid out, such as `wasm`.
        kind: `module` or `component`; None for content that is not WebAssembly.
    """

    reference: str
    path: str | None
    digest: str
    index_digest: str | None
    layer_digest: str
    member: str | None
    file_digest: str
    file_size: int
    format: aliases.Format
    kind: aliases.Kind | None


def key(module: LockedModule) -> Key:
    """Returns what a list says about a module."""
    return module.reference, module.path


_DIGESTS = ("digest", "layer_digest", "file_digest", "index_digest")
_TEXTS = ("reference", "format", "kind", "path", "member")
_OPTIONAL = {"path", "index_digest", "member", "kind"}
_MEMBERS = {*_DIGESTS, *_TEXTS, "file_size"}


def target(reference: str, path: str | None) -> str:
    """Returns the file of a module, relative to the directory that all are in.

    Raises:
        InvalidReferenceError: The reference is not valid.
        InvalidArgumentError: The path leads out of the directory.
    """
    name = "" if path is None else path.replace("\\", "/") if os.name == "nt" else path
    default = os.fsdecode(ext.default_name(_arguments.reference(reference)))
    parts = name.split("/")
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise InvalidArgumentError(
            f'{_claims.quoted(reference)}: its file "{name[:100].encode("ascii", "backslashreplace").decode()}" is not '
            "valid Unicode; give it another path",
            detail={"reference": reference},
        ) from None
    if "\0" in name or name.startswith("/") or ".." in parts or (os.name == "nt" and ":" in name):
        raise InvalidArgumentError(
            f"{_claims.quoted(reference)}: its file {_claims.quoted(name)} is not in the directory; give it a path "
            "without .. and without a slash at the beginning",
            detail={"reference": reference, "path": name},
        )
    parts = [part for part in parts if part not in {"", "."}]
    whole = bool(parts) and not name.endswith(("/", "/."))
    return "/".join(parts if whole else [*parts, default])


def targets(keys: Iterable[Key]) -> Iterator[tuple[Key, str]]:
    """Returns what a list says of each module, with its file.

    Raises:
        InvalidReferenceError: A reference is not valid.
        InvalidArgumentError: A path leads out of the directory, or two modules cannot both have their files.
    """
    claims: _claims.Claims[str] = _claims.Claims()
    for reference, path in keys:
        file = target(reference, path)
        wanted = _claims.Claim(reference, file)
        found = claims.claim(os.path.normcase(file).replace("\\", "/").split("/"), wanted)
        if found is not None:
            other, same = found
            fact = _claims.fact(wanted, other, same=same)
            raise InvalidArgumentError(
                f"{fact}a path of its own",
                detail={
                    "reference": reference,
                    "path": file,
                    "template": fact.replace("{", "{{").replace("}", "}}") + "{own_path}",
                },
            )
        yield (reference, path), file


def read(path: str) -> tuple[LockedModule, ...]:
    """Reads a lock file.

    Raises:
        FilesystemError: It cannot be read.
        InvalidArgumentError: It is not a lock file, or it is damaged.
        InvalidReferenceError: A reference in it is not valid.
        UnsupportedError: It was written by a newer version.
    """
    document = _document(path, _content(path))
    if not isinstance(document, dict):
        raise _broken(path, "is not a JSON object")
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        raise _broken(path, "has no schema_version that is a whole number above 0")
    if version > SCHEMA_VERSION:
        raise UnsupportedError(
            f"the lock {_claims.quoted(path)} has the schema version {version}, and this version of wasm2oci knows "
            f"{SCHEMA_VERSION}; use a newer wasm2oci",
            detail={"path": path},
        )
    _check_names(path, "", document, {"schema_version", "modules"}, set())
    modules = document["modules"]
    if not isinstance(modules, list):
        raise _broken(path, "has modules that are not a list")
    found = tuple(_module(path, number, module) for number, module in enumerate(modules, start=1))
    try:
        for _ in targets(map(key, found)):
            pass
    except InvalidReferenceError as error:
        raise InvalidReferenceError(f"the lock {_claims.quoted(path)}: {error.message}", detail=error.detail) from None
    except InvalidArgumentError as error:
        raise InvalidArgumentError(
            f"the lock {_claims.quoted(path)}: {error.message}", detail={**error.detail, "template": None}
        ) from None
    return found


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - its name may be any bytes
            raw = file.read(MOST + 1)
    except OSError as error:
        raise unusable("read", path, error) from None
    if len(raw) > MOST:
        raise _broken(path, f"is larger than {MOST} bytes")
    return raw


def _document(path: str, raw: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise ValueError(f"has the member {_claims.quoted(name)} twice in one object")
            found[name] = value
        return found

    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")  # which some editors begin a file with
    except UnicodeDecodeError:
        raise _broken(path, "is not UTF-8") from None
    try:
        # None of ours has 20 digits, and Python reads no more than some thousand.
        return json.loads(text, object_pairs_hook=members, parse_int=lambda digits: int(digits[:20]))
    except json.JSONDecodeError as error:
        if not path.endswith(SUFFIX) and not text.lstrip().startswith(("{", "[")):
            raise InvalidArgumentError(
                f"{_claims.quoted(path)} is not a lock; if it is a list, lock it, and name its lock "
                f"{_claims.quoted(path + SUFFIX)}",
                detail={"path": path},
            ) from None
        raise _broken(path, f"is not JSON: {error.msg.lower()} in line {error.lineno}") from None
    except RecursionError:
        raise _broken(path, "is not JSON of its kind: it is nested too deeply") from None
    except ValueError as error:
        raise _broken(path, str(error)) from None


def _module(path: str, number: int, module: object) -> LockedModule:
    what = f"module {number} "
    if not isinstance(module, dict):
        raise _broken(path, f"has a {what}that is not a JSON object")
    if isinstance(module.get("reference"), str):
        what = f"{what.rstrip()}, {_claims.quoted(module['reference'])}, "
    _check_names(path, what, module, _MEMBERS, _OPTIONAL)
    values: dict[str, Any] = dict.fromkeys(_OPTIONAL) | module
    for name in (*_DIGESTS, *_TEXTS):
        value = values[name]
        if not (isinstance(value, str) and value) and not (value is None and name in _OPTIONAL):
            raise _broken(path, f"{what}has a {name} that is not a text")
    for name in _DIGESTS:
        if values[name] is not None and not _DIGEST.fullmatch(values[name]):
            raise _broken(path, f"{what}has the {name} {_claims.quoted(values[name])}, which is not a digest")
    _, at, pinned = values["reference"].rpartition("@")
    if at and _DIGEST.fullmatch(pinned) and pinned not in {values["digest"], values["index_digest"]}:
        raise _broken(path, f"{what}has the digest {values['digest']}, not that of its reference")
    size = values["file_size"]
    if type(size) is not int or not 0 <= size <= _MOST_BYTES:
        raise _broken(path, f"{what}has a file_size that is not a number of bytes")
    return LockedModule(**values)


def _check_names(path: str, what: str, found: dict[str, Any], known: set[str], optional: set[str]) -> None:
    missing = sorted(known - optional - found.keys())
    if missing:
        raise _broken(path, f"{what}has no {missing[0]}")
    surplus = sorted(found.keys() - known)
    if surplus:
        raise _broken(path, f"{what}has a member {_claims.quoted(surplus[0])} that is not known")


def write(path: str, modules: Iterable[LockedModule]) -> bool:
    """Writes a lock file, as a whole or not at all; returns False if it already has this content.

    Raises:
        FilesystemError: It cannot be written.
    """
    content = encoded(modules)
    if len(content) > MOST:
        raise _broken(path, f"would be larger than {MOST} bytes")
    with contextlib.suppress(FilesystemError):
        if _content(path) == content:
            return False
    # Beside the file, under a name that nobody has.
    temporary = os.path.join(os.path.dirname(path), f".wasm2oci-{secrets.token_hex(8)}{SUFFIX}")  # noqa: PTH118, PTH120
    try:
        try:
            # So that the umask holds for it, as for any new file.
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:  # noqa: PTH123
                file.write(content)
                file.flush()
                with contextlib.suppress(OSError):  # on mounts that cannot
                    os.fsync(file.fileno())
            with contextlib.suppress(OSError):
                os.chmod(temporary, os.stat(path).st_mode & 0o7777)  # noqa: PTH101, PTH116
            os.replace(temporary, path)  # noqa: PTH105
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise
    except OSError as error:
        raise unusable("write", path, error) from None
    return True


def encoded(modules: Iterable[LockedModule]) -> bytes:
    """Returns the content of a lock file."""
    members = [
        {name: value for name, value in asdict(module).items() if value is not None}
        for module in sorted(modules, key=lambda module: (module.reference, module.path or ""))
    ]
    document = {"modules": members, "schema_version": SCHEMA_VERSION}
    try:
        return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # Paths that are not UTF-8, which become escapes.
        return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def unusable(doing: str, path: str, error: OSError) -> FilesystemError:
    """Makes the error for a file that the system does not let us use."""
    return FilesystemError(
        f"cannot {doing} {_claims.quoted(path)}: {error.strerror}", detail={"errno": error.errno, "path": path}
    )


def _broken(path: str, words: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"the lock {_claims.quoted(path)} {words}; restore it, or remove it and lock again", detail={"path": path}
    )
