"""Excel workbooks (.xlsx and its kin) → Document: a heading per sheet, a line per row, values as shown.

Hidden sheets, rows and columns are read, and told: a filter hides rows, and formulas count what is hidden.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import openpyxl

from domaingpt.documents.archive import check_office_zip
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.office.package import MISREAD, Package, transitional
from domaingpt.documents.sheets.beside import Beside, SheetFacts
from domaingpt.documents.sheets.notes import RowNotes, hidden_note
from domaingpt.documents.tables.cells import shown_value
from domaingpt.documents.tables.grids import add_tables
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

    from domaingpt.types import Document

ROWS_PER_PROGRESS = 500
MAX_ROWS = 1 << 20  # Excel's own limit (Office specifications and limits)
LEFT_OUT_PARTS = {
    "images": "xl/media/",
    "embedded files": "xl/embeddings/",
    "macros": "xl/vbaProject.bin",
}


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read every sheet of a workbook.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged or a zip bomb.
    """
    parts = check_office_zip(data, path, progress)
    try:
        data = transitional(data)
        workbook = _open(data, values=True)
        book = _Book(workbook, Beside(Package(data)), path, progress)
        book.add_sheets(_open(data, values=False) if book.is_uncalculated else None)
        title = meaningful_title(workbook.properties.title or "", path)
    except UnreadableDocument:
        raise
    except MISREAD as exc:
        raise UnreadableDocument(f"damaged workbook: {damage(exc)}", path) from exc
    left_out = {name: sum(1 for part in parts if part.startswith(prefix)) for name, prefix in LEFT_OUT_PARTS.items()}
    return book.assembly.document(title=title, left_out=left_out, notes=book.notes)


def _open(data: bytes, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of extensions that openpyxl drops; they hold no cell values.
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)


class _Book:
    """Appends the sheets of a workbook, each with what stands beside its cells.

    Attributes:
        is_uncalculated: Whether a formula of any sheet has no stored value.
        notes: What the user should know.
    """

    def __init__(self, workbook: Any, beside: Beside, path: str, progress: Callable[[], None]) -> None:
        self.assembly = TextAssembly(path)
        self.notes: list[str] = []
        self._workbook = workbook
        self._beside = beside
        self._progress = progress
        self._facts: dict[str, SheetFacts] = {}
        for sheet in workbook.worksheets:
            progress()
            self._facts[sheet.title] = beside.facts(sheet.title)
        self.is_uncalculated = any(facts.is_uncalculated for facts in self._facts.values())

    def add_sheets(self, formulas: Any) -> None:
        """Append every sheet; `formulas` is the same workbook with formulas instead of values."""
        for sheet in self._workbook.worksheets:
            self._add_sheet(sheet, formulas[sheet.title] if formulas else None)
        for sheet in self._workbook.chartsheets:
            self._add_named(sheet.title, partial(self._add_drawings, sheet.title))

    def _add_sheet(self, sheet: Any, twin: Any) -> None:
        facts = self._facts[sheet.title]
        rows = _Rows(sheet, twin, self._cell_notes(sheet.title), self._progress)
        if not self._add_named(sheet.title, partial(self._add_content, sheet.title, rows, facts)):
            return
        if sheet.sheet_state != "visible":
            self.notes.append(f"sheet '{sheet.title}' is hidden in Excel")
        self.notes.append(hidden_note(sheet.title, facts.n_hidden_rows, facts.n_hidden_columns(rows.width)))

    def _add_named(self, title: str, add: Callable[[], None]) -> bool:
        """Append a sheet under its name; return whether it has anything that is text."""
        mark = len(self.assembly.blocks)
        self.assembly.add("heading", title or "Sheet", level=1)
        add()
        if len(self.assembly.blocks) > mark + 1:
            return True
        self.assembly.drop_last()
        return False

    def _add_content(self, title: str, rows: _Rows, facts: SheetFacts) -> None:
        add_tables(self.assembly, rows)
        rows.notes.add_rest(self.assembly)
        self._add_drawings(title)
        self._beside.add_printed(self.assembly, facts)

    def _add_drawings(self, title: str) -> None:
        try:
            self._beside.add_drawings(self.assembly, title)
        except MISREAD as exc:
            self.notes.append(f"sheet '{title}': drawings could not be read: {exc}")

    def _cell_notes(self, title: str) -> RowNotes:
        try:
            return self._beside.notes(title)
        except MISREAD as exc:
            self.notes.append(f"sheet '{title}': comments could not be read: {exc}")
            return RowNotes()


class _Rows:
    """The rows of a sheet as shown, with their notes.

    Attributes:
        notes: Those that were not said yet.
        width: Columns up to the last that has a value in any row so far.
    """

    def __init__(self, sheet: Any, twin: Any, notes: RowNotes, progress: Callable[[], None]) -> None:
        """Take a sheet.

        Args:
            sheet: With values.
            twin: The same with formulas, or None where every value is stored.
            notes: On its cells.
            progress: Called every few hundred rows.
        """
        self.notes = notes
        self.width = 0
        self._sheet = sheet
        self._twin = twin
        self._progress = progress

    def __iter__(self) -> Iterator[list[str]]:
        # Some programs store a wrong extent, which would cut the sheet.
        self._sheet.reset_dimensions()
        if self._twin is not None:
            self._twin.reset_dimensions()
        twin_rows = iter(self._twin.iter_rows()) if self._twin is not None else None
        for number, row in enumerate(self._sheet.iter_rows()):
            if number % ROWS_PER_PROGRESS == 0:
                self._progress()
            if number >= MAX_ROWS:
                # openpyxl gives a row for every number that the file leaves out, up to any it names.
                raise ValueError(f"row {number + 1} of a sheet")
            texts = [_shown(cell) for cell in row]
            if twin_rows is not None:
                for column, cell in enumerate(next(twin_rows)):
                    if not texts[column] and cell.value is not None:
                        texts[column] = str(getattr(cell.value, "text", cell.value))
            self.width = max(self.width, len(texts))
            yield self.notes.noted(number, texts) if self.notes else texts


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    # Looking the format up costs more than the value itself; only numbers need it.
    return shown_value(value, cell.number_format if isinstance(value, (int, float)) else "General")
