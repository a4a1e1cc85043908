"""The Go runtime takes what its host and its container let it have."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.process.forking import IN_CHILD
from tests.support import python

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 300 << 20


@pytest.fixture
def group() -> Iterator[Path]:
    """Make a control group with a limit of memory, where that can be done."""
    for mount, name in (("/sys/fs/cgroup", "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")):
        if not Path(mount, "cgroup.procs").exists():
            continue
        made = Path(mount, f"wasm2oci-test-{os.getpid()}")
        try:
            made.mkdir()
        except OSError:
            continue
        try:
            if not (made / name).exists():
                continue
            (made / name).write_text(str(LIMIT), encoding="ascii")
            yield made
        finally:
            made.rmdir()
        return
    pytest.skip("no control group can be made here")


def test_half_of_the_containers_memory_is_the_limit(group: Path) -> None:
    """Set with the first client; GOMEMLIMIT and configure_runtime come first."""
    program = """
        import os, sys, wasm2oci
        with open(f"{sys.argv[1]}/cgroup.procs", "w") as members:
            members.write(str(os.getpid()))
        assert wasm2oci.runtime_info().memory_limit == int(sys.argv[2])
        if len(sys.argv) > 4:
            wasm2oci.configure_runtime(memory_limit=int(sys.argv[4]))
        wasm2oci.Client()
        limit = wasm2oci.runtime_info().memory_limit
        assert limit == int(sys.argv[3]), limit
    """
    half = str(LIMIT // 2)
    python.check(program, str(group), "0", half)
    python.check(program, str(group), "1000000", "1000000", environment={"GOMEMLIMIT": "1000000"})
    python.check(program, str(group), "0", "2000000", "2000000")
    python.check(program, str(group), "0", "0", "0")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processors cannot be taken from a process here")
def test_processors_are_those_that_the_process_may_use() -> None:
    """Until they are set."""
    program = """
        import os, wasm2oci
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
        assert wasm2oci.runtime_info().processors == 1
        wasm2oci.configure_runtime(processors=3)
        assert wasm2oci.runtime_info().processors == 3
    """
    python.check(program)


@pytest.mark.skipif(sys.platform != "linux", reason="a forked child has a runtime on Linux alone")
def test_settings_hold_in_forked_children() -> None:
    """Their runtimes are new."""
    program = f"""{IN_CHILD}
    wasm2oci.configure_runtime(gc_percent=30)
    wasm2oci.configure_runtime(memory_limit=1 << 28, processors=1)
    client = wasm2oci.Client()

    def check():
        info = wasm2oci.runtime_info()
        assert (info.gc_percent, info.memory_limit, info.processors) == (30, 1 << 28, 1), info
        assert (info.clients, info.operations, info.readers) == (0, 0, 0), info

    in_child(check)
    assert wasm2oci.runtime_info().clients == 1
    """
    python.check(program)


def test_nonsense_is_refused() -> None:
    """And changes nothing."""
    before = wasm2oci.runtime_info()
    for options in ({"gc_percent": 0}, {"gc_percent": -2}, {"memory_limit": -1}, {"processors": 0}):
        with pytest.raises(wasm2oci.InvalidArgumentError):
            wasm2oci.configure_runtime(**options)
    with pytest.raises(TypeError):
        wasm2oci.configure_runtime(processors="two")  # type: ignore[arg-type] # that is the point
    wasm2oci.configure_runtime()
    after = wasm2oci.runtime_info()
    assert (after.gc_percent, after.memory_limit, after.processors) == (
        before.gc_percent,
        before.memory_limit,
        before.processors,
    )
