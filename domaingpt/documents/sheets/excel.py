"""Excel workbooks (.xlsx, .xlsm) → Document: a heading per sheet, a line per row, values as shown."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import openpyxl

from domaingpt.documents.archive import DAMAGE, check_office_zip
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.tables.cells import shown_value
from domaingpt.documents.tables.grids import add_tables
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

    from domaingpt.types import Document

ROWS_PER_PROGRESS = 500
MAX_ROWS = 1 << 20  # Excel's own limit (Office specifications and limits)
# A formula whose value was never stored, as programs other than Excel write them.
UNCALCULATED = re.compile(rb"<f(?:\s[^>]*)?>[^<]+</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
MISREAD = (*DAMAGE, TypeError, AttributeError, IndexError, AssertionError, SyntaxError)
LEFT_OUT_PARTS = {"charts": "xl/charts/chart", "images": "xl/media/", "comment sheets": "xl/comments"}


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read every sheet of a workbook.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged or a zip bomb.
    """
    parts = check_office_zip(data, path, progress)
    assembly = TextAssembly(path)
    notes: list[str] = []
    try:
        workbook = _open(data, values=True)
        formulas = _open(data, values=False) if _has_uncalculated(data) else None
        for sheet in workbook.worksheets:
            twin = formulas[sheet.title] if formulas else None
            _add_sheet(assembly, sheet, twin, progress, notes)
        title = meaningful_title(workbook.properties.title or "", path)
    except UnreadableDocument:
        raise
    except MISREAD as exc:
        raise UnreadableDocument(f"damaged workbook: {damage(exc)}", path) from exc
    left_out = {name: sum(1 for part in parts if part.startswith(prefix)) for name, prefix in LEFT_OUT_PARTS.items()}
    return assembly.document(title=title, left_out=left_out, notes=notes)


def _open(data: bytes, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of extensions that openpyxl drops; they hold no cell values.
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)


def _has_uncalculated(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(
            UNCALCULATED.search(archive.read(name))
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        )


def _add_sheet(assembly: TextAssembly, sheet: Any, twin: Any, progress: Callable[[], None], notes: list[str]) -> None:
    mark = len(assembly.blocks)
    assembly.add("heading", sheet.title, level=1)
    add_tables(assembly, _rows(sheet, twin, progress))
    if len(assembly.blocks) == mark + 1:
        assembly.drop_last()  # A sheet without a value is not text.
    elif sheet.sheet_state != "visible":
        notes.append(f"sheet '{sheet.title}' is hidden in Excel")


def _rows(sheet: Any, twin: Any, progress: Callable[[], None]) -> Iterator[list[str]]:
    """Yield the rows as shown; `twin` is the same sheet with formulas instead of values."""
    # Some programs store a wrong extent, which would cut the sheet.
    sheet.reset_dimensions()
    if twin is not None:
        twin.reset_dimensions()
    twin_rows = iter(twin.iter_rows()) if twin is not None else None
    for number, row in enumerate(sheet.iter_rows()):
        if number % ROWS_PER_PROGRESS == 0:
            progress()
        if number >= MAX_ROWS:
            # openpyxl gives a row for every number that the file leaves out, up to any it names.
            raise ValueError(f"row {number + 1} of a sheet")
        texts = [_shown(cell) for cell in row]
        if twin_rows is not None:
            for column, cell in enumerate(next(twin_rows)):
                if not texts[column] and cell.value is not None:
                    texts[column] = str(getattr(cell.value, "text", cell.value))
        yield texts


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    # Looking the format up costs more than the value itself; only numbers need it.
    return shown_value(value, cell.number_format if isinstance(value, (int, float)) else "General")
