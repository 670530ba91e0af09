"""The sheets of an OpenDocument spreadsheet → a heading per sheet, a line per row, values as shown.

The body is parsed row by row and thrown away: a sheet of a few MB inflates to hundreds.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lxml import etree

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.opendocument.names import qn
from domaingpt.documents.opendocument.package import SAFE, encoding_of
from domaingpt.documents.opendocument.tables import Repeats, repeated, row_cells
from domaingpt.documents.tables.cells import FIRST_YEAR, LAST_YEAR, Amount, shown_value
from domaingpt.documents.tables.grids import add_tables
from domaingpt.documents.tables.number_formats import shown_number

if TYPE_CHECKING:
    from lxml.etree import _Element

ROWS_PER_PROGRESS = 500
NOT_VISIBLE = ("collapse", "filter")
NUMBERS = ("float", "percentage", "currency")


class Sheets:
    """Reads the tables of a spreadsheet's body.

    Attributes:
        notes: Warnings for the user.
    """

    def __init__(self, assembly: TextAssembly, progress: Callable[[], None]) -> None:
        self.notes: list[str] = []
        self._assembly = assembly
        self._progress = progress
        self._repeats = Repeats()
        self._hidden_styles: set[str] = set()
        self._comments: list[str] = []
        self._n_rows = 0
        self._n_hidden_rows = 0

    def add(self, content: bytes) -> None:
        """Append every sheet of a body."""
        tags = [qn(name) for name in ("table:table", "table:table-row", "style:style")]
        events = etree.iterparse(
            io.BytesIO(content), events=("start", "end"), tag=tags, encoding=encoding_of(content), **SAFE
        )
        for event, element in events:
            if event == "end" and element.tag == qn("style:style"):
                self._note_style(element)
            elif event == "start" and element.tag == qn("table:table") and _is_sheet(element):
                self._add_sheet(element, events)
        if self._repeats.note:
            self.notes.append(self._repeats.note)

    def _note_style(self, style: _Element) -> None:
        properties = style.find(qn("style:table-properties"))
        if properties is not None and properties.get(qn("table:display")) == "false":
            self._hidden_styles.add(style.get(qn("style:name"), ""))

    def _add_sheet(self, table: _Element, events: Any) -> None:
        name, style = table.get(qn("table:name"), ""), table.get(qn("table:style-name"), "")
        mark = len(self._assembly.blocks)
        self._assembly.add("heading", name, level=1)
        is_named = len(self._assembly.blocks) > mark
        self._comments = []
        self._n_hidden_rows = 0
        add_tables(self._assembly, self._rows(table, events))
        for comment in self._comments:
            self._assembly.add("paragraph", comment)
        if is_named and len(self._assembly.blocks) == mark + 1:
            self._assembly.drop_last()  # A sheet without a value is not text.
        elif style in self._hidden_styles:
            self.notes.append(f"sheet '{name}' is hidden in the spreadsheet")
        if self._n_hidden_rows:
            rows = "row" if self._n_hidden_rows == 1 else "rows"
            self.notes.append(f"sheet '{name}': {self._n_hidden_rows:,} hidden {rows}, read as well")

    def _rows(self, table: _Element, events: Any) -> Iterator[list[str]]:
        position = 0
        for event, element in events:
            if event == "end" and element is table:
                table.clear(keep_tail=True)
                return
            # Tables inside shapes and charts have rows as well.
            if event == "start" or element.tag != qn("table:table-row") or _sheet_of(element) is not table:
                continue
            self._n_rows += 1
            if self._n_rows % ROWS_PER_PROGRESS == 0:
                self._progress()
            cells = row_cells(element, self._cell_reader(position), self._repeats)
            position += repeated(element, "table:number-rows-repeated")
            if any(cells) and element.get(qn("table:visibility")) in NOT_VISIBLE:
                self._n_hidden_rows += 1
            for _ in range(self._repeats.rows(element, cells)):
                yield cells
            _forget(element)

    def _cell_reader(self, row: int) -> Callable[[_Element, int], str]:
        def shown(cell: _Element, column: int) -> str:
            text = shown_cell(cell)
            for annotation in cell.iterchildren(qn("office:annotation")):
                self._add_comment(annotation, f"{column_name(column)}{row + 1}", text)
            return text

        return shown

    def _add_comment(self, annotation: _Element, place: str, value: str) -> None:
        author = annotation.findtext(qn("dc:creator"), "").strip()
        by = f" by {author}" if author else ""
        text = _paragraphs(annotation)
        if text:
            self._comments.append(f"Comment{by} on {place}{f' ({value})' if value else ''}: {text}")


def shown_cell(cell: _Element) -> str:
    """Return what a cell shows: dates as in ISO 8601, other values as the program that wrote them displayed them."""
    displayed = _paragraphs(cell)
    kind = cell.get(qn("office:value-type"), "")
    if kind == "date":
        try:
            return shown_value(datetime.datetime.fromisoformat(cell.get(qn("office:date-value"), "")))
        except ValueError:
            return displayed
    if kind == "boolean":
        return shown_value(cell.get(qn("office:boolean-value")) == "true")
    if kind in NUMBERS:
        return _shown_number(cell, displayed)
    return displayed or cell.get(qn("office:string-value"), "") or cell.get(qn("office:time-value"), "")


def _shown_number(cell: _Element, displayed: str) -> str:
    try:
        value = float(cell.get(qn("office:value"), ""))
    except ValueError:
        return displayed
    if not math.isfinite(value):
        return displayed
    # A column too narrow for the number is stored as "###".
    if not displayed.strip("# "):
        is_share = cell.get(qn("office:value-type")) == "percentage"
        return Amount(f"{shown_number(100 * value)}%") if is_share else shown_value(value)
    if FIRST_YEAR <= value <= LAST_YEAR and value == int(value):
        return displayed  # A year is more often a name than an amount.
    return Amount(displayed)


def column_name(column: int) -> str:
    """Return the letters of a column counted from 0: 0 → "A", 26 → "AA"."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _paragraphs(parent: _Element) -> str:
    paragraphs = parent.findall(qn("text:p"))
    # Most cells are one paragraph without any formatting.
    if len(paragraphs) == 1 and not len(paragraphs[0]):
        return one_line(paragraphs[0].text or "")
    return one_line(" ".join("".join(_pieces(paragraph)) for paragraph in paragraphs))


def _pieces(paragraph: _Element) -> Iterator[str]:
    """Yield the texts of a paragraph; spaces, tabs and line breaks are elements."""
    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        if event == "start":
            if element.tag in (qn("text:s"), qn("text:tab"), qn("text:line-break")):
                yield " "
            yield element.text or ""
        elif element is not paragraph:
            yield element.tail or ""


def _is_sheet(table: _Element) -> bool:
    parent = table.getparent()
    return parent is not None and parent.tag == qn("office:spreadsheet")


def _sheet_of(row: _Element) -> _Element | None:
    return next(row.iterancestors(qn("table:table")), None)


def _forget(element: _Element) -> None:
    """Free an element that was read, and what stands before it."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
