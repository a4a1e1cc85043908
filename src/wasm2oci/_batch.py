"""Many pulls or pushes: what the sync and the async client have in common.

Items are taken one by one, when there is room for another operation, so that they may
come from a generator of any length.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sized
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from wasm2oci import _arguments, _calls, _source
from wasm2oci._models import BatchProgress
from wasm2oci._native import ext
from wasm2oci.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wasm2oci._arguments import StrPath
    from wasm2oci._calls import Call
    from wasm2oci._models import Progress, PullResult, PushResult
    from wasm2oci._source import PushSource

    BatchCallback = Callable[[BatchProgress], object]
    PullItem = str | tuple[str, StrPath | None]
    PushItem = tuple[PushSource, str]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Job(Generic[Result]):
    """One item of a batch.

    Attributes:
        index: Its place among the items, from 0.
        item: The item.
        source: What has to be opened for it, or None.
        call: Makes the call of what was opened; raises where the item is no good.
    """

    index: int
    item: Any
    source: PushSource | None
    call: Callable[[_source.Opened], Call[Result]]


def pulls(items: Iterable[PullItem], path: StrPath | None, **options: object) -> Iterator[Job[PullResult]]:
    """Makes the jobs of a `pull_many`."""
    outputs = _Outputs()
    for index, item in enumerate(_checked(items)):
        yield Job(index, item, None, partial(_pull, outputs, item, path, options))


def _pull(
    outputs: _Outputs, item: object, folder: StrPath | None, options: dict[str, Any], _: _source.Opened
) -> Call[PullResult]:
    reference, path = (item, None) if isinstance(item, str) else _pair(item, "a reference, or a pair of one and a path")
    encoded = _arguments.reference(reference)
    base = "" if folder is None else _arguments.path("path", folder)
    name = _arguments.path("path of an item", path) if path is not None else b""
    target = os.path.join(os.fsencode(base), name)  # noqa: PTH118 - the end in a slash says something
    written = outputs.claim(target, encoded)
    return _calls.pull(reference, os.fsdecode(written), **options)


class _Outputs:
    """The files that a batch has begun to write."""

    def __init__(self) -> None:
        self._claimed: dict[bytes, bytes] = {}

    def claim(self, target: bytes, reference: bytes) -> bytes:
        """Returns the file that a pull to a target writes.

        Raises:
            InvalidArgumentError: Another item writes it.
        """
        if not target or target.endswith((os.sep.encode(), b"/")) or os.path.isdir(target):  # noqa: PTH112 - bytes
            target = os.path.join(target, ext.default_name(reference))  # noqa: PTH118 - bytes
        folder, name = os.path.split(os.path.abspath(target))  # noqa: PTH100 - bytes
        # The file itself may be a link, which is replaced.
        key = os.path.normcase(os.path.join(os.path.realpath(folder), name))  # noqa: PTH118 - bytes
        other = self._claimed.setdefault(key, reference)
        if other is not reference:
            path = os.fsdecode(target)
            raise InvalidArgumentError(
                f'pull "{os.fsdecode(reference)}": "{path}" is what "{os.fsdecode(other)}" is pulled to; '
                "give one of them a path of its own",
                detail={"op": "pull", "reference": os.fsdecode(reference), "path": path},
            )
        return target


def pushes(items: Iterable[PushItem], **options: Any) -> Iterator[Job[PushResult]]:  # noqa: ANN401 - checked later
    """Makes the jobs of a `push_many`."""
    for index, item in enumerate(_checked(items)):
        try:
            source, reference = _pair(item, "a pair of a source and a reference")
        except TypeError as error:  # noqa: PERF203 - the item's
            yield Job(index, item, None, partial(_raise, error))
        else:
            yield Job(index, item, source, partial(_calls.push, reference=reference, title=None, **options))


def _raise(error: Exception, _: _source.Opened) -> Any:  # noqa: ANN401 - it never returns
    raise error


def _checked(items: Iterable[Any]) -> Iterable[Any]:
    if isinstance(items, (str, bytes)):
        raise TypeError(f"items must be an iterable of items, not {type(items).__name__}")
    return items


def _pair(item: object, wanted: str) -> tuple[Any, Any]:
    if not isinstance(item, (tuple, list)) or len(item) != 2:  # noqa: PLR2004 - a pair
        raise TypeError(f"an item must be {wanted}, not {item!r:.80}")
    return item[0], item[1]


def concurrency(value: object) -> int:
    """Checks how many operations may run at a time."""
    checked = _arguments.count("concurrency", value)
    if not checked:
        raise InvalidArgumentError("concurrency must be at least 1")
    return checked


@contextlib.contextmanager
def opened(source: PushSource | None) -> Iterator[_source.Opened]:
    """Opens the source of a job, where it has one."""
    if source is None:
        yield _NOTHING
    else:
        with _source.opened(source) as content:
            yield content


def _start_nothing(*_: object) -> None:
    """A pull starts by itself."""


_NOTHING = _source.Opened(_start_nothing)


class Tally:
    """The progress of a batch: that of all its operations together."""

    def __init__(self, items: object) -> None:
        """Takes the items, which may know how many they are."""
        self._count = len(items) if isinstance(items, Sized) else 0
        self._running: dict[int, Callable[[], Progress]] = {}
        self._ended: tuple[int, ...] = (0, 0, 0, 0, 0)
        self._finished = self._failed = 0

    def begin(self, index: int, snapshot: Callable[[], Progress]) -> None:
        """Counts an operation that has begun."""
        self._running[index] = snapshot

    def end(self, index: int, *, failed: bool) -> None:
        """Counts an operation that has ended and is not closed yet; for one that never began nothing happens."""
        snapshot = self._running.pop(index, None)
        if snapshot is not None:
            last = snapshot()
            # Nobody waits for what is left of a failure.
            self._ended = _added(self._ended, replace(last, total=last.done) if failed else last)

    def finish(self, *, failed: bool) -> None:
        """Counts an item that is done with."""
        self._finished += 1
        self._failed += failed

    def snapshot(self) -> BatchProgress:
        """Returns how far all is."""
        sums, item = self._ended, ""
        for one in self._running.values():
            progress = one()
            sums = _added(sums, progress)
            item = progress.item or item
        done, total, reused, resumed, retries = sums
        return BatchProgress(
            item=item,
            done=done,
            total=total,
            phase="transferring" if self._running else "done",
            reused=reused,
            resumed=resumed,
            retries=retries,
            finished=self._finished,
            failed=self._failed,
            count=self._count,
        )


def _added(sums: tuple[int, ...], progress: Progress) -> tuple[int, ...]:
    more = (progress.done, progress.total, progress.reused, progress.resumed, progress.retries)
    return tuple(one + other for one, other in zip(sums, more, strict=True))
