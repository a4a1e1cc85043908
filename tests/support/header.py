"""What the C header states, for tests that hold other layers against it."""

from __future__ import annotations

import re
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "cpp" / "include" / "wasm2oci" / "wasm2oci.h"


def statuses() -> dict[int, str]:
    """Return the names of the statuses without their prefix, by number."""
    found = re.findall(r"^\s*WASM2OCI_STATUS_(\w+) = (\d+)", HEADER.read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): name for name, number in found}


def version() -> str:
    """Return the version."""
    found = re.search(r'^#define WASM2OCI_VERSION "(.+)"$', HEADER.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]
