"""Table rows as people read them: each cell with the name of its column.

Most readers write the names into the row ("Amount: 263.85"). A Markdown row stands as it was typed,
"| Vantor | £3,140 |"; the names of its columns are in the chunk's context.
"""

from __future__ import annotations

from domaingpt.chunks import SECTION_SEPARATOR, search_view
from domaingpt.types import Evidence

CELL_SEPARATOR = " | "


def readable(evidence: Evidence) -> str:
    """Return the quote on one line; a row of bare cells with the column names that its chunk's context gives."""
    quote = search_view(evidence.quote)
    if not quote.startswith("|"):
        return quote
    cells = _cells(quote)
    header = _header(evidence.chunk.context, len(cells))
    if header is None or header == cells:
        return quote
    named = (f"{name.rstrip(' :')}: {cell}" if name else cell for name, cell in zip(header, cells, strict=True) if cell)
    return CELL_SEPARATOR.join(named)


def labelled_cells(row: str) -> list[tuple[str, str]]:
    """Return the cells of a readable row as (column name, value); none if the text is no row with names."""
    cells = [cell.partition(": ") for cell in row.split(CELL_SEPARATOR)]
    return [(name, value) for name, _, value in cells if value] if len(cells) > 1 else []


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _header(context: str, n_cells: int) -> list[str] | None:
    """Return the one table header in a context that has so many columns; None if there is none, or two."""
    parts = [[name.strip() for name in part.split("|")] for part in context.split(SECTION_SEPARATOR) if "|" in part]
    headers = [part for part in parts if len(part) == n_cells]
    return headers[0] if len(headers) == 1 else None
