"""Rows and cells of OpenDocument tables, with repeats written out as far as they may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.opendocument.names import qn

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_COLUMNS = 16_384  # Of a sheet in LibreOffice 7.4 and later, and in Excel.
# Cells that repeats may add to one file: "the same 1,048,576 times" is ordinary for empty rows, which cost
# nothing, and a bomb for others. Guess, unmeasured.
MAX_REPEATED_CELLS = 1_000_000
CELLS = frozenset([qn("table:table-cell"), qn("table:covered-table-cell")])
ROW_GROUPS = frozenset([qn(f"table:{name}") for name in ("table-rows", "table-row-group", "table-header-rows")])


class Repeats:
    """How much repeated rows and cells may still add to a file.

    Attributes:
        n_left_out: Rows that were not repeated because of it.
    """

    def __init__(self) -> None:
        self.n_left_out = 0
        self._n_cells = MAX_REPEATED_CELLS

    def rows(self, row: _Element, cells: list[str]) -> int:
        """Return how often a row stands in the table, 1 for a blank one."""
        wanted = repeated(row, "table:number-rows-repeated")
        if wanted == 1 or not cells:
            return 1
        return 1 + self._granted(wanted - 1, len(cells))

    def columns(self, cell: _Element) -> int:
        """Return how often a cell with a value stands in its row."""
        wanted = repeated(cell, "table:number-columns-repeated")
        return 1 if wanted == 1 else 1 + self._granted(min(wanted, MAX_COLUMNS) - 1, 1)

    def _granted(self, wanted: int, n_cells: int) -> int:
        granted = min(wanted, self._n_cells // n_cells)
        self._n_cells -= granted * n_cells
        self.n_left_out += wanted - granted
        return granted

    @property
    def note(self) -> str:
        """What the user is told of it."""
        return f"{self.n_left_out:,} repeats of rows or cells left out" if self.n_left_out else ""


def row_cells(row: _Element, shown: Callable[[_Element, int], str], repeats: Repeats) -> list[str]:
    """Return the texts of a row by column, without empty ones at its end.

    Args:
        row: A `table:table-row`.
        shown: The text of a cell in a column, counted from 0; called once for repeated cells.
        repeats: Of the whole file.
    """
    cells: list[str] = []
    n_empty = 0  # Empty cells not yet written: at the end of a row there are often thousands.
    for cell in row.iterchildren(*CELLS):
        # What a merged cell covers is stored, but not shown.
        column = len(cells) + n_empty
        text = "" if cell.tag == qn("table:covered-table-cell") else shown(cell, column)
        if not text.strip():
            n_empty += min(repeated(cell, "table:number-columns-repeated"), MAX_COLUMNS)
            continue
        if column >= MAX_COLUMNS:
            break
        cells.extend([""] * n_empty)
        n_empty = 0
        cells.extend([text] * min(repeats.columns(cell), MAX_COLUMNS - column))
    return cells


def table_rows(table: _Element) -> Iterator[tuple[_Element, bool]]:
    """Yield the rows of a table, and whether each is marked as a header."""
    stack = [(iter(table), False)]
    while stack:
        children, is_header = stack[-1]
        element = next(children, None)
        if element is None:
            stack.pop()
        elif element.tag == qn("table:table-row"):
            yield element, is_header
        elif element.tag in ROW_GROUPS:
            stack.append((iter(element), is_header or element.tag == qn("table:table-header-rows")))


def repeated(element: _Element, attribute: str) -> int:
    """Return a count of repeats, at least 1."""
    value = element.get(qn(attribute), "1")
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 12 else 1
