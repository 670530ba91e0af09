"""Notes on cells, to be said in the line of the row that they are on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.tables.grids import NotedRow


class RowNotes:
    """The notes of one sheet, by row; each is said once."""

    def __init__(self) -> None:
        self._rows: dict[int, list[tuple[int, str]]] = defaultdict(list)

    def add(self, row: int, column: int, note: str) -> None:
        """Take a note on a cell; rows and columns count from 0."""
        if note:
            self._rows[row].append((column, note))

    def noted(self, row: int, cells: list[str]) -> list[str]:
        """Return a row with its notes; those of a row without a value wait for the end."""
        if row not in self._rows or not any(cells):
            return cells
        return NotedRow(cells, _in_order(self._rows.pop(row)))

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add_rest(self, assembly: TextAssembly) -> None:
        """Append the notes on rows that have no value."""
        for row in sorted(self._rows):
            for note in _in_order(self._rows[row]):
                assembly.add("item", note)
        self._rows.clear()


def cell_note(kind: str, cell: str, author: str, text: str) -> str:
    """Return a note as a line: "Note on B4 (Jane): an estimate"; "" if it says nothing.

    Args:
        kind: "Note", "Comment" or "Reply".
        cell: Its name: "B4".
        author: Who wrote it; may be empty.
        text: As stored; Excel puts the author's name in front of it.
    """
    author, text = one_line(author), one_line(text)
    text = text.removeprefix(f"{author}:").strip() if author else text
    who = f" ({author})" if author else ""
    return f"{kind} on {cell}{who}: {text}" if text else ""


def hidden_note(sheet: str, n_rows: int, n_columns: int) -> str:
    """Return what to tell about rows and columns that the sheet does not show, "" if there are none."""
    counts = [(n_rows, "row"), (n_columns, "column")]
    said = [f"{count:,} hidden {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    return f"sheet '{sheet}': {' and '.join(said)}, read as well" if said else ""


def _in_order(notes: Sequence[tuple[int, str]]) -> list[str]:
    return [note for _, note in sorted(notes, key=lambda entry: entry[0])]
