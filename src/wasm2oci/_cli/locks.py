"""Lock files, and how they differ from their lists."""

from __future__ import annotations

import os
from errno import ENOENT
from shlex import join

from wasm2oci import _lock
from wasm2oci._cli import failure, many, streams
from wasm2oci._cli.parser import Misuse
from wasm2oci._locking import Changes
from wasm2oci.errors import FilesystemError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from wasm2oci._cli.session import Session


class Stale(Misuse):
    """A lock that does not fit its list."""

    code = failure.STALE

    def __init__(self, message: str, detail: dict[str, Any]) -> None:
        """Takes what differs for JSON."""
        super().__init__(message)
        self.detail = detail


def fitting(session: Session, listed: str) -> str:
    """Returns the lock of a list.

    Raises:
        Stale: They do not agree; what differs has been said, unless JSON says it.
        Wasm2ociError: The lock cannot be read, or is broken.
    """
    path = listed + _lock.SUFFIX
    if listed.endswith(_lock.SUFFIX) and not os.path.exists(path):  # noqa: PTH110 - as the system has it
        step = join(["wasm2oci", "pull", "--from-file", listed.removesuffix(_lock.SUFFIX), "--locked"])
        raise Misuse(f"{listed!r} is a lock; name its list, run: {step}")
    asked = keys(listed)
    try:
        found = [_lock.key(module) for module in _lock.read(path)]
    except FilesystemError as error:
        if error.errno != ENOENT:
            raise
        raise Stale(f"{listed!r} is not locked; run: {join(['wasm2oci', 'lock', listed])}", {"path": path}) from None
    wanted, there = {*asked}, {*found}
    changes = Changes(
        added=[key for key in asked if key not in there],
        removed=[key for key in found if key not in wanted],
        changed=[],
    )
    if changes:
        if not session.json:
            for line in lines(changes):
                streams.say(line)
        step = join(["wasm2oci", "lock", listed])
        raise Stale(f"{listed!r} (+) and its lock (-) do not agree; run: {step}", members(changes))
    return path


def keys(name: str) -> list[_lock.Key]:
    """Reads a list, and returns what it says of each module.

    Raises:
        InvalidReferenceError: A reference is not valid.
        InvalidArgumentError: A path leads out of the directory, or two modules have one file.
    """
    return [key for key, _ in _lock.targets((reference, path or None) for _, reference, path in many.listed(name))]


def lines(changes: Changes) -> Iterator[str]:
    """Says what would change in a lock, one line for each module."""
    yield from (f"- {_named(*key)}" for key in changes.removed)
    yield from (f"+ {_named(*key)}" for key in changes.added)
    for old, new in changes.changed:
        differing = [
            (name, getattr(old, name), getattr(new, name))
            for name in ("digest", "layer_digest", "file_digest", "format", "kind", "member")
            if getattr(old, name) != getattr(new, name)
        ]
        name, before, now = (differing or [("index_digest", old.index_digest, new.index_digest)])[0]
        yield f"~ {_named(*_lock.key(old))}: {name.replace('_', ' ')} {before or 'none'} is now {now or 'none'}"


def members(changes: Changes) -> dict[str, Any]:
    """Returns the same for JSON."""
    from dataclasses import asdict  # noqa: PLC0415 - for --json alone

    return {
        "added": [{"reference": reference, "path": path} for reference, path in changes.added],
        "removed": [{"reference": reference, "path": path} for reference, path in changes.removed],
        "changed": [{"old": asdict(old), "new": asdict(new)} for old, new in changes.changed],
    }


def _named(reference: str, path: str | None) -> str:
    return reference if path is None else f"{reference} ({path})"
