"""A table of a web page → its rows, with the names of their columns beside them.

Cells that span rows and columns are spread out, within bounds; names of several header rows are joined for each
column. Filings put "$", ")" and "%" into cells of their own and space between columns into others: marks go back
to their figures, and what is empty in a row is left out, of its names too, so that the n-th name is that of the
n-th cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.pdf.line_kinds import is_column_line
from domaingpt.documents.tables.grids import CELL_SEPARATOR
from domaingpt.documents.tables.headers import filled, header_position, is_value, names_columns
from domaingpt.documents.web.shown import BLOCK_TAGS, NOT_SHOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_COLUMNS = 120  # Filings have up to 60, most of them space. A cell that spans a billion is a bomb.
MAX_CELLS = 400_000  # of one table, spread out
MAX_HEADER_ROWS = 6
MAX_TITLE_CHARACTERS = 120
MAX_CONTEXT_CHARACTERS = 300  # What is shown with each row must stay shorter than the chunk it goes to.
TITLE_SEPARATOR = " › "
CURRENCY = re.compile(r"[A-Z]{0,3}[$€£¥₹]|\(?[$€£¥]\(?")
CLOSER = re.compile(r"[)\]%]{1,3}|(?:pp?ts?|bps)\.?")
YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(slots=True)
class _Row:
    """A row spread out: text by column, where its cells begin, and whether all its cells are headers."""

    cells: list[str]
    begins: list[bool]
    is_header: bool


def add_web_table(assembly: TextAssembly, table: _Element, title: str = "") -> None:
    """Append a table, one line a row, its cells as they stand.

    Args:
        assembly: The document so far.
        table: An element `table` without tables inside.
        title: What stands above it; its caption goes before that.
    """
    caption = next((one_line("".join(child.itertext())) for child in table if child.tag == "caption"), "")
    assembly.add("paragraph", caption)
    title = caption or title
    rows = _spread_rows(table)
    while rows and rows[0].cells[0] and len(_own(rows[0])) == 1 and not rows[0].is_header:  # a line across the table
        (line,) = _own(rows.pop(0))
        title = TITLE_SEPARATOR.join(filter(None, [title, line]))
        assembly.add("paragraph", line)
    n_header = _n_header_rows(rows)
    names = _names([row.cells for row in rows[:n_header]])
    shown_title = title if len(title) <= MAX_TITLE_CHARACTERS else ""
    for index, row in enumerate(rows):
        _add_row(assembly, row, [] if index < n_header else names, shown_title)


def _add_row(assembly: TextAssembly, row: _Row, names: Sequence[str], title: str) -> None:
    """Append a row with the names of its filled cells beside it."""
    cells = [(column, cell) for column, cell in enumerate(row.cells) if cell and row.begins[column]]
    text = CELL_SEPARATOR.join(cell for _, cell in cells)
    if len(cells) < 2:
        assembly.add("paragraph", text)
        return
    own = [names[column] if column < len(names) else "" for column, _ in cells]
    parts = [title, CELL_SEPARATOR.join(own).strip() if any(own) else ""]
    context = TITLE_SEPARATOR.join(part for part in parts if part)
    assembly.add("row", text, header=context if len(context) <= MAX_CONTEXT_CHARACTERS else title)


def _own(row: _Row) -> list[str]:
    return [cell for cell, begins in zip(row.cells, row.begins, strict=True) if cell and begins]


def _rows(table: _Element) -> Iterator[_Element]:
    """Yield the rows of a table itself, its head first and its foot last."""
    children = [child for child in table if isinstance(child.tag, str)]
    for tag in ("thead", "", "tfoot"):
        for child in children:
            if child.tag == "tr" and not tag:
                yield child
            elif child.tag == (tag or "tbody"):
                yield from (row for row in child if row.tag == "tr")


def _spread_rows(table: _Element) -> list[_Row]:
    """Return the rows with their spans spread out and marks joined to their figures, empty ones left out."""
    elements = list(_rows(table))
    spread = _Spread()
    rows: list[_Row] = []
    n_cells = 0
    for position, element in enumerate(elements):
        row = spread.row(element, len(elements) - position)
        n_cells += len(row.cells)
        if n_cells > MAX_CELLS:
            break
        if any(row.cells):
            _join_marks(row.cells, row.begins)
            rows.append(row)
    return rows


class _Spread:
    """Spreads cells out over the columns and rows that they span; takes the rows from top to bottom."""

    def __init__(self) -> None:
        # Column → text of a cell above, how many more rows it goes on for, and whether it begins in this column.
        self._hanging: dict[int, tuple[str, int, bool]] = {}

    def row(self, element: _Element, n_left: int) -> _Row:
        """Return the next row.

        Args:
            element: The row.
            n_left: Rows from this on.
        """
        row = _Row([], [], is_header=False)
        kinds: list[bool] = []
        for cell in element:
            if cell.tag not in ("td", "th"):
                continue
            self._go_on(row)
            kinds.append(cell.tag == "th" and cell.get("scope", "") != "row")
            text = cell_text(cell)
            height = min(_span(cell, "rowspan") or n_left, n_left)  # 0 goes on to the end
            for offset in range(max(0, min(_span(cell, "colspan") or 1, MAX_COLUMNS - len(row.cells)))):
                if height > 1:
                    self._hanging[len(row.cells)] = (text, height - 1, offset == 0)
                row.cells.append(text)
                row.begins.append(offset == 0)
        self._go_on(row)
        parent = element.getparent()
        row.is_header = (parent is not None and parent.tag == "thead") or (len(kinds) > 1 and all(kinds))
        return row

    def _go_on(self, row: _Row) -> None:
        """Put the cells that reach down from the rows above where the next cell would stand."""
        while (column := len(row.cells)) in self._hanging:
            text, n_more, is_begin = self._hanging.pop(column)
            if n_more > 1:
                self._hanging[column] = (text, n_more - 1, is_begin)
            row.cells.append(text)
            row.begins.append(is_begin)


def _span(cell: _Element, name: str) -> int:
    value = cell.get(name, "1").strip()
    return int(value) if value.isdecimal() and value.isascii() and len(value) < 10 else 1


def _join_marks(cells: list[str], begins: Sequence[bool]) -> None:
    """Put currency marks before the figure that follows, and ")" and "%" behind the one before."""
    columns = [column for column, cell in enumerate(cells) if cell and begins[column]]
    for index, column in enumerate(columns):
        following = columns[index + 1] if index + 1 < len(columns) else None
        before = next((c for c in reversed(columns[:index]) if cells[c]), None)
        if CURRENCY.fullmatch(cells[column]) and following is not None and _is_figure(cells[following]):
            cells[following] = f"{cells[column]} {cells[following]}"
            _clear(cells, begins, column)
        elif CLOSER.fullmatch(cells[column]) and before is not None and _is_figure(cells[before]):
            cells[before] += cells[column]
            _clear(cells, begins, column)


def _clear(cells: list[str], begins: Sequence[bool], column: int) -> None:
    cells[column] = ""
    for other in range(column + 1, len(cells)):
        if begins[other]:
            break
        cells[other] = ""


def _is_figure(cell: str) -> bool:
    return any(map(str.isdigit, cell)) or cell in ("—", "–", "-")


def _n_header_rows(rows: Sequence[_Row]) -> int:
    """Return how many of the first rows name columns."""
    n_marked = 0
    while n_marked < len(rows) and rows[n_marked].is_header:
        n_marked += 1
    if 0 < n_marked < len(rows):
        return n_marked
    own = [_own(row) for row in rows]
    n_names = 0
    while n_names < min(len(rows), MAX_HEADER_ROWS) and _names_only(rows[n_names]):
        n_names += 1
    has_values = n_names < len(rows) and any(is_value(cell) for cell in own[n_names])
    if n_names and has_values and any(len(cells) > 1 for cells in own[:n_names]):
        return n_names
    return 1 if header_position([row.cells for row in rows]) == 0 and len(rows) > 1 else 0


def _names_only(row: _Row) -> bool:
    """Return whether a row above figures names columns: it says something of others than the first."""
    return bool(filled(row.cells[1:])) and names_columns(row.cells)


def _names(header: Sequence[Sequence[str]]) -> list[str]:
    """Return one name for each column: what stands above it, from the top, each once."""
    width = max(map(len, header), default=0)
    names = []
    for column in range(width):
        parts = [row[column].rstrip(" :") for row in header if column < len(row) and row[column]]
        names.append(" ".join(dict.fromkeys(parts)))
    years = [name for name in names[1:] if name]
    if years and is_column_line(names[0]) and all(map(YEAR.fullmatch, years)):
        # "Three Months Ended September 30," over the labels, bare years over the figures.
        names = ["", *(f"{names[0]} {name}" if name else "" for name in names[1:])]
    return names


def cell_text(cell: _Element) -> str:
    """Return what a cell shows, on one line."""
    parts = [cell.text or ""]
    for element in cell.iterdescendants():
        if element.tag == "br" or element.tag in BLOCK_TAGS:
            parts.append(" ")
        if element.tag not in NOT_SHOWN:
            parts.append(element.text or "")
        parts.append(element.tail or "")
    return " ".join("".join(parts).split())
