"""Rows whose cells have different widths → rows of one grid, told by the cells' right edges."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(slots=True)
class EdgedRow:
    """One row of a table.

    Attributes:
        cells: Their texts.
        edges: Right edges of the cells, in any unit, if the file told one for each; else empty.
    """

    cells: list[str]
    edges: Sequence[int] = ()


def aligned(rows: Sequence[EdgedRow]) -> list[list[str]]:
    """Return the cells by column: a wide cell stands over the first of its columns."""
    widest = max(rows, key=lambda row: len(row.cells))
    if len(widest.edges) < len(widest.cells) or any(b <= a for a, b in pairwise(widest.edges)):
        return [row.cells for row in rows]
    return [_placed(row, widest.edges) for row in rows]


def _placed(row: EdgedRow, edges: Sequence[int]) -> list[str]:
    if len(row.cells) >= len(edges) or len(row.edges) != len(row.cells):
        return row.cells
    placed = [""] * len(edges)
    column = 0
    for position, (text, right) in enumerate(zip(row.cells, row.edges, strict=True), start=1):
        placed[column] = text
        # The next cell begins behind the column whose right edge is nearest to this cell's.
        last = bisect_left(edges, right, column)
        if last == len(edges) or (last > column and right - edges[last - 1] < edges[last] - right):
            last -= 1
        # Whatever the edges say, each cell that follows has a column left.
        column = min(max(last, column), len(edges) - 1 - (len(row.cells) - position)) + 1
    return placed
