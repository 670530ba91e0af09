"""Grids of cell texts → lines that name their columns: "Region: North | Revenue: 1200".

Shared by spreadsheets, CSV, Word and web tables. Blank rows separate tables; each has its own header,
or goes on under the one before. What stands above a header stays as lines of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from domaingpt.documents.assembly import TextAssembly, one_line

Row = Sequence[str]
CELL_SEPARATOR = " | "
HEADER_FILLED_SHARE = 0.6  # A header names most of its columns; a title above it does not. Guess, unmeasured.
HEADER_SEARCH_ROWS = 12  # A header further down than this is not looked for.
MAX_HEADER_CELL = 80  # Characters; longer text is content.
NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?[-+(]?\d[\d.,'\s]*(e[-+]?\d+)?\s?[%)]*[$€£¥]?", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
YEAR = re.compile(r"(19|20)\d\d")
ERRORS = frozenset(["TRUE", "FALSE", "#REF!", "#N/A", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!"])


def add_tables(assembly: TextAssembly, rows: Iterable[Row]) -> None:
    """Append every table of a sheet, one line per row; cells are flattened to one line each."""
    header: list[str] = []
    for region in _regions(rows):
        header = _add_region(assembly, region, header)


def add_table(assembly: TextAssembly, rows: Sequence[Row], *, marked_header: bool = False) -> None:
    """Append one table whose extent is known.

    Args:
        rows: Its cells.
        marked_header: The file itself says that the first row is a header.
    """
    grid = [[one_line(cell) for cell in row] for row in rows]
    grid = [row for row in grid if any(row)]
    if marked_header and len(grid) > 1:
        _add_rows(assembly, grid[0], grid[1:])
    else:
        _add_region(assembly, grid, [])


def _regions(rows: Iterable[Row]) -> Iterator[list[list[str]]]:
    """Yield runs of rows between blank ones."""
    region: list[list[str]] = []
    for row in rows:
        cells = [one_line(cell) if cell else "" for cell in row]
        if any(cells):
            region.append(cells)
        elif region:
            yield region
            region = []
    if region:
        yield region


def _add_region(assembly: TextAssembly, region: list[list[str]], inherited: list[str]) -> list[str]:
    """Append one run of rows; return the header in force after it."""
    position = _header_position(region)
    if position is None:
        if _fits(region, inherited):
            _add_rows(assembly, inherited, region)
            return inherited
        for row in region:
            _add_plain(assembly, row)
        return []
    for row in region[:position]:
        _add_plain(assembly, row)
    header, body = region[position], region[position + 1 :]
    if _is_ambiguous(header, body):
        # Two columns of words: a header, or pairs of name and value. The lines stay as they are, and the first is
        # shown with the others.
        for row in [header, *body]:
            assembly.add("row", _joined(row), header="" if row is header else _joined(header))
        return []
    _add_rows(assembly, header, body)
    return header


def _add_rows(assembly: TextAssembly, header: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    used = {column for row in body for column, cell in enumerate(row) if cell}
    if any(name and column not in used for column, name in enumerate(header)):
        # The name of an empty column would otherwise be nowhere.
        _add_plain(assembly, header)
    for row in body:
        named = [
            f"{_name(header, column)}{cell}" for column, cell in enumerate(row) if cell
        ]
        assembly.add("row", CELL_SEPARATOR.join(named))


def _name(header: Sequence[str], column: int) -> str:
    name = header[column] if column < len(header) else ""
    return f"{name.rstrip(' :')}: " if name else ""


def _add_plain(assembly: TextAssembly, row: Sequence[str]) -> None:
    cells = [cell for cell in row if cell]
    assembly.add("row" if len(cells) > 1 else "paragraph", _joined(row))


def _joined(row: Sequence[str]) -> str:
    return CELL_SEPARATOR.join(cell for cell in row if cell)


def _header_position(region: Sequence[Sequence[str]]) -> int | None:
    """Return the row that names the columns, or None."""
    width = _width(region)
    if width < 2:
        return None
    for position, row in enumerate(region[:HEADER_SEARCH_ROWS]):
        cells = [cell for cell in row if cell]
        if len(cells) < max(2, HEADER_FILLED_SHARE * width):
            continue
        # The first full row decides: below the first row of values there is no header.
        has_body = position + 1 < len(region)
        return position if has_body and _names_columns(cells) else None
    return None


def _width(region: Sequence[Sequence[str]]) -> int:
    return len({column for row in region for column, cell in enumerate(row) if cell})


def _names_columns(cells: Sequence[str]) -> bool:
    if any(cell in ERRORS or len(cell) > MAX_HEADER_CELL or cell.endswith(":") for cell in cells):
        return False
    labels = [cell for cell in cells if not _is_value(cell)]
    periods = [cell for cell in cells if YEAR.fullmatch(cell) or DATE.fullmatch(cell)]
    return len(labels) + len(periods) == len(cells)


def _is_value(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or DATE.fullmatch(cell)) or cell in ERRORS


def _is_ambiguous(header: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Return whether a table of two columns holds words only, so that nothing tells header from content."""
    if sum(1 for cell in header if cell) > 2:
        return False
    return not any(_is_value(cell) for row in body for cell in row)


def _fits(region: Sequence[Sequence[str]], header: Sequence[str]) -> bool:
    """Return whether a run of rows without a header goes on under the one before."""
    named = {column for column, name in enumerate(header) if name}
    used = {column for row in region for column, cell in enumerate(row) if cell}
    # A lone first column may have no name; a row of notes has only that column and is none of the table.
    return len(used) > 1 and used - {0} <= named
