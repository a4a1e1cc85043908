"""What an installed copy must be able to do; needs Python and the package, nothing of this tree.

    python tests/smoke.py [REFERENCE]

Pushes and pulls by an OCI layout, or by the registry that REFERENCE names, as a library and as a command,
and sees that a forked child ends.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import wasm2oci
from wasm2oci._native import ext

MODULE = b"\0asm\1\0\0\0"
# Go's threads are why newer Pythons warn of fork.
warnings.simplefilter("ignore", DeprecationWarning)


def main() -> None:
    """Check what is installed, and say what it is."""
    with tempfile.TemporaryDirectory() as folder:
        reference = sys.argv[1] if sys.argv[1:] else f"oci:{folder}/layout:v1"
        check_library(reference, Path(folder))
        check_fork(reference)
        check_command(reference, Path(folder))
    check_metadata()
    print("smoke test passed:", sys.version.split()[0], ext.__file__, ext.build_info())


def check_library(reference: str, folder: Path) -> None:
    """Push, resolve, fetch, pull, and fail as promised."""
    pushed = wasm2oci.push(MODULE, reference)
    expect(wasm2oci.resolve(reference).digest, pushed.digest)
    expect(wasm2oci.fetch(reference), MODULE)
    copy = folder / "copy.wasm"
    wasm2oci.pull(reference, copy)
    expect(copy.read_bytes(), MODULE)
    try:
        wasm2oci.push(b"text", reference)
    except wasm2oci.NotWasmError:
        pass
    else:
        raise SystemExit("text was pushed as WebAssembly")


def check_fork(reference: str) -> None:
    """See that a child of a process with a Go runtime works or is refused, and never hangs."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            os._exit(0 if wasm2oci.fetch(reference) == MODULE else 3)
        except wasm2oci.ForkError:
            os._exit(0)
        finally:
            os._exit(4)
    expect(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)


def check_command(reference: str, folder: Path) -> None:
    """Pull and look by the command that was installed beside this Python."""
    command = Path(sys.executable).with_name("wasm2oci")
    pulled = folder / "pulled.wasm"
    subprocess.run([command, "pull", reference, "-o", pulled], check=True, capture_output=True)
    expect(pulled.read_bytes(), MODULE)
    shown = subprocess.run([command, "inspect", reference, "--json"], check=True, capture_output=True).stdout
    expect(json.loads(shown)["kind"], "module")
    said = subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout
    expect(said.split()[-1], wasm2oci.__version__)


def check_metadata() -> None:
    """See that version and licences came along."""
    expect(ext.version(), importlib.metadata.version("wasm2oci"))
    files = {path.name for path in importlib.metadata.files("wasm2oci") or []}
    expect({"LICENSE", "THIRD_PARTY_LICENSES", "py.typed"} - files, set())


def expect(found: object, wanted: object) -> None:
    """End where two things are not equal."""
    if found != wanted:
        raise SystemExit(f"expected {wanted!r}, found {found!r}")


if __name__ == "__main__":
    main()
