"""What is compared. Each function measures one group of rows."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.bench import KIB, MIB, TAG, Bench, check_size, clear
from benchmarks.commands import WASM2OCI_PULL, Pulls, Pushes
from benchmarks.contestants import Checked, Contestant, Measured, Warm, compare
from benchmarks.copies import Copies, ManyCopies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WARM = "wasm2oci, warm client"
COMMAND = "wasm2oci, command"
ORAS_PY_WARM = "oras-py, warm client"
GO_LOOP = "oras-go loop, warm"
THREADS = "wasm2oci, 50 threads"
ASYNCIO = "wasm2oci, asyncio"
CACHED = "cached fetch of 100 KiB by digest"
FILE_CACHE = "oras-py, plain file cache"
AT_ONCE = 50
MANY = 1000
SMALL = 10 * KIB
CONCURRENCY = 8


@dataclass
class Row:
    """One comparison."""

    title: str
    measured: list[Measured]


def size_name(size: int) -> str:
    """Name a size, such as `50 MiB`."""
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB"


def pulls(bench: Bench, size: int, rounds: int) -> Row:
    """Pull one size by everybody."""
    jobs = Pulls(bench, bench.stored(size))
    with bench.worker("wasm2oci") as worker:
        contestants = {WARM: jobs.warm("wasm2oci", worker), **jobs.programs(), **jobs.floors()}
        return Row(f"pull {size_name(size)}", compare(contestants, rounds))


def pushes(bench: Bench, size: int, rounds: int) -> Row:
    """Push one size by everybody."""
    jobs = Pushes(bench, bench.stored(size))
    with bench.worker("wasm2oci") as worker:
        contestants = {WARM: jobs.warm("wasm2oci", worker), **jobs.programs(), **jobs.floors()}
        return Row(f"push {size_name(size)}", compare(contestants, rounds))


def copies(bench: Bench, size: int, rounds: int) -> Row:
    """Copy one size to another registry by everybody."""
    jobs = Copies(bench, bench.stored(size))
    with bench.worker("wasm2oci") as worker:
        return Row(f"copy {size_name(size)}", compare({WARM: jobs.warm(worker), **jobs.programs()}, rounds))


def many_copies(bench: Bench, rounds: int) -> Row:
    """Copy 1,000 small artifacts to another registry, eight at a time."""
    jobs = ManyCopies(bench, _store_many(bench), CONCURRENCY)
    with bench.worker("wasm2oci") as worker:
        contestants = {WARM: jobs.warm(worker), COMMAND: jobs.command(), **jobs.processes()}
        return Row("copy of 1,000 artifacts of 10 KiB, eight at a time", compare(contestants, rounds))


def far_pulls(bench: Bench, size: int, rounds: int) -> Row:
    """Pull through the proxy that makes the network far and narrow."""
    jobs = Pulls(bench, bench.stored(size, far=True))
    with bench.worker("wasm2oci") as worker:
        contestants = {WARM: jobs.warm("wasm2oci", worker), **jobs.programs()}
        return Row(f"pull {size_name(size)}, 40 ms and 10 MB/s a connection", compare(contestants, rounds))


def warm(bench: Bench, rounds: int) -> Row:
    """Pull 100 KiB again and again within one process."""
    jobs = Pulls(bench, bench.stored(100 * KIB))
    names = {WARM: "wasm2oci", GO_LOOP: "goloop", ORAS_PY_WARM: "oras-py", "two bare requests": "http"}
    with ExitStack() as stack:
        workers = {title: stack.enter_context(bench.worker(name)) for title, name in names.items()}
        contestants = {title: jobs.warm(name, workers[title]) for title, name in names.items()}
        return Row("warm pull of 100 KiB", compare(contestants, rounds))


def cached(bench: Bench, rounds: int) -> Row:
    """Read 100 KiB that was read before, by its digest, within one process; crane has no such process."""
    stored = bench.stored(100 * KIB)
    names = {WARM: "wasm2oci", FILE_CACHE: "oras-py", "hf_hub_download's way, plain Python": "files"}
    job = {"verb": "cached", "arguments": [{"reference": stored.pinned, "size": stored.size}]}
    out = bench.output("crane cached")
    crane: list[str | Path] = [bench.peers.crane, "pull", "--insecure", "-c", out / "cache", "--format", "oci"]
    with ExitStack() as stack:
        contestants: dict[str, Contestant] = {
            title: Warm(stack.enter_context(bench.worker(name)), lambda _: job) for title, name in names.items()
        }
        contestants["crane pull -c"] = bench.program(lambda _: [*crane, stored.pinned, out / "layout"])
        return Row(CACHED, compare(contestants, rounds))


def fresh(bench: Bench, rounds: int) -> Row:
    """Start a Python for one pull of 100 KiB, and the command that does the same."""
    jobs = Pulls(bench, bench.stored(100 * KIB))
    nothing = bench.program(lambda _: [bench.peers.python, "-c", "pass"])
    contestants = {
        "python -c pass": nothing,
        "wasm2oci, process": jobs.fresh(WASM2OCI_PULL),
        COMMAND: jobs.programs()[COMMAND],
        "oras-py, process": jobs.programs()["oras-py, process"],
    }
    return Row("fresh Python that pulls 100 KiB", compare(contestants, rounds))


def many(bench: Bench, rounds: int) -> Row:
    """Pull 1,000 small modules, eight at a time."""
    references = _store_many(bench)
    names = {WARM: "wasm2oci", GO_LOOP: "goloop", ORAS_PY_WARM: "oras-py"}
    with ExitStack() as stack:
        contestants: dict[str, Contestant] = {}
        for title, name in names.items():
            out = bench.output(f"{name} many")
            worker = stack.enter_context(bench.worker(name))
            arguments = [
                {"reference": one, "path": str(out if name == "oras-py" else out / f"{number}.wasm")}
                for number, one in enumerate(references)
            ]
            job = {"verb": "pull", "arguments": arguments, "concurrency": CONCURRENCY}
            contestants[title] = _of_many(bench, f"{name} many", Warm(worker, lambda _, job=job: job))  # type: ignore[misc]
        contestants["oras, eight processes"] = _of_many(bench, "oras many", _oras_many(bench, references))
        return Row("1,000 modules of 10 KiB, eight at a time", compare(contestants, rounds))


def at_once(bench: Bench, rounds: int) -> Row:
    """Pull 50 modules of 100 KiB at once, by threads and by asyncio."""
    stored = bench.stored(100 * KIB)
    names = {THREADS: "wasm2oci", ASYNCIO: "asyncio", GO_LOOP: "goloop"}
    with ExitStack() as stack:
        contestants: dict[str, Contestant] = {}
        for title, name in names.items():
            out = bench.output(f"{name} at once")
            worker = stack.enter_context(bench.worker(name))
            arguments = [{"reference": stored.reference, "path": str(out / f"{n}.wasm")} for n in range(AT_ONCE)]
            job = {"verb": "pull", "arguments": arguments, "concurrency": AT_ONCE}
            contestants[title] = _checked(out, stored.size, AT_ONCE, Warm(worker, lambda _, job=job: job))  # type: ignore[misc]
        return Row("50 pulls of 100 KiB at once", compare(contestants, rounds))


def _store_many(bench: Bench) -> list[str]:
    references = [f"{bench.host}/bench/many:{number}" for number in range(MANY)]

    def store(number: int) -> None:
        file = bench.file(SMALL, f"small-{number}.wasm", seed=number)
        bench.client.push(file, references[number])

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(store, range(MANY)))
    return references


def _of_many(bench: Bench, name: str, contestant: Contestant) -> Contestant:
    return _checked(bench.output(name), SMALL, MANY, contestant)


def _checked(out: Path, size: int, count: int, contestant: Contestant) -> Contestant:
    return Checked(contestant, lambda _: check_size(out, size, count), lambda _: clear(out))


def _oras_many(bench: Bench, references: list[str]) -> Contestant:
    listed = bench.folder / "references.txt"
    listed.write_text("\n".join(references) + "\n", encoding="ascii")
    pull = f"{shlex.quote(str(bench.peers.oras))} pull --plain-http -o {shlex.quote(str(bench.output('oras many')))}"
    command = ["sh", "-c", f"xargs -P {CONCURRENCY} -n 1 {pull} <{shlex.quote(str(listed))}"]
    return bench.program(lambda _: command)


def all_rows(bench: Bench, scale: float) -> Iterator[tuple[str, Callable[[], Row]]]:
    """Name each row and say how it is measured; `scale` is for the number of rounds."""

    def rounds(usual: int) -> int:
        return max(1, round(usual * scale))

    usual = {KIB: 20, 100 * KIB: 20, 2 * MIB: 15, 50 * MIB: 9, 500 * MIB: 5}
    for size, count in usual.items():
        yield f"pull-{size}", lambda size=size, count=count: pulls(bench, size, rounds(count))  # type: ignore[misc]
    for size, count in usual.items():
        yield f"push-{size}", lambda size=size, count=count: pushes(bench, size, rounds(count))  # type: ignore[misc]
    yield f"copy-{500 * MIB}", lambda: copies(bench, 500 * MIB, rounds(5))
    yield "copy-many", lambda: many_copies(bench, rounds(3))
    yield "warm", lambda: warm(bench, rounds(200))
    yield "cached", lambda: cached(bench, rounds(500))
    yield "fresh", lambda: fresh(bench, rounds(20))
    yield "at-once", lambda: at_once(bench, rounds(20))
    yield "many", lambda: many(bench, rounds(5))
    yield "far-50", lambda: far_pulls(bench, 50 * MIB, rounds(3))
    yield "far-500", lambda: far_pulls(bench, 500 * MIB, rounds(1))


__all__ = ["ASYNCIO", "COMMAND", "GO_LOOP", "ORAS_PY_WARM", "TAG", "THREADS", "WARM", "Row", "all_rows"]
