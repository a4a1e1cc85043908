"""Many pulls, pushes or copies: what the sync and the async client have in common.

Items are taken one at a time, when there is room for another operation, so that they may
come from a generator of any length.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sized
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from wasm2oci import _arguments, _claims
from wasm2oci._folders import Folders
from wasm2oci._models import BatchProgress
from wasm2oci._native import ext
from wasm2oci._operation import PROGRESS_INTERVAL, Meter
from wasm2oci._outcome import Failure, Success
from wasm2oci._reference import Reference
from wasm2oci.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wasm2oci._calls import Call
    from wasm2oci._models import Progress
    from wasm2oci._operation import BatchCallback
    from wasm2oci._outcome import Outcome

    Operands = Callable[[object], tuple[object, ...]]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Job(Generic[Result]):
    """One item of a batch.

    Attributes:
        index: Its position among the items, from 0.
        item: The item.
        call: Makes its call; raises if the item cannot be used.
        meter: Is told how far the operation is.
    """

    index: int
    item: Any
    call: Callable[[], Call[Result]]
    meter: Meter[Progress]


class Batch(Generic[Result]):
    """What is still to be done, and what has ended.

    Args:
        verb: The verb for each item.
        progress: Called with the progress of all items together.
        items: The items, as the user passed them in.
        concurrency: How many operations run at a time.
        operands: Takes an item apart; None for what the verb has.
        folder: Says, of these operands, in which directory its file is; that is made. None for what the verb has.
        options: The options of the verb; of a pull, also the directory as `path`.

    Attributes:
        pause: Seconds until the progress is due again; None if nobody asks for it.
    """

    def __init__(  # noqa: PLR0913 - options, all by keyword
        self,
        verb: Callable[..., Call[Result]],
        progress: BatchCallback | None,
        *,
        items: Iterable[Any],
        concurrency: object,
        operands: Operands | None = None,
        folder: Callable[..., bytes] | None = None,
        **options: Any,  # noqa: ANN401 - checked later
    ) -> None:
        """Checks how many may run at a time; everything else is the business of an item."""
        most = _arguments.count("concurrency", concurrency)
        if not most:
            raise _arguments.refused("concurrency", "must be at least 1")
        self._most = most
        self._tally = Tally(items)
        self._meter: Meter[BatchProgress] = Meter(progress)
        self.pause = None if progress is None else PROGRESS_INTERVAL
        self._folders = Folders()
        self._jobs = self._take(verb, items, operands, folder, options)
        self._more = True
        self._ended: deque[Outcome[Result]] = deque()

    def run(self, running: Sized, begin: Callable[[Job[Result]], None]) -> Iterator[Outcome[Result] | None]:
        """Begins jobs as there is room, and yields their outcomes; None where the caller has to wait for one.

        Args:
            running: The operations that run.
            begin: Starts a job, and adds it to these.
        """
        while True:
            while self._more and len(running) < self._most and len(self._ended) < self._most:
                job = next(self._jobs, None)
                if job is None:
                    self._more = False
                else:
                    begin(job)
            self._meter.tick(self._tally.snapshot)
            if self._ended:
                yield self._ended.popleft()
            elif running:
                yield None
            else:
                break
        self._meter.last(self._tally.snapshot)

    def succeed(self, job: Job[Result], result: Result) -> None:
        """Takes the result of a job."""
        self.leave(job)
        self._tally.finish(job.index, failed=False)
        self._ended.append(Success(job.index, job.item, result))

    def fail(self, job: Job[Result], error: Exception) -> None:
        """Takes the error of a job."""
        self.leave(job)
        self._tally.finish(job.index, failed=True)
        self._ended.append(Failure(job.index, job.item, error))

    def leave(self, job: Job[Result]) -> None:
        """Lets go of the directory that was made for a job, which has ended; can be called twice."""
        self._folders.leave(job.index)

    def _take(
        self,
        verb: Callable[..., Call[Result]],
        items: Iterable[Any],
        operands: Operands | None,
        folder: Callable[..., bytes] | None,
        options: dict[str, Any],
    ) -> Iterator[Job[Result]]:
        if isinstance(items, (str, bytes)):
            raise TypeError(f"items must be an iterable of items, not {type(items).__name__}")
        if operands is None and "path" in options:
            operands, folder = _Outputs(options.pop("path"), self._folders).operands, _folder
        taken_apart = operands or _PAIRS[verb.__name__]

        def call(index: int, item: object) -> Call[Result]:
            given = taken_apart(item)
            made = verb(*given, **options)
            if folder is not None:
                # Last of all: what is refused leaves no directory behind.
                self._folders.enter(index, folder(*given))
            return made

        for index, item in enumerate(items):
            yield Job(index, item, partial(call, index, item), _JobMeter(self._tally, index))


def _pair(item: object, wanted: str) -> tuple[Any, Any]:
    if not isinstance(item, (tuple, list)) or len(item) != 2:  # noqa: PLR2004 - a pair
        raise TypeError(f"an item must be {wanted}, not {item!r:.80}")
    return item[0], item[1]


_PAIRS = {
    "push": partial(_pair, wanted="a pair of a source and a reference"),
    "copy": partial(_pair, wanted="a pair of a source and a destination"),
}
"""What takes the items of a batch apart, by the verb."""


def pull_item(item: object) -> tuple[Any, Any]:
    """Takes an item of a pull apart: a reference and a path, or None."""
    if isinstance(item, (str, Reference)):
        return item, None
    return _pair(item, "a reference, or a pair of one and a path")


def _folder(_: object, path: str) -> bytes:
    """Returns the directory of the file of a pull."""
    return os.path.dirname(os.fsencode(path))  # noqa: PTH120 - bytes


class _Outputs:
    """The files that the pulls of a batch write.

    Which these are does not depend on which items have begun: directories that were made for some of them are no
    directories to others.
    """

    def __init__(self, folder: object, folders: Folders) -> None:
        self._folder = folder
        self._folders = folders
        self._claims: _claims.Claims[bytes] = _claims.Claims()

    def operands(self, item: object) -> tuple[object, object]:
        """Returns reference and path of a pull."""
        reference, path = pull_item(item)
        encoded = _arguments.reference(reference)
        base = b"" if self._folder is None else _arguments.path("path", self._folder)
        name = b"" if path is None else _arguments.path("path of an item", path)
        target = os.path.join(base, name)  # noqa: PTH118 - a slash at the end means something
        return reference, os.fsdecode(self._claim(target, encoded))

    def _is_folder(self, target: bytes) -> bool:
        """Tells whether a path is that of the directory in which a file has its default name."""
        if os.path.split(target)[1] in {b"", b".", b".."}:
            return True
        return os.path.isdir(target) and not self._folders.made(target)  # noqa: PTH112 - bytes

    def _claim(self, target: bytes, reference: bytes) -> bytes:
        """Returns the file that a pull to a target writes.

        Raises:
            InvalidArgumentError: Another item writes it, or one of the two would have to be a directory.
        """
        if self._is_folder(target):
            target = os.path.join(target, ext.default_name(reference))  # noqa: PTH118 - bytes
        folder, name = os.path.split(os.path.abspath(target))  # noqa: PTH100 - bytes
        # The file itself may be a link, which is replaced.
        key = os.path.normcase(os.path.join(os.path.realpath(folder), name))  # noqa: PTH118 - bytes
        wanted = _claims.Claim(reference, target)
        found = self._claims.claim(key.split(os.sep.encode()), wanted)
        if found is not None:
            other, same = found
            path = os.fsdecode(target)
            fact = f"pull {_claims.fact(wanted.decoded(), other.decoded(), same=same)}"
            template = fact.replace("{", "{{").replace("}", "}}") + "{own_path}"
            raise InvalidArgumentError(
                f"{fact}a path of its own",
                detail={"op": "pull", "reference": os.fsdecode(reference), "path": path, "template": template},
            )
        return target


class Tally:
    """The progress of a batch: that of all its operations together."""

    def __init__(self, items: object) -> None:
        """Takes the items, which may know how many they are."""
        self._count = len(items) if isinstance(items, Sized) else 0
        self._running: dict[int, Callable[[], Progress]] = {}
        self._last: dict[int, Progress] = {}
        self._ended: tuple[int, ...] = (0, 0, 0, 0, 0)
        self._finished = self._failed = 0

    def begin(self, index: int, snapshot: Callable[[], Progress]) -> None:
        """Counts an operation that has started."""
        self._running[index] = snapshot

    def end(self, index: int, last: Progress) -> None:
        """Keeps the last progress of an operation, which can be asked no more."""
        self._running.pop(index, None)
        self._last[index] = last

    def finish(self, index: int, *, failed: bool) -> None:
        """Counts an item that has been dealt with; its operation may never have started."""
        self._running.pop(index, None)
        last = self._last.pop(index, None)
        if last is not None:
            # Nobody waits for what is left of a failure.
            self._ended = _added(self._ended, replace(last, total=last.done) if failed else last)
        self._finished += 1
        self._failed += failed

    def snapshot(self) -> BatchProgress:
        """Returns how far the batch is."""
        sums, item = self._ended, ""
        for progress in [*self._last.values(), *(one() for one in self._running.values())]:
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


class _JobMeter(Meter["Progress"]):
    """Tells the tally of a batch of one operation."""

    def __init__(self, tally: Tally, index: int) -> None:
        super().__init__(None)
        self._tally = tally
        self._index = index

    def begin(self, snapshot: Callable[[], Progress]) -> None:
        self._tally.begin(self._index, snapshot)

    def last(self, snapshot: Callable[[], Progress]) -> None:
        self._tally.end(self._index, snapshot())
