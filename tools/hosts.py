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

HELLO = Path(__file__).resolve().parent.parent / "examples" / "hello.wasm"
GREETING = "Hello from WebAssembly!"
COUNT = 200


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


def said(program: Path, *arguments: object) -> str:
    """Run a host and return what it prints."""
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout  # noqa: S603 - ours


def expect(beginning: str, text: str) -> None:
    """Show what a host has said, which begins as it must."""
    print(text, end="")
    if not text.startswith(beginning):
        raise SystemExit(f"expected {beginning!r}")


if __name__ == "__main__":
    main()
