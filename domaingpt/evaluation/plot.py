"""Line plots as SVG, written by hand: a few panels, a few lines, no library.

Every line has its label at its right end in its own colour, so that no legend is needed. Colours are those of
Okabe & Ito (https://jfly.uni-koeln.de/color/), which colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
WIDTH, HEIGHT = 470, 300  # of a panel, in pixels
LEFT, RIGHT, TOP, BOTTOM = 52, 118, 40, 48  # margins around its axes
LABEL_HEIGHT = 13
STYLE = "font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"
INK, GREY, GRID = "#222", "#666", "#e4e4e4"


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot.

    Attributes:
        title: Above it.
        x_label: Below it.
        ticks: Names of the x positions, which are evenly spaced.
        lines: Name → the value at each position, 0 to 1.
        n_joined: How many positions, from the left, a line joins; the others are points of their own.
    """

    title: str
    x_label: str
    ticks: Sequence[str]
    lines: Mapping[str, Sequence[float]]
    n_joined: int


def svg(panels: Sequence[Panel], n_columns: int = 2) -> str:
    """Return a picture of the panels, row by row."""
    n_rows = -(-len(panels) // n_columns)
    width, height = WIDTH * min(n_columns, len(panels)), HEIGHT * n_rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" style="{STYLE}">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for n, panel in enumerate(panels):
        x, y = n % n_columns * WIDTH, n // n_columns * HEIGHT
        parts += [f'<g transform="translate({x},{y})">', *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> Iterator[str]:
    values = [value for line in panel.lines.values() for value in line]
    low = _floor(min(values, default=0.0))
    yield _text(LEFT, 22, panel.title, size=14, weight=600)
    yield from _axes(panel, low)
    ends = []
    for (name, line), colour in zip(panel.lines.items(), cycle(COLOURS), strict=False):
        points = [(_x(panel, i), _y(value, low)) for i, value in enumerate(line)]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[: panel.n_joined])
        yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
        for i, (x, y) in enumerate(points):
            fill = colour if i < panel.n_joined else "#fff"
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
        ends.append((points[-1][1], f"{name} {line[-1]:.3f}", colour))
    for y, label, colour in _apart(ends):
        yield _text(WIDTH - RIGHT + 10, y + 4, label, colour=colour)


def _axes(panel: Panel, low: float) -> Iterator[str]:
    """Yield the grid, the numbers beside it and the names of the positions."""
    step = 0.1 if low >= 0.5 else 0.2
    for i in range(round((1 - low) / step) + 1):
        value = low + i * step
        y = _y(value, low)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{GRID}"/>'
        yield _text(LEFT - 8, y + 4, f"{value:.1f}", colour=GREY, anchor="end")
    for i, tick in enumerate(panel.ticks):
        yield _text(_x(panel, i), HEIGHT - BOTTOM + 18, tick, colour=GREY, anchor="middle")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, panel.x_label, anchor="middle")


def _floor(value: float) -> float:
    """Return where the y axis begins: 0, or a fifth below all values if they lie high."""
    return max(0.0, int(value * 5 - 0.001) / 5)


def _x(panel: Panel, i: int) -> float:
    return LEFT + 8 + (WIDTH - LEFT - RIGHT - 16) * i / max(1, len(panel.ticks) - 1)


def _y(value: float, low: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value) / (1 - low)


def _apart(labels: Sequence[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """Yield the labels from top to bottom, each moved as little as keeps it off its neighbours."""
    placed: list[tuple[float, str, str]] = []
    for y, label, colour in sorted(labels):
        placed.append((max(y, placed[-1][0] + LABEL_HEIGHT) if placed else y, label, colour))
    # What ran over the bottom is pushed up again, from below.
    limit = float(HEIGHT - BOTTOM)
    for n in range(len(placed) - 1, -1, -1):
        y, label, colour = placed[n]
        placed[n] = (min(y, limit), label, colour)
        limit = placed[n][0] - LABEL_HEIGHT
    yield from placed


def _text(
    x: float, y: float, text: str, *, size: int = 11, colour: str = INK, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )
