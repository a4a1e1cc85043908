"""Builds a wheel from a source distribution where no Go module can be had, and tries it.

    python tools/offline.py SDIST

The module cache is empty, no proxy may be asked, and Go may not fetch another Go. Only what
the build declares comes from the package index.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path


def main() -> None:
    """Build, install and try."""
    sdist = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as place:
        folder = Path(place)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WASM2OCI_")},
            "GOPROXY": "off",
            "GOMODCACHE": str(folder / "modules"),
            "GOTOOLCHAIN": "go1.999.0",  # the build must set its own: this one cannot be had
        }
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, sdist, environment=environment)
        if (folder / "modules" / "cache").exists():
            raise SystemExit("the build put something into the module cache")
        (wheel,) = folder.glob("*.whl")
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        run(python, "-m", "pip", "install", "-q", wheel)
        with tarfile.open(sdist) as archive:
            archive.extractall(folder / "tree", filter="data")
        (tree,) = (folder / "tree").iterdir()
        run(python, tree / "tests" / "smoke.py")
        # What was shipped must agree with go.mod, or Go refuses to list it.
        settings = {**environment, "GOTOOLCHAIN": "local", "GOFLAGS": ""}
        run("go", "list", "-deps", "./...", cwd=tree / "go", environment=settings, output=subprocess.DEVNULL)
        print(f"{sdist.name}: {sdist.stat().st_size} bytes, built offline into {wheel.name}")


def run(
    *command: str | Path,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    output: int | None = None,
) -> None:
    """Run a command, which must end well."""
    subprocess.run(command, cwd=cwd, env=environment, stdout=output, check=True)  # noqa: S603 - our own commands


if __name__ == "__main__":
    main()
