"""Table rows as people read them: each cell with the name of its column.

Most readers write the names into the row ("Amount: 263.85"). Others leave the row as it stands and give
the names beside it, in the chunk's context: "| Vantor | £3,140 |" under "Boiler | Price".
"""

from __future__ import annotations

from domaingpt.chunks import SECTION_SEPARATOR, search_view
from domaingpt.types import Chunk

CELL_SEPARATOR = " | "


def readable(quote: str, chunk: Chunk) -> str:
    """Return a quote on one line; a row of bare cells with the column names that its chunk's context gives."""
    text = search_view(quote)
    header = _header(text, chunk)
    if header is None:
        return text
    # Only Markdown keeps its empty cells; in other rows a cell left out may have moved the next under its name.
    if text.startswith("|"):
        return in_words(_named(header, _cells(text)))
    return f"{text} (columns: {CELL_SEPARATOR.join(header)})"


def named_cells(quote: str, chunk: Chunk) -> list[tuple[str, str]]:
    """Return the cells of a row as (column name, value), empty ones left out; none if it has no such names."""
    text = search_view(quote)
    header = _header(text, chunk)
    if header is not None:
        return _named(header, _cells(text))
    cells = [cell.partition(": ") for cell in text.split(CELL_SEPARATOR)]
    return [(name, value) for name, _, value in cells if value] if len(cells) > 1 else []


def in_words(cells: list[tuple[str, str]]) -> str:
    """Return named cells as the line that most readers write: "Boiler: Vantor | Price: £3,140"."""
    return CELL_SEPARATOR.join(f"{name.rstrip(' :')}: {value}" if name else value for name, value in cells)


def is_header(quote: str, chunk: Chunk) -> bool:
    """Return whether a row holds the names of columns, or only lines drawn under them."""
    if "|" not in quote:
        return False
    text = search_view(quote)
    return not any(map(str.isalnum, text)) or _cells(text) in _tables(chunk)


def _header(row: str, chunk: Chunk) -> list[str] | None:
    """Return the one table header in a chunk's context that has the row's columns; None if none has, or two."""
    cells = _cells(row)
    if len(cells) < 2:
        return None
    headers = [header for header in _tables(chunk) if len(header) == len(cells)]
    return headers[0] if len(headers) == 1 and headers[0] != cells else None


def _named(header: list[str], cells: list[str]) -> list[tuple[str, str]]:
    return [(name, cell) for name, cell in zip(header, cells, strict=True) if cell]


def _cells(row: str) -> list[str]:
    """Return the cells between the bars of a row, empty ones kept."""
    return [cell.strip() for cell in row.removeprefix("|").removesuffix("|").split("|")]


def _tables(chunk: Chunk) -> list[list[str]]:
    parts = chunk.context.split(SECTION_SEPARATOR)
    return [[name.strip() for name in part.split("|")] for part in parts if "|" in part]
