"""Where a table's column names stand, judged by its cells alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from domaingpt.documents.tables.cells import Amount

Region = list[list[str]]

HEADER_FILLED_SHARE = 0.6  # A header names most of its columns; a title above it does not. Guess, unmeasured.
HEADER_SEARCH_ROWS = 12  # A header further down than this is not looked for. Guess, unmeasured.
MAX_HEADER_CELL = 80  # Characters; longer text is content. Guess, unmeasured.
MAX_SEPARATE_HEADER_ROWS = 4  # Title, unit, and two rows of names, apart from their table. Guess, unmeasured.
NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?[-+(]?\d[\d.,'\s]{0,40}(e[-+]?\d+)?\s?[%)]{0,2}[$€£¥]?", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
YEAR = re.compile(r"(19|20)\d\d")
CONSTANTS = frozenset(["TRUE", "FALSE", "#REF!", "#N/A", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!"])


def regions(rows: Iterable[list[str]]) -> Iterator[Region]:
    """Yield runs of rows between blank ones; a header apart from its values goes with them."""
    held: Region = []
    for region in _runs(rows):
        if held and not (fits(region, held[-1]) and _has_values(region)):
            yield held
            held = []
        joined = held + region
        held = []
        if _is_lone_header(joined):
            held = joined
        else:
            yield joined
    if held:
        yield held


def header_position(region: Sequence[Sequence[str]]) -> int | None:
    """Return the row that names the columns, or None. The first row that is full enough decides."""
    width = len({column for row in region for column, cell in enumerate(row) if cell})
    if width < 2:
        return None
    for position, row in enumerate(region[:HEADER_SEARCH_ROWS]):
        if len(filled(row)) >= max(2, HEADER_FILLED_SHARE * width):
            has_body = position + 1 < len(region)
            return position if has_body and names_columns(row) else None
    return None


def second_header(header: Sequence[str], row: Sequence[str], body: Sequence[Sequence[str]]) -> list[str] | None:
    """Return the names of two header rows as one, or None if the second row is not part of the header.

    The second row stands under names that span several columns: it leaves the first column alone,
    fills at least one that the first row left blank, and values follow.
    """
    if not row or row[0] or not header or not header[0] or not body or not names_columns(row):
        return None
    blank = [column for column, cell in enumerate(row) if cell and not _at(header, column)]
    if not blank or not _has_values(body):
        return None
    names: list[str] = []
    spanning = ""
    for column in range(max(len(header), len(row))):
        spanning = _at(header, column) or spanning
        below = _at(row, column)
        names.append(f"{spanning} {below}".strip() if below else _at(header, column))
    return names


def is_ambiguous(header: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Return whether a table of two columns holds words only, so that nothing tells header from content."""
    return len(filled(header)) <= 2 and not _has_values(body)


def fits(region: Sequence[Sequence[str]], header: Sequence[str]) -> bool:
    """Return whether rows without a header of their own can stand under this one."""
    named = {column for column, name in enumerate(header) if name}
    used = {column for row in region for column, cell in enumerate(row) if cell}
    # The first column of a table often has no name; rows with only that column are notes below it.
    return len(used) > 1 and used - {0} <= named


def names_columns(row: Sequence[str]) -> bool:
    """Return whether every filled cell reads as a label or a period, not as a value."""
    cells = filled(row)
    if any(cell in CONSTANTS or len(cell) > MAX_HEADER_CELL or cell.endswith(":") for cell in cells):
        return False
    return all(YEAR.fullmatch(cell) or DATE.fullmatch(cell) or not is_value(cell) for cell in cells)


def is_value(cell: str) -> bool:
    """Return whether a cell is a number, an amount, a date, a truth value or an error."""
    return isinstance(cell, Amount) or cell in CONSTANTS or bool(NUMBER.fullmatch(cell) or DATE.fullmatch(cell))


def filled(row: Sequence[str]) -> list[str]:
    """Return the cells that are not empty."""
    return [cell for cell in row if cell]


def _runs(rows: Iterable[list[str]]) -> Iterator[Region]:
    run: Region = []
    for row in rows:
        if any(row):
            run.append(row)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_lone_header(region: Region) -> bool:
    last = region[-1]
    few = len(region) <= MAX_SEPARATE_HEADER_ROWS
    return few and len(filled(last)) > 1 and all(names_columns(row) for row in region)


def _has_values(rows: Iterable[Sequence[str]]) -> bool:
    return any(is_value(cell) for row in rows for cell in row if cell)


def _at(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""
