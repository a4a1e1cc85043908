"""Whoever passes the binaries on passes on the licences of all that is in them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from tests.support import environment, tools

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "THIRD_PARTY_LICENSES"


def test_the_licenses_of_what_is_linked_are_up_to_date() -> None:
    """A new module, or a new version of one, brings its own."""
    go = Path(tools.find_go()).parent
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "licenses.py", "--check"],
        # Go's caches are where they were before the tests hid them.
        env={**environment.ORIGINAL, "PATH": f"{go}{os.pathsep}{environment.ORIGINAL['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_package_carries_them() -> None:
    """As metadata says, and with the project's own."""
    package = distribution("wasm2oci")
    assert package.metadata.get_all("License-File") == ["LICENSE", "THIRD_PARTY_LICENSES"]
    carried = [path for path in package.files or [] if path.name == TEXTS.name]
    assert [path.read_text(encoding="utf-8") for path in carried] == [TEXTS.read_text(encoding="utf-8")]
