"""What `lock` and `sync` do, as calls that the sync and the async client make.

Each is a plan. It is made from the arguments, without a request; it has calls for its items, as a
batch has; and it takes their outcomes at the end.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from wasm2oci import _arguments, _batch, _calls, _listing, _lock
from wasm2oci._lock import LockedModule
from wasm2oci._outcome import Failure, Success
from wasm2oci._reference import Reference
from wasm2oci.errors import (
    AlreadyExistsError,
    DigestMismatchError,
    FilesystemError,
    InvalidArgumentError,
    Wasm2ociError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wasm2oci._calls import Call
    from wasm2oci._models import PullResult
    from wasm2oci._operation import BatchCallback, Operation
    from wasm2oci._outcome import Outcome

__all__ = ["PLANS", "SyncedFile"]

Result = TypeVar("Result")

_CHUNK = 1 << 20


class Locking:
    """What `lock` does.

    Args:
        items: What to lock, or the path of a list of it.
        path: The lock file.
        update: Whether to look up again what is already locked; or the names of what to look up.
        concurrency: How many items are looked up at a time.
        selection: Which module of each artifact is meant, and other options of `open`.

    Attributes:
        path: The lock file.
        old: What it holds; empty if there is no file.
        new: What it is going to hold, as far as that is known.
        asked: The items that have to be looked up.
        known: Empty, because each of these items needs a call.
    """

    def __init__(
        self,
        *,
        items: object,
        path: object,
        update: object,
        concurrency: object,
        **selection: Any,  # noqa: ANN401 - checked later
    ) -> None:
        """Reads the list and the lock, and compares them."""
        keys, self.path = _listed(items, path)
        self._concurrency = concurrency
        self._selection = selection
        self.known: list[Outcome[LockedModule]] = []
        self._keys = keys = [one for one, _ in _lock.targets(keys)]
        self.old = {_lock.key(one): one for one in _lock.read(self.path)} if os.path.lexists(self.path) else {}
        renewed = _renewed(keys, update)
        self.new = {one: self.old[one] for one in keys if one in self.old and one not in renewed}
        self.asked = [one for one in keys if one not in self.new]

    def batch(self, progress: BatchCallback | None) -> _batch.Batch[LockedModule]:
        """Returns the calls."""
        return _batch.Batch(
            self.call, progress, items=self.asked, concurrency=self._concurrency, operands=_whole, **self._selection
        )

    def call(self, item: _lock.Key, **selection: object) -> Call[LockedModule]:
        """Looks up an item. Only as much of the module is read as that takes."""
        reference, path = item
        opened = _calls.open(reference, **selection)

        def finish(operation: Operation) -> LockedModule:
            found = opened.finish(operation)
            return LockedModule(
                reference=reference,
                path=path,
                digest=found["digest"],
                index_digest=found.get("index_digest"),
                layer_digest=found["layer"]["digest"],
                member=found.get("member"),
                file_digest=found["file_digest"],
                file_size=found["file_size"],
                format=found["format"],
                kind=found.get("kind"),
            )

        return _calls.Call(opened.start, finish, references=opened.references)

    def take(self, outcomes: Iterable[Outcome[LockedModule]]) -> None:
        """Takes the items that were looked up.

        Raises:
            Exception: The error of the first item that failed.
        """
        for outcome in sorted(outcomes, key=_index):
            module = _unwrapped(outcome, "lock")
            self.new[_lock.key(module)] = module

    def changes(self) -> Changes:
        """Compares the lock as it is with what it is going to be."""
        listed = {*self._keys}
        return Changes(
            added=[one for one in self.asked if one not in self.old],
            removed=[one for one in self.old if one not in listed],
            changed=[
                (self.old[one], module) for one, module in self.new.items() if self.old.get(one, module) != module
            ],
        )

    def finish(self, outcomes: Iterable[Outcome[LockedModule]]) -> list[LockedModule]:
        """Writes the lock, if all went well."""
        self.take(outcomes)
        _lock.write(self.path, self.new.values())
        return sorted(self.new.values(), key=lambda module: (module.reference, module.path or ""))


@dataclass(frozen=True)
class Changes:
    """How a lock differs from what it is going to be.

    Attributes:
        added: What is new, as the list spells it.
        removed: What is no longer in the list.
        changed: What a reference named before, and what it names now.
    """

    added: list[_lock.Key]
    removed: list[_lock.Key]
    changed: list[tuple[LockedModule, LockedModule]]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.added or self.removed or self.changed)


def _listed(items: object, path: object) -> tuple[list[_lock.Key], str]:
    """Returns what is to be locked, and the lock file."""
    own = None if path is None else os.fsdecode(_arguments.path("path", path))
    if isinstance(items, (str, os.PathLike)):
        name = os.fsdecode(_arguments.path("items", items))
        lines = _listing.lines(_read(name), name, Reference.parse)
        return [(reference, file or None) for _, reference, file in lines], own or (name + _lock.SUFFIX)
    if own is None:
        raise TypeError("path must be given where items are not the path of a list")
    return [_key(item) for item in items], own  # type: ignore[attr-defined] # a TypeError says so


def _read(name: str) -> bytes:
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - its name may be any bytes
            raw = file.read(_listing.MOST + 1)
    except OSError as error:
        raise _lock.unusable("read", name, error) from None
    if len(raw) > _listing.MOST:
        raise InvalidArgumentError(f'the list "{name}" is larger than {_listing.MOST} bytes', detail={"path": name})
    return raw


def _key(item: object) -> _lock.Key:
    reference, path = _batch.pull_item(item)
    own = None if path is None else os.fsdecode(_arguments.path("path of an item", path))
    return os.fsdecode(_arguments.reference(reference)), own or None


def _renewed(keys: list[_lock.Key], update: object) -> set[_lock.Key]:
    """Returns the items that are to be looked up again.

    Raises:
        InvalidArgumentError: One of the names belongs to no item.
    """
    if isinstance(update, bool):
        return set(keys) if update else set()
    names = set(_arguments.string_list("update", update) or ())
    known = {name for one in keys for name in one}
    for name in sorted(names - known):
        raise InvalidArgumentError(
            f'nothing in the list is called "{name}"; name a reference or a path as the list spells it',
            detail={"candidates": sorted(reference for reference, _ in keys)[:10]},
        )
    return {one for one in keys if names & {*one}}


@dataclass(frozen=True, slots=True)
class SyncedFile:
    """A file of a lock, as it is in the directory now.

    Attributes:
        path: The file.
        action: `kept` if the file was already right, `added` if it was missing, `replaced` if it was wrong.
        reference: The reference, as in the lock.
        digest: The digest of the manifest.
        file_digest: The digest of the file.
        file_size: The size of the file in bytes.
        source: With a cache, `cache` if no content was read from the registry, else `registry`;
            None if it was kept.
    """

    path: Path
    action: Literal["kept", "added", "replaced"]
    reference: str
    digest: str
    file_digest: str
    file_size: int
    source: str | None = None


class Syncing:
    """What `sync` does.

    Args:
        lock: The lock file.
        directory: Where the files belong.
        concurrency: How many are pulled at a time.
        overwrite: Whether to replace files that are wrong.
        options: Those of `pull`.

    Attributes:
        modules: All that is locked, in the order of the lock.
        known: What became of those that need no call.
    """

    def __init__(
        self,
        *,
        lock: object,
        directory: object,
        concurrency: object,
        overwrite: bool,
        **options: Any,  # noqa: ANN401 - checked later
    ) -> None:
        """Reads the lock, and looks at the files that are there."""
        name = os.fsdecode(_arguments.path("lock", lock))
        self._directory = os.fsdecode(_arguments.path("directory", directory))
        self._concurrency = concurrency
        self._overwrite = _arguments.flag("overwrite", overwrite) is not False
        self._options = options
        self.modules = _lock.read(name)
        self._files = [file for _, file in _lock.targets(map(_lock.key, self.modules))]
        self.known: list[Outcome[SyncedFile]] = []
        self._asked: list[tuple[int, Literal["added", "replaced"]]] = []
        # Bad options are found now, not by each item.
        _arguments.checked(options)
        for index in range(len(self.modules)):
            self._look(index)

    def _look(self, index: int) -> None:
        """Finds out what has to be done for a file."""
        module, path = self.modules[index], self._path(index)
        try:
            found = _state(path, module)
            if found == "wrong" and not self._overwrite:
                raise AlreadyExistsError(
                    f'sync: "{path}" exists and does not match the lock', detail={"op": "sync", "path": path}
                )
            if found == "right":
                kept = SyncedFile(
                    Path(path), "kept", module.reference, module.digest, module.file_digest, module.file_size
                )
                self.known.append(Success(index, module, kept))
            else:
                self._asked.append((index, "added" if found == "missing" else "replaced"))
        except OSError as error:
            own = error if isinstance(error, (AlreadyExistsError, FilesystemError)) else None
            self.known.append(Failure(index, module, own or _lock.unusable("read", path, error)))

    def batch(self, progress: BatchCallback | None) -> _batch.Batch[SyncedFile]:
        """Returns the calls for what has to be pulled."""
        return _batch.Batch(
            self.call,
            progress,
            items=self._asked,
            concurrency=self._concurrency,
            operands=_whole,
            folder=lambda item: os.fsencode(os.path.dirname(self._path(item[0]))),  # noqa: PTH120
            **self._options,
        )

    def call(self, item: tuple[int, Literal["added", "replaced"]], **options: object) -> Call[SyncedFile]:
        """Pulls a module by its digest to a temporary file, which takes its place once it matches the lock."""
        index, action = item
        module, path = self.modules[index], self._path(index)
        temporary = self._temporary(path, module)
        pinned = Reference.parse(module.reference).with_digest(module.digest)
        pulling = _calls.pull(pinned, temporary, layer=module.layer_digest, member=module.member, **options)

        def finish(operation: Operation) -> SyncedFile:
            result = pulling.finish(operation)
            try:
                _compare(module, result)
                _place(temporary, path, overwrite=self._overwrite, durable=bool(options.get("durable")))
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108
                raise
            return SyncedFile(
                path=Path(path),
                action=action,
                reference=module.reference,
                digest=module.digest,
                file_digest=module.file_digest,
                file_size=module.file_size,
                source=result.source,
            )

        return _calls.Call(pulling.start, finish, references=pulling.references)

    def _temporary(self, path: str, module: LockedModule) -> str:
        """Returns the name of a file until it is known to be right.

        The name is always the same, so that the next sync takes over what a killed one left behind.
        """
        folder, name = os.path.split(path)
        root = os.path.realpath(self._directory)
        if os.path.commonpath([root, os.path.realpath(folder)]) != root:
            raise InvalidArgumentError(
                f'"{module.reference}": a link leads its file "{path}" out of the directory; remove the link',
                detail={"reference": module.reference, "path": path},
            )
        mark = hashlib.sha256(os.fsencode(f"{name}\0{module.file_digest}")).hexdigest()[:16]
        return os.path.join(folder, f".{mark}.wasm2oci-sync")  # noqa: PTH118

    def _path(self, index: int) -> str:
        return os.path.join(self._directory, self._files[index])  # noqa: PTH118

    def outcomes(self, pulled: Iterable[Outcome[SyncedFile]]) -> list[Outcome[SyncedFile]]:
        """Returns what became of each module, in the order of the lock."""
        numbered: list[Outcome[SyncedFile]] = list(self.known)
        for outcome in pulled:
            index = self._asked[outcome.index][0]
            module = self.modules[index]
            numbered.append(
                Success(index, module, outcome.result)
                if outcome.error is None
                else Failure(index, module, outcome.error)
            )
        return sorted(numbered, key=_index)

    def finish(self, outcomes: Iterable[Outcome[SyncedFile]]) -> list[SyncedFile]:
        """Returns what became of each file.

        Raises:
            Exception: The error of the first file that failed.
        """
        return [_unwrapped(outcome, "sync") for outcome in self.outcomes(outcomes)]


def _whole(item: object) -> tuple[object]:
    """Leaves an item as it is: the call takes it apart."""
    return (item,)


def _unwrapped(outcome: Outcome[Result], verb: str) -> Result:
    """Returns what came of an item; an error names the verb that was called."""
    if isinstance(outcome.error, Wasm2ociError):
        _calls.renamed(outcome.error, verb)
    return outcome.unwrap()


def _index(outcome: Outcome[Any]) -> int:
    return outcome.index


def _state(path: str, module: LockedModule) -> Literal["missing", "right", "wrong"]:
    """Looks at a file.

    Raises:
        OSError: It cannot be read, or is no file.
    """
    try:
        found = os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return "wrong" if os.path.lexists(path) else "missing"
    if not stat.S_ISREG(found.st_mode):
        what = "is a directory" if stat.S_ISDIR(found.st_mode) else "is not a regular file"
        raise FilesystemError(f'sync: "{path}" {what}; move it away', detail={"op": "sync", "path": path})
    if found.st_size != module.file_size:
        return "wrong"
    algorithm, _, expected = module.file_digest.partition(":")
    digest = hashlib.new(algorithm)
    with open(path, "rb") as file:  # noqa: PTH123
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return "right" if digest.hexdigest() == expected else "wrong"


def _compare(module: LockedModule, result: PullResult) -> None:
    """Compares what was pulled with the lock, which may have been edited.

    Raises:
        DigestMismatchError: They differ.
    """
    for name, locked, found in (
        ("file digest", module.file_digest, result.file_digest),
        ("file size", str(module.file_size), str(result.file_size)),
    ):
        if locked != found:
            raise DigestMismatchError(
                f'sync "{module.reference}": the lock says {name} {locked}, and {module.digest} has {found}; '
                "lock it again",
                detail={"op": "sync", "reference": module.reference},
            )


def _place(temporary: str, path: str, *, overwrite: bool, durable: bool) -> None:
    """Gives a file its name.

    Raises:
        AlreadyExistsError: There is such a file already, and it is not to be replaced.
        FilesystemError: The system refuses it.
    """
    if not overwrite and os.path.lexists(path):
        raise AlreadyExistsError(f'sync: "{path}" exists', detail={"op": "sync", "path": path})
    try:
        with contextlib.suppress(OSError):
            found = os.lstat(path)
            # A hard link shares its mode with the cache.
            if stat.S_ISREG(found.st_mode) and os.lstat(temporary).st_nlink == 1:
                os.chmod(temporary, stat.S_IMODE(found.st_mode))  # noqa: PTH101
        os.replace(temporary, path)  # noqa: PTH105
        # Between two names of one file that does nothing.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108
        if durable and os.name != "nt":
            folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)  # noqa: PTH120
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise _lock.unusable("write", path, error) from None


PLANS: dict[str, type[Locking | Syncing]] = {"lock": Locking, "sync": Syncing}
