"""Excel 97–2003 workbooks (.xls) → Document, in the same form as newer ones.

xlrd reads neither print headers nor drawings.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import xlrd

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.sheets.notes import RowNotes, cell_note, hidden_note
from domaingpt.documents.tables.cells import shown_value
from domaingpt.documents.tables.grids import add_tables
from domaingpt.errors import EncryptedDocument, UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

ROWS_PER_PROGRESS = 500
# xlrd trusts the file's own structure; damaged files surface as errors of plain Python code.
MISREAD = (xlrd.XLRDError, ValueError, LookupError, TypeError, AttributeError, AssertionError,
           ArithmeticError, NameError, RuntimeError, struct.error, xlrd.compdoc.CompDocError)  # fmt: skip


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read every sheet of an old workbook.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, or another kind of old Office file.
    """
    assembly = TextAssembly(path)
    notes: list[str] = []
    try:
        # Its log, which would go to stdout, is of no use to anybody.
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True, on_demand=True)
        for index in range(book.nsheets):
            _add_sheet(assembly, book, book.sheet_by_index(index), progress, notes)
            book.unload_sheet(index)
    except MISREAD as exc:
        if "encrypted" in str(exc).lower():
            raise EncryptedDocument("needs a password", path) from exc
        raise UnreadableDocument(f"damaged workbook: {damage(exc)}", path) from exc
    return assembly.document(notes=notes)


def _add_sheet(assembly: TextAssembly, book: Any, sheet: Any, progress: Callable[[], None], notes: list[str]) -> None:
    mark = len(assembly.blocks)
    assembly.add("heading", sheet.name or "Sheet", level=1)
    cell_notes = _cell_notes(sheet)
    add_tables(assembly, _rows(book, sheet, cell_notes, progress))
    cell_notes.add_rest(assembly)
    if len(assembly.blocks) == mark + 1:
        assembly.drop_last()
        return
    if sheet.visibility:
        notes.append(f"sheet '{sheet.name}' is hidden in Excel")
    n_rows = sum(
        1 for row, info in sheet.rowinfo_map.items() if info.hidden and row < sheet.nrows and any(sheet.row_types(row))
    )
    n_columns = sum(1 for column, info in sheet.colinfo_map.items() if info.hidden and column < sheet.ncols)
    notes.append(hidden_note(sheet.name, n_rows, n_columns))


def _cell_notes(sheet: Any) -> RowNotes:
    notes = RowNotes()
    for (row, column), note in sheet.cell_note_map.items():
        notes.add(row, column, cell_note("Note", xlrd.cellname(row, column), note.author or "", note.text or ""))
    return notes


def _rows(book: Any, sheet: Any, notes: RowNotes, progress: Callable[[], None]) -> Iterator[list[str]]:
    for number in range(sheet.nrows):
        if number % ROWS_PER_PROGRESS == 0:
            progress()
        yield notes.noted(number, [_shown(book, cell) for cell in sheet.row(number)])


def _shown(book: Any, cell: Any) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return ""
        case xlrd.XL_CELL_BOOLEAN:
            return shown_value(bool(cell.value))
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
        case xlrd.XL_CELL_DATE:
            try:
                return shown_value(xlrd.xldate_as_datetime(cell.value, book.datemode))
            except (ValueError, OverflowError, xlrd.xldate.XLDateError):
                return shown_value(cell.value)
        case xlrd.XL_CELL_NUMBER:
            return shown_value(cell.value, _number_format(book, cell))
        case _:
            return str(cell.value)


def _number_format(book: Any, cell: Any) -> str:
    try:
        return str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    except (IndexError, KeyError, TypeError):
        return "General"
