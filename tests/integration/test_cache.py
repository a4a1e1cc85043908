"""A client with a cache: what it asks for, what it keeps, and what others see of that."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python, seccomp
from tests.support.cli import run

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

MODULE = binaries.module(100_000)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return where a cache is to be made."""
    return tmp_path / "cache"


@pytest.fixture
def reference(faults: FaultRegistry) -> str:
    """Name a module of a registry that notes what it is asked."""
    faults.add_module(MODULE)
    return faults.reference()


def asked(faults: FaultRegistry) -> list[str]:
    """Return what the registry was asked, and forget it."""
    lines = [f"{request.method} {request.path.split('/')[-2].removesuffix('s')}" for request in faults.journal]
    faults.journal.clear()
    return lines


def test_what_is_there_is_not_read_again(faults: FaultRegistry, reference: str, cache: Path, tmp_path: Path) -> None:
    """A tag costs one question; a digest none."""
    with wasm2oci.Client(cache_dir=cache) as client:
        first = client.pull(reference, tmp_path / "first.wasm")
        assert (first.source, first.age) == ("registry", None)
        asked(faults)
        again = client.pull(reference, tmp_path / "again.wasm")
        assert (again.source, again.age) == ("cache", None)
        assert asked(faults) == ["HEAD manifest"]
        repository = reference.rpartition(":")[0]
        pinned = client.pull(f"{repository}@{first.digest}", tmp_path / "pinned.wasm")
        assert pinned.source == "cache"
        assert client.fetch(f"{repository}@{first.digest}") == MODULE
        known = client.pull(reference, tmp_path / "known.wasm", pull_policy="missing")
        assert known.age is not None
        assert known.age < 60
        assert client.inspect(reference, pull_policy="never").source == "cache"
        assert client.resolve(reference, pull_policy="never").digest == first.digest
        with client.open(reference, pull_policy="never") as reader:
            assert (reader.read(), reader.source) == (MODULE, "cache")
        assert asked(faults) == []
    assert {path.read_bytes() for path in tmp_path.glob("*.wasm")} == {MODULE}


def test_it_starts_without_a_network(faults: FaultRegistry, reference: str, cache: Path) -> None:
    """And says what it does not have."""
    with wasm2oci.Client(cache_dir=cache) as client:
        client.fetch(reference)
    faults.close()
    with wasm2oci.Client(cache_dir=cache, retries=0) as client:
        with pytest.raises(wasm2oci.NetworkError, match="or use pull_policy missing: the cache has what the tag named"):
            client.fetch(reference)
        assert "or use --pull-policy missing" in run("resolve", reference, "--cache", cache, "--retries", "0").stderr
        assert client.fetch(reference, pull_policy="missing") == MODULE
        with pytest.raises(wasm2oci.NotFoundError, match="is not in the cache"):
            client.fetch(reference.replace(":v1", ":v2"), pull_policy="never")


def test_true_is_the_system_directory(reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And False none, whatever the environment says."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("WASM2OCI_CACHE", str(tmp_path / "named"))
    with wasm2oci.Client(cache_dir=False) as client:
        client.fetch(reference)
    assert list(tmp_path.iterdir()) == []
    with wasm2oci.Client(cache_dir=True) as client:
        client.fetch(reference)
    with wasm2oci.Client() as client:
        client.fetch(reference)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["named", "wasm2oci"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pull_policy": "never"}, "there is no cache"),
        ({"cache_dir": "c", "pull_policy": "sometimes"}, "not always, missing or never"),
        ({"cache_dir": "c", "cache_size": 0}, "cache_size is less than 1"),
        ({"cache_dir": "c", "link_mode": "symlink"}, "not copy or hardlink"),
        ({"cache_dir": "c", "cache": False}, "cannot be combined"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str, reference: str) -> None:
    """Before any request."""
    with pytest.raises((wasm2oci.InvalidArgumentError, ValueError), match=message):  # noqa: SIM117
        with wasm2oci.Client(**options) as client:  # type: ignore[arg-type]
            client.fetch(reference)


def test_the_command_line_has_it(faults: FaultRegistry, reference: str, cache: Path, tmp_path: Path) -> None:
    """Under options of its own, and --json says where a module came from."""
    output = str(tmp_path / "m.wasm")
    assert run("pull", reference, "-o", output, "--cache", cache, "--json").json["source"] == "registry"
    asked(faults)
    ended = run("pull", reference, "-o", output, "--cache", cache, "--pull-policy", "missing", "--json")
    said = ended.json
    assert said["source"] == "cache"
    assert said["age"] < 60
    assert asked(faults) == []
    ended = run("pull", f"{reference}x", "-o", output, "--cache", cache, "--pull-policy", "never")
    assert ended.code == 3
    assert "--pull-policy" in ended.stderr


def test_a_damaged_entry_is_read_anew(faults: FaultRegistry, reference: str, cache: Path) -> None:
    """Nothing of it is given out, not even to who reads by parts."""
    with wasm2oci.Client(cache_dir=cache) as client:
        client.fetch(reference)
        layer = client.inspect(reference).layer
        assert layer is not None
        blob = cache / "blobs" / "sha256" / layer.digest.removeprefix("sha256:")
        blob.chmod(0o600)
        blob.write_bytes(MODULE[:-1] + b"!")
        asked(faults)
        with client.open(reference) as reader:
            assert reader.read() == MODULE
        assert asked(faults) == ["HEAD manifest", "GET blob"]
        assert blob.read_bytes() == MODULE


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("file", 'the cache cannot be used: cannot open "{}": not a directory'),
        ("file/below", 'the cache cannot be used: cannot read "{}": not a directory'),
        ("dangling", 'the cache cannot be written: cannot make the directory "{}": file exists'),
        ("loop", 'the cache cannot be used: cannot read "{}": too many levels of symbolic links'),
        ("full", "the cache cannot be written: the directory is not empty and not an OCI layout; name another one"),
    ],
)
def test_a_cache_that_cannot_be_written_is_done_without(
    reference: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, words: str
) -> None:
    """With one warning."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("absent")
    (tmp_path / "loop").symlink_to("loop")
    with wasm2oci.Client(cache_dir=tmp_path / name) as client:
        for _ in range(2):
            assert client.fetch(reference) == MODULE
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [f"{words.format(tmp_path / name)}; going on without it"]
    assert {path.read_text() for path in (tmp_path / "file", tmp_path / "full" / "file")} == {"mine"}


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's, and so is its limit of file sizes")
def test_a_full_disk_is_done_without(reference: str, cache: Path) -> None:
    """Nothing of what was begun stays."""
    program = """
        import resource, signal, sys, wasm2oci

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # as if the disk were full
        with wasm2oci.Client(cache_dir=sys.argv[2]) as client:
            print(len(client.fetch(sys.argv[1])))
    """
    ended = python.run(program, reference, str(cache))
    assert (ended.code, ended.stdout.strip()) == (0, str(len(MODULE)))
    assert not [path for path in (cache / "blobs").rglob("*") if path.is_file() and path.stat().st_size > 10_000]


def test_a_cached_module_has_a_path(faults: FaultRegistry, reference: str, cache: Path) -> None:
    """Which stays while it is held, and whose content no other pull changes."""
    with wasm2oci.Client(cache_dir=cache, cache_size=110_000) as client:
        with client.cached(reference) as module:
            assert module.path.read_bytes() == MODULE
            assert (module.kind, module.file_size, module.source) == ("module", len(MODULE), "registry")
            assert module.path == Path(os.fspath(module))
            assert module.path.stat().st_mode & 0o222 == 0
            faults.add_module(binaries.module(100_001), "org/other")
            other = client.cached(faults.reference("org/other"))
            assert module.path.exists()  # which is too much for the cache, and in use
        faults.add_module(binaries.module(100_002), "org/third")
        client.cached(faults.reference("org/third")).close()
        assert not module.path.exists()
        assert other.path.exists()
        other.close()
        other.close()
        with pytest.raises(TypeError, match="cannot be copied"):
            pickle.dumps(other)


@pytest.mark.skipif(sys.platform == "win32", reason="the modes of files are POSIX's")
def test_a_hard_link_is_the_file_of_the_cache(
    faults: FaultRegistry, reference: str, cache: Path, tmp_path: Path
) -> None:
    """Read-only; it stays when its entry goes, and a copy is what one gets by default."""
    output = tmp_path / "m.wasm"
    output.write_text("old")
    with wasm2oci.Client(cache_dir=cache, link_mode="hardlink") as client:
        for _ in range(2):
            client.pull(reference, output)
            with client.cached(reference) as module:
                assert output.samefile(module)
        assert output.stat().st_mode & 0o777 == 0o444
        with pytest.raises(wasm2oci.AlreadyExistsError):
            client.pull(reference, output, overwrite=False)
        client.pull(reference, tmp_path / "other.wasm", overwrite=False, durable=True)
        assert output.samefile(tmp_path / "other.wasm")
        client.cache(max_size=0)
        assert not module.path.exists()
        assert output.read_bytes() == MODULE
        faults.add_module(binaries.module(100_001))
        client.pull(reference, output)
    assert (tmp_path / "other.wasm").read_bytes() == MODULE
    with wasm2oci.Client(cache_dir=cache) as client:
        copy = client.pull(reference, tmp_path / "copy.wasm").path
    assert (copy.stat().st_nlink, copy.stat().st_mode & 0o200) == (1, 0o200)
    assert output.read_bytes() == copy.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "m.wasm", "other.wasm", "copy.wasm"}


@pytest.mark.skipif(sys.platform == "win32", reason="the modes of files are POSIX's")
def test_what_somebody_could_write_is_not_linked(reference: str, cache: Path, tmp_path: Path) -> None:
    """Nor is what lies in a packed layer."""
    with wasm2oci.Client(cache_dir=cache, link_mode="hardlink") as client:
        with client.cached(reference) as module:
            module.path.chmod(0o644)
        path = client.pull(reference, tmp_path / "m.wasm").path
        assert (path.read_bytes(), path.stat().st_nlink) == (MODULE, 1)
        packed = f"{reference}-packed"
        client.push(binaries.HELLO, packed, format="compat")
        path = client.pull(packed, tmp_path / "packed.wasm").path
        assert (path.read_bytes(), path.stat().st_nlink) == (binaries.HELLO.read_bytes(), 1)


@pytest.mark.skipif(sys.platform == "win32", reason="the modes of files are POSIX's")
def test_a_link_that_is_written_to_is_found_out(reference: str, cache: Path, tmp_path: Path) -> None:
    """The module is read anew, and the file of whoever did that is his."""
    with wasm2oci.Client(cache_dir=cache, link_mode="hardlink") as client:
        path = client.pull(reference, tmp_path / "m.wasm").path
        path.chmod(0o600)
        path.write_bytes(MODULE[:-1] + b"!")
        assert client.pull(reference, tmp_path / "other.wasm").source == "registry"
    assert (tmp_path / "other.wasm").read_bytes() == MODULE
    assert path.read_bytes() != MODULE


@pytest.mark.skipif(not seccomp.SUPPORTED, reason="system calls cannot be refused here")
def test_what_is_known_by_its_digest_opens_no_socket(reference: str, cache: Path) -> None:
    """The process would be ended by the first one."""
    with wasm2oci.Client(cache_dir=cache) as client:
        pinned = f"{reference.rpartition(':')[0]}@{client.resolve(reference).digest}"
        client.fetch(reference)
    program = """
        import sys
        import wasm2oci
        from tests.support import seccomp

        wasm2oci.runtime_info()
        seccomp.refuse({"socket": seccomp.KILL})
        cache, pinned, tagged, output = sys.argv[1:]
        with wasm2oci.Client(cache_dir=cache) as client:
            print(len(client.fetch(pinned)), client.pull(pinned, output).source, client.inspect(pinned).kind)
            print(len(client.fetch(tagged, pull_policy="missing")), len(client.fetch(tagged, pull_policy="never")))
            sys.stdout.flush()
            client.fetch(tagged)
    """
    ended = python.run(program, str(cache), pinned, reference, str(cache.parent / "m.wasm"))
    size = len(MODULE)
    assert ended.stdout.splitlines() == [f"{size} cache module", f"{size} {size}"], ended.stderr
    assert ended.code == -signal.SIGSYS


def test_a_module_in_a_layer_gets_a_path(hello: Path, cache: Path, tmp_path: Path) -> None:
    """As do those of layouts, with kind and digest of their own."""
    wasm2oci.push(hello, f"oci:{tmp_path / 'layout'}:v1", format="compat")
    with wasm2oci.Client(cache_dir=cache) as client:
        for _ in range(2):
            with client.cached(f"oci:{tmp_path / 'layout'}:v1") as module:
                assert module.path.read_bytes() == hello.read_bytes()
                assert module.path.is_relative_to(cache)
    with pytest.raises(wasm2oci.InvalidArgumentError, match="there is no cache"):
        wasm2oci.cached(f"oci:{tmp_path / 'layout'}:v1")


def test_the_async_client_caches(reference: str, cache: Path) -> None:
    """As the other one does."""

    async def main() -> bytes:
        async with wasm2oci.AsyncClient(cache_dir=cache) as client:
            with await client.cached(reference) as module:
                return module.path.read_bytes()

    assert asyncio.run(main()) == MODULE


def test_what_is_damaged_is_not_handed_out_as_a_path(reference: str, cache: Path) -> None:
    """It is read anew first."""
    with wasm2oci.Client(cache_dir=cache) as client:
        with client.cached(reference) as module:
            path = module.path
        path.chmod(0o600)
        path.write_bytes(MODULE[:-1] + b"!")
        with client.cached(reference) as module:
            assert module.path.read_bytes() == MODULE


@pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")
def test_others_read_it(reference: str, cache: Path, tmp_path: Path) -> None:
    """It is a layout, and what is listed in it is whole."""
    with wasm2oci.Client(cache_dir=cache) as client:
        client.fetch(reference)
        digest = client.resolve(reference).digest
    copied = tmp_path / "copied"
    subprocess.run(
        ["skopeo", "copy", "--quiet", f"oci:{cache}:{reference}", f"oci:{copied}:v1"], check=True, timeout=60
    )
    assert wasm2oci.fetch(f"oci:{copied}:v1") == MODULE
    assert wasm2oci.fetch(f"oci:{cache}@{digest}") == MODULE


def test_what_is_in_it_can_be_seen_and_removed(faults: FaultRegistry, reference: str, cache: Path) -> None:
    """By what was used last; what is held stays."""
    faults.add_module(binaries.module(50_000), "org/other")
    with wasm2oci.Client(cache_dir=cache, cache_size=1_000_000) as client:
        empty = client.cache(max_size=0, verify=True)
        assert (empty.path, empty.size, empty.artifacts, empty.removed) == (cache, 0, (), ())
        digest = client.pull(reference, cache.parent / "m.wasm").digest
        with client.cached(faults.reference("org/other")) as held:
            found = client.cache()
            assert [item.reference for item in found.artifacts] == [reference, faults.reference("org/other")]
            assert found.artifacts[0].digest == digest
            assert len(MODULE) < found.artifacts[0].size < len(MODULE) + 2000
            assert (found.limit, found.removed, found.freed) == (1_000_000, (), 0)
            assert found.size == sum(path.stat().st_size for path in (cache / "blobs" / "sha256").iterdir())
            assert client.cache(older_than=3600).removed == ()
            pruned = client.cache(max_size=0)
            assert held.path.exists()
            assert (pruned.blobs, pruned.artifacts) == (1, ())
            assert pruned.freed + pruned.size == found.size
    with pytest.raises(wasm2oci.InvalidArgumentError, match="there is no cache"):
        wasm2oci.cache()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in directories")
@pytest.mark.parametrize("what", ["directory", "pipe", "link"])
@pytest.mark.parametrize("action", [("verify",), ("prune", "--max-size", "1000000"), ()])
def test_what_is_no_file_does_not_keep_the_place_of_one(
    reference: str, cache: Path, what: str, action: tuple[str, ...]
) -> None:
    """It is found, removed, and done without at once."""
    pull = ("pull", reference, "-o", cache.parent / "m.wasm", "--cache", cache)
    digest = run(*pull, "--json").json["digest"]
    blob = cache / "blobs" / "sha256" / digest.removeprefix("sha256:")
    blob.unlink()
    if what == "directory":
        blob.mkdir()
    elif what == "pipe":
        os.mkfifo(blob)
    else:
        blob.symlink_to("/dev/zero")
    if action:
        ended = run("cache", *action, "--cache", cache, "--json")
        assert ended.code == (1 if action[0] == "verify" else 0)
        assert ended.json["removed"] == [digest]
        assert not os.path.lexists(blob)
        assert run("cache", *action, "--cache", cache, "--json").json["removed"] == []
    for _ in range(2):
        ended = run(*pull)
        assert (ended.code, ended.stderr) == (0, "")
    assert blob.is_file()
    assert run("cache", "verify", "--cache", cache).code == 0


def test_a_directory_with_something_in_it_is_left(reference: str, cache: Path) -> None:
    """It is named, and everything else is done."""
    pull = ("pull", reference, "-o", cache.parent / "m.wasm", "--cache", cache)
    digest = run(*pull, "--json").json["digest"]
    blob = cache / "blobs" / "sha256" / digest.removeprefix("sha256:")
    blob.unlink()
    (blob / "mine").mkdir(parents=True)
    for action in (("verify",), ("prune", "--max-size", "0")):
        ended = run("cache", *action, "--cache", cache)
        assert (ended.code, f"{blob}" in ended.stderr, "not empty" in ended.stderr) == (11, True, True)
    assert [path.name for path in blob.parent.iterdir()] == [blob.name]
    assert (blob / "mine").is_dir()
    ended = run(*pull)
    assert (ended.code, "going on without it" in ended.stderr, str(blob) in ended.stderr) == (0, True, True)


def test_the_command_line_shows_and_removes(reference: str, cache: Path) -> None:
    """And says what it does not understand."""
    run("pull", reference, "-o", cache.parent / "m.wasm", "--cache", cache)
    assert run("cache", "list", "--cache", cache).text.startswith(reference)
    assert f"{cache}: 1 references, 3 blobs" in run("cache", "info", "--cache", cache).text
    assert run("cache", "info", "--cache", cache, "--json").json["path"] == str(cache)
    assert run("cache", "verify", "--cache", cache).code == 0
    (blob,) = (path for path in (cache / "blobs" / "sha256").iterdir() if path.stat().st_size == len(MODULE))
    blob.chmod(0o600)
    blob.write_bytes(MODULE[:-1] + b"!")
    damaged = run("cache", "verify", "--cache", cache)
    assert (damaged.code, f"removed sha256:{blob.name}" in damaged.text) == (1, True)
    assert not blob.exists()
    assert "--older-than or --max-size" in run("cache", "prune", "--cache", cache).stderr
    for text in ("x", "-1", "9" * 5000 + "d"):
        refused = run("cache", "prune", "--older-than", text, "--cache", cache)
        assert (refused.code, "is not a time, such as 90s, 12h or 30d" in refused.stderr) == (2, True)
    assert run("cache", "prune", "--older-than", "30d", "--cache", cache).text.startswith("removed 0 blobs")
    assert "0 blobs, 0 bytes" in run("cache", "prune", "--max-size", "0", "--cache", cache).text
    assert "there is no cache" in run("cache", "info").stderr


def test_a_cache_that_is_not_there_is_told_from_one_that_is_empty(cache: Path) -> None:
    """Its name may be misspelt; looking does not make it either."""
    ended = run("cache", "info", "--cache", cache)
    assert (ended.code, ended.text) == (0, f"{cache}: there is no cache yet\n")
    assert run("cache", "list", "--cache", cache).text == ""
    assert json.loads(run("cache", "info", "--cache", cache, "--json").stdout)["blobs"] == 0
    ended = run("cache", "prune", "--max-size", "0", "--cache", cache)
    assert (ended.code, ended.text) == (0, f"removed 0 blobs: 0 bytes\n{cache}: there is no cache yet\n")
    assert run("cache", "verify", "--cache", cache).text.endswith(f"{cache}: there is no cache yet\n")
    assert not cache.exists()
