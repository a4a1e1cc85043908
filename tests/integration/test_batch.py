"""pull_many and push_many, of the sync and the async client alike."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.support import binaries
from wasm2oci import Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.registry import Registry

LIMIT = 60.0

Outcomes = list[Outcome[Any]]


def in_thread(name: str, *args: Any, most: int | None = None, **options: Any) -> Outcomes:  # noqa: ANN401
    """Run a batch, or as much of it as gives `most` outcomes, by the sync client."""
    with wasm2oci.Client() as client:
        batch: Generator[Outcome[Any], None, None] = getattr(client, name)(*args, **options)
        with contextlib.closing(batch):
            return list(itertools.islice(batch, most))


def in_loop(name: str, *args: Any, most: int | None = None, **options: Any) -> Outcomes:  # noqa: ANN401
    """Run it by the async client."""

    async def main() -> Outcomes:
        seen: Outcomes = []
        async with wasm2oci.AsyncClient() as client:
            batch: AsyncGenerator[Outcome[Any], None] = getattr(client, name)(*args, **options)
            async with contextlib.aclosing(batch):
                async for outcome in batch:
                    seen.append(outcome)
                    if len(seen) == most:
                        break
        return seen

    return asyncio.run(asyncio.wait_for(main(), LIMIT))


@pytest.fixture(params=[in_thread, in_loop])
def run(request: pytest.FixtureRequest) -> Callable[..., Outcomes]:
    """Run a batch one way or the other."""
    chosen: Callable[..., Outcomes] = request.param
    return chosen


def in_order(outcomes: Iterable[Outcome[Any]]) -> Outcomes:
    """Sort outcomes as the items were."""
    return sorted(outcomes, key=lambda outcome: outcome.index)


@pytest.fixture
def modules(faults: FaultRegistry) -> list[bytes]:
    """Serve ten modules, org/mod0 to org/mod9."""
    contents = [binaries.module(20_000, seed) for seed in range(10)]
    for number, content in enumerate(contents):
        faults.add_module(content, repository=f"org/mod{number}")
    return contents


def references(faults: FaultRegistry, count: int = 10) -> list[str]:
    """Name the modules."""
    return [faults.reference(f"org/mod{number}") for number in range(count)]


def test_all_is_pushed_and_pulled(run: Callable[..., Outcomes], registry: Registry, tmp_path: Path) -> None:
    """By a real registry; each under its own name."""
    contents = [binaries.module(1000, seed) for seed in range(5)]
    names = [registry.reference() for _ in contents]
    sources: list[Any] = [contents[0], memoryview(contents[1]), io.BytesIO(contents[2]), tmp_path / "a", io.BytesIO()]
    sources[3].write_bytes(contents[3])
    sources[4] = io.BufferedReader(io.BytesIO(contents[4]))
    pushed = in_order(run("push_many", zip(sources, names, strict=True), annotations={"a": "b"}))
    assert [outcome.unwrap().reference for outcome in pushed] == names
    pulled = in_order(run("pull_many", [(name, f"{n}.wasm") for n, name in enumerate(names)], tmp_path))
    assert [outcome.unwrap().path.read_bytes() for outcome in pulled] == contents
    assert [outcome.unwrap().path for outcome in pulled] == [tmp_path / f"{n}.wasm" for n in range(5)]
    assert [outcome.index for outcome in pulled] == list(range(5))


def test_default_names_are_in_the_directory(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path
) -> None:
    """And an absolute path is what it is."""
    items = [*references(faults, 3), (faults.reference("org/mod3"), str(tmp_path / "other.wasm"))]
    (tmp_path / "out").mkdir()
    pulled = in_order(run("pull_many", items, tmp_path / "out"))
    assert [outcome.unwrap().path.read_bytes() for outcome in pulled] == modules[:4]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["mod0.wasm", "mod1.wasm", "mod2.wasm"]
    assert (tmp_path / "other.wasm").exists()


def everything(folder: Path) -> list[str]:
    """List what is in a folder, and in those in it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_directories_of_the_files_are_made(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path, concurrency: int
) -> None:
    """Those that paths name, as with what is locked; several items may share them."""
    names = ["a/b/one.wasm", "a/two.wasm", "a/b/three.wasm", "./c//", str(tmp_path / "elsewhere" / "five.wasm")]
    items = list(zip(references(faults, 5), names, strict=True))
    pulled = in_order(run("pull_many", items, tmp_path / "new" / "out", concurrency=concurrency))
    assert [outcome.unwrap().path.read_bytes() for outcome in pulled] == modules[:5]
    files = ["elsewhere/five.wasm", *(f"new/out/{name}" for name in (*names[:3], "c/mod3.wasm"))]
    assert [path for path in everything(tmp_path) if path.endswith(".wasm")] == sorted(files)


@pytest.mark.parametrize("concurrency", [1, 8])
def test_no_directory_stays_for_what_is_not_pulled(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path, concurrency: int
) -> None:
    """Be it refused before anything is asked for, or not there; what was there before stays, and what others need."""
    (tmp_path / "there" / "empty").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"mine")
    items: list[Any] = [
        (faults.reference("org/absent"), "a/b/absent.wasm"),
        ("nonsense", "c/d.wasm"),
        (faults.reference("org/mod1"), "file/is/no/directory.wasm"),
        (faults.reference("org/mod1"), "deep/" * 2500 + "directory.wasm"),
        (faults.reference("org/absent"), "there/empty/absent.wasm"),
        (faults.reference("org/absent"), "shared/absent.wasm"),
        (faults.reference("org/mod2"), "shared/mod2.wasm"),
        (faults.reference("org/absent"), "shared/more/absent.wasm"),
    ]
    outcomes = in_order(run("pull_many", items, tmp_path, concurrency=concurrency))
    assert [type(outcome.error) for outcome in outcomes] == [
        wasm2oci.NotFoundError,
        wasm2oci.InvalidReferenceError,
        wasm2oci.FilesystemError,
        wasm2oci.FilesystemError,
        wasm2oci.NotFoundError,
        wasm2oci.NotFoundError,
        type(None),
        wasm2oci.NotFoundError,
    ]
    assert everything(tmp_path) == ["file", "shared", "shared/mod2.wasm", "there", "there/empty"]
    run("pull_many", items[:2], tmp_path / "new" / "out", concurrency=concurrency)
    for wrong in ({"layer": b"wrong"}, {"platform": "//"}):
        (outcome,) = run("pull_many", [(faults.reference("org/mod3"), "e/f.wasm")], tmp_path, **wrong)
        assert outcome.error is not None
    assert everything(tmp_path) == ["file", "shared", "shared/mod2.wasm", "there", "there/empty"]
    assert modules[2] == (tmp_path / "shared" / "mod2.wasm").read_bytes()


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize(("first", "second"), [("a/b", "a"), ("a", "a/b"), ("a/b.wasm", "a/../a")])
def test_a_directory_that_was_made_is_none_to_other_items(
    run: Callable[..., Outcomes],
    faults: FaultRegistry,
    modules: list[bytes],
    tmp_path: Path,
    concurrency: int,
    first: str,
    second: str,
) -> None:
    """Whether the first one has ended by then makes no difference; one that was there before is one."""
    items = list(zip(references(faults, 2), (first, second), strict=True))
    outcomes = in_order(run("pull_many", items, tmp_path / "out", concurrency=concurrency))
    assert outcomes[0].unwrap().path.read_bytes() == modules[0]
    assert type(outcomes[1].error) is wasm2oci.InvalidArgumentError
    assert "would have to be a directory" in str(outcomes[1].error)
    (tmp_path / "before" / "a").mkdir(parents=True)
    outcomes = in_order(run("pull_many", items[:1], tmp_path / "before", concurrency=concurrency))
    assert outcomes[0].unwrap().path == tmp_path / "before" / ("a/mod0.wasm" if first == "a" else first)


def test_one_that_fails_does_not_stop_the_rest(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path
) -> None:
    """Whatever it fails with, before it has begun or after."""
    (tmp_path / "a file").touch()
    items: list[Any] = [
        faults.reference("org/mod0"),
        faults.reference("org/absent"),
        "nonsense",
        5,
        (faults.reference("org/mod1"), "a file/is/no/folder.wasm"),
        (faults.reference("org/mod1"), b"bytes"),
        faults.reference("org/mod2"),
    ]
    outcomes = in_order(run("pull_many", items, tmp_path, concurrency=2))
    assert [outcome.item for outcome in outcomes] == items
    kinds = [type(outcome.error) for outcome in outcomes]
    assert kinds[1:6] == [
        wasm2oci.NotFoundError,
        wasm2oci.InvalidReferenceError,
        TypeError,
        wasm2oci.FilesystemError,
        TypeError,
    ]
    assert [outcomes[n].unwrap().path.read_bytes() for n in (0, 6)] == [modules[0], modules[2]]
    with pytest.raises(wasm2oci.NotFoundError):
        outcomes[1].unwrap()


def test_sources_that_cannot_be_read_are_errors_of_their_items(
    run: Callable[..., Outcomes], faults: FaultRegistry, tmp_path: Path
) -> None:
    """A file that is missing, an object of no kind, a file object that raises."""

    class Broken(io.RawIOBase):
        def read(self, _size: int = -1, /) -> bytes:
            raise OSError(5, "broken")

    items: list[Any] = [
        (tmp_path / "missing.wasm", faults.reference()),
        (5, faults.reference()),
        (Broken(), faults.reference()),
        "no pair",
        (binaries.module(), faults.reference()),
    ]
    outcomes = in_order(run("push_many", items))
    kinds = [type(outcome.error) for outcome in outcomes]
    assert kinds == [wasm2oci.FilesystemError, TypeError, OSError, TypeError, type(None)]


@pytest.mark.parametrize("how", ["default names", "given names", "a link to the folder", "a folder given"])
def test_no_item_writes_over_another(
    run: Callable[..., Outcomes], faults: FaultRegistry, tmp_path: Path, how: str
) -> None:
    """The first stays; what another one would be written over it fails, and says so."""
    first, second = binaries.module(seed=1), binaries.module(seed=2)
    faults.add_module(first, "one/mod")
    faults.add_module(second, "two/mod")
    (tmp_path / "link").symlink_to(tmp_path)
    one, two = faults.reference("one/mod"), faults.reference("two/mod")
    items = {
        "default names": [one, two],
        "given names": [(one, "a.wasm"), (two, "./a.wasm")],
        "a link to the folder": [one, (two, "link/mod.wasm")],
        "a folder given": [one, (two, "./")],
    }[how]
    outcomes = in_order(run("pull_many", items, tmp_path))
    assert outcomes[0].unwrap().path.read_bytes() == first
    assert type(outcomes[1].error) is wasm2oci.InvalidArgumentError
    assert one in str(outcomes[1].error)
    assert "a path of its own" in str(outcomes[1].error)
    assert not any("two" in line for line in faults.journal.lines())


def test_no_more_run_than_may(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path
) -> None:
    """And items are taken when there is room for them."""
    taken: list[int] = []

    def items() -> Iterator[str]:
        for number, reference in enumerate(references(faults)):
            taken.append(number)
            yield reference

    faults.on("GET", "blob").drip(10_000, every=0.01)
    first = run("pull_many", items(), tmp_path, concurrency=3, most=1)
    assert len(first) == 1
    assert len(taken) <= 7
    assert len(run("pull_many", references(faults), tmp_path, concurrency=1)) == len(modules)


def test_leaving_early_cancels_what_runs(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path
) -> None:
    """And leaves no part of a file."""
    for number in range(1, 10):
        faults.on("GET", f"*/org/mod{number}/blobs/*").stall(after=1000)
    outcomes = run("pull_many", references(faults), tmp_path, most=1)
    assert [outcome.unwrap().path.read_bytes() for outcome in outcomes] == modules[:1]
    assert [path.name for path in tmp_path.iterdir()] == ["mod0.wasm"]


def test_progress_is_that_of_all(
    run: Callable[..., Outcomes], faults: FaultRegistry, modules: list[bytes], tmp_path: Path
) -> None:
    """Bytes, retries and resumed bytes are summed; failures count, and what they lack is not waited for."""
    faults.on("GET", "*/org/mod0/blobs/*", nth=1).cut(after=5000)
    faults.on("GET", "*/org/mod1/blobs/*").drip(5_000, every=0.1)
    seen: list[wasm2oci.BatchProgress] = []
    items = [*references(faults, 3), faults.reference("org/absent")]
    run("pull_many", items, tmp_path, progress=seen.append)
    size = sum(map(len, modules[:3]))
    last = seen[-1]
    assert (last.done, last.total, last.phase, last.reused) == (size, size, "done", 0)
    assert (last.finished, last.failed, last.count) == (4, 1, 4)
    assert last.retries >= 1
    assert 0 < last.resumed <= 5000
    assert len(seen) > 2
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert [one.finished for one in seen] == sorted(one.finished for one in seen)


def test_what_progress_or_the_items_raise_ends_the_batch(
    run: Callable[..., Outcomes], faults: FaultRegistry, tmp_path: Path
) -> None:
    """It is nobody's outcome."""
    faults.add_module(binaries.module(100_000))
    faults.on("GET", "blob").stall(after=1000)

    def broken_items() -> Iterator[str]:
        yield faults.reference()
        raise LookupError("no more")

    def broken_progress(_: wasm2oci.BatchProgress) -> None:
        raise ArithmeticError("no more")

    with pytest.raises(LookupError, match="no more"):
        run("pull_many", broken_items(), tmp_path)
    with pytest.raises(ArithmeticError, match="no more"):
        run("pull_many", [faults.reference()], tmp_path, progress=broken_progress)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("concurrency", [0, -1])
def test_nothing_at_a_time_is_refused(concurrency: int) -> None:
    """At the call, not when the first outcome is asked for."""
    with wasm2oci.Client() as client, pytest.raises(wasm2oci.InvalidArgumentError, match="concurrency"):
        client.pull_many([], concurrency=concurrency)


def test_an_empty_batch_has_no_outcomes(run: Callable[..., Outcomes]) -> None:
    """And one last report."""
    seen: list[wasm2oci.BatchProgress] = []
    assert run("pull_many", [], progress=seen.append) == []
    assert seen[-1].phase == "done"


def test_a_text_is_no_list(run: Callable[..., Outcomes]) -> None:
    """Its letters are no references."""
    with pytest.raises(TypeError, match="items must be an iterable of items, not str"):
        run("pull_many", "localhost:5000/org/mod:v1")


def test_functions_run_batches_too(faults: FaultRegistry, modules: list[bytes], tmp_path: Path) -> None:
    """With the shared client."""
    outcomes = in_order(wasm2oci.pull_many(references(faults), tmp_path))
    assert [outcome.unwrap().path.read_bytes() for outcome in outcomes] == modules
    pushed = wasm2oci.push_many((content, f"oci:{tmp_path / 'layout'}:v{n}") for n, content in enumerate(modules))
    assert {outcome.unwrap().kind for outcome in pushed} == {"module"}


def test_one_progress_of_a_resumed_download_tells_it(faults: FaultRegistry, tmp_path: Path) -> None:
    """By a single pull or fetch as well."""
    content = binaries.module(200_000)
    faults.add_module(content)
    faults.on("GET", "blob", nth=(1, 3)).cut(after=100_000)
    seen: list[wasm2oci.Progress] = []
    wasm2oci.pull(faults.reference(), tmp_path / "a.wasm", progress=seen.append)
    assert (seen[-1].retries, seen[-1].reused, seen[-1].done) == (1, 0, len(content))
    assert 0 < seen[-1].resumed <= 100_000
    wasm2oci.fetch(faults.reference(), progress=seen.append)
    assert seen[-1].retries == 1
    assert 0 < seen[-1].resumed <= 100_000
