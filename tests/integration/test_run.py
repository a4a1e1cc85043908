"""`wasm2oci run`: WebAssembly of a registry, run by PyPI's wasmtime."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python
from tests.support.cli import command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

wasmtime = pytest.importorskip("wasmtime")

ECHO = r"""
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 16) (i32.const 1024)))
    (i32.store (i32.const 8) (i32.const 1024))
    (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 4)))
    (call $exit (i32.const 7))))
"""
"""Prints its arguments, each with a zero after it, and ends with the code 7."""

VARIABLES = r"""
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $get (i32.const 16) (i32.const 1024)))
    (i32.store (i32.const 8) (i32.const 1024))
    (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 4)))))
"""
"""Prints its environment in the same way."""

FOLDERS = r"""
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "made")
  (func (export "_start")
    (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 4)
      (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))))
"""
"""Makes the file `made` in the first directory that it has; its exit code is what WASI says of that."""

FUNCTIONS = """
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
  (func (export "both") (param i64) (result i64 i32) local.get 0 i32.const -1)
  (func (export "nothing"))
  (func (export "trap") unreachable)
  (func (export "spin") (loop (br 0)))
  (memory (export "memory") 1))
"""

COMPONENT = """
(component
  (core module $m
    (func (export "ok") (result i32) i32.const 0)
    (func (export "bad") (result i32) i32.const 1)
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "sum") (param i32 i32) (result i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (memory (export "memory") 1))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (func $run (result (result)) (canon lift (core func $i "RUN")))
  (instance $inst (export "run" (func $run)))
  (export "wasi:cli/run@0.2.3" (instance $inst))
  (func (export "add") (param "a" s32) (param "b" u8) (result s32) (canon lift (core func $i "add")))
  (func (export "sum") (param "list" (list u8)) (result s32)
    (canon lift (core func $i "sum") (memory $memory) (realloc $realloc))))
"""


def binary(text: str) -> bytes:
    """Assemble a module or a component."""
    return bytes(wasmtime.wat2wasm(text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with some modules."""
    for name, text in {"echo": ECHO, "variables": VARIABLES, "folders": FOLDERS, "functions": FUNCTIONS}.items():
        (tmp_path / f"{name}.wasm").write_bytes(binary(text))
    (tmp_path / "ok.wasm").write_bytes(binary(COMPONENT.replace("RUN", "ok")))
    (tmp_path / "bad.wasm").write_bytes(binary(COMPONENT.replace("RUN", "bad")))
    return tmp_path


def test_a_command_of_a_registry_is_run(run_cli: RunCli, faults: FaultRegistry) -> None:
    """With its name and its arguments; the exit code is its own."""
    faults.add_module(binary(ECHO), repository="org/echo")
    result = run_cli("run", faults.reference("org/echo"), "--", "--flag", "two words")
    assert (result.code, result.stdout, result.stderr) == (7, b"echo.wasm\0--flag\0two words\0", "")


def test_a_file_is_run(run_cli: RunCli, folder: Path) -> None:
    """As it is."""
    result = run_cli("run", "echo.wasm", "a", cwd=folder)
    assert (result.code, result.stdout) == (7, b"echo.wasm\0a\0")


@pytest.mark.parametrize(("name", "code"), [("ok.wasm", 0), ("bad.wasm", 1)])
def test_a_component_is_run(run_cli: RunCli, folder: Path, name: str, code: int) -> None:
    """A command of WASI 0.2 says whether it did well."""
    result = run_cli("run", name, cwd=folder)
    assert (result.code, result.stdout, result.stderr) == (code, b"", "")


def test_nothing_is_granted_by_default(run_cli: RunCli, folder: Path) -> None:
    """No variable, and no directory."""
    result = run_cli("run", "variables.wasm", cwd=folder, environment={"SECRET": "x"})
    assert (result.code, result.stdout) == (0, b"")
    bad_descriptor = 8
    assert run_cli("run", "folders.wasm", cwd=folder).code == bad_descriptor
    assert not (folder / "made").exists()


def test_what_is_granted_is_there(run_cli: RunCli, folder: Path) -> None:
    """Under the name that it is given."""
    arguments = ["run", "variables.wasm", "--env", "A=b=c", "--env", "MINE"]
    result = run_cli(*arguments, cwd=folder, environment={"MINE": "here"})
    assert (result.code, result.stdout) == (0, b"A=b=c\0MINE=here\0")
    (folder / "data").mkdir()
    assert run_cli("run", "folders.wasm", "--dir", "data::/data", cwd=folder).code == 0
    assert (folder / "data" / "made").exists()


@pytest.mark.parametrize(
    ("exited", "code"), [(0, 0), (1, 1), (125, 125), (126, 126), (255, 255), (-1, 255), (256, 1), (258, 2)]
)
def test_the_exit_code_is_that_of_the_guest(run_cli: RunCli, tmp_path: Path, exited: int, code: int) -> None:
    """As much of it as a process can have; a failure is never a success."""
    text = f"""(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const {exited}))))"""
    (tmp_path / "exit.wasm").write_bytes(binary(text))
    result = run_cli("run", "exit.wasm", cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (code, b"", "")


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["add", "2", "-3"], "-1\n"),
        (["add", "0xffffffff", "1"], "0\n"),
        (["half", "5"], "2.5\n"),
        (["both", "9"], "9\n-1\n"),
        (["nothing"], ""),
    ],
)
def test_a_function_is_called(run_cli: RunCli, folder: Path, arguments: list[str], output: str) -> None:
    """What it returns is printed, a line for each."""
    result = run_cli("run", "functions.wasm", "--invoke", arguments[0], "--", *arguments[1:], cwd=folder)
    assert (result.code, result.text, result.stderr) == (0, output, "")


def test_a_function_of_a_component_is_called(run_cli: RunCli, folder: Path) -> None:
    """One of an interface has that before its name."""
    result = run_cli("run", "ok.wasm", "--invoke", "add", "--", "-5", "7", cwd=folder)
    assert (result.code, result.text) == (0, "2\n")
    result = run_cli("run", "bad.wasm", "--invoke", "wasi:cli/run@0.2.3#run", cwd=folder)
    assert (result.code, result.text) == (1, "err\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["functions.wasm"], 3, "it is not a command; call a function with --invoke; it has add, half, both"),
        (["functions.wasm", "--invoke", "sub"], 3, 'it has no function "sub"; it has add'),
        (["functions.wasm", "--invoke", "memory"], 3, 'it has no function "memory"'),
        (["functions.wasm", "--invoke", "add", "1"], 2, '"add" takes 2 arguments, and 1 was given'),
        (["functions.wasm", "--invoke", "add", "1", "x"], 2, '"x" is not of the type i32'),
        (["functions.wasm", "--invoke", "add", "1", "0x100000000"], 2, "is not of the type i32"),
        (["functions.wasm", "--invoke", "add", "1", "1_0"], 2, "is not of the type i32"),
        (["functions.wasm", "--invoke", "add", "1", "9" * 5000], 2, '99..." is not of the type i32'),
        (["ok.wasm", "--invoke", "add", "1", "256"], 2, '"256" is not of the type u8'),
        (["ok.wasm", "--invoke", "sum", "1"], 13, "takes a list, which cannot be given here"),
        (["ok.wasm", "--invoke", "absent#add"], 3, "wasi:cli/run@0.2.3#run"),
        (["functions.wasm", "--invoke", "trap"], 134, "unreachable"),
        (["text.wasm"], 10, "not a WebAssembly binary"),
        (["broken.wasm"], 13, "wasmtime refuses it"),
        (["wanting.wasm"], 13, "env::wanted"),
        (["lacking.wasm"], 13, "component imports instance `a:b/c@1.0.0`"),
        (["absent.wasm"], 11, 'run "absent.wasm": cannot open "absent.wasm": no such file or directory'),
        (["./folder"], 11, 'run "./folder": cannot open "./folder": is a directory'),
        (["./text.wasm"], 10, 'run "./text.wasm": it is not'),
        (["echo.wasm", "--dir", "absent"], 11, 'cannot open the directory "absent"'),
        (["echo.wasm", "--env", "=x"], 2, "--env"),
        (["echo.wasm", "--env", "WASM2OCI_NOT_SET"], 2, "is not set here"),
        (["-"], 2, "give the module a name"),
    ],
)
def test_what_cannot_be_run_is_one_line(
    run_cli: RunCli, folder: Path, arguments: list[str], code: int, words: str
) -> None:
    """With an exit code that says why."""
    (folder / "folder").mkdir()
    (folder / "text.wasm").write_bytes(b"(module)")
    (folder / "broken.wasm").write_bytes(binary(FUNCTIONS)[:-3])
    (folder / "wanting.wasm").write_bytes(binary('(module (import "env" "wanted" (func)) (func (export "_start")))'))
    lacking = '(component (import "a:b/c@1.0.0" (instance (export "f" (func)))))'
    (folder / "lacking.wasm").write_bytes(binary(lacking))
    result = run_cli("run", *arguments, cwd=folder)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (code, b"", 1), result.stderr
    assert result.stderr.startswith("wasm2oci: error: ")
    assert words in result.stderr


def test_programs_are_told_what_was_to_run(run_cli: RunCli, folder: Path, faults: FaultRegistry) -> None:
    """The file as it was named, or the reference."""
    (folder / "sub").mkdir()
    (folder / "sub" / "text.wasm").write_bytes(b"(module)")
    for name, kind in (("sub/text.wasm", "NOT_WASM"), ("sub/none.wasm", "FILESYSTEM")):
        error = json.loads(run_cli("run", name, "--json", cwd=folder).stderr)["error"]
        assert (error["status"], error["detail"]["op"], error["detail"]["path"]) == (kind, "run", name)
        assert error["message"].startswith(f'run "{name}": ')
    faults.add_module(binary("(module)"), repository="org/nothing")
    error = json.loads(run_cli("run", faults.reference("org/nothing"), "--json", cwd=folder).stderr)["error"]
    assert (error["status"], error["detail"]["reference"]) == ("NOT_FOUND", faults.reference("org/nothing"))


def test_a_negative_number_comes_after_two_dashes(run_cli: RunCli, folder: Path) -> None:
    """Before those it would be an option."""
    result = run_cli("run", "functions.wasm", "--invoke", "add", "1", "-23", cwd=folder)
    assert (result.code, result.stdout) == (2, b"")
    assert "no such option: -2; write -- before arguments such as -23" in result.stderr


def test_without_wasmtime_it_says_how_to_get_it() -> None:
    """Before anything is fetched."""
    ended = python.run(
        """
        import sys
        sys.modules["wasmtime"] = None
        from wasm2oci._cli import main
        sys.exit(main())
        """,
        "run",
        "127.0.0.1:1/org/mod",
    )
    assert (ended.code, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.rstrip().endswith("run: pip install 'wasm2oci[run]'")


def test_nothing_else_loads_it() -> None:
    """Neither the library nor the help."""
    python.check(
        """
        import sys
        import wasm2oci
        from wasm2oci._cli import main
        main(["run", "--help"])
        for name in wasm2oci.__all__:
            getattr(wasm2oci, name)
        assert "wasmtime" not in sys.modules
        """
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_a_guest_that_does_not_end_is_interrupted(folder: Path) -> None:
    """No Python runs meanwhile, which could do it."""
    spin = """(module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\01\\00\\00\\00") (data (i32.const 16) "!")
      (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (loop (br 0))))"""
    (folder / "spin.wasm").write_bytes(binary(spin))
    with subprocess.Popen(command("run", folder / "spin.wasm"), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"!"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT


def test_a_cache_serves_it_while_the_registry_is_down(run_cli: RunCli, faults: FaultRegistry, tmp_path: Path) -> None:
    """With the policy that asks for nothing that is there."""
    faults.add_module(binary(ECHO), repository="org/echo")
    reference = faults.reference("org/echo")
    assert run_cli("run", reference, "--cache", tmp_path / "cache").code == 7
    faults.close()
    again = run_cli("run", reference, "--cache", tmp_path / "cache", "--pull-policy", "missing", "--", "x")
    assert (again.code, again.stdout) == (7, b"echo.wasm\0x\0")


PROGRAM = (binaries.ROOT / "docs" / "guide" / "run.md").read_text("utf-8").split("```python\n")[1].split("```")[0]


def test_the_program_of_the_guide_starts_without_the_registry(start_faults: StartFaults, tmp_path: Path) -> None:
    """Ten lines: it fetches a component and runs it; started again while the registry is down, it does the same."""
    assert len([line for line in PROGRAM.splitlines() if line.strip()]) <= 10
    faults = start_faults()
    faults.add_module(binary(COMPONENT.replace("RUN", "ok")), repository="team/adder")
    program = PROGRAM.replace("registry.example", faults.host)
    assert program != PROGRAM
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}

    def started() -> str:
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
        ).stdout

    assert started() == "3\n"
    asked = len(faults.journal)
    assert asked > 0
    faults.close()
    assert started() == "3\n"


def test_it_is_held_in_the_cache_as_others_hold_it(faults: FaultRegistry, tmp_path: Path) -> None:
    """So that a program can run it by its path."""
    faults.add_module(binary(FUNCTIONS), repository="org/functions")
    with (
        wasm2oci.Client(cache_dir=tmp_path / "cache") as client,
        client.cached(faults.reference("org/functions")) as module,
    ):
        engine = wasmtime.Engine()
        store = wasmtime.Store(engine)
        instance = wasmtime.Instance(store, wasmtime.Module.from_file(engine, str(module.path)), [])
        assert instance.exports(store)["add"](store, 2, 3) == 5
