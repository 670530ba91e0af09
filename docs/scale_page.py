"""Write docs/scale.md's table and docs/scale.svg from benchmarks/results/scale.json.

python docs/scale_page.py           rewrite them
python docs/scale_page.py --check   change nothing; end with 1 if one is out of date
"""
# ruff: noqa: INP001, T201 - a script

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generate import replaced

DOCS = Path(__file__).resolve().parent
RESULT = DOCS.parent / "benchmarks" / "results" / "scale.json"
PAGE, PLOT = DOCS / "scale.md", DOCS / "scale.svg"
Row = dict[str, Any]

TABLE: dict[str, Callable[[Row], str]] = {
    "build, without the model: wall": lambda row: f"{row['build_s']:,.0f} s",
    "… CPU of the command itself": lambda row: f"{row['build_cpu_s']:,.0f} s",
    "… of which writing both arms": lambda row: f"{row['build_stages_s']['writing']:.1f} s",
    "… of which commit (flush and hash)": lambda row: f"{row['build_stages_s']['commit']:.1f} s",
    "… peak memory": lambda row: f"{row['build_peak_rss_mb']:,} MB",
    "index on disk": lambda row: f"{row['index_mb']:,.0f} MB",
    "ingest, nothing changed": lambda row: f"{row['nothing_changed_s']:.2f} s",
    "ingest, one small file changed": lambda row: f"{row['one_small_file_changed_s']:.2f} s",
    "ingest, one small file removed": lambda row: f"{row['one_small_file_removed_s']:.2f} s",
    "ingest, one file of 1,000 chunks changed": lambda row: f"{row['one_file_of_1000_chunks_changed_s']:.2f} s",
    "`search`, whole command: wall, CPU": lambda row: (
        f"{row['search_cold_s']['median']:.2f}, {row['search_cold_cpu_s']['median']:.2f} s"
    ),
    "open": lambda row: f"{row['open_ms']:.1f} ms",
    "warm query, whole: p50, p95; CPU p50": lambda row: _spread(row, "whole"),
    "… embedding it": lambda row: _spread(row, "embedding"),
    "… dense arm, 100 best": lambda row: _spread(row, "dense"),
    "… lexical arm, 100 best": lambda row: _spread(row, "lexical"),
    "… surroundings and sentences of what was found": lambda row: _spread(row, "surroundings"),
    "dense arm by exact scan": lambda row: _times(row["exact_scan_ms"]),
    "dense recall@10, @100 against it": lambda row: f"{row['dense_recall@10']:.4f}, {row['dense_recall@100']:.4f}",
    "memory of the process that queries": lambda row: f"{row['resident_mb']:,} MB",
}
CURVES: dict[str, Callable[[Row], float]] = {
    "build": lambda row: row["build_s"],
    "one file of 1,000 chunks changed": lambda row: row["one_file_of_1000_chunks_changed_s"],
    "search, whole command": lambda row: row["search_cold_s"]["median"],
    "one small file changed": lambda row: row["one_small_file_changed_s"],
    "warm query, p50": lambda row: row["query_ms"]["whole"]["p50"] / 1000,
}
COLOURS = ("#222222", "#b04a00", "#0060a8", "#2e7d32", "#7b1fa2")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 70, 250, 20, 50  # pixels
LINE = 16  # pixels from one line of text to the next


def table(result: Row) -> str:
    """Return the table of costs by size, with the growth exponents below."""
    sizes = list(result["sizes"].values())
    lines = [
        "| cost | " + " | ".join(f"{row['chunks']:,} chunks" for row in sizes) + " |",
        "|---|" + "---:|" * len(sizes),
        *(f"| {name} | " + " | ".join(cell(row) for row in sizes) + " |" for name, cell in TABLE.items()),
    ]
    exponents = ", ".join(f"{name} {value:.2f}" for name, value in result["growth_exponents"].items())
    likeness = result["likeness"]
    real, synthetic = (likeness[name]["dimension"] for name in ("real", "synthetic"))
    dimensions = f"Around the queries the real vectors have {real:.0f} dimensions, the synthetic ones {synthetic:.0f}"
    lines += ["", f"Growth, as b in cost ∝ chunks^b from the smallest to the largest: {exponents}."]
    recalls = [likeness[name]["lists_recall@10"]["1/4"] for name in ("real", "synthetic")]
    lines.append(f"{dimensions} (local intrinsic dimension, 30,000 vectors each).")
    found = f"{recalls[0]:.1%} and {recalls[1]:.1%}"
    lines.append(f"Lists trained on them find {found} of the ten nearest in a quarter of their cells.")
    return "\n".join(lines)


def plot(result: Row) -> str:
    """Return the curves as SVG, both axes logarithmic."""
    sizes = list(result["sizes"].values())
    xs = [row["chunks"] for row in sizes]
    values = [curve(row) for curve in CURVES.values() for row in sizes]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    span_x = math.log10(max(xs) / min(xs)) or 1.0

    def x(value: float) -> float:
        return LEFT + math.log10(value / min(xs)) / span_x * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box}>']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
    for power in range(low, high + 1):
        level = y(10.0**power)
        label = f"{10.0**power:g} s" if power >= 0 else f"{10.0 ** (power + 3):g} ms"
        parts.append(f'<path d="M{LEFT} {level:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{label}</text>')
    below = HEIGHT - BOTTOM + 20
    parts += [f'<text x="{x(count):.1f}" y="{below}" text-anchor="middle">{count:,}</text>' for count in xs]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">chunks</text>')
    lowest = 0.0
    for name, colour in sorted(zip(CURVES, COLOURS, strict=True), key=lambda pair: -CURVES[pair[0]](sizes[-1])):
        points = [(x(row["chunks"]), y(CURVES[name](row))) for row in sizes]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
        lowest = max(points[-1][1] + 4, lowest + LINE)  # names of curves that end together stand below each other
        parts.append(f'<text x="{points[-1][0] + 10:.1f}" y="{lowest:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def pages() -> dict[Path, str]:
    """Return every file that this script writes, as it should be."""
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    return {PAGE: replaced(PAGE.read_text(encoding="utf-8"), "scale", table(result)), PLOT: plot(result)}


def _spread(row: Row, part: str) -> str:
    return _times(row["query_ms"][part])


def _times(spread: Row) -> str:
    return f"{spread['p50']:.1f}, {spread['p95']:.1f}; {spread['cpu_p50']:.1f} ms"


def main() -> int:
    """Rewrite the files, or check them."""
    stale = {path: text for path, text in pages().items() if not path.is_file() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        if "--check" in sys.argv:
            print(f"out of date: {path.name}; run: python docs/scale_page.py")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.name}")
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
