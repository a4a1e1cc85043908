"""Runs the examples that pull modules and run them, on a layout and on a registry.

    python -m tests.support.with_registry python tools/hosts.py PUSH_PULL CARGO_TARGET CPP

PUSH_PULL is the example in C, which pushes what the others take; the other two are the folders of what cargo and
CMake have built.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import wasmtime

HELLO = Path(__file__).resolve().parent.parent / "examples" / "hello.wasm"
GREETING = "Hello from WebAssembly!"
COUNT = 200
# Programs that wasmtime ends by a signal, which it must go on to get where the Go runtime has its handlers.
TRAPS = {
    "out of bounds memory access": '(module (memory 1) (func (export "_start") (drop (i32.load (i32.const -8)))))',
    "unreachable": '(module (func (export "_start") unreachable))',
    "divide by zero": '(module (func (export "_start") (drop (i32.div_s (i32.const 1) (i32.const 0)))))',
}


def main() -> None:
    """Push, and let each host have it."""
    push_pull, target, cpp = map(Path, sys.argv[1:])
    rust = target / "debug"
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as place:
        copy = Path(place) / "copy.wasm"
        for reference in (f"oci:{place}/layout:v1", f"{os.environ['WASM2OCI_TEST_REGISTRY']}/hosts/hello:v1"):
            said(push_pull, HELLO, reference, copy)
            copy.unlink()
            expect("pulled sha256:", said(rust / "pull", reference, copy))
            if copy.read_bytes() != HELLO.read_bytes():
                raise SystemExit(f"{reference}: pull has written something else")
            modules = f"fetched {COUNT} modules, {COUNT * HELLO.stat().st_size} bytes"
            expect(modules, said(rust / "tokio-host", COUNT, reference))
            for run in (rust / "run", cpp / "run"):
                expect(GREETING, said(run, reference))
        for why, text in TRAPS.items():
            program = Path(place) / "trap.wasm"
            program.write_bytes(wasmtime.wat2wasm(text))
            reference = f"oci:{place}/traps:{why.replace(' ', '-')}"
            said(push_pull, program, reference, copy)
            copy.unlink()
            for run in (rust / "run", cpp / "run"):
                trapped(run, reference, why)


def said(program: Path, *arguments: object) -> str:
    """Run a host and return what it prints."""
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout  # noqa: S603 - ours


def trapped(program: Path, reference: str, why: str) -> None:
    """Run a host whose program traps: it says so, and goes on to its own end."""
    ended = subprocess.run([program, reference], capture_output=True, check=False, text=True, timeout=60)  # noqa: S603 - ours
    print(f"{program.parent.name}/{program.name}: {why}, exit code {ended.returncode}")
    # wasmtime's C API keeps the cause to itself.
    if ended.returncode != 1 or not any(text in ended.stderr for text in (why, "error while executing")):
        raise SystemExit(f"expected exit code 1 and {why!r}, not {ended.returncode} and {ended.stderr!r}")


def expect(beginning: str, text: str) -> None:
    """Show what a host has said, which begins as it must."""
    print(text, end="")
    if not text.startswith(beginning):
        raise SystemExit(f"expected {beginning!r}")


if __name__ == "__main__":
    main()
