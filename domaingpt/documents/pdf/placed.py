"""Where the rows of a table stand in a text, and what its columns are called; loads no parser."""

from __future__ import annotations

from dataclasses import dataclass

CELL_MARK = "\t"  # stands between two cells of a printed row


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row of a table: `text[start:end]`, cells parted by tabs.

    Attributes:
        start: First code point in the text.
        end: One past the last.
        first: Column of its first cell.
        time: A date or span of time that is said of this row and those around it, over them.
    """

    start: int
    end: int
    first: int
    time: str

    def moved(self, by: int) -> PlacedRow:
        """Return the row in a text in which it begins so many code points later."""
        return PlacedRow(self.start + by, self.end + by, self.first, self.time)


@dataclass(frozen=True, slots=True)
class PlacedGrid:
    """A table: where its header begins, the names of its columns, its rows."""

    start: int
    names: tuple[str, ...]
    rows: tuple[PlacedRow, ...]

    def moved(self, by: int) -> PlacedGrid:
        """Return the table in a text in which it begins so many code points later."""
        return PlacedGrid(self.start + by, self.names, tuple(row.moved(by) for row in self.rows))
