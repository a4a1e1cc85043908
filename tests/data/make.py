"""Makes the committed WebAssembly files again; tests/data/README.md says how."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from wasmtime import wat2wasm  # type: ignore[import-not-found, unused-ignore]

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"


def wasm_tools(*arguments: str | Path) -> None:
    """Run the wasm-tools of this environment."""
    tool = Path(sys.executable).with_name("wasm-tools")
    subprocess.run([tool, *arguments], check=True)


def make_module(target: Path) -> None:
    """Make the core module, with a name and a producers section."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "hello.wasm")
        plain.write_bytes(wat2wasm(HERE.joinpath("hello.wat").read_text(encoding="utf-8")))
        producers = ("--name", "hello", "--language", "WAT=1", "--processed-by", "wat2wasm=50.0.1")
        wasm_tools("metadata", "add", *producers, plain, "-o", target)
    wasm_tools("validate", target)


def make_component(target: Path) -> None:
    """Make the component out of a core module and its WIT world."""
    with tempfile.TemporaryDirectory() as folder:
        core, typed = Path(folder, "core.wasm"), Path(folder, "typed.wasm")
        core.write_bytes(wat2wasm(HERE.joinpath("greeter.wat").read_text(encoding="utf-8")))
        wasm_tools("component", "embed", HERE / "wit", core, "--world", "greeter", "-o", typed)
        wasm_tools("component", "new", typed, "-o", target)
    wasm_tools("validate", target)


def main() -> int:
    """Make both files, or say whether the committed ones are what would be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for make, committed in (
            (make_module, EXAMPLES / "hello.wasm"),
            (make_component, HERE / "greeter.wasm"),
        ):
            fresh = Path(folder, committed.name)
            make(fresh)
            if check and (not committed.exists() or committed.read_bytes() != fresh.read_bytes()):
                stale.append(committed.name)
            elif not check:
                committed.write_bytes(fresh.read_bytes())
    if stale:
        sys.stderr.write(f"stale: {', '.join(stale)}; run without --check\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
