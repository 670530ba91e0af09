r"""A page's text and its grids → the text with a tab between the cells of a row, and where the rows stand.

White space is all that changes, but for tables that were drawn in another order than they are read, column by
column or with the lines of wrapped cells in turns: their lines are put in printed order, row by row, each cell
whole. So every row is one span of the text, and its n-th cell is what stands after the n-1st tab; an empty cell
leaves two tabs together. A table whose characters do not stand together in the text is left as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from domaingpt.documents.pdf.column_names import Names, column_names
from domaingpt.documents.pdf.grids import Grid, GridRow, PrintedLine, page_grids
from domaingpt.documents.pdf.line_kinds import is_column_line
from domaingpt.documents.pdf.lines import page_lines
from domaingpt.documents.pdf.placed import CELL_MARK, PlacedGrid, PlacedRow
from domaingpt.documents.pdf.rules import page_rules
from domaingpt.documents.pdf.words import Fragment, page_fragments

if TYPE_CHECKING:
    import pypdfium2 as pdfium

TOGETHER_SHARE = 0.9  # of a table's characters; the rest may be marks drawn elsewhere. Guess, unmeasured.
# What a grid must have to be a table. Guesses, checked on a book of formulas, filings, and the reports at hand.
NAMED_SHARE = 0.7  # of the columns: under so many names the rest may be loose
SPARSE_SHARE = 0.35  # of the cells filled, where columns are named
FILLED_SHARE = 0.6  # of the cells filled, and of the rows labelled, where they are not
RAISED_SHARE = 0.8  # of the largest height: what is smaller is raised or lowered
MAX_RAISED_SHARE = 0.15  # of the words of a table
LEADERS = re.compile(r"(?:\.\s?){4}|…{2}")
TELLING_NAME = re.compile(r"[^\W\d_]{3}|(?:19|20)\d\d|[%$€£¥]")
TELLING_LABEL = re.compile(r"[^\W\d_]{3}|\d\d")
HYPHENS = "\ufffe\x02-"


@dataclass(frozen=True, slots=True)
class _Edit:
    """What takes the place of `text[start:end]`; its rows are counted from its own beginning."""

    start: int
    end: int
    written: str
    names: tuple[str, ...]
    rows: list[PlacedRow]


@dataclass(slots=True)
class _Item:
    """Fragments that follow each other, with the column of each; of a row, or of another line."""

    fragments: list[tuple[int, Fragment]]
    is_row: bool
    time: str = ""


def page_cells(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> tuple[str, list[PlacedGrid]]:
    """Return a page's text and its tables; the page's rules are looked for only where lines look like rows."""
    lines = page_lines(textpage)
    fragments = page_fragments(textpage, lines)
    if not fragments:
        return lines.text, []
    rules_of = lru_cache(maxsize=None)(lambda turn: page_rules(page, turn))
    return with_cells(lines.text, page_grids(fragments, lines.text, rules_of), fragments)


def with_cells(text: str, grids: Sequence[Grid], fragments: Sequence[Fragment]) -> tuple[str, list[PlacedGrid]]:
    """Return the text with tabs between cells, and its tables in order.

    Args:
        text: Of a page.
        grids: Its tables.
        fragments: All of the page, in the order of the text.
    """
    edits: list[_Edit] = []
    for grid in grids:
        names = column_names(grid, text)
        if not _is_credible(grid, names, text):
            continue
        items = _together(list(_items(grid, names)), fragments)
        if not any(item.is_row for item in items):
            continue
        start, end = _extent(items)
        written, places = _written(text, items)
        if _visible(written) == _visible(text[start:end]):
            edits.append(_Edit(start, end, written, tuple(names.columns), places))
    return _edited(text, edits)


def _is_credible(grid: Grid, names: Names, text: str) -> bool:
    """Return whether a grid reads as a table: formulas stand in columns too, and so do the pages of contents."""
    rows = grid.rows
    if not rows:
        return False
    firsts = [" ".join(text[f.start : f.end] for f in next(iter(row.cells.values()))) for row in rows]
    if 2 * sum(LEADERS.search(first) is not None for first in firsts) > len(rows) or _are_pages(grid, names, text):
        return False
    n_filled = sum(len(row.cells) for row in rows) / (len(rows) * len(grid.bands))
    heights = [f.height for row in rows for cell in row.cells.values() for f in cell]
    if sum(height < RAISED_SHARE * max(heights) for height in heights) > MAX_RAISED_SHARE * len(heights):
        return False
    named = [name for name in names.columns[1:] if TELLING_NAME.search(name)]
    if len(named) >= NAMED_SHARE * (len(names.columns) - 1):
        return n_filled >= SPARSE_SHARE
    n_labels = sum(TELLING_LABEL.search(first) is not None for first in firsts)
    return len(rows) > 1 and n_filled >= FILLED_SHARE and n_labels >= FILLED_SHARE * len(rows)


def _are_pages(grid: Grid, names: Names, text: str) -> bool:
    """Return whether nothing but ever larger small numbers stands beside the labels, under no name."""
    if any(names.columns[1:]) or len(grid.bands) > 3:
        return False
    lasts = [text[cell[-1].start : cell[-1].end] for row in grid.rows for cell in [list(row.cells.values())[-1]]]
    if not all(last.isdecimal() and last.isascii() and len(last) < 4 for last in lasts):
        return False
    return len(lasts) > 2 and sorted(map(int, lasts)) == list(map(int, lasts))


def _items(grid: Grid, names: Names) -> Iterator[_Item]:
    """Yield the rows and other lines of a table as they are read, from the first line that names columns."""
    above = grid.above[grid.above.index(names.first) :] if names.first else []
    for line in above:
        yield _Item([(0, fragment) for fragment in line.fragments], is_row=False)
    time = names.time
    for item in grid.items:
        if isinstance(item, PrintedLine):
            if is_column_line(item.text):
                time = item.text
            yield _Item([(0, fragment) for fragment in item.fragments], is_row=False)
        else:
            yield _Item(_in_order(item), is_row=True, time=time)


def _in_order(row: GridRow) -> list[tuple[int, Fragment]]:
    return [(column, fragment) for column, cell in sorted(row.cells.items()) for fragment in cell]


def _extent(items: Sequence[_Item]) -> tuple[int, int]:
    fragments = [fragment for item in items for _, fragment in item.fragments]
    return min(f.start for f in fragments), max(f.end for f in fragments)


def _together(items: list[_Item], fragments: Sequence[Fragment]) -> list[_Item]:
    """Return a table's items without what stands elsewhere in the text: marks of footnotes, drawn at the end.

    None are left if that is more than a few marks: then foreign text stands between the characters of the table.
    """
    covered = sorted((fragment.start, fragment.end) for item in items for _, fragment in item.fragments)
    runs: list[tuple[int, int, int]] = []  # start, end, characters
    first, last = covered[0][0], covered[-1][1]
    beside = fragments[bisect_left(fragments, first, key=_start) : bisect_left(fragments, last, key=_start)]
    foreign = iter([f.start for f in beside if not _is_within(f, covered)])
    barrier = next(foreign, None)
    for start, end in covered:
        is_parted = False
        while barrier is not None and barrier < start:
            is_parted, barrier = True, next(foreign, None)
        if runs and not is_parted:
            runs[-1] = (runs[-1][0], end, runs[-1][2] + end - start)
        else:
            runs.append((start, end, end - start))
    first, last, n_characters = max(runs, key=lambda run: run[2])
    if n_characters < TOGETHER_SHARE * sum(run[2] for run in runs):
        return []
    kept = (
        _Item([(c, f) for c, f in item.fragments if first <= f.start < last], item.is_row, item.time) for item in items
    )
    return [item for item in kept if item.fragments]


def _start(fragment: Fragment) -> int:
    return fragment.start


def _is_within(fragment: Fragment, spans: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(spans, (fragment.start, 1 << 60)) - 1
    return index >= 0 and fragment.start < spans[index][1]


def _written(text: str, items: Sequence[_Item]) -> tuple[str, list[PlacedRow]]:
    """Return a table's text, and its rows, counted from its beginning."""
    parts: list[str] = []
    places: list[PlacedRow] = []
    length = 0
    last: Fragment | None = None
    for item in items:
        begin = length
        previous: tuple[int, Fragment] | None = None
        for column, fragment in item.fragments:
            gap = _gap(text, last, fragment, previous, column, is_row=item.is_row)
            parts += [gap, text[fragment.start : fragment.end]]
            length += len(gap) + fragment.end - fragment.start
            if previous is None:
                begin = length - (fragment.end - fragment.start)
            previous, last = (column, fragment), fragment
        if item.is_row:
            places.append(PlacedRow(begin, length, item.fragments[0][0], item.time))
    return "".join(parts), places


def _gap(
    text: str,
    last: Fragment | None,
    fragment: Fragment,
    previous: tuple[int, Fragment] | None,
    column: int,
    *,
    is_row: bool,
) -> str:
    """Return the white space before a fragment."""
    if last is None:
        return ""
    between = text[last.end : fragment.start] if last.end <= fragment.start else ""
    is_next = last.end <= fragment.start and not between.strip()
    if previous is None:
        return between if is_next and "\n" in between else "\r\n"
    if not is_row:
        return between if is_next and "\n" not in between and between else " "
    if column > previous[0]:
        return CELL_MARK * (column - previous[0])
    if text[previous[1].end - 1] in HYPHENS:
        return between if is_next and "\n" in between else "\r\n"
    return between if is_next and "\n" not in between and between else " "


def _visible(text: str) -> list[str]:
    return sorted("".join(text.split()))


def _edited(text: str, edits: Sequence[_Edit]) -> tuple[str, list[PlacedGrid]]:
    parts: list[str] = []
    placed: list[PlacedGrid] = []
    position, length = 0, 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < position:
            continue  # tables that claim the same text: the first has it
        length += edit.start - position
        placed.append(PlacedGrid(length, edit.names, tuple(row.moved(length) for row in edit.rows)))
        parts += [text[position : edit.start], edit.written]
        length += len(edit.written)
        position = edit.end
    parts.append(text[position:])
    return "".join(parts), placed
