"""Each way in which the command line can fail has its exit code, and one line that says why."""

from __future__ import annotations

import base64
import re
import socket
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, Tls, layer
from tests.support import binaries, python
from wasm2oci._cli import failure
from wasm2oci._cli.parser import Misuse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.cli import CliResult, RunCli

MODULE = binaries.module()


def check(result: CliResult, code: int, *words: str) -> None:
    """Expect an exit code and one line of error with these words; nothing else is printed."""
    assert (result.code, result.stdout) == (code, b""), result.stderr
    assert result.stderr.startswith("wasm2oci: error: ")
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("\n")
    for word in words:
        assert word in result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder to run in."""
    path = tmp_path / "here"
    path.mkdir()
    return path


def test_every_error_has_a_code() -> None:
    """No error of the library is left to chance, and each code is documented."""
    assert set(failure.CODES) == {getattr(wasm2oci, name) for name in wasm2oci.errors.__all__}
    assert set(failure.CODES.values()) <= set(failure.MEANINGS)
    assert set(failure.MEANINGS) == {*range(14), 15, 130, 134, 143}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Misuse("x"), 2),
        (OSError(28, "No space left on device"), 11),
        (MemoryError(), 1),
        (ZeroDivisionError(), 1),
        (type("NewError", (wasm2oci.Wasm2ociError,), {})("x"), 1),
    ],
)
def test_other_errors_have_one_too(error: Exception, code: int) -> None:
    """The system's, and what nobody thought of."""
    assert failure.code_of(error) == code


def test_0_what_was_asked_for_is_done(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """And standard error is empty."""
    faults.add_module(MODULE)
    result = run_cli("pull", faults.reference(), cwd=folder)
    assert (result.code, result.stderr) == (0, "")
    assert (folder / "mod.wasm").read_bytes() == MODULE


@pytest.mark.parametrize("debug", [False, True])
def test_1_a_bug_is_one_line_and_a_trace_only_on_request(debug: bool) -> None:  # noqa: FBT001
    """A user can do nothing with a trace but report it."""
    ended = python.run(
        """
        import sys
        from wasm2oci import Client
        from wasm2oci._cli import main

        def broken(*_, **__):
            raise ZeroDivisionError("of all things")

        Client.pull = broken
        sys.exit(main())
        """,
        "pull",
        "127.0.0.1:1/org/mod",
        *(["--debug"] if debug else []),
    )
    lines = ended.stderr.splitlines()
    assert ended.code == 1
    assert lines[0].startswith("wasm2oci: error: internal error: ZeroDivisionError: of all things; ")
    assert "--debug" in lines[0]
    assert (len(lines) > 1) is debug
    assert ("Traceback" in ended.stderr) is debug


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pull", "hello:1"], ["docker.io/library/hello:1"]),
        (["pull", "127.0.0.1:1/org/mod:"], ["127.0.0.1:1/org/mod:"]),
        (["pull", "127.0.0.1:1/Org/mod"], ["lower case"]),
        (["pull", "https://127.0.0.1:1/org/mod"], ['write "127.0.0.1:1/org/mod"']),
        (["pull", "127.0.0.1:1/org/mod", "--timeout", "-1"], ["--timeout"]),
        (["pull", "127.0.0.1:1/org/mod", "--timeout", "nan"], ["--timeout"]),
        (["pull", "127.0.0.1:1/org/mod", "--connect-timeout", "0"], ["--connect-timeout"]),
        (["pull", "127.0.0.1:1/org/mod", "--retries", "-1"], ["--retries"]),
        (["pull", "127.0.0.1:1/org/mod", "--connections", "0"], ["--connections"]),
        (["pull", "127.0.0.1:1/org/mod", "--proxy", "ftp://x"], ["--proxy"]),
        (["pull", "127.0.0.1:1/org/mod", "--plain-http", "--insecure"], ["--plain-http", "--insecure"]),
        (["pull", "127.0.0.1:1/org/mod", "--client-cert", "x"], ["--client-cert", "--client-key"]),
        (["pull", "127.0.0.1:1/org/mod", "-o", ""], ["-o"]),
        (["push", binaries.HELLO, "127.0.0.1:1/org/mod", "--created", "yesterday"], ["--created", '"yesterday"']),
        (["push", binaries.HELLO, "oci:l:v1", "--layer-media-type", "x"], ["--layer-media-type", '"x"']),
        (["push", binaries.HELLO, "oci:l:v1", "--config-media-type", "x"], ["--config-media-type", '"x"']),
        (["push", binaries.HELLO, "oci:l:v1", "--artifact-type", "x"], ["--artifact-type", '"x"']),
        (["pull", "127.0.0.1:1/org/mod", "--allow-upload-host", "a/b"], ["--allow-upload-host", '"a/b"']),
        (["pull", "127.0.0.1:1/org/mod", "--range-threshold", "-1"], ["--range-threshold"]),
        (["push", binaries.HELLO, "oci:l:v1", "--upload-chunk-size", "-1"], ["--upload-chunk-size"]),
        (["pull", "127.0.0.1:1/org/mod", "--max-size", "-1"], ["--max-size"]),
    ],
)
def test_2_arguments_are_refused(run_cli: RunCli, arguments: list[str | Path], words: list[str], folder: Path) -> None:
    """In the command line's own spelling, before anything is asked of a registry."""
    result = run_cli(*arguments, cwd=folder)
    check(result, 2, *words)
    assert re.search(r"(?<![-\w\"])[a-z]+_[a-z]+", result.stderr) is None


def test_3_nothing_is_found(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """The registry's own code and text are told."""
    check(run_cli("pull", faults.reference(), cwd=folder), 3, faults.reference(), "NAME_UNKNOWN", "check")
    faults.add_module(MODULE, tag="other")
    check(run_cli("pull", faults.reference(), cwd=folder), 3, faults.reference(), "MANIFEST_UNKNOWN", "check")
    check(run_cli("resolve", faults.reference(), cwd=folder), 3, faults.reference())
    check(run_cli("inspect", "oci:nowhere:v1", cwd=folder), 3, "nowhere")
    assert list(folder.iterdir()) == []


def test_4_the_registry_asks_for_a_name(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """And the next step says how to give it one."""
    faults.add_module(MODULE)
    faults.auth = Auth(schemes=("Basic",), users={"alice": "secret"})
    steps = ["--username", "--password-stdin", "--token-stdin", faults.host]
    check(run_cli("pull", faults.reference(), cwd=folder), 4, *steps)
    check(run_cli("push", binaries.HELLO, faults.reference(), cwd=folder), 4, *steps)
    assert list(folder.iterdir()) == []


def test_5_the_registry_forbids_it(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """In one line, however narrow the screen is, without usage text that would hide the cause."""
    faults.add_module(MODULE)
    faults.on("*", "manifest").fail(403, "DENIED", "not for you")
    result = run_cli("pull", faults.reference(), cwd=folder, environment={"COLUMNS": "20"})
    check(result, 5, "DENIED: not for you")
    assert "Usage" not in result.stderr


def test_6_nobody_listens(run_cli: RunCli, folder: Path) -> None:
    """The host and the port are named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        check(run_cli("pull", f"{host}/org/mod", "--retries", "0", cwd=folder), 6, host, "refused the connection")


def test_6_the_connection_breaks(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """Nothing of what had come stays."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").cut(after=1000, reset=True)
    check(run_cli("pull", faults.reference(), "--retries", "0", cwd=folder), 6, faults.host)
    assert list(folder.iterdir()) == []


def test_7_the_certificate_is_unknown(run_cli: RunCli, start_faults: StartFaults, folder: Path) -> None:
    """The next step names the option for its authority."""
    server = start_faults(tls=Tls())
    check(run_cli("pull", server.reference(), "--no-plain-http", cwd=folder), 7, server.host, "--ca-file")


def test_7_the_registry_speaks_no_tls(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """The next step says what is not safe about it."""
    faults.add_module(MODULE)
    check(run_cli("pull", faults.reference(), "--no-plain-http", cwd=folder), 7, "--plain-http (not encrypted)")
    check(run_cli("pull", faults.reference(), "--insecure", cwd=folder), 7, "--plain-http (not encrypted)")


@pytest.mark.parametrize(
    ("option", "words"), [("--timeout", "with --timeout"), ("--idle-timeout", "with --idle-timeout")]
)
def test_8_the_registry_falls_silent(
    run_cli: RunCli, faults: FaultRegistry, folder: Path, option: str, words: str
) -> None:
    """A limit ends the wait, and says which one it was."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").stall(after=1000)
    result = run_cli("pull", faults.reference(), option, "0.5", "--retries", "0", cwd=folder)
    check(result, 8, words)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("fault", ["flipped", "short", "page"])
def test_9_the_content_is_wrong(run_cli: RunCli, faults: FaultRegistry, folder: Path, fault: str) -> None:
    """Nothing stands under the name."""
    faults.add_module(MODULE)
    if fault == "flipped":
        faults.on("GET", "blob").flip(at=100)
    elif fault == "short":
        faults.on("GET", "blob").less(10)
    else:
        faults.on("*", "manifest").body(b"<html>log in</html>", "text/html").omit("Docker-Content-Digest")
    check(run_cli("pull", faults.reference(), "--retries", "0", cwd=folder), 9)
    assert list(folder.iterdir()) == []


def test_10_nothing_inside_is_wasm(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """Exit 0 would promise a file."""
    faults.add_artifact(layers=[layer(b"# Read me", "text/markdown", title="README.md")])
    check(run_cli("pull", faults.reference(), cwd=folder), 10, "text/markdown")
    assert list(folder.iterdir()) == []


def test_10_several_modules_are_inside(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """Nobody guesses."""
    faults.add_artifact(layers=[layer(binaries.module(seed=seed)) for seed in (1, 2)])
    check(run_cli("pull", faults.reference(), cwd=folder), 10)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"just text", b"\x7fELF" + bytes(60), b"\x89PNG\r\n\x1a\n"])
def test_10_what_is_pushed_is_not_wasm(run_cli: RunCli, faults: FaultRegistry, folder: Path, content: bytes) -> None:
    """The way round is named; nothing reached the registry."""
    path = folder / "what.wasm"
    path.write_bytes(content)
    check(run_cli("push", path, faults.reference(), cwd=folder), 10, "what.wasm", "--allow-any")
    assert faults.journal.lines() == []
    # Nothing at all is not what a registry takes.
    assert run_cli("push", path, faults.reference(), "--allow-any", cwd=folder).code == (0 if content else 13)


def test_11_the_output_exists(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """It is neither replaced nor downloaded."""
    faults.add_module(MODULE)
    (folder / "mod.wasm").write_bytes(b"mine")
    check(run_cli("pull", faults.reference(), "--no-clobber", cwd=folder), 11, '"mod.wasm"', "--no-clobber")
    assert (folder / "mod.wasm").read_bytes() == b"mine"
    assert faults.journal.of("GET", "*/blobs/*") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["pull", "{reference}", "-o", "no/such/folder/x.wasm"],
        ["pull", "{reference}", "--ca-file", "missing.pem"],
        ["push", "missing.wasm", "{reference}"],
        ["push", ".", "{reference}"],
        ["inspect", "missing.wasm"],
    ],
)
def test_11_a_local_file_is_at_fault(
    run_cli: RunCli, faults: FaultRegistry, folder: Path, arguments: list[str]
) -> None:
    """It is named."""
    faults.add_module(MODULE)
    named = [argument.format(reference=faults.reference()) for argument in arguments]
    check(run_cli(*named, cwd=folder), 11)
    assert faults.journal.of("GET", "*/blobs/*") == []


@pytest.mark.parametrize(("status", "code"), [(429, "TOOMANYREQUESTS"), (500, "UNKNOWN"), (503, "UNAVAILABLE")])
def test_12_the_registry_refuses(run_cli: RunCli, faults: FaultRegistry, folder: Path, status: int, code: str) -> None:
    """Its status is told."""
    faults.on("*", "manifest").fail(status, code, "not now")
    check(run_cli("pull", faults.reference(), "--retries", "0", cwd=folder), 12, str(status))


def test_13_it_is_not_supported(run_cli: RunCli, faults: FaultRegistry, folder: Path, hello: Path) -> None:
    """By the registry."""
    faults.on("PUT", "manifest").fail(405, "UNSUPPORTED", "this registry is read-only")
    check(run_cli("push", hello, faults.reference(), cwd=folder), 13, "this registry is read-only")


def test_a_failed_retry_is_told_before_the_error(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """Warnings of the library are lines of their own."""
    faults.on("*", "manifest").fail(503, "UNAVAILABLE", "not now")
    lines = run_cli("pull", faults.reference(), "--retries", "1", cwd=folder).stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["warning", "error"]
    quiet = run_cli("pull", faults.reference(), "--retries", "1", "--quiet", cwd=folder).stderr.splitlines()
    assert [line.split(": ")[1] for line in quiet] == ["error"]


def test_debugging_says_what_is_asked_and_no_secret(run_cli: RunCli, faults: FaultRegistry, folder: Path) -> None:
    """Requests are told; passwords and tokens are not, in no spelling."""
    faults.add_module(MODULE)
    faults.auth = Auth(users={"alice": "pass:word"}, anonymous=False)
    result = run_cli(
        "pull", faults.reference(), "--debug", "--username", "alice", "--password-stdin", stdin=b"pass:word", cwd=folder
    )
    assert result.code == 0, result.stderr
    assert "wasm2oci: debug: " in result.stderr
    assert "/manifests/v1" in result.stderr
    for secret in ["pass:word", base64.b64encode(b"alice:pass:word").decode(), *faults.auth.tokens]:
        assert secret not in result.stderr
