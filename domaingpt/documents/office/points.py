"""The values of a chart by their position."""

from __future__ import annotations

from collections.abc import Sequence

from domaingpt.documents.assembly import one_line
from domaingpt.documents.tables.cells import shown_value

Points = dict[int, str]
Table = list[list[str]]
LEVEL_SEPARATOR = " › "
MAX_LEVELS = 8  # Of category names; more are damage.


def joined_levels(levels: Sequence[Points]) -> Points:
    """Return the names of all levels, given innermost first; an outer name stands once, at its first inner one."""
    inner, *outer = levels
    current = [""] * len(outer)
    joined: Points = {}
    for index in sorted({index for points in levels for index in points}):
        current = [points.get(index, before) for points, before in zip(outer, current, strict=True)]
        if index in inner:
            joined[index] = LEVEL_SEPARATOR.join(name for name in (*reversed(current), inner[index]) if name)
    return joined


def shown_point(text: str, number_format: str) -> str:
    """Return a value as its chart shows it; text, and a number without a format, on one line."""
    if not number_format:
        return one_line(text)
    try:
        return shown_value(float(text), number_format)
    except (ValueError, OverflowError):
        return one_line(text)
