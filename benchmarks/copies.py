"""How each program is told to copy from the registry to the other one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.bench import check_pushed
from benchmarks.contestants import Checked, Contestant, Warm, Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.bench import Bench, Stored

    Command = list[str | Path]


def programs(bench: Bench) -> dict[str, Command]:
    """Return what each program is called with before source and destination."""
    peers = bench.peers
    return {
        "oras": [peers.oras, "cp", "--from-plain-http", "--to-plain-http"],
        "crane": [peers.crane, "copy", "--insecure"],
        "regctl": [peers.regctl, "image", "copy"],
    }


@dataclass
class Copies:
    """Contestants that copy one stored module into a repository that nobody wrote to before."""

    bench: Bench
    stored: Stored

    def programs(self) -> dict[str, Contestant]:
        """Return each program; the whole process is timed."""
        ours: Command = [self.bench.peers.cli, "copy", "--quiet"]
        commands = {"wasm2oci, command": ours, **programs(self.bench)}
        return {name: self._program(name, command) for name, command in commands.items()}

    def warm(self, worker: Worker) -> Contestant:
        """Return a worker that copies; it alone is timed, not its start."""

        def job(turn: int) -> dict[str, object]:
            destination = f"{self.bench.mirror}/{self._repository('warm', turn)}:v1"
            return {"verb": "copy", "arguments": [{"source": self.stored.reference, "destination": destination}]}

        return self._checked("warm", Warm(worker, job))

    def _repository(self, name: str, turn: int) -> str:
        return f"copy/{name.replace(', ', '-')}-{self.stored.size}-{turn}"

    def _program(self, name: str, command: Command) -> Contestant:
        def called(turn: int) -> Command:
            return [*command, self.stored.reference, f"{self.bench.mirror}/{self._repository(name, turn)}:v1"]

        return self._checked(name, self.bench.program(called))

    def _checked(self, name: str, contestant: Contestant) -> Contestant:
        return Checked(contestant, lambda turn: check_pushed(self.bench.mirror, self._repository(name, turn)))


@dataclass
class ManyCopies:
    """Contestants that copy many references, a number of them at a time."""

    bench: Bench
    references: list[str]
    concurrency: int

    def command(self) -> Contestant:
        """Return our command, which is given a list."""
        command: Command = [self.bench.peers.cli, "copy", "--quiet", "--concurrency", str(self.concurrency)]
        return self._listed("wasm2oci-command", lambda listed: [*command, "--from-file", listed], "\t")

    def processes(self) -> dict[str, Contestant]:
        """Return each program, which is started for each reference."""
        return {
            f"{name}, eight processes": self._listed(name, lambda listed, c=command: self._started(c, listed), " ")  # type: ignore[misc]
            for name, command in programs(self.bench).items()
        }

    def warm(self, worker: Worker) -> Contestant:
        """Return a worker that copies them in threads."""

        def job(turn: int) -> dict[str, object]:
            arguments = [{"source": one, "destination": other} for one, other in self._pairs("warm", turn)]
            return {"verb": "copy", "arguments": arguments, "concurrency": self.concurrency}

        return self._checked("warm", Warm(worker, job))

    def _started(self, command: Command, listed: Path) -> Command:
        one = shlex.join(map(str, command))
        return ["sh", "-c", f"xargs -P {self.concurrency} -L 1 {one} <{shlex.quote(str(listed))}"]

    def _pairs(self, name: str, turn: int) -> list[tuple[str, str]]:
        repository = f"{self.bench.mirror}/{self._repository(name, turn)}"
        pairs = [(one, f"{repository}:{one.rpartition(':')[2]}") for one in self.references]
        # The last one is what is looked for.
        return [*pairs[:-1], (pairs[-1][0], f"{repository}:v1")]

    def _repository(self, name: str, turn: int) -> str:
        return f"many/{name}-{turn}"

    def _listed(self, name: str, command: Callable[[Path], Command], separator: str) -> Contestant:
        listed = self.bench.folder / f"copy-{name}.txt"

        def ahead(turn: int) -> None:
            lines = [separator.join(pair) for pair in self._pairs(name, turn)]
            listed.write_text("\n".join(lines) + "\n", encoding="ascii")

        return self._checked(name, self.bench.program(lambda _: command(listed)), ahead)

    def _checked(self, name: str, contestant: Contestant, ahead: Callable[[int], None] | None = None) -> Contestant:
        return Checked(contestant, lambda turn: check_pushed(self.bench.mirror, self._repository(name, turn)), ahead)
