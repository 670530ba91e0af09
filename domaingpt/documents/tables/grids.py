"""Grids of cell texts → lines that name their columns: "Region: North | Revenue: 1200".

Shared by spreadsheets, CSV, Word and web tables. Blank rows separate tables; each has its own header,
or goes on under the one before. What stands above a header stays as lines of its own, and is shown with
each row besides: it holds the unit and the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from domaingpt.documents.assembly import MAX_CHARACTERS, TextAssembly, one_line, too_many_characters
from domaingpt.documents.tables.cells import Amount
from domaingpt.documents.tables.headers import (
    Region,
    filled,
    fits,
    header_position,
    is_ambiguous,
    regions,
    second_header,
)
from domaingpt.errors import UnreadableDocument

Row = Sequence[str]
CELL_SEPARATOR = " | "
MAX_COLUMNS = 16_384  # Excel's own limit (Office specifications and limits).
MAX_CONTEXT_CHARACTERS = 300  # What is shown with each row must stay shorter than the chunk it goes to.


class NotedRow(list[str]):
    """A row of cells with notes on it, which stand in its line behind the cells: "Note 3: without tax"."""

    def __init__(self, cells: Iterable[str], notes: Iterable[str]) -> None:
        super().__init__(cells)
        self.notes = [one_line(note) for note in notes]


def add_tables(assembly: TextAssembly, rows: Iterable[Row]) -> None:
    """Append every table of a sheet, one line per row; cells are flattened to one line each."""
    header: list[str] = []
    above = ""
    for region in regions(map(_flat_row, _bounded(rows, assembly.path))):
        header, above = _add_region(assembly, region, header, above)


def add_table(assembly: TextAssembly, rows: Sequence[Row], *, marked_header: bool = False) -> None:
    """Append one table whose extent is known.

    Args:
        assembly: The document so far.
        rows: The table's cells.
        marked_header: The file itself says that the first row is a header.
    """
    grid = _flattened(rows)
    if marked_header and len(grid) > 1:
        _add_notes(assembly, grid[0])
        _add_rows(assembly, grid[0], grid[1:], "")
    else:
        _add_region(assembly, grid, [], "")


def add_plain_table(assembly: TextAssembly, rows: Sequence[Row], *, marked_header: bool = False) -> None:
    """Append one table with its cells as they stand; the column names go beside each row, not into it."""
    grid = _flattened(rows)
    position = 0 if marked_header else header_position(grid)
    context = ""
    for index, row in enumerate(grid):
        _add_plain(assembly, row, context)
        if position is not None and index <= position:
            context = _context([context, _joined(row)])


def _bounded(rows: Iterable[Row], path: str) -> Iterator[Row]:
    """Yield the rows, unless they hold more than a document may: a table is held whole before it is judged."""
    n_characters = 0
    for row in rows:
        if len(row) > MAX_COLUMNS:
            raise UnreadableDocument(f"has a row of {len(row):,} cells; at most {MAX_COLUMNS:,} are read", path)
        n_characters += sum(map(len, row))
        if n_characters > MAX_CHARACTERS:
            raise too_many_characters(path)
        yield row


def _flat(cell: str) -> str:
    # An amount is one line already, and must stay one to be known as a value.
    return cell if not cell or isinstance(cell, Amount) else one_line(cell)


def _flat_row(row: Row) -> list[str]:
    cells = [_flat(cell) for cell in row]
    return NotedRow(cells, row.notes) if isinstance(row, NotedRow) else cells


def _flattened(rows: Iterable[Row]) -> Region:
    return [row for row in map(_flat_row, rows) if any(row)]


def _add_region(assembly: TextAssembly, region: Region, inherited: list[str], above: str) -> tuple[list[str], str]:
    """Append one run of rows; return the header in force after it, and what stands above that."""
    position = header_position(region)
    if position is None:
        if fits(region, inherited):
            _add_rows(assembly, inherited, region, above)
            return inherited, above
        for row in region:
            _add_plain(assembly, row)
        return [], ""
    for row in region[:position]:
        _add_plain(assembly, row)
    above = _context([_joined(row) for row in region[:position]])
    header, body = region[position], region[position + 1 :]
    if is_ambiguous(header, body):
        # A header, or pairs of name and value: the lines stay, and the first is shown with the others.
        _add_plain(assembly, header, above)
        for row in body:
            _add_plain(assembly, row, _context([above, _joined(header)]))
        return [], ""
    _add_notes(assembly, header)
    merged = second_header(header, body[0], body[1:])
    if merged:
        _add_notes(assembly, body[0])
        header, body = merged, body[1:]
    _add_rows(assembly, header, body, above)
    return header, above


def _add_rows(assembly: TextAssembly, header: Sequence[str], body: Region, above: str) -> None:
    used = {column for row in body for column, cell in enumerate(row) if cell}
    if any(name and column not in used for column, name in enumerate(header)):
        # The name of an empty column would otherwise be nowhere.
        _add_plain(assembly, list(header), above)
    for row in body:
        named = [f"{_name(header, column)}{cell}" for column, cell in enumerate(row) if cell]
        assembly.add("row", CELL_SEPARATOR.join(named + _notes(row)), header=above)


def _name(header: Sequence[str], column: int) -> str:
    name = header[column] if column < len(header) else ""
    return f"{name.rstrip(' :')}: " if name else ""


def _add_plain(assembly: TextAssembly, row: Row, context: str = "") -> None:
    line = CELL_SEPARATOR.join(filled(row) + _notes(row))
    if len(filled(row)) > 1:
        assembly.add("row", line, header=context)
    else:
        assembly.add("paragraph", line)


def _notes(row: Row) -> list[str]:
    return row.notes if isinstance(row, NotedRow) else []


def _add_notes(assembly: TextAssembly, header: Row) -> None:
    """Append the notes on a row that gives only the names of columns."""
    for note in _notes(header):
        assembly.add("item", note)


def _joined(row: Row) -> str:
    return CELL_SEPARATOR.join(filled(row))


def _context(lines: Iterable[str]) -> str:
    context = CELL_SEPARATOR.join(line for line in lines if line)
    return context if len(context) <= MAX_CONTEXT_CHARACTERS else ""
