"""What wasm2oci aims at: ratios within one run, so that the machine does not matter much."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.bench import MIB
from benchmarks.rows import ASYNCIO, COMMAND, GO_LOOP, ORAS_PY_WARM, THREADS, WARM, Row

if TYPE_CHECKING:
    from benchmarks.contestants import Measured

FAR = "40 ms and 10 MB/s a connection"
MANY = "1,000 modules of 10 KiB, eight at a time"
FRESH = "fresh Python that pulls 100 KiB"


@dataclass(frozen=True)
class Bar:
    """One aim: the time of `ours` is at most `most` times that of `other`, or its memory less than `most` bytes."""

    row: str
    ours: str
    other: str | None
    most: float


MEMORY = 48 * MIB
COPY_MEMORY = 64 * MIB
COPY_PEERS = ("oras", "crane", "regctl")
MANY_COPIES = "copy of 1,000 artifacts of 10 KiB, eight at a time"
FAR_PEERS = ("oras", "crane blob", "regctl", "skopeo", "wkg", "oras-py, process")
BARS = (
    Bar("pull 500 MiB", WARM, "oras", 0.75),
    Bar("pull 500 MiB", WARM, None, MEMORY),
    Bar("pull 50 MiB", WARM, "oras", 0.8),
    Bar("pull 500 MiB", WARM, "curl", 1.5),
    Bar("push 500 MiB", WARM, "oras", 0.9),
    Bar("push 500 MiB", WARM, None, MEMORY),
    *(Bar("copy 500 MiB", WARM, peer, 1.0) for peer in COPY_PEERS),
    Bar("copy 500 MiB", WARM, None, COPY_MEMORY),
    *(Bar(MANY_COPIES, COMMAND, f"{peer}, eight processes", 0.5) for peer in COPY_PEERS),
    Bar("warm pull of 100 KiB", WARM, GO_LOOP, 1.1),
    Bar("warm pull of 100 KiB", WARM, ORAS_PY_WARM, 0.6),
    Bar(FRESH, "wasm2oci, process", "python -c pass", 2.5),
    Bar(FRESH, "wasm2oci, process", "oras-py, process", 0.15),
    Bar(FRESH, COMMAND, "wasm2oci, process", 1.6),
    Bar("pull 100 KiB", COMMAND, "oras-py, process", 0.4),
    *(Bar("50 pulls of 100 KiB at once", ours, GO_LOOP, 1.2) for ours in (THREADS, ASYNCIO)),
    Bar(MANY, WARM, GO_LOOP, 1.15),
    Bar(MANY, WARM, "oras, eight processes", 1 / 2.5),
    *(Bar(f"pull 50 MiB, {FAR}", WARM, peer, 1 / 3) for peer in FAR_PEERS),
    *(Bar(f"pull 500 MiB, {FAR}", WARM, peer, 1 / 3) for peer in FAR_PEERS),
)


def typical(measured: Measured) -> float:
    """Return the median time in seconds."""
    return median(sample.seconds for sample in measured.samples)


def peak(measured: Measured) -> int | None:
    """Return the highest memory of all samples, in bytes."""
    known = [sample.peak for sample in measured.samples if sample.peak]
    return max(known) if known else None


def judge(bar: Bar, rows: list[Row]) -> tuple[float, bool] | None:
    """Return what was reached and whether that is enough; None where it was not measured."""
    row = next((row for row in rows if row.title == bar.row), None)
    found = {one.name: one for one in row.measured if one.samples} if row else {}
    ours = found.get(bar.ours)
    if ours is None:
        return None
    if bar.other is None:
        used = peak(ours)
        return (used, used < bar.most) if used else None
    other = found.get(bar.other)
    if other is None:
        return None
    ratio = typical(ours) / typical(other)
    return ratio, ratio <= bar.most
