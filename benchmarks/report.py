"""Writes the tables, as Markdown that reads well on a terminal too."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bars import BARS, Bar, judge, peak, typical
from benchmarks.bench import MIB
from benchmarks.rows import WARM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.rows import Row


def row_table(row: Row) -> str:
    """Return one comparison as a table; ratios are to the first wasm2oci in it."""
    measured = [one for one in row.measured if one.samples]
    ours = next((one for one in measured if one.name.startswith("wasm2oci")), None)
    lines = [
        f"### {row.title}",
        "",
        "| | median | fastest | × ours | peak memory | runs |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in sorted(measured, key=typical):
        ratio = f"{typical(one) / typical(ours):.2f}" if ours else ""
        used = peak(one)
        memory = f"{used / MIB:.0f} MiB" if used else ""
        fastest = min(sample.seconds for sample in one.samples)
        name = f"**{one.name}**" if one.name.startswith("wasm2oci") else one.name
        runs = len(one.samples)
        lines.append(f"| {name} | {_time(typical(one))} | {_time(fastest)} | {ratio} | {memory} | {runs} |")
    lines += [f"\n{one.name} failed: `{one.failure}`" for one in row.measured if one.failure]
    return "\n".join(lines) + "\n"


def bar_table(rows: list[Row]) -> str:
    """Return the aims and what was reached."""
    lines = ["| row | aim | reached | |", "|---|---|---:|---|"]
    for bar in BARS:
        judged = judge(bar, rows)
        if judged is None:
            continue
        reached, met = judged
        shown = f"{reached / MIB:.0f} MiB" if bar.other is None else f"{reached:.2f}"
        lines.append(f"| {bar.row} | {_aim(bar)} | {shown} | {'met' if met else '**missed**'} |")
    return "\n".join(lines) + "\n"


def document(rows: list[Row], versions: Mapping[str, str], folder: Path) -> str:
    """Return RESULTS.md."""
    parts = [
        "# Results",
        "",
        "Written by `python -m benchmarks`; README.md says what each row means.",
        "",
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {machine(folder)}.",
        "",
        "| program | version |",
        "|---|---|",
        *(f"| {name} | {version} |" for name, version in versions.items()),
        "",
        "## Aims",
        "",
        "The time of wasm2oci, as a multiple of the other's; medians of the same run.",
        "",
        bar_table(rows),
        "## All that was measured",
        "",
        *(row_table(row) for row in rows),
    ]
    return "\n".join(parts)


def machine(folder: Path) -> str:
    """Describe the machine: processor, memory, system, file system."""
    processor = _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = _field("/proc/meminfo", "MemTotal")
    gib = f"{int(memory.split()[0]) / 1024 / 1024:.0f} GiB" if memory else "unknown memory"
    return f"{os.cpu_count()} × {processor}, {gib}, {platform.system()} {platform.release()}, {_file_system(folder)}"


def _field(path: str, name: str) -> str | None:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(name)), None)


def _file_system(folder: Path) -> str:
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown file system"
    best = max(
        (line.split() for line in mounts if folder.resolve().is_relative_to(line.split()[1])),
        key=lambda parts: len(parts[1]),
    )
    return str(best[2])


def _aim(bar: Bar) -> str:
    ours = "" if bar.ours == WARM else f"{bar.ours}: "
    if bar.other is None:
        return f"{ours}memory < {bar.most / MIB:.0f} MiB"
    return f"{ours}≤ {bar.most:.3g} × {bar.other}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
