"""Recognised pieces of lines → text in reading order: columns one after the other, cells of a row side by side."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from domaingpt.documents.ocr import TextLine

# All guesses, checked by eye on one- and two-column pages and tables; heights are of the usual piece of the page.
MIN_COLUMN_PIECES = 4  # Fewer pieces are no column.
MIN_COLUMN_CHARACTERS = 20  # Median of a column's pieces; cells of a table are shorter.
MAX_CROSSING = 0.35  # Share of the pieces that may run across the gap between columns: titles, figures.
SAME_ROW = 0.5  # Middles nearer than this, in heights, are one row.
PARAGRAPH_GAP = 1.3  # As in `pdf.lines`: a drop so many times the usual one begins a paragraph.
MAX_DEPTH = 4
GUTTER_STEPS = 100
MIN_SLOPE_PIECES = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of text in a frame turned so that lines are level."""

    left: float
    right: float
    middle: float
    height: float
    text: str


def arrange(lines: Sequence[TextLine]) -> str:
    r"""Return the pieces as one text: rows end in "\n", paragraphs in "\n\n"."""
    pieces = _level([line for line in lines if line.text.strip()])
    if not pieces:
        return ""
    height = statistics.median(piece.height for piece in pieces)
    return "\n\n".join(_block_text(block, height) for block in _blocks(pieces, height, MAX_DEPTH))


def _level(lines: Sequence[TextLine]) -> list[_Piece]:
    """Turn the middles by the usual slope of the lines: a degree is a line's height over half a page."""
    slopes = [
        math.atan2(line.corners[1][1] - line.corners[0][1], line.corners[1][0] - line.corners[0][0])
        for line in lines
        if line.right - line.left > 5 * line.height
    ]
    slope = statistics.median(slopes) if len(slopes) >= MIN_SLOPE_PIECES else 0.0
    sine, cosine = math.sin(slope), math.cos(slope)
    pieces = []
    for line in lines:
        x = (line.left + line.right) / 2
        half = (line.right - line.left) / 2
        across, down = x * cosine + line.middle * sine, line.middle * cosine - x * sine
        pieces.append(_Piece(across - half, across + half, down, line.height, line.text.strip()))
    return pieces


def _blocks(pieces: list[_Piece], height: float, depth: int) -> list[list[_Piece]]:
    """Part the pieces at the gap between columns, if there is one, and again inside each."""
    gap = _gutter(pieces, height) if depth else None
    if gap is None:
        return [pieces]
    crossing = sorted((piece for piece in pieces if piece.left < gap < piece.right), key=lambda piece: piece.middle)
    blocks: list[list[_Piece]] = []
    above = -math.inf
    for below in [*(piece.middle for piece in crossing), math.inf]:
        band = [piece for piece in pieces if above < piece.middle < below and piece not in crossing]
        for column in ([p for p in band if p.right <= gap], [p for p in band if p.left >= gap]):
            if column:
                blocks += _blocks(column, height, depth - 1)
        wide = [piece for piece in crossing if piece.middle == below]
        if wide and not (blocks and not band and blocks[-1][-1] in crossing):
            blocks.append(wide)
        elif wide:
            blocks[-1] += wide
        above = below
    return blocks


def _gutter(pieces: Sequence[_Piece], height: float) -> float | None:
    """Return the x between two columns of prose that the fewest pieces cross; None if there are no columns."""
    if len(pieces) < 2 * MIN_COLUMN_PIECES:
        return None
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    best: tuple[int, list[float]] = (len(pieces) + 1, [])
    for step in range(1, GUTTER_STEPS):
        x = left + (right - left) * step / GUTTER_STEPS
        n_crossing = sum(piece.left < x + height / 4 and piece.right > x - height / 4 for piece in pieces)
        if not _are_columns(pieces, x):
            continue
        if n_crossing < best[0]:
            best = (n_crossing, [x])
        elif n_crossing == best[0]:
            best[1].append(x)
    if not best[1] or best[0] > MAX_CROSSING * len(pieces):
        return None
    return best[1][len(best[1]) // 2]


def _are_columns(pieces: Sequence[_Piece], x: float) -> bool:
    sides = ([p for p in pieces if p.right <= x], [p for p in pieces if p.left >= x])
    return all(
        len(side) >= MIN_COLUMN_PIECES and statistics.median(len(piece.text) for piece in side) >= MIN_COLUMN_CHARACTERS
        for side in sides
    )


def _block_text(pieces: Sequence[_Piece], height: float) -> str:
    rows = _rows(pieces, height)
    drops = [below[0].middle - above[0].middle for above, below in itertools.pairwise(rows)]
    usual = statistics.median_low(drops) if drops else 0.0
    text = " ".join(piece.text for piece in rows[0])
    for drop, row in zip(drops, rows[1:], strict=True):
        text += "\n\n" if drop > PARAGRAPH_GAP * usual else "\n"
        text += " ".join(piece.text for piece in row)
    return text


def _rows(pieces: Sequence[_Piece], height: float) -> list[list[_Piece]]:
    """Return the rows from the top, each from the left."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if rows and piece.middle - rows[-1][0].middle < SAME_ROW * min(height, rows[-1][0].height, piece.height):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]
