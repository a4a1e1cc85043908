"""What can be timed: a program that is started each time, or a worker that stays."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

LAST_WORDS = 400
"""How much of what a failed program said is shown, in characters."""


class FailedError(Exception):
    """A contestant did not do what it was told."""


@dataclass(frozen=True)
class Sample:
    """One measured run."""

    seconds: float
    peak: int | None = None
    """The highest resident memory of the process in bytes, where it is known."""


class Contestant(Protocol):
    """Something that does one job again and again."""

    def run(self, turn: int) -> Sample:
        """Do the job; `turn` makes each one different where it has to be."""
        ...


@dataclass
class Program:
    """Starts a program and waits for it: the whole process is timed."""

    command: Callable[[int], Sequence[str | Path]]
    launcher: Path
    """What starts it and takes the time; a Python would add its own memory to the program's."""
    environment: Mapping[str, str]
    folder: Path
    output: Callable[[int], Path] | None = None
    """Where its standard output goes, for programs that write no file of their own."""

    def run(self, turn: int) -> Sample:
        """Run it once."""
        command = [str(part) for part in self.command(turn)]
        said, taken = self.folder / "said.txt", self.folder / "taken.json"
        target = self.output(turn) if self.output else said.with_suffix(".out")
        with target.open("wb") as output, said.open("wb") as errors:
            ended = subprocess.run(
                [self.launcher, "time", taken, *command],
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                check=False,
            )
        if ended.returncode != 0:
            text = said.read_text(encoding="utf-8", errors="replace")
            raise FailedError(f"{' '.join(command)}: exit {ended.returncode}: {text[-LAST_WORDS:]}")
        answer = json.loads(taken.read_text(encoding="ascii"))
        return Sample(answer["seconds"], answer["peak"])


class Worker:
    """A process that stays and does one job per line of JSON; it times itself."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> None:
        """Start it."""
        self._name = str(command[0])
        self._process = subprocess.Popen(
            [str(part) for part in command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Return the running worker."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.communicate()

    def ask(self, **job: Any) -> Sample:  # noqa: ANN401 - whatever JSON can hold
        """Give it a job and wait."""
        if self._process.stdin is None or self._process.stdout is None:
            raise FailedError("the worker has no pipes")
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": f"{self._name} ended"}
        if "error" in answer:
            raise FailedError(f"{self._name}: {answer['error']}")
        return Sample(answer["seconds"], answer["peak"])


@dataclass
class Warm:
    """A job of a worker."""

    worker: Worker
    job: Callable[[int], dict[str, Any]]

    def run(self, turn: int) -> Sample:
        """Do it once."""
        return self.worker.ask(**self.job(turn))


@dataclass
class Checked:
    """A contestant whose result is looked at after each run, outside of the time."""

    contestant: Contestant
    check: Callable[[int], None]
    ahead: Callable[[int], None] | None = None
    """What is to be done before, such as to make room."""

    def run(self, turn: int) -> Sample:
        """Run it once and look."""
        if self.ahead:
            self.ahead(turn)
        sample = self.contestant.run(turn)
        self.check(turn)
        return sample


@dataclass
class Measured:
    """All samples of one contestant in one row."""

    name: str
    samples: list[Sample] = field(default_factory=list)
    failure: str | None = None
    """Why there are no more samples."""


def compare(contestants: Mapping[str, Contestant], rounds: int) -> list[Measured]:
    """Let the contestants take turns, so that whatever else the machine does meets all alike."""
    measured = {name: Measured(name) for name in contestants}
    # The first round warms caches up and is not counted.
    for turn in range(rounds + 1):
        for name, contestant in contestants.items():
            if measured[name].failure:
                continue
            try:
                sample = contestant.run(turn)
            except FailedError as error:
                measured[name].failure = str(error)
                continue
            if turn > 0:
                measured[name].samples.append(sample)
    return list(measured.values())
