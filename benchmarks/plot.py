"""Draws RESULTS.md: bars of medians as an SVG, each with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from benchmarks.results import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.results import Result

PANELS = {
    "pull 500 MiB": "Pull 500 MiB, on this machine",
    "push 500 MiB": "Push 500 MiB, on this machine",
    "pull 50 MiB, 40 ms and 10 MB/s a connection": "Pull 50 MiB from 40 ms away, 10 MB/s a connection",
    "pull 100 KiB": "Pull 100 KiB, on this machine",
}
"""The tables that are drawn, and what they are called there."""

# Names of the tables, as they are shown; what is left out, such as `cp`, moves nothing from a registry by itself.
PROGRAMS = {
    "wasm2oci, warm client": "wasm2oci, in a program",
    "wasm2oci, command": "wasm2oci, command",
    "oras": "oras",
    "crane blob": "crane",
    "regctl": "regctl",
    "skopeo": "skopeo",
    "wkg": "wkg",
    "oras-py, process": "oras-py",
}


# On a page of the site, where it stands inline, the colours are those of the page; as an image it follows the system.
STYLE = """    #benchmarks { --ground: #ffffff; --text: #20223a; --ours: #4b50c6; --others: #b9bccf }
    @media (prefers-color-scheme: dark) {
      #benchmarks { --ground: #131416; --text: #e3e4ee; --ours: #9296f5; --others: #565a70 }
    }
    #benchmarks .ground { fill: var(--color-background-primary, var(--ground)) }
    #benchmarks text { fill: var(--color-foreground-primary, var(--text)) }
    #benchmarks .head { font-weight: 600 }
    #benchmarks .name { text-anchor: end }
    #benchmarks .ours { fill: var(--color-brand-primary, var(--ours)) }
    #benchmarks .others { fill: var(--color-foreground-border, var(--others)) }"""

WIDTH = 560
LABELS = 170
"""Where the bars begin."""
LONGEST = 310
LINE = 19
BAR = 13
HEAD = 30
GAP = 14


def draw(found: Mapping[str, Sequence[Result]]) -> str:
    """Return the plot.

    Args:
        found: What was measured, by the titles of the tables.
    """
    lines: list[str] = []
    described: list[str] = []
    top = 8
    for title, caption in PANELS.items():
        bars = [result for result in found[title] if result.name in PROGRAMS]
        lines += _panel(caption, bars, top)
        described.append(f"{caption}: " + ", ".join(f"{PROGRAMS[one.name]} {shown(one.seconds)}" for one in bars))
        top += HEAD + len(bars) * LINE + GAP
    bars_and_names = "\n".join(lines)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" id="benchmarks" class="figure" width="{WIDTH}" height="{top}"
     viewBox="0 0 {WIDTH} {top}" role="img" aria-labelledby="benchmarks-title benchmarks-description"
     font-family="system-ui, sans-serif" font-size="13">
  <title id="benchmarks-title">How long it takes: medians, shorter is better</title>
  <desc id="benchmarks-description">{escape("; ".join(described))}</desc>
  <style>
{STYLE}
  </style>
  <rect class="ground" width="{WIDTH}" height="{top}" rx="10"/>
{bars_and_names}
</svg>
"""


def _panel(caption: str, bars: Sequence[Result], top: int) -> Iterator[str]:
    yield f'  <text class="head" x="12" y="{top + 18}">{escape(caption)}</text>'
    slowest = max(one.seconds for one in bars)
    for index, one in enumerate(bars):
        y = top + HEAD + index * LINE
        name = PROGRAMS[one.name]
        kind = "ours" if name.startswith("wasm2oci") else "others"
        length = max(1, round(one.seconds / slowest * LONGEST))
        yield f'  <text class="name" x="{LABELS - 8}" y="{y + 11}">{escape(name)}</text>'
        yield f'  <rect class="{kind}" x="{LABELS}" y="{y}" width="{length}" height="{BAR}" rx="2"/>'
        yield f'  <text x="{LABELS + length + 6}" y="{y + 11}">{shown(one.seconds)}</text>'
