"""Excel 97–2003 workbooks (.xls) → Document, in the same form as `sheets`."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import xlrd

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.tables.cells import shown_value
from domaingpt.documents.tables.grids import add_tables
from domaingpt.errors import EncryptedDocument, UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

ROWS_PER_PROGRESS = 500
# xlrd trusts the file's own structure; damaged files surface as errors of plain Python code.
MISREAD = (xlrd.XLRDError, ValueError, LookupError, TypeError, AttributeError, AssertionError,
           OverflowError, UnicodeError, struct.error, xlrd.compdoc.CompDocError)  # fmt: skip


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
    assembly.add("heading", sheet.name, level=1)
    add_tables(assembly, _rows(book, sheet, progress))
    if len(assembly.blocks) == mark + 1:
        assembly.drop_last()
    elif sheet.visibility:
        notes.append(f"sheet '{sheet.name}' is hidden in Excel")


def _rows(book: Any, sheet: Any, progress: Callable[[], None]) -> Iterator[list[str]]:
    for number in range(sheet.nrows):
        if number % ROWS_PER_PROGRESS == 0:
            progress()
        yield [_shown(book, cell) for cell in sheet.row(number)]


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
