"""Standard input and output, whole, closed, broken or full."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING

import pytest

from tests.support import binaries, cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors are another matter there")

MODULE = binaries.module(300_000)
CLOSED_PIPE = 141


@pytest.fixture
def reference(faults: FaultRegistry) -> str:
    """Return the reference of MODULE."""
    faults.add_module(MODULE)
    return faults.reference()


def run_with(
    *arguments: str | Path, stdin: IO[bytes] | None = None, stdout: IO[bytes] | int = subprocess.PIPE, closed: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line with these streams; `closed` lists descriptors that are closed at its start."""
    shell = " ".join(['exec "$@"', *(f"{number}>&-" for number in closed)])
    return subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *cli.command(*arguments)],
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
        timeout=cli.LIMIT,
        check=False,
    )


def test_content_goes_to_standard_output_alone(run_cli: RunCli, reference: str, tmp_path: Path) -> None:
    """Nothing but the bytes, and no file beside them."""
    result = run_cli("pull", reference, "-o", "-", cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (0, MODULE, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", ["flip", "cut"])
def test_nothing_is_written_before_all_is_verified(
    run_cli: RunCli, faults: FaultRegistry, reference: str, fault: str
) -> None:
    """What reads the pipe gets all or nothing."""
    rule = faults.on("GET", "blob")
    rule.flip(at=299_999) if fault == "flip" else rule.cut(after=200_000)
    result = run_cli("pull", reference, "-o", "-", "--retries", "0")
    assert result.code in {6, 9}
    assert (result.stdout, result.stderr.count("\n")) == (b"", 1)


@pytest.mark.parametrize("content", [MODULE, binaries.HELLO.read_bytes()])
def test_content_comes_from_standard_input(run_cli: RunCli, tmp_path: Path, content: bytes) -> None:
    """Its layer has no title, since there is no name."""
    layout = f"oci:{tmp_path}:v1"
    said = run_cli("push", "-", layout, "--json", stdin=content).json
    assert (said["layer"]["size"], said["layer"]["annotations"]) == (len(content), {})
    assert run_cli("pull", layout, "-o", "-").stdout == content


def test_a_file_as_standard_input_is_read_from_where_it_stands(tmp_path: Path) -> None:
    """As any other program reads it."""
    path = tmp_path / "with-head"
    path.write_bytes(b"head" + MODULE)
    layout = f"oci:{tmp_path / 'layout'}:v1"
    with path.open("rb") as file:
        os.lseek(file.fileno(), 4, os.SEEK_SET)
        assert run_with("push", "-", layout, stdin=file).returncode == 0
    assert run_with("pull", layout, "-o", "-").stdout == MODULE


def test_a_pipe_with_a_name_is_read_once(run_cli: RunCli, tmp_path: Path) -> None:
    """Such as a shell makes of `<(…)`."""
    layout = f"oci:{tmp_path}:v1"
    assert run_cli("push", "/dev/stdin", layout, stdin=MODULE).code == 0
    assert run_cli("pull", layout, "-o", "-").stdout == MODULE


@pytest.mark.alone
def test_big_content_is_spooled_to_disk(tmp_path: Path) -> None:
    """Its size shows in no process: 200 MB pass both ways in less than that."""
    program = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:], stdin=open(sys.argv[1], "rb") if sys.argv[1] else None, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr)
"""
    size = 200_000_000
    path = tmp_path / "big.wasm"
    with path.open("wb") as file:
        head = binaries.MODULE_HEADER + binaries.custom_section_head("zeros", size)
        file.write(head)
        file.truncate(len(head) + size)
    layout = f"oci:{tmp_path / 'layout'}:v1"
    feed = ["/bin/sh", "-c", 'cat "$0" | "$@"', path, *cli.command("push", "-", layout, "--quiet")]
    pushed = subprocess.run([sys.executable, "-c", program, "", *feed], capture_output=True, check=True)
    assert int(pushed.stderr) < 180
    out = tmp_path / "out.wasm"
    with out.open("wb") as file:
        pulled = subprocess.run(
            [sys.executable, "-c", program, "", *cli.command("pull", layout, "-o", "-")],
            stdout=file,
            stderr=subprocess.PIPE,
            check=True,
        )
    assert int(pulled.stderr) < 180
    assert out.stat().st_size == path.stat().st_size


@pytest.mark.parametrize("closed", ["".join(some) for n in range(1, 4) for some in itertools.combinations("012", n)])
def test_closed_streams_harm_no_file(reference: str, tmp_path: Path, closed: str) -> None:
    """The file would get their number otherwise, and what is said would land in it."""
    path = tmp_path / "x.wasm"
    done = run_with("pull", reference, "-o", path, "--debug", closed=closed)
    assert done.returncode == 0
    assert path.read_bytes() == MODULE
    assert bool(done.stdout) is ("1" not in closed)
    assert bool(done.stderr) is ("2" not in closed)


@pytest.mark.parametrize(
    ("arguments", "closed", "word"),
    [(["pull", "{}", "-o", "-"], "1", "output"), (["push", "-", "{}"], "0", "input")],
)
def test_a_closed_stream_that_is_needed_is_an_error(
    reference: str, arguments: list[str], closed: str, word: str
) -> None:
    """Exit 0 would be a lie."""
    done = run_with(*[argument.format(reference) for argument in arguments], closed=closed)
    assert done.returncode == 11
    assert done.stderr.decode() == f"wasm2oci: error: standard {word} is closed\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["pull", "{}", "-o", "-"],
        ["resolve", "{}"],
        ["inspect", "{}"],
        ["inspect", "{}", "--json"],
        ["inspect", "{}", "--raw"],
        ["--help"],
    ],
)
def test_a_closed_pipe_ends_it_silently(reference: str, arguments: list[str]) -> None:
    """Whoever read the output has seen enough."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = run_with(*[argument.format(reference) for argument in arguments], stdout=pipe)
    assert (done.returncode, done.stderr) == (CLOSED_PIPE, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no such device")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [["pull", "{}", "-o", "-"], ["resolve", "{}"], ["--version"], ["--help"]])
def test_a_full_disk_is_an_error(reference: str, arguments: list[str]) -> None:
    """One line, and nothing of the interpreter's own."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = run_with(*[argument.format(reference) for argument in arguments], stdout=full)
    assert done.returncode == 11
    assert (done.stderr.count(b"\n"), b"No space left" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["push", "-", "oci:l:v1"],
        ["push", "FIFO", "oci:l:v1"],
        ["pull", "--from-file", "-"],
        ["pull", "--from-file", "FIFO"],
        ["pull", "oci:l:v1", "--username", "me", "--password-stdin"],
    ],
    ids=" ".join,
)
def test_input_that_does_not_end_is_bounded_by_the_timeout(tmp_path: Path, arguments: list[str]) -> None:
    """Nobody ever writes to the pipe, nor closes it."""
    os.mkfifo(tmp_path / "fifo")
    named = [
        str(tmp_path / "fifo") if one == "FIFO" else one.replace("oci:l", f"oci:{tmp_path}/l") for one in arguments
    ]
    read, write = os.pipe()
    try:
        began = time.monotonic()
        done = subprocess.run(
            cli.command(*named, "--timeout", "1"), stdin=read, capture_output=True, timeout=cli.LIMIT, check=False
        )
        assert (done.returncode, done.stdout) == (8, b"")
        assert b"the input did not end within 1 s; give it more time with --timeout" in done.stderr
        assert time.monotonic() - began >= 1
        assert not tmp_path.joinpath("l").exists()
    finally:
        os.close(read)
        os.close(write)


def test_a_pipe_without_a_writer_yet_is_waited_for(tmp_path: Path, run_cli: RunCli) -> None:
    """As with any other file, what is written later is read."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(MODULE,))
    timer = threading.Timer(0.5, writer.start)
    timer.start()
    assert run_cli("push", fifo, f"oci:{tmp_path}/l:v1", "--timeout", "60").code == 0
    timer.join()
    writer.join()


def test_a_list_without_an_end_is_refused(run_cli: RunCli) -> None:
    """It would take all memory."""
    result = run_cli("pull", "--from-file", "/dev/zero")
    assert result.code == 2
    assert "the list '/dev/zero' is larger than" in result.stderr
