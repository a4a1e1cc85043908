"""Builds one commit twice, in different folders and from empty caches, and compares what comes out byte for byte.

    python tools/reproducible.py

Needs CMake, Ninja, Go, a compiler, and nanobind beside this Python.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The Go archive, the library with its core, and the extension; without what is for debuggers.
BUILT = ("go/libwasm2oci.a", "libwasm2oci.so.*.*.*[0-9]", "libwasm2oci-core-*.so", "cpp/ext/_ext.*.so")


def main() -> None:
    """Builds twice and compares."""
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as place:
        first = build(Path(place) / "a")
        # As long as paths come: lengths must not matter either.
        second = build(Path(place) / ("a folder with quite another name " * 3) / "b")
    differing = [name for name in first if first[name] != second.get(name)]
    if differing or set(first) != set(second):
        raise SystemExit(f"two builds of one commit differ: {differing or [*first, *second]}")
    for name, digest in first.items():
        print(f"{name}: sha256:{digest} both times")


def build(folder: Path) -> dict[str, str]:
    """Builds what is committed, in `folder`; returns a digest for each file that was built."""
    source, binary = folder / "source", folder / "binary"
    source.mkdir(parents=True)
    committed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    subprocess.run(["tar", "-x"], cwd=source, input=committed, check=True)  # noqa: S607
    # Else the second build would be handed what the first one made.
    environment = {**os.environ, "GOCACHE": str(folder / "cache"), "CCACHE_DISABLE": "1"}
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DWASM2OCI_BUILD_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}"]
    options += ["-DWASM2OCI_BUILD_TESTS=OFF", "-DWASM2OCI_BUILD_EXAMPLES=OFF"]
    for command in (
        ["cmake", "-G", "Ninja", "-S", str(source), "-B", str(binary), *options],
        ["cmake", "--build", str(binary)],
    ):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    found = {pattern: list(binary.glob(pattern)) for pattern in BUILT}
    for pattern, paths in found.items():
        if len(paths) != 1:
            raise SystemExit(f"one {pattern} should be built, not {paths}")
    return {
        str(path.relative_to(binary)): hashlib.sha256(path.read_bytes()).hexdigest()
        for paths in found.values()
        for path in paths
    }


if __name__ == "__main__":
    main()
