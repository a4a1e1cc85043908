"""`lock` and `sync`, and `pull --locked`: exactly what somebody has looked at, and no request too many."""

from __future__ import annotations

import asyncio
import json
import pickle
import resource
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import layer
from tests.support import binaries, cli, python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import CliResult, RunCli

LONG = 12
"""Seconds of a processor that a list of many thousand lines may take."""

ABSENT = "sha256:" + "0" * 64


class _Site:
    """A registry with org/mod0, org/mod1 and org/mod2, and a folder with a list of them."""

    def __init__(self, faults: FaultRegistry, run_cli: RunCli, folder: Path) -> None:
        self.faults = faults
        self.folder = folder
        self._run_cli = run_cli
        self.list, self.file, self.out = folder / "mods", folder / "mods.lock", folder / "out"
        for number in range(3):
            self.move(number, number)
        self.write(f"{self.name(0)}", f"{self.name(1)}\tsub/one.wasm", f"{self.name(2)}")

    def name(self, number: int) -> str:
        return self.faults.reference(f"org/mod{number}")

    def move(self, number: int, seed: int) -> None:
        self.faults.add_module(binaries.module(seed=seed), repository=f"org/mod{number}")

    def write(self, *lines: str) -> None:
        self.list.write_text("# ours\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")

    def run(self, *arguments: str) -> CliResult:
        self.faults.journal.clear()
        return self._run_cli(*arguments, cwd=self.folder)

    def locked(self) -> list[dict[str, Any]]:
        modules: list[dict[str, Any]] = json.loads(self.file.read_text("utf-8"))["modules"]
        return modules

    def edit(self, change: Callable[[dict[str, Any]], None], number: int = 0) -> None:
        document = json.loads(self.file.read_text("utf-8"))
        change(document["modules"][number])
        self.file.write_text(json.dumps(document), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        found = (path for path in self.out.rglob("*") if path.is_file())
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in found}


EXPECTED = {
    "mod0.wasm": binaries.module(seed=0),
    "sub/one.wasm": binaries.module(seed=1),
    "mod2.wasm": binaries.module(seed=2),
}


@pytest.fixture
def site(faults: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> _Site:
    """Return a registry, and a list that is not locked yet."""
    return _Site(faults, run_cli, tmp_path)


@pytest.fixture
def locked(site: _Site) -> _Site:
    """Return the same, locked."""
    assert site.run("lock", "mods").code == 0
    return site


def test_the_lock_says_what_each_reference_means(site: _Site) -> None:
    """Sorted, as the list spells it, with a newline at the end."""
    result = site.run("lock", "mods")
    assert (result.code, result.stderr) == (0, "")
    assert result.text.splitlines()[-1] == "mods.lock: written"
    text = site.file.read_text("utf-8")
    assert text.endswith("}\n")
    document = json.loads(text)
    assert list(document) == ["modules", "schema_version"]
    assert document["schema_version"] == 1
    assert [module["reference"] for module in document["modules"]] == [site.name(number) for number in range(3)]
    assert [module.get("path") for module in document["modules"]] == [None, "sub/one.wasm", None]
    with wasm2oci.Client() as client:
        found = client.inspect(wasm2oci.Reference.parse(site.name(1)))
    assert found.layer is not None
    assert document["modules"][1] == {
        "reference": site.name(1),
        "path": "sub/one.wasm",
        "digest": found.digest,
        "layer_digest": found.layer.digest,
        "file_digest": found.file_digest,
        "file_size": found.file_size,
        "format": "wasm",
        "kind": "module",
    }


def test_what_is_locked_stays(locked: _Site) -> None:
    """Another run asks for nothing, and writes nothing, wherever tags have gone; the order of the list is no matter."""
    before, written = locked.file.read_bytes(), locked.file.stat().st_mtime_ns
    locked.move(1, 9)
    locked.write(locked.name(2), locked.name(0), f"{locked.name(1)}\tsub/one.wasm")
    result = locked.run("lock", "mods")
    assert (result.code, result.text, len(locked.faults.journal)) == (0, "mods.lock: up to date\n", 0)
    assert (locked.file.read_bytes(), locked.file.stat().st_mtime_ns) == (before, written)
    assert locked.run("lock", "mods", "--quiet").stdout == b""


def test_the_same_modules_make_the_same_bytes(locked: _Site, tmp_path: Path) -> None:
    """Whoever locks them, in whatever order."""
    items: list[wasm2oci.PullItem] = [
        locked.name(2),
        (wasm2oci.Reference.parse(locked.name(1)), "sub/one.wasm"),
        (locked.name(0), None),
    ]
    found = wasm2oci.lock(items, tmp_path / "other.lock")
    assert (tmp_path / "other.lock").read_bytes() == locked.file.read_bytes()
    assert [module.reference for module in found] == [locked.name(number) for number in range(3)]
    assert pickle.loads(pickle.dumps(found)) == found
    wasm2oci.lock(locked.list, tmp_path / "third.lock")
    assert (tmp_path / "third.lock").read_bytes() == locked.file.read_bytes()


def test_names_are_updated_alone(locked: _Site) -> None:
    """By reference or by path; without names all are."""
    for number in range(3):
        locked.move(number, 10 + number)
    before = locked.locked()
    result = locked.run("lock", "mods", "--update", "sub/one.wasm")
    assert result.code == 0
    assert result.text.startswith(f"~ {locked.name(1)} (sub/one.wasm): digest {before[1]['digest']} is now sha256:")
    assert {request.path.split("/")[3] for request in locked.faults.journal} == {"mod1"}
    after = locked.locked()
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]
    assert locked.run("lock", "mods", "--update", locked.name(0)).code == 0
    assert locked.locked()[0] != before[0]
    assert locked.locked()[2] == before[2]
    assert locked.run("lock", "mods", "--update").code == 0
    assert locked.locked()[2] != before[2]


def test_a_name_that_is_not_listed_is_refused(locked: _Site) -> None:
    """And so is one without --update."""
    result = locked.run("lock", "mods", "--update", "mod7")
    assert (result.code, len(locked.faults.journal)) == (2, 0)
    assert 'nothing in the list is called "mod7"' in result.stderr
    result = locked.run("lock", "mods", "mod0.wasm")
    assert (result.code, "add --update" in result.stderr) == (2, True)


def test_a_check_changes_nothing(locked: _Site) -> None:
    """It has an exit code of its own, and says what would change; without --update it asks nobody."""
    assert locked.run("lock", "mods", "--check").code == 0
    before = locked.file.read_bytes()
    locked.write(locked.name(0), f"{locked.name(1)}\tother.wasm", f"{locked.name(2)}")
    result = locked.run("lock", "mods", "--check", "--quiet")
    assert (result.code, result.stderr, len(locked.faults.journal)) == (15, "", 0)
    assert result.text.splitlines() == [f"- {locked.name(1)} (sub/one.wasm)", f"+ {locked.name(1)} (other.wasm)"]
    document = locked.run("lock", "mods", "--check", "--json").json
    assert (document["path"], document["written"]) == ("mods.lock", False)
    assert document["added"] == [{"reference": locked.name(1), "path": "other.wasm"}]
    assert document["removed"] == [{"reference": locked.name(1), "path": "sub/one.wasm"}]
    assert locked.file.read_bytes() == before


@pytest.mark.alone
@pytest.mark.parametrize("command", ["pull --locked --output-dir out --from-file mods", "lock --check mods"])
def test_what_differs_in_a_long_list_is_found_at_once(locked: _Site, command: str) -> None:
    """Each line is looked for once."""
    document = json.loads(locked.file.read_text("utf-8"))
    (first, *_) = document["modules"]
    many = 20_000
    document["modules"] = [{**first, "path": f"old/{number}.wasm"} for number in range(many)]
    locked.file.write_text(json.dumps(document), encoding="utf-8")
    locked.write(*(f"{first['reference']}\tnew/{number}.wasm" for number in range(many)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = locked.run(*command.split())
    taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    lines = [*result.text.splitlines(), *result.stderr.splitlines()]
    assert (result.code, sum(line.startswith("- ") for line in lines)) == (15, many)
    assert taken < LONG


def test_a_check_with_update_says_which_tags_have_moved(locked: _Site) -> None:
    """A job at night may want to know."""
    assert locked.run("lock", "mods", "--check", "--update").code == 0
    before = locked.locked()
    locked.move(2, 12)
    result = locked.run("lock", "mods", "--check", "--update")
    assert result.code == 15
    assert result.text.startswith(f"~ {locked.name(2)}: digest {before[2]['digest']} is now sha256:")
    assert locked.locked() == before
    (changed,) = locked.run("lock", "mods", "--check", "--update", "--json").json["changed"]
    assert (changed["old"]["digest"], changed["old"] == changed["new"]) == (before[2]["digest"], False)


def test_a_lock_is_written_only_when_all_is_known(locked: _Site) -> None:
    """Each failure is one line."""
    before = locked.file.read_bytes()
    locked.write(locked.name(0), locked.faults.reference("org/absent"), locked.faults.reference("org/gone"))
    result = locked.run("lock", "mods")
    assert (result.code, result.stderr.count("wasm2oci: error: lock "), result.stderr.count("\n")) == (3, 2, 2)
    assert locked.file.read_bytes() == before
    with pytest.raises(wasm2oci.NotFoundError, match=r"^lock ") as caught:
        wasm2oci.lock(locked.list)
    assert caught.value.reference == locked.faults.reference("org/absent")
    assert locked.file.read_bytes() == before


def test_what_is_locked_is_pulled(locked: _Site) -> None:
    """By digest, wherever tags have gone; and only what is missing or wrong."""
    locked.move(0, 9)
    result = locked.run("pull", "--from-file", "mods", "--locked", "--output-dir", "out")
    assert (result.code, result.stderr) == (0, "")
    assert locked.files() == EXPECTED
    assert not any(request.path.endswith("/manifests/v1") for request in locked.faults.journal)
    (locked.out / "mod0.wasm").write_bytes(b"wrong")
    (locked.out / "mine.txt").write_bytes(b"mine")
    result = locked.run("pull", "--from-file", "mods", "--locked", "--output-dir", "out")
    assert result.code == 0
    assert {request.path.split("/")[3] for request in locked.faults.journal} == {"mod0"}
    assert result.text.count("kept ") == 2
    assert locked.files() == EXPECTED | {"mine.txt": b"mine"}
    result = locked.run("pull", "--from-file", "mods", "--locked", "--output-dir", "out", "--json")
    assert [entry["item"] for entry in result.json] == [locked.name(number) for number in range(3)]
    assert [entry["result"]["action"] for entry in result.json] == ["kept"] * 3
    assert len(locked.faults.journal) == 0


def test_a_list_that_is_not_as_locked_is_refused(locked: _Site) -> None:
    """Before any request, with what differs."""
    locked.write(locked.name(0), f"{locked.name(1)}\tother.wasm", locked.name(2))
    result = locked.run("pull", "--from-file", "mods", "--locked", "--output-dir", "out")
    assert (result.code, result.stdout, len(locked.faults.journal)) == (15, b"", 0)
    assert result.stderr.splitlines() == [
        f"- {locked.name(1)} (sub/one.wasm)",
        f"+ {locked.name(1)} (other.wasm)",
        "wasm2oci: error: 'mods' (+) and its lock (-) do not agree; run: wasm2oci lock mods",
    ]
    assert not locked.out.exists()
    error = json.loads(locked.run("pull", "--from-file", "mods", "--locked", "--json").stderr)
    assert (error["exit_code"], error["error"]["detail"]["added"][0]["path"]) == (15, "other.wasm")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["pull", "--from-file", "mods", "--locked"], 15, "'mods' is not locked; run: wasm2oci lock mods"),
        (["pull", "--from-file", "-", "--locked"], 2, "write the list into a file"),
        (["pull", "127.0.0.1:1/org/mod", "--locked"], 2, "run: wasm2oci pull --from-file LIST --locked"),
        (["pull", "--locked"], 2, "run: wasm2oci pull --from-file LIST --locked"),
        (["pull", "mods", "--locked"], 2, "run: wasm2oci pull --from-file mods --locked"),
        (["pull", "--from-file", "mods", "--locked", "--layer", "1"], 2, "--layer was chosen when"),
        (["lock", "-"], 2, "write the list into a file"),
        (["lock", "absent"], 11, "absent"),
    ],
)
def test_what_does_not_go_together_is_refused(site: _Site, arguments: list[str], code: int, words: str) -> None:
    """In one line, before anything is asked for."""
    result = site.run(*arguments)
    assert (result.code, result.stderr.count("\n"), len(site.faults.journal)) == (code, 1, 0)
    assert words in result.stderr


def test_a_list_is_not_taken_for_its_lock(locked: _Site) -> None:
    """Nor the other way round; it says which of them is wanted."""
    with pytest.raises(wasm2oci.InvalidArgumentError) as caught:
        wasm2oci.sync(locked.list, locked.out)
    assert caught.value.message == (
        f'"{locked.list}" is not a lock; if it is a list, lock it, and name its lock "{locked.file}"'
    )
    assert caught.value.detail["path"] == str(locked.list)
    for words in (["pull", "--from-file", "mods.lock", "--locked"], ["pull", "mods.lock", "--locked"]):
        result = locked.run(*words)
        assert (result.code, len(locked.faults.journal)) == (2, 0)
        assert result.stderr.rstrip().endswith("run: wasm2oci pull --from-file mods --locked")


def test_no_clobber_keeps_what_is_wrong(locked: _Site) -> None:
    """What is right is none of its business."""
    locked.out.mkdir()
    (locked.out / "mod0.wasm").write_bytes(b"old")
    (locked.out / "mod2.wasm").write_bytes(EXPECTED["mod2.wasm"])
    arguments = ["pull", "--from-file", "mods", "--locked", "--output-dir", "out", "--no-clobber"]
    result = locked.run(*arguments)
    fact = 'pull: "out/mod0.wasm" exists and does not match the lock'
    says = f"wasm2oci: error: {fact}; leave out --no-clobber to replace it\n"
    assert (result.code, result.stderr) == (11, says)
    assert locked.files() == EXPECTED | {"mod0.wasm": b"old"}
    with pytest.raises(wasm2oci.AlreadyExistsError):
        wasm2oci.sync(locked.file, locked.out, overwrite=False)


def test_sync_says_what_it_did(locked: _Site) -> None:
    """In the order of the lock, sync and async alike."""
    with wasm2oci.Client() as client:
        files = client.sync(locked.file, locked.out)
    assert [file.path for file in files] == [locked.out / name for name in ("mod0.wasm", "sub/one.wasm", "mod2.wasm")]
    assert [file.action for file in files] == ["added"] * 3
    assert [file.reference for file in files] == [locked.name(number) for number in range(3)]
    assert locked.files() == EXPECTED
    (locked.out / "sub" / "one.wasm").write_bytes(b"x")
    (locked.out / "mod2.wasm").unlink()
    assert [file.action for file in wasm2oci.sync(locked.file, locked.out, durable=True)] == [
        "kept",
        "replaced",
        "added",
    ]
    assert pickle.loads(pickle.dumps(files)) == files


def test_the_async_client_does_the_same(site: _Site) -> None:
    """Many at a time, with progress of all together."""

    async def main() -> tuple[list[str], int]:
        async with wasm2oci.AsyncClient() as client:
            await client.lock(site.list, concurrency=2)
            seen: list[Any] = []
            files = await client.sync(site.file, site.out, concurrency=1, progress=seen.append)
            return [file.action for file in files], seen[-1].finished

    assert asyncio.run(main()) == (["added"] * 3, 3)
    assert site.files() == EXPECTED


def test_a_failure_does_not_stop_the_others(locked: _Site) -> None:
    """The first error is raised once all is done."""
    locked.edit(lambda module: module.update(digest=ABSENT))
    with pytest.raises(wasm2oci.NotFoundError, match=r"^sync .*org/mod0"):
        wasm2oci.sync(locked.file, locked.out, concurrency=1)
    assert locked.files().keys() == {"sub/one.wasm", "mod2.wasm"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"digest": ABSENT}, wasm2oci.NotFoundError),
        ({"layer_digest": ABSENT}, wasm2oci.NotFoundError),
        ({"member": "absent.wasm"}, wasm2oci.NotFoundError),
        ({"file_digest": ABSENT}, wasm2oci.DigestMismatchError),
        ({"file_size": 1}, wasm2oci.DigestMismatchError),
    ],
)
def test_what_the_registry_does_not_have_replaces_nothing(
    locked: _Site, change: dict[str, object], error: type[wasm2oci.Wasm2ociError]
) -> None:
    """And leaves nothing beside the file."""
    locked.edit(lambda module: module.update(change))
    locked.out.mkdir()
    (locked.out / "mod0.wasm").write_bytes(b"mine")
    with pytest.raises(error):
        wasm2oci.sync(locked.file, locked.out)
    assert locked.files() == EXPECTED | {"mod0.wasm": b"mine"}


BROKEN: list[tuple[str, type[wasm2oci.Wasm2ociError], str]] = [
    ("", wasm2oci.InvalidArgumentError, "is not JSON"),
    ('{"modules": [', wasm2oci.InvalidArgumentError, "in line 1"),
    ("<<<<<<< HEAD\n{}", wasm2oci.InvalidArgumentError, "is not JSON"),
    ("[]", wasm2oci.InvalidArgumentError, "is not a JSON object"),
    ("[" * 100_000, wasm2oci.InvalidArgumentError, "is not JSON"),
    ("{}", wasm2oci.InvalidArgumentError, "schema_version"),
    ('{"schema_version": true, "modules": []}', wasm2oci.InvalidArgumentError, "schema_version"),
    ('{"schema_version": "1", "modules": []}', wasm2oci.InvalidArgumentError, "schema_version"),
    ('{"schema_version": 0, "modules": []}', wasm2oci.InvalidArgumentError, "schema_version"),
    ('{"schema_version": 2, "items": {}}', wasm2oci.UnsupportedError, "use a newer wasm2oci"),
    ('{"schema_version": 1}', wasm2oci.InvalidArgumentError, "has no modules"),
    ('{"schema_version": 1, "modules": {}}', wasm2oci.InvalidArgumentError, "not a list"),
    (
        '{"schema_version": 1, "modules": [], "more": 1}',
        wasm2oci.InvalidArgumentError,
        'mods.lock" has a member "more"',
    ),
    ('{"schema_version": ' + "9" * 5000 + "}", wasm2oci.UnsupportedError, "use a newer wasm2oci"),
    ('{"schema_version": -' + "9" * 5000 + "}", wasm2oci.InvalidArgumentError, "schema_version"),
    ('{"schema_version": 1, "schema_version": 1, "modules": []}', wasm2oci.InvalidArgumentError, "twice"),
    ('{"schema_version": 1, "modules": [3]}', wasm2oci.InvalidArgumentError, "module 1"),
    ("\udcff", wasm2oci.InvalidArgumentError, "is not UTF-8"),
]


@pytest.mark.parametrize(("text", "error", "words"), BROKEN)
def test_a_broken_lock_is_refused(locked: _Site, text: str, error: type[wasm2oci.Wasm2ociError], words: str) -> None:
    """And kept as it is, by whoever reads it."""
    raw = text.encode("utf-8", "surrogateescape")
    locked.file.write_bytes(raw)
    for use in (
        lambda: wasm2oci.sync(locked.file, locked.out),
        lambda: wasm2oci.lock(locked.list),
        lambda: wasm2oci.lock(locked.list, update=True),
    ):
        with pytest.raises(error, match=r"mods\.lock") as caught:
            use()
        assert words in str(caught.value)
    assert locked.file.read_bytes() == raw
    assert not locked.out.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"path": "../out.wasm"}, "not in the directory"),
        ({"path": "a/../../out.wasm"}, "not in the directory"),
        ({"path": "/tmp/out.wasm"}, "not in the directory"),
        ({"path": "a\0b"}, "not in the directory"),
        ({"path": ""}, "path that is not a text"),
        ({"path": 7}, "path that is not a text"),
        ({"path": "\ud800"}, 'its file "\\ud800" is not valid Unicode'),
        ({"reference": "127.0.0.1:1/org/mod@sha256:" + "0" * 64}, "not that of its reference"),
        ({"path": "sub//one.wasm"}, "is pulled to"),
        ({"path": "./mod2.wasm"}, "is pulled to"),
        ({"digest": "v1"}, "not a digest"),
        ({"digest": "sha256:" + "A" * 64}, "not a digest"),
        ({"digest": None}, "digest that is not a text"),
        ({"file_digest": "md5:" + "0" * 32}, "not a digest"),
        ({"file_size": "4096"}, "number of bytes"),
        ({"file_size": -1}, "number of bytes"),
        ({"file_size": True}, "number of bytes"),
        ({"file_size": 1e3}, "number of bytes"),
        ({"reference": "NOT A REFERENCE"}, "NOT A REFERENCE"),
        ({"colour": "red"}, '"colour"'),
    ],
)
def test_a_broken_module_is_refused(locked: _Site, change: dict[str, object], words: str) -> None:
    """Before anything is done, with its place."""
    locked.edit(lambda module: module.update(change))
    locked.faults.journal.clear()
    with pytest.raises((wasm2oci.InvalidArgumentError, wasm2oci.InvalidReferenceError), match=r"mods\.lock") as caught:
        wasm2oci.sync(locked.file, locked.out)
    assert words in str(caught.value)
    assert (locked.out.exists(), len(locked.faults.journal)) == (False, 0)


def test_a_mark_at_the_beginning_is_not_part_of_a_lock(locked: _Site) -> None:
    """Some editors write one, and end lines in their way."""
    locked.file.write_bytes(b"\xef\xbb\xbf" + locked.file.read_bytes().replace(b"\n", b"\r\n"))
    assert {file.action for file in wasm2oci.sync(locked.file, locked.out)} == {"added"}


def test_a_module_that_is_there_twice_is_refused(locked: _Site) -> None:
    """As after a merge."""
    document = json.loads(locked.file.read_text("utf-8"))
    document["modules"].append(document["modules"][0])
    locked.file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(wasm2oci.InvalidArgumentError, match=r"is pulled to .*, too"):
        wasm2oci.sync(locked.file, locked.out)


@pytest.mark.parametrize("path", ["../out.wasm", "/tmp/out.wasm"])
def test_a_path_that_leads_out_is_not_locked(site: _Site, path: str) -> None:
    """It could not be pulled."""
    site.write(f"{site.name(0)}\t{path}")
    result = site.run("lock", "mods")
    assert (result.code, len(site.faults.journal), site.file.exists()) == (2, 0, False)
    assert path in result.stderr


NESTED = [
    ("a", "a/b"),
    ("a/b", "a"),
    ("./a", "a//b"),
    ("a/./b", "a"),
    ("a/b/c/d", "a/b"),
    ("a", "a/b/"),
    (None, "mod0.wasm/x"),
]
"""Paths of two modules that cannot both be files."""


@pytest.mark.parametrize(("first", "second"), NESTED)
def test_a_file_that_would_have_to_be_a_directory_is_not_locked(site: _Site, first: str | None, second: str) -> None:
    """It could never be pulled."""
    site.write("\t".join(filter(None, (site.name(0), first))), f"{site.name(1)}\t{second}")
    result = site.run("lock", "mods")
    assert (result.code, len(site.faults.journal), site.file.exists()) == (2, 0, False)
    assert "would have to be a directory; give one of them a path of its own, after a tab" in result.stderr
    assert site.name(0) in result.stderr
    assert site.name(1) in result.stderr


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a")])
def test_a_lock_with_a_file_that_would_have_to_be_a_directory_is_refused(
    locked: _Site, first: str, second: str
) -> None:
    """Before anything is done, as after a merge."""
    locked.edit(lambda module: module.update(path=first), 0)
    locked.edit(lambda module: module.update(path=second), 1)
    locked.faults.journal.clear()
    with pytest.raises(wasm2oci.InvalidArgumentError, match=r"mods\.lock.*have to be a directory"):
        wasm2oci.sync(locked.file, locked.out)
    assert (locked.out.exists(), len(locked.faults.journal)) == (False, 0)
    locked.write(f"{locked.name(0)}\t{first}", f"{locked.name(1)}\t{second}", locked.name(2))
    result = locked.run("pull", "--locked", "--from-file", "mods", "--output-dir", "out")
    assert (result.code, len(locked.faults.journal), locked.out.exists()) == (2, 0, False)


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a"), ("./a", "a//b")])
def test_the_second_of_two_files_in_each_others_way_is_not_pulled(site: _Site, first: str, second: str) -> None:
    """As with two that would be one file."""
    site.write(f"{site.name(0)}\t{first}", f"{site.name(1)}\t{second}")
    result = site.run("pull", "--from-file", "mods", "--output-dir", "out", "--json")
    outcomes = json.loads(result.text)
    assert outcomes[1]["error"]["exit_code"] == 2
    assert "would have to be a directory" in outcomes[1]["error"]["message"]


def test_little_of_what_is_refused_is_shown(site: _Site) -> None:
    """Of a path as of a reference."""
    for lines in (
        [f"{site.name(0)}\t/{'x' * 100_000}"],
        [f"{site.name(0)}\t{'x' * 100_000}", f"{site.name(1)}\t{'x' * 100_000}"],
        [f"{site.name(0)}\t{'x' * 100_000}", f"{site.name(1)}\t{'x' * 100_000}/y"],
        [f"h.io/{'x' * 100_000}"],
    ):
        site.write(*lines)
        result = site.run("lock", "mods")
        assert (result.code, "x" * 150 in result.stderr, "x" * 201 in result.stderr) == (2, True, False)


def test_files_beside_each_other_are_locked(site: _Site) -> None:
    """Names that only begin alike are in nobody's way."""
    site.write(f"{site.name(0)}\ta", f"{site.name(1)}\ta-b", f"{site.name(2)}\ta.b/a")
    assert site.run("lock", "mods").code == 0
    assert site.run("pull", "--locked", "--from-file", "mods", "--output-dir", "out").code == 0
    assert set(site.files()) == {"a", "a-b", "a.b/a"}


def test_a_link_does_not_lead_out(locked: _Site, tmp_path: Path) -> None:
    """A lock comes from elsewhere, and the directory may hold whatever."""
    (tmp_path / "elsewhere").mkdir()
    locked.out.mkdir()
    (locked.out / "sub").symlink_to(tmp_path / "elsewhere")
    locked.edit(lambda module: module.update(path="sub/deeper/one.wasm"))
    with pytest.raises(wasm2oci.InvalidArgumentError, match="out of the directory"):
        wasm2oci.sync(locked.file, locked.out)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_directory_is_not_replaced(locked: _Site) -> None:
    """And a device is not read."""
    (locked.out / "mod0.wasm").mkdir(parents=True)
    (locked.out / "mod2.wasm").symlink_to("/dev/zero")
    with pytest.raises(wasm2oci.FilesystemError, match=r"mod0\.wasm. is a directory"):
        wasm2oci.sync(locked.file, locked.out)
    assert (locked.out / "mod0.wasm").is_dir()
    assert (locked.out / "mod2.wasm").is_symlink()
    assert (locked.out / "sub" / "one.wasm").exists()


def test_a_platform_is_chosen_once(faults: FaultRegistry, tmp_path: Path) -> None:
    """The lock holds the manifest, and the index that led to it."""
    children = [
        faults.add_module(binaries.module(seed=seed), repository="org/many", tag=None).descriptor(
            platform={"os": system, "architecture": "wasm"}
        )
        for seed, system in ((1, "wasi"), (2, "js"))
    ]
    index = faults.add_index("org/many", "v1", children)
    reference = faults.reference("org/many")
    with pytest.raises(wasm2oci.AmbiguousError):
        wasm2oci.lock([reference], tmp_path / "lock")
    assert not (tmp_path / "lock").exists()
    (module,) = wasm2oci.lock([reference], tmp_path / "lock", platform="js/wasm")
    assert (module.digest, module.index_digest) == (children[1]["digest"], index.digest)
    (file,) = wasm2oci.sync(tmp_path / "lock", tmp_path / "out")
    assert file.path.read_bytes() == binaries.module(seed=2)


@pytest.mark.parametrize("format", ["wasm", "wasm-to-oci", "compat", "image"])
@pytest.mark.parametrize("scheme", ["oci:", "oci-archive:"])
def test_every_format_is_locked(tmp_path: Path, format: Any, scheme: str) -> None:  # noqa: A002, ANN401
    """A packed module with its path in the layer; a layout as well as an archive."""
    reference = f"{scheme}{tmp_path / 'place'}:v1"
    wasm2oci.push(binaries.HELLO, reference, format=format)
    (module,) = wasm2oci.lock([(reference, "hello.wasm")], tmp_path / "lock")
    assert module.format == format
    assert (module.member is not None) is (format in {"compat", "image"})
    (file,) = wasm2oci.sync(tmp_path / "lock", tmp_path / "out")
    assert file.path.read_bytes() == binaries.HELLO.read_bytes()


def test_a_layer_is_chosen_once(faults: FaultRegistry, tmp_path: Path) -> None:
    """Where an artifact has several."""
    contents = [binaries.module(seed=seed) for seed in (1, 2)]
    faults.add_artifact("org/two", layers=[layer(content, "application/wasm") for content in contents])
    (module,) = wasm2oci.lock([faults.reference("org/two")], tmp_path / "lock", layer=1)
    (file,) = wasm2oci.sync(tmp_path / "lock", tmp_path / "out")
    assert (file.path.read_bytes(), file.file_digest) == (contents[1], module.file_digest)


def test_no_directory_stays_for_what_cannot_be_pulled(locked: _Site) -> None:
    """As with a list that is not locked."""
    locked.faults.on("GET", "*/org/mod1/*").status(404)
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.sync(locked.file, locked.out)
    assert sorted(path.name for path in locked.out.iterdir()) == ["mod0.wasm", "mod2.wasm"]


def test_the_cache_lists_what_is_locked(locked: _Site, tmp_path: Path) -> None:
    """It was asked for by digest, and so has no tag there."""
    where = ("--cache", str(tmp_path / "cache"))
    assert locked.run("pull", "--from-file", "mods", "--locked", *where).code == 0
    listed = locked.run("cache", "list", *where)
    digests = sorted(module["digest"] for module in locked.locked())
    assert listed.text.splitlines() == [f"{digest}  read by digest, under no tag" for digest in digests]
    with wasm2oci.Client(cache_dir=tmp_path / "cache") as client:
        found = client.cache()
    assert (list(found.unnamed), found.artifacts) == (digests, ())
    assert locked.run("pull", locked.name(0), "-o", "tagged.wasm", *where).code == 0
    listed = locked.run("cache", "list", *where)
    assert [line.count(locked.name(0)) for line in listed.text.splitlines()] == [1, 0, 0]


def test_a_cache_serves_what_is_locked(locked: _Site, tmp_path: Path) -> None:
    """With the registry down."""
    with wasm2oci.Client(cache_dir=tmp_path / "cache") as client:
        assert {file.source for file in client.sync(locked.file, locked.out)} == {"registry"}
        locked.faults.close()
        files = client.sync(locked.file, tmp_path / "again")
    assert {file.source for file in files} == {"cache"}


@pytest.mark.skipif(sys.platform == "win32", reason="the modes of files are POSIX's")
def test_what_is_locked_may_be_linked(locked: _Site, tmp_path: Path) -> None:
    """The mode of a file that is replaced is not given to the cache."""
    locked.out.mkdir()
    (locked.out / "mod0.wasm").write_bytes(b"wrong")
    with wasm2oci.Client(cache_dir=tmp_path / "cache", link_mode="hardlink") as client:
        for _ in range(2):
            client.sync(locked.file, locked.out)
            assert locked.files() == EXPECTED
            with client.cached(locked.name(0)) as module:
                assert (locked.out / "mod0.wasm").samefile(module)
                assert module.path.stat().st_mode & 0o777 == 0o444
            (locked.out / "mod0.wasm").unlink()


KILLED = """
    import os, signal, sys
    import wasm2oci

    def killed(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(os, sys.argv[3], killed)
    wasm2oci.lock([sys.argv[1]], sys.argv[2], update=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed so there")
@pytest.mark.parametrize("moment", ["fsync", "chmod", "replace"])
def test_a_lock_is_never_half(tmp_path: Path, moment: str) -> None:
    """Who kills it keeps the old one."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(binaries.module(), reference)
    wasm2oci.lock([reference], tmp_path / "lock")
    before = (tmp_path / "lock").read_bytes()
    wasm2oci.push(binaries.module(seed=2), reference)
    assert python.run(KILLED, reference, str(tmp_path / "lock"), moment).code == -signal.SIGKILL
    assert (tmp_path / "lock").read_bytes() == before
    wasm2oci.lock([reference], tmp_path / "lock", update=True)
    assert (tmp_path / "lock").read_bytes() != before


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what the system says."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(binaries.module(), reference)
    with pytest.raises(wasm2oci.FilesystemError, match="No such file or directory") as caught:
        wasm2oci.lock([reference], tmp_path / "absent" / "lock")
    assert caught.value.filename == str(tmp_path / "absent" / "lock")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([3], "lock"), TypeError),
        ((["oci:x"],), TypeError),
        ((3, "lock"), TypeError),
        (("list", 3), TypeError),
    ],
)
def test_bad_arguments_are_refused(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    """As in every verb."""
    with pytest.raises(error):
        wasm2oci.lock(*arguments)
    with pytest.raises(error):
        wasm2oci.sync(3, "out")  # type: ignore[arg-type] # that is the point


def test_the_module_is_found_by_the_command_line() -> None:
    """Its help names the exit code."""
    assert "exit with 15" in " ".join(cli.run("lock", "--help").text.split())
