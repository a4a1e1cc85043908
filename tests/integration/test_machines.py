"""The programs of the guide's page on many machines: processes that fetch through one shared cache."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry

PAGE = (binaries.ROOT / "docs" / "guide" / "machines.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
PLACE = "/var/cache/modules"
MODULES, SIZE = 200, 2000


NEEDED = {"concurrent_futures": "concurrent.futures", "dask": "distributed", "ray": "ray", "spark": "pyspark"}


@pytest.mark.parametrize(("program", "module"), [*zip(PROGRAMS, NEEDED.values(), strict=True)], ids=[*NEEDED])
def test_processes_share_a_cache(program: str, module: str, faults: FaultRegistry, tmp_path: Path) -> None:
    """Each module is downloaded once, or twice where two processes ask at a time; and never again by its digest."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    assert PLACE in program
    (tmp_path / "program.py").write_text(program.replace(PLACE, str(tmp_path / "cache")), encoding="utf-8")
    added = [faults.add_module(binaries.module(SIZE, seed), repository=f"org/mod{seed}") for seed in range(MODULES)]
    references = [faults.reference(f"org/mod{seed}", None, one.digest) for seed, one in enumerate(added)]
    size = len(binaries.module(SIZE))

    def run() -> None:
        # Tasks that ask for the same module at the same time come in turn.
        arguments = [reference for reference in references for _ in range(2)]
        done = subprocess.run(
            [sys.executable, tmp_path / "program.py", *arguments],
            cwd=tmp_path,
            env={**os.environ, "DASK_LOGGING__DISTRIBUTED": "error"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, [str(2 * MODULES * size)]), done.stderr

    run()
    asked = Counter(request.path for request in faults.journal if "/blobs/" in request.path)
    assert len(asked) >= MODULES
    assert max(asked.values()) <= 2
    faults.close()
    run()
