"""`copy` as it is called: from Python, on the command line, and beside other tools."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.faults import digest_of
from tests.integration.copying import LARGE, MODULE, modules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry


def run(*command: str | Path) -> None:
    """Run another tool, which must end well."""
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout!r}\n{done.stderr.decode()}"


# ------------------------------------------------------------ calls and commands


def test_progress_grows_to_the_whole(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """What was there is part of it."""
    added = faults.add_module(LARGE)
    mirror.add_blob("org/mod", LARGE)
    seen: list[wasm2oci.Progress] = []
    copied = wasm2oci.copy(faults.reference(), mirror.reference(), progress=seen.append)
    last = seen[-1]
    config = json.loads(added.body)["config"]["size"]
    assert last.total == last.done == len(LARGE) + config + added.size
    assert (last.reused, last.phase) == (len(LARGE), "done")
    assert copied.bytes == config + added.size


def test_cancelling_ends_it(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """By an exception of the callback; the destination has no name."""
    faults.add_module(LARGE)
    faults.on("GET", f"*/blobs/{digest_of(LARGE)}").stall(after=1 << 20)

    def progress(_: wasm2oci.Progress) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        wasm2oci.copy(faults.reference(), mirror.reference(), progress=progress)
    assert mirror.store.find_manifest("org/mod", "v1") is None


def test_many(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """One that fails does not stop the others; sync and async."""
    faults.add_module(MODULE)
    pairs = [(faults.reference(), mirror.reference(tag="a")), (faults.reference(tag="none"), mirror.reference(tag="b"))]
    outcomes = sorted(wasm2oci.copy_many(pairs, concurrency=2), key=lambda outcome: outcome.index)
    assert outcomes[0].unwrap().reference == pairs[0][1]
    assert isinstance(outcomes[1].error, wasm2oci.NotFoundError)

    async def main() -> list[wasm2oci.Outcome[wasm2oci.CopyResult]]:
        async with wasm2oci.AsyncClient() as client:
            copied = await client.copy(faults.reference(), mirror.reference(tag="c"))
            assert_type(copied, wasm2oci.CopyResult)
            return [outcome async for outcome in client.copy_many(pairs)]

    assert {outcome.index: type(outcome.error) for outcome in asyncio.run(main())} == {
        0: type(None),
        1: wasm2oci.NotFoundError,
    }
    assert mirror.store.find_manifest("org/mod", "c") is not None
    with pytest.raises(TypeError, match="a pair of a source and a destination"):
        next(wasm2oci.copy_many(["x"])).unwrap()  # type: ignore[list-item]


def test_the_command(faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli) -> None:
    """Says what was copied and how much of it was sent, or one document."""
    added = faults.add_module(MODULE)
    result = run_cli("copy", faults.reference(), mirror.reference())
    first, second = result.text.splitlines()
    assert (first, result.stderr) == (f"copied {mirror.reference()}@{added.digest}", "")
    assert second.startswith("sent 3: ")
    assert second.endswith("; mounted 0; reused 0")
    said = run_cli("copy", faults.reference(), mirror.reference(), "--json").json
    assert (said["digest"], said["sent"], said["reused"], said["tags"]) == (added.digest, 0, 1, {})
    assert run_cli("copy", faults.reference(), mirror.reference(), "--quiet").stdout == b""
    everything = run_cli("copy", "--all-tags", faults.reference(tag=None), mirror.reference("all", tag=None))
    assert everything.text.splitlines()[0] == f"copied {mirror.reference('all')}@{added.digest}"


def test_the_command_of_a_list(faults: FaultRegistry, mirror: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """Each line a pair; failures are lines of their own."""
    added = faults.add_module(MODULE)
    listed = tmp_path / "list"
    pairs = [(faults.reference(), mirror.reference("a")), (faults.reference(tag="x"), mirror.reference("b"))]
    lines = ["# mirrors", "", *("\t".join(pair) for pair in pairs)]
    listed.write_text("\n".join(lines))
    result = run_cli("copy", "--from-file", listed, "--concurrency", "1")
    assert result.text.splitlines()[0] == f"copied {mirror.reference('a')}@{added.digest}"
    assert (result.code, result.stderr.count("\n")) == (3, 1)
    said = run_cli("copy", "--from-file", listed, "--json").json
    assert [(one["item"], one["destination"]) for one in said] == pairs
    assert [one["error"] is None for one in said] == [True, False]
    listed.write_text(f"\n{faults.reference()}\n")
    refused = run_cli("copy", "--from-file", listed)
    assert (refused.code, "line 2 of the list names no destination" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "missing argument SOURCE"),
        (["oci:a"], "missing argument DESTINATION"),
        (["oci:a", "oci:b", "--concurrency", "2"], "--concurrency goes with --from-file"),
        (["oci:a", "oci:b", "--from-file", "list"], "--from-file takes the place of SOURCE and DESTINATION"),
        (["oci:a", "oci:b", "--all-tags", "--platform", "a/b"], "--all-tags cannot be combined with --platform"),
    ],
)
def test_what_does_not_go_together(run_cli: RunCli, arguments: list[str], says: str) -> None:
    """Is said before anything is done."""
    result = run_cli("copy", *arguments)
    assert (result.code, says in result.stderr) == (2, True)


# -------------------------------------------------------------------- others


def test_others_copy_the_same(registry: Registry, oras: Path, crane: Path) -> None:
    """The same digest, of an index too, and what we copy is whole in their eyes."""
    place = registry.repository()
    pushed = [wasm2oci.push(content, f"{place}:v{number}") for number, content in enumerate(modules(2))]
    run(crane, "index", "append", "--insecure", "-m", f"{place}:v0", "-m", f"{place}:v1", "-t", f"{place}:all")
    names = itertools.count()

    def copied(copy: Callable[[str], object]) -> str:
        other = registry.reference(name=f"copy{next(names)}")
        copy(other)
        return wasm2oci.resolve(other).digest

    digests = {
        copied(lambda other: wasm2oci.copy(f"{place}:all", other)),
        copied(
            lambda other: subprocess.run(
                [oras, "cp", "--from-plain-http", "--to-plain-http", f"{place}:all", other], check=True
            )
        ),
        copied(lambda other: run(oras, "cp", "--from-plain-http", "--to-plain-http", f"{place}:all", other)),
        copied(lambda other: run(crane, "copy", "--insecure", f"{place}:all", other)),
    }
    assert digests == {wasm2oci.resolve(f"{place}:all").digest}
    ours = registry.reference(name="ours")
    wasm2oci.copy(f"{place}:all", ours)
    for one in pushed:
        assert wasm2oci.resolve(f"{ours.rpartition(':')[0]}@{one.digest}").size == one.size
    single = registry.reference(name="single")
    wasm2oci.copy(f"{place}:v0", single)
    run(crane, "validate", "--insecure", "--remote", single)
