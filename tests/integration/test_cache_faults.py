"""A cache in bad places, and under processes that are killed or many: it costs time at worst, never a wrong byte."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, layouts, python, seccomp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.faults import FaultRegistry

SMALL, LARGE = binaries.module(10_000), binaries.module(300_000)
ROOT = os.name == "posix" and os.geteuid() == 0

FETCH = """
import hashlib, logging, sys, wasm2oci

logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stderr)
cache, *references = sys.argv[1:]
with wasm2oci.Client(cache_dir=cache) as client:
    for reference in references:
        with client.open(reference) as reader:
            print(hashlib.sha256(reader.read()).hexdigest(), reader.source)
"""
"""Fetches one module after the other, and prints what came, and where from."""


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a directory for a cache."""
    path = tmp_path / "cache"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def references(faults: FaultRegistry) -> list[str]:
    """Name a small and a large module."""
    for name, content in {"small": SMALL, "large": LARGE}.items():
        faults.add_module(content, f"org/{name}")
    return [faults.reference("org/small"), faults.reference("org/large")]


def fetched(content: bytes, source: str) -> str:
    """Return the line for a module."""
    return f"{hashlib.sha256(content).hexdigest()} {source}"


def mounted(command: str, cache: Path, references: Sequence[str]) -> tuple[list[str], list[str]]:
    """Fetch in a process that has something mounted at the cache; return what it printed, and what it warned of."""
    unshare = ["unshare", "--mount", *([] if ROOT else ["--user", "--map-root-user"])]
    try:
        probe = subprocess.run([*unshare, "sh", "-c", command, cache], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if probe.returncode:
        pytest.skip(f"nothing can be mounted here: {probe.stderr.strip()}")
    fetching = [sys.executable, "-c", FETCH, str(cache), *references]
    ended = subprocess.run(
        [*unshare, "sh", "-c", f'{command} && exec "$@"', str(cache), *fetching],
        capture_output=True,
        text=True,
        timeout=python.LIMIT,
        check=False,
        env={**os.environ, "SKBUILD_EDITABLE_VERBOSE": "0"},
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines(), ended.stderr.splitlines()


def test_a_disk_that_is_full_is_done_without(references: list[str], cache: Path) -> None:
    """What fits is kept; the rest comes from the registry each time, with one warning."""
    small, large = references
    said, warned = mounted('mount -t tmpfs -o size=100k none "$0"', cache, [small, large, small, large])
    assert said == [
        fetched(SMALL, "registry"),
        fetched(LARGE, "registry"),
        fetched(SMALL, "cache"),
        fetched(LARGE, "registry"),
    ]
    (line,) = warned
    assert line.startswith("WARNING the cache cannot be written: ")
    assert "no space left on device; going on without it" in line


def test_what_can_only_be_read_is_read(references: list[str], cache: Path) -> None:
    """What is there is used; what is not is not kept, with one warning."""
    small, large = references
    with wasm2oci.Client(cache_dir=cache) as client:
        client.fetch(small)
    command = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
    said, warned = mounted(command, cache, [small, large, large])
    assert said == [fetched(SMALL, "cache"), fetched(LARGE, "registry"), fetched(LARGE, "registry")]
    (line,) = warned
    assert "read-only file system" in line
    assert line.endswith("; going on without it")


@pytest.mark.skipif(not ROOT, reason="only root gives a directory to somebody else")
def test_a_cache_of_somebody_else_is_done_without(
    references: list[str], cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who owns it could decide what a tag names, so nothing is read from it, and nothing written."""
    small, large = references
    with wasm2oci.Client(cache_dir=cache) as client:
        client.fetch(small)
    before = sorted(cache.rglob("*"))
    os.chown(cache, 65534, 65534)
    with wasm2oci.Client(cache_dir=cache) as client:
        for reference, content in ((small, SMALL), (large, LARGE)):
            with client.open(reference) as reader:
                assert (reader.read(), reader.source) == (content, None)
        for use in (lambda: client.cached(small), client.cache):
            with pytest.raises(wasm2oci.FilesystemError, match="belongs to another user"):
                use()
    assert sorted(cache.rglob("*")) == before
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert warnings[0].endswith("belongs to another user; going on without it")


@pytest.mark.skipif(not seccomp.SUPPORTED, reason="system calls cannot be refused here")
def test_a_poor_network_mount_will_do(references: list[str], cache: Path) -> None:
    """Without locks, syncing, hard links, reflinks and reserved room, all of it works, and nobody is bothered."""
    program = """
        import sys
        import wasm2oci
        from tests.support import seccomp

        wasm2oci.runtime_info()  # An editable install builds with locks.
        seccomp.refuse(seccomp.NETWORK_MOUNT)
        cache, folder, small, large = sys.argv[1:]
        for mode in ("copy", "hardlink"):
            with wasm2oci.Client(cache_dir=cache, cache_size=310_000, link_mode=mode) as client:
                for reference in (small, large, small, large):
                    with client.cached(reference) as module:
                        path = client.pull(reference, f"{folder}/{mode}.wasm").path
                        assert path.read_bytes() == module.path.read_bytes()
                        assert path.stat().st_nlink == 1
                found = client.cache(verify=True)
                assert found.removed == ()
                assert found.size <= 310_000
                assert client.cache(max_size=0).blobs == 0
    """
    out = cache.parent / "out"
    out.mkdir()
    ended = python.run(program, str(cache), str(out), *references)
    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")
    assert sorted(path.name for path in out.iterdir()) == ["copy.wasm", "hardlink.wasm"]
    assert not [path for path in cache.rglob(".wasm2oci-*") if path.suffix == ".tmp"]


MODULES, SIZE = 10, 30_000

WORKER = """
import hashlib, random, sys, threading, wasm2oci

cache, size, count, *references = sys.argv[1:]
with wasm2oci.Client(cache_dir=cache, cache_size=int(size)) as client:
    def work():
        choices = random.Random()
        for _ in range(int(count)):
            reference, digest = choices.choice(references).split("=")
            content = client.fetch(reference)
            assert hashlib.sha256(content).hexdigest() == digest
            print(".", flush=True)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def many(faults: FaultRegistry) -> list[str]:
    """Return modules with their digests, as the worker takes them."""
    arguments = []
    for number in range(MODULES):
        content = binaries.module(SIZE + number, number)
        faults.add_module(content, f"org/mod{number}")
        arguments.append(f"{faults.reference(f'org/mod{number}')}={hashlib.sha256(content).hexdigest()}")
    return arguments


@pytest.mark.repeated
def test_a_killed_process_leaves_it_sound(faults: FaultRegistry, cache: Path, tmp_path: Path) -> None:
    """At any moment, while others write and evict; the next one uses what is there and removes the rest."""
    arguments = many(faults)
    limit = 5 * SIZE
    for _ in range(min(50, max(3, python.REPEATS // 4))):
        with python.start(WORKER, str(cache), str(limit), "100000", *arguments) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == ".\n"
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(random.uniform(0, 0.1))
            finally:
                process.kill()
        layouts.check(cache)
    with wasm2oci.Client(cache_dir=cache, cache_size=limit) as client:
        for argument in arguments:
            reference, _, digest = argument.partition("=")
            assert hashlib.sha256(client.fetch(reference)).hexdigest() == digest
        found = client.cache(verify=True)
    assert found.removed == ()
    assert found.size <= limit
    assert not [path for path in cache.rglob(".wasm2oci-*") if path.suffix == ".tmp"]
    layouts.check_by_others(cache, tmp_path)


@pytest.mark.repeated
def test_many_processes_share_it_while_it_is_evicted(faults: FaultRegistry, cache: Path, tmp_path: Path) -> None:
    """Every byte is right, and what is listed in the end is whole, to others as well."""
    arguments = many(faults)
    limit = 5 * SIZE
    processes = min(20, max(4, python.REPEATS // 4))

    def work(_: int) -> python.Ended:
        return python.run(WORKER, str(cache), str(limit), "17", *arguments, limit=300)

    with ThreadPoolExecutor(processes) as pool:
        for ended in pool.map(work, range(processes)):
            assert (ended.code, ended.stderr) == (0, "")
    assert sum(path.stat().st_size for path in (cache / "blobs" / "sha256").iterdir()) <= limit
    layouts.check_by_others(cache, tmp_path)
