"""`tags` lists names, page by page and as they are needed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.support import binaries, python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.faults.rules import Rule
    from tests.support.cli import RunCli, StartCli
    from tests.support.registry import Registry

MODULE = binaries.module()
PROGRAM = """
import sys, wasm2oci

print(sum(1 for _ in wasm2oci.tags(sys.argv[1])), peak())
"""
NAMES = ["latest", "v1.10.0", "v1.2.0", "v1.9.0"]


@pytest.fixture(params=["registry", "layout"])
def repository(request: pytest.FixtureRequest, registry: Registry, tmp_path: Path) -> str:
    """Return a place with a module under all the names."""
    place = registry.repository() if request.param == "registry" else f"oci:{tmp_path / 'layout'}"
    wasm2oci.push(MODULE, f"{place}:{NAMES[0]}")
    wasm2oci.tag(f"{place}:{NAMES[0]}", *NAMES[1:])
    return place


@pytest.fixture
def paged(faults: FaultRegistry) -> str:
    """Return a repository with seven tags, three on a page, whose links are opaque."""
    faults.routes.tags_per_page = 3
    faults.routes.next_page = '</v2/{repository}/tags/list?next_page=opaque%3D{last}>; rel="next"'
    return tagged(faults, 7)


def tagged(faults: FaultRegistry, count: int) -> str:
    """Hold a module under many names, and return its repository."""
    added = faults.add_module(MODULE, tag=None)
    faults.store.repository("org/mod").tags = {f"t{number:06}": added.digest for number in range(count)}
    return f"{faults.host}/org/mod"


def test_all_names_are_listed(repository: str) -> None:
    """Lazily, in order, sorted, after one of them, and some of them."""
    tags = wasm2oci.tags(repository)
    assert_type(next(wasm2oci.tags(repository)), str)
    assert list(tags) == NAMES
    assert list(wasm2oci.tags(repository, sort="semver")) == ["v1.2.0", "v1.9.0", "v1.10.0", "latest"]
    assert list(wasm2oci.tags(repository, sort="name", limit=2)) == NAMES[:2]
    assert list(wasm2oci.tags(repository, last="v1.10.0")) == NAMES[2:]
    assert list(wasm2oci.tags(repository, last="v1.10.0", limit=1)) == NAMES[2:3]


def test_the_async_client_lists_names(repository: str) -> None:
    """As the other one."""

    async def main() -> list[str]:
        async with wasm2oci.AsyncClient() as client:
            return [tag async for tag in client.tags(repository, limit=3)]

    assert asyncio.run(main()) == NAMES[:3]


def test_peers_list_the_same(registry: Registry, oras: Path, crane: Path) -> None:
    """Oras and crane."""
    repository = registry.repository()
    wasm2oci.push(MODULE, f"{repository}:v1")
    wasm2oci.tag(f"{repository}:v1", "v2", "v3")
    for command in ([oras, "repo", "tags", "--plain-http"], [crane, "ls", "--insecure"]):
        listed = subprocess.run(
            [*map(str, command), repository], capture_output=True, text=True, check=True
        ).stdout.split()
        assert listed == list(wasm2oci.tags(repository))


def test_the_command_prints_lines_or_one_document(run_cli: RunCli, repository: str) -> None:
    """Nothing else comes on standard output."""
    result = run_cli("tags", repository)
    assert (result.code, result.text.splitlines(), result.stderr) == (0, NAMES, "")
    assert run_cli("tags", repository, "--last", "latest", "--limit", "2").text.splitlines() == NAMES[1:3]
    assert run_cli("tags", repository, "--sort", "semver", "--quiet").text.split()[-2:] == ["v1.10.0", "latest"]
    assert run_cli("tags", repository, "--json").json == {"repository": repository, "tags": NAMES}
    assert run_cli("tags", repository, "--json", "--limit", "1").json["tags"] == NAMES[:1]
    assert run_cli("tags", f"{repository}:v1.9.0").code == 2


def test_pages_are_asked_for_when_they_are_needed(faults: FaultRegistry, paged: str) -> None:
    """And by the links as they were written."""
    tags = wasm2oci.tags(paged)
    assert len(faults.journal) == 0
    assert next(tags) == "t000000"
    lines = [
        "GET /v2/org/mod/tags/list?n=1000",
        "GET /v2/org/mod/tags/list?next_page=opaque%3Dt000002",
        "GET /v2/org/mod/tags/list?next_page=opaque%3Dt000005",
    ]
    assert faults.journal.lines() == lines[:1]
    assert [next(tags), next(tags), next(tags)] == ["t000001", "t000002", "t000003"]
    assert faults.journal.lines() == lines[:2]
    assert list(tags) == ["t000004", "t000005", "t000006"]
    assert faults.journal.lines() == lines


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 6, 7, 8])
def test_a_limit_ends_the_list(faults: FaultRegistry, paged: str, run_cli: RunCli, limit: int) -> None:
    """No page is asked for beyond it."""
    wanted = [f"t{number:06}" for number in range(min(limit, 7))]
    assert list(wasm2oci.tags(paged, limit=limit)) == wanted
    assert len(faults.journal) == -(-len(wanted) // 3)
    assert run_cli("tags", paged, "--limit", str(limit)).text.split() == wanted


def test_a_list_that_is_left_asks_no_more(faults: FaultRegistry, paged: str) -> None:
    """In the async client as well."""

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            async for tag in client.tags(paged):
                if tag == "t000001":
                    break

    asyncio.run(main())
    assert len(faults.journal) == 1


def test_lines_come_before_the_last_page(faults: FaultRegistry, paged: str, start_cli: StartCli) -> None:
    """Whoever reads them need not wait."""
    stall = faults.on("GET", "tags", nth=2).stall()
    process = start_cli("tags", paged)
    assert process.stdout is not None
    assert process.stdout.readline() == b"t000000\n"
    stall.stalled.released.set()
    assert len(process.stdout.read().split()) == 6
    assert process.wait() == 0


HERE = "/v2/org/mod/tags/list"
LIST = b'{"name": "org/mod", "tags": ["a"]}'


def linked(target: str) -> Callable[[Rule], object]:
    """Return what links each page to another one."""
    return lambda rule: rule.body(LIST).header("Link", f'<{target}?last=a>; rel="next"')


CASES: dict[str, tuple[Callable[[Rule], object], type[wasm2oci.Wasm2ociError]]] = {
    "html": (lambda rule: rule.body(b"<html>Sign in</html>", "text/html"), wasm2oci.RegistryError),
    "numbers": (lambda rule: rule.body(b'{"name": "org/mod", "tags": ["a", 1]}'), wasm2oci.RegistryError),
    "nulls": (lambda rule: rule.body(b'{"name": "org/mod", "tags": [null]}'), wasm2oci.RegistryError),
    "circle": (linked(HERE), wasm2oci.RegistryError),
    "another host": (linked(f"http://evil.test{HERE}"), wasm2oci.RegistryError),
    "another scheme": (linked(f"https://localhost{HERE}"), wasm2oci.RegistryError),
    "another path": (linked("/token"), wasm2oci.RegistryError),
    "large": (lambda rule: rule.body(b'{"tags": ["' + b"a" * (17 << 20) + b'"]}'), wasm2oci.SizeExceededError),
    "unknown": (lambda rule: rule.fail(404, "NAME_UNKNOWN", "not known"), wasm2oci.NotFoundError),
    "denied": (lambda rule: rule.fail(403, "DENIED", "not for you"), wasm2oci.PermissionDeniedError),
    "unsupported": (lambda rule: rule.fail(405, "UNSUPPORTED", "no lists"), wasm2oci.UnsupportedError),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_list_of_tags_is_refused(faults: FaultRegistry, run_cli: RunCli, case: str) -> None:
    """With what it was, and what was asked for."""
    breaks, expected = CASES[case]
    faults.add_module(MODULE)
    breaks(faults.on("GET", "tags"))
    repository = f"{faults.host}/org/mod"
    with pytest.raises(expected) as caught:
        list(wasm2oci.tags(repository))
    assert type(caught.value) is expected
    assert caught.value.message.startswith(f'tags "{repository}": ')
    result = run_cli("tags", repository, "--json")
    assert (result.code > 2, result.stdout) == (True, b"")
    assert all("evil.test" not in line for line in faults.journal.lines())


def test_none_is_an_empty_list(faults: FaultRegistry, run_cli: RunCli) -> None:
    """However a registry spells it."""
    faults.add_module(MODULE)
    for body in (b'{"name": "org/mod", "tags": null}', b'{"name": "org/mod", "tags": []}', b'{"name": "org/mod"}'):
        faults.on("GET", "tags").body(body)
        assert list(wasm2oci.tags(f"{faults.host}/org/mod")) == []
    result = run_cli("tags", f"{faults.host}/org/mod")
    assert (result.code, result.stdout, result.stderr) == (0, b"", "")
    assert run_cli("tags", f"{faults.host}/org/mod", "--json").json["tags"] == []


BAD: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("{host}/org/mod:v1", {}, wasm2oci.InvalidReferenceError, 'write "{host}/org/mod"'),
    ("{host}/org/mod@sha256:" + "0" * 64, {}, wasm2oci.InvalidReferenceError, "without a digest"),
    ("oci:layout:v1", {}, wasm2oci.InvalidReferenceError, 'write "oci:layout"'),
    ("hello", {}, wasm2oci.InvalidReferenceError, "no registry is named"),
    ("{host}/org/mod", {"limit": 0}, wasm2oci.InvalidArgumentError, "limit is less than 1"),
    ("{host}/org/mod", {"sort": "date"}, wasm2oci.InvalidArgumentError, "name, semver"),
    ("{host}/org/mod", {"limit": "1"}, TypeError, "limit must be an int"),
]


@pytest.mark.parametrize(("repository", "options", "error", "words"), BAD)
def test_bad_arguments_are_refused_at_once(
    faults: FaultRegistry, repository: str, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Before anything is asked for, and before anybody loops."""
    with pytest.raises(error) as caught:
        wasm2oci.tags(repository.format(host=faults.host), **options)
    assert words.format(host=faults.host) in str(caught.value)

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            with pytest.raises(error):
                client.tags(repository.format(host=faults.host), **options)

    asyncio.run(main())
    assert len(faults.journal) == 0


def test_a_closed_client_lists_nothing(faults: FaultRegistry) -> None:
    """It says so when it is asked for the first tag."""
    client = wasm2oci.Client()
    tags = client.tags(tagged(faults, 1))
    client.close()
    with pytest.raises(wasm2oci.ClosedError):
        next(tags)


def test_cancelling_ends_the_wait_for_a_page(faults: FaultRegistry, paged: str) -> None:
    """In the middle of a list."""
    faults.on("GET", "tags", nth=2).stall()

    async def main() -> list[str]:
        found = []
        async with wasm2oci.AsyncClient() as client:

            async def loop() -> None:
                async for tag in client.tags(paged):
                    found.append(tag)  # noqa: PERF401 - those before the end count

            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(loop(), 1)
        return found

    assert asyncio.run(main()) == ["t000000", "t000001", "t000002"]


def test_a_time_limit_holds_for_each_page(faults: FaultRegistry, paged: str, run_cli: RunCli) -> None:
    """Those before it are there."""
    faults.on("GET", "tags", nth=[2, 4]).stall()
    tags = wasm2oci.tags(paged, timeout=0.5)
    assert [next(tags) for _ in range(3)] == ["t000000", "t000001", "t000002"]
    with pytest.raises(wasm2oci.OperationTimeoutError):
        next(tags)
    result = run_cli("tags", paged, "--timeout", "0.5")
    assert (result.code, result.text.split()) == (8, ["t000000", "t000001", "t000002"])


@pytest.mark.parametrize("per_page", [1000, None], ids=["pages", "at once"])
def test_a_hundred_thousand_names(faults: FaultRegistry, run_cli: RunCli, per_page: int | None) -> None:
    """All are listed, whether they come in pages or not."""
    faults.routes.tags_per_page = per_page
    repository = tagged(faults, 100_000)
    if per_page is None:
        names = '", "'.join(faults.store.repository("org/mod").tags)
        faults.on("GET", "tags").body(f'{{"name": "org/mod", "tags": ["{names}"]}}'.encode()).omit("Link")
    lines = run_cli("tags", repository).text.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (100_000, "t000000", "t099999")
    assert lines == sorted(set(lines))


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not say how much memory a process had at most")
def test_memory_stays_flat_over_pages(faults: FaultRegistry) -> None:
    """A hundred pages take no more than five."""
    faults.routes.tags_per_page = 1000
    peaks = []
    for count in (5_000, 100_000):
        repository = tagged(faults, count)
        said = python.check(python.PEAK + PROGRAM, repository)
        listed, peak = map(int, said.split())
        assert listed == count
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 12_000_000
