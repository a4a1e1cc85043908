"""`pull --from-file`: many pulls by one command."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli, StartCli


@pytest.fixture
def served(faults: FaultRegistry) -> FaultRegistry:
    """Serve org/mod0, org/mod1 and org/mod2."""
    for number in range(3):
        faults.add_module(binaries.module(seed=number), repository=f"org/mod{number}")
    return faults


def names(folder: Path) -> list[str]:
    """List a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_all_that_is_listed_is_pulled(run_cli: RunCli, served: FaultRegistry, tmp_path: Path) -> None:
    """Comments and empty lines say nothing; a name may follow a tab; line ends may be those of Windows.

    The directories are made.
    """
    out = tmp_path / "new" / "out"
    (tmp_path / "list").write_text(
        f"\ufeff# what we need\n\n{served.reference('org/mod0')}\r\n  {served.reference('org/mod1')}  \n"
        f"\t\n{served.reference('org/mod2')}\tother.wasm\n  # {served.reference('org/absent')}\n"
        f"{served.reference('org/mod0')}\tsub/dir/x.wasm\n",
        encoding="utf-8",
    )
    result = run_cli("pull", "--from-file", tmp_path / "list", "--output-dir", out)
    assert (result.code, result.stderr) == (0, "")
    assert names(out) == ["mod0.wasm", "mod1.wasm", "other.wasm", "sub"]
    assert (out / "sub" / "dir" / "x.wasm").read_bytes() == binaries.module(seed=0)
    assert (out / "other.wasm").read_bytes() == binaries.module(seed=2)
    lines = result.text.splitlines()
    assert len([line for line in lines if line.startswith("pulled ")]) == 4
    assert sorted(line.split(":")[0] for line in lines if line.startswith("wrote ")) == [
        f"wrote {out / name}" for name in (*names(out)[:3], "sub/dir/x.wasm")
    ]


def test_a_list_can_come_from_standard_input(run_cli: RunCli, served: FaultRegistry, tmp_path: Path) -> None:
    """And the working directory is where files go."""
    result = run_cli("pull", "--from-file", "-", stdin=served.reference("org/mod0").encode(), cwd=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert names(tmp_path) == ["mod0.wasm"]


def test_json_is_one_document_in_the_order_of_the_list(run_cli: RunCli, served: FaultRegistry, tmp_path: Path) -> None:
    """With an entry for each item, and failures on stderr as well."""
    served.on("GET", "*/org/mod0/blobs/*").drip(1000, every=0.05)
    listed = [served.reference(name) for name in ("org/mod0", "org/absent", "org/mod1")]
    result = run_cli("pull", "--from-file", "-", "--json", stdin="\n".join(listed).encode(), cwd=tmp_path)
    assert result.code == 3
    assert [entry["item"] for entry in result.json] == listed
    assert [entry["error"] for entry in result.json][::2] == [None, None]
    assert [entry["result"]["path"] for entry in result.json[::2]] == ["mod0.wasm", "mod1.wasm"]
    assert result.json[1]["result"] is None
    assert result.json[1]["error"]["exit_code"] == 3
    assert result.stderr == f"wasm2oci: error: {result.json[1]['error']['message']}\n"


@pytest.mark.parametrize(
    ("listed", "code"),
    [(["org/absent", "org/missing", "org/mod0"], 3), (["org/absent", "nonsense:/"], 1), (["nonsense:/"], 2)],
)
def test_the_exit_code_is_that_of_the_failures(
    run_cli: RunCli, served: FaultRegistry, tmp_path: Path, listed: list[str], code: int
) -> None:
    """Where all failed alike; each has its line, and the rest is pulled."""
    lines = "\n".join(served.reference(name) if name.startswith("org/") else name for name in listed)
    result = run_cli("pull", "--from-file", "-", stdin=lines.encode(), cwd=tmp_path)
    failures = [name for name in listed if name != "org/mod0"]
    assert result.code == code
    assert result.stderr.count("wasm2oci: error: ") == result.stderr.count("\n") == len(failures)
    assert names(tmp_path) == (["mod0.wasm"] if "org/mod0" in listed else [])


@pytest.mark.parametrize("verb", [("pull", "--from-file"), ("copy", "--from-file"), ("lock",)], ids=" ".join)
@pytest.mark.parametrize("rest", [" out.wasm", "  out.wasm\tother.wasm", "\u00a0out.wasm", " "], ids=repr)
@pytest.mark.parametrize("layout", [False, True])
def test_a_space_in_place_of_the_tab_is_named_with_its_line(
    run_cli: RunCli, served: FaultRegistry, tmp_path: Path, verb: tuple[str, ...], rest: str, *, layout: bool
) -> None:
    """Before anything is pulled. One at the end is none."""
    reference = served.reference("org/mod0")
    (tmp_path / "list").write_text(f"# what we need\n{reference}\tx\n{'oci:dir:v1' if layout else reference}{rest}\n")
    result = run_cli(*verb, "list", cwd=tmp_path)
    says = "wasm2oci: error: list:3: a reference with a space is not valid; put a tab between it and what follows\n"
    assert (result.stderr == says) == bool(rest.strip()), result.stderr
    if rest.strip():
        assert (result.code, names(tmp_path), len(served.journal)) == (2, ["list"], 0)


def test_a_space_in_a_list_from_standard_input(run_cli: RunCli, tmp_path: Path) -> None:
    """It is named as well; what may be a password is not repeated."""
    result = run_cli("pull", "--from-file", "-", stdin=b"user:s3cret@ghcr.io/a/b:v1 x.wasm", cwd=tmp_path)
    assert (result.code, "standard input:1: a reference with a space" in result.stderr) == (2, True)
    assert "s3cret" not in result.stderr


def test_a_space_in_a_list_that_python_locks(tmp_path: Path) -> None:
    """As on the command line."""
    listed = tmp_path / "list"
    listed.write_text("ghcr.io/a/b:v1 x.wasm\n")
    with pytest.raises(wasm2oci.InvalidReferenceError, match="list:1: a reference with a space") as caught:
        wasm2oci.lock(listed)
    assert caught.value.detail["path"] == str(listed)


def test_a_layout_may_have_a_space_in_its_path(run_cli: RunCli, tmp_path: Path) -> None:
    """It is a path, which a tab ends."""
    assert run_cli("push", "-", "oci:my layout:v1", stdin=binaries.module(), cwd=tmp_path).code == 0
    result = run_cli("pull", "--from-file", "-", stdin=b"oci:my layout:v1\tmy file.wasm", cwd=tmp_path)
    assert (result.code, names(tmp_path)) == (0, ["my file.wasm", "my layout"])


def test_no_item_writes_over_another(run_cli: RunCli, served: FaultRegistry, tmp_path: Path) -> None:
    """The error says how to pull both."""
    served.add_module(binaries.module(seed=9), repository="other/mod0")
    lines = f"{served.reference('org/mod0')}\n{served.reference('other/mod0')}\n"
    result = run_cli("pull", "--from-file", "-", stdin=lines.encode(), cwd=tmp_path)
    assert result.code == 2
    assert "give one of them a path of its own, after a tab" in result.stderr
    assert (tmp_path / "mod0.wasm").read_bytes() == binaries.module(seed=0)
    fixed = lines.rstrip() + "\tmod0b.wasm"
    assert run_cli("pull", "--from-file", "-", stdin=fixed.encode(), cwd=tmp_path).code == 0
    assert names(tmp_path) == ["mod0.wasm", "mod0b.wasm"]


def test_options_hold_for_each_item(run_cli: RunCli, served: FaultRegistry, tmp_path: Path) -> None:
    """Such as not to replace files."""
    (tmp_path / "mod1.wasm").write_bytes(b"old")
    lines = "\n".join(served.reference(f"org/mod{number}") for number in range(3))
    options = ["--no-clobber", "--concurrency", "1", "--quiet"]
    result = run_cli("pull", "--from-file", "-", *options, stdin=lines.encode(), cwd=tmp_path)
    assert (result.code, result.stdout) == (11, b"")
    assert "leave out --no-clobber" in result.stderr
    assert (tmp_path / "mod1.wasm").read_bytes() == b"old"
    assert names(tmp_path) == ["mod0.wasm", "mod1.wasm", "mod2.wasm"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from-file", "list", "127.0.0.1:1/org/mod"], "takes the place of REFERENCE"),
        (["--from-file", "list", "-o", "x"], "takes the place of REFERENCE and -o"),
        (["127.0.0.1:1/org/mod", "--output-dir", "."], "go with --from-file"),
        (["127.0.0.1:1/org/mod", "--concurrency", "3"], "go with --from-file"),
        (["--from-file", "list", "--concurrency", "0"], "--concurrency must be at least 1"),
        (["--from-file", "-", "--token-stdin"], "cannot hold both"),
    ],
)
def test_what_does_not_go_together_is_refused(
    run_cli: RunCli, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """Before anything is asked for."""
    (tmp_path / "list").write_text("127.0.0.1:1/org/mod\n")
    result = run_cli("pull", *arguments, cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (2, b"", 1)
    assert words in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--from-file", "absent"], ["--from-file", "list", "--output-dir", "list/absent"]]
)
def test_what_cannot_be_used_is_named(run_cli: RunCli, tmp_path: Path, arguments: list[str]) -> None:
    """The list, or the directory that cannot be made."""
    (tmp_path / "list").write_text("127.0.0.1:1/org/mod\n")
    result = run_cli("pull", *arguments, cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (11, b"", 1)
    assert arguments[-1] in result.stderr


def test_an_empty_list_is_no_failure(run_cli: RunCli, tmp_path: Path) -> None:
    """There was nothing to do."""
    result = run_cli("pull", "--from-file", "-", "--json", stdin=b"# nothing\n", cwd=tmp_path)
    assert (result.code, result.json, result.stderr) == (0, [], "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_a_signal_ends_all(start_cli: StartCli, served: FaultRegistry, tmp_path: Path) -> None:
    """What is done stays; of what runs nothing is left."""
    served.on("GET", "*/org/mod2/blobs/*").stall(after=1000)
    lines = "\n".join(served.reference(f"org/mod{number}") for number in range(3))
    (tmp_path / "list").write_text(lines)
    out = tmp_path / "out"
    out.mkdir()
    process = start_cli("pull", "--from-file", tmp_path / "list", "--output-dir", out, "--concurrency", "1")
    served.journal.wait(lambda requests: any("/org/mod2/blobs/" in request.path for request in requests))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=cli.LIMIT)
    assert (process.returncode, stderr) == (130, b"wasm2oci: interrupted\n")
    assert names(out) == ["mod0.wasm", "mod1.wasm"]
