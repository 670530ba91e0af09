"""Writes DOCX and XLSX with fixed dates, so that the same content gives the same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from starter.writers.blocks import Bullets, Heading, PageBreak, Table, Text, bold_runs, parse

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Docx:
    """One Word document."""

    path: str
    title: str
    author: str
    when: datetime
    body: str

    def write(self, root: Path) -> None:
        """Write the file below the root."""
        document = Document()
        document.styles["Normal"].font.name = "Calibri"
        document.styles["Normal"].font.size = Pt(10.5)
        section = document.sections[0]
        section.left_margin = section.right_margin = Cm(2.3)
        section.footer.paragraphs[0].text = self.title
        properties = document.core_properties
        properties.title, properties.author, properties.last_modified_by = (
            self.title,
            self.author,
            self.author,
        )
        properties.created = properties.modified = self.when
        properties.comments = ""
        document.add_heading(self.title, level=0)
        for block in parse(self.body):
            match block:
                case Heading(text, level):
                    document.add_heading(text, level=level)
                case Text(text):
                    _add_runs(document.add_paragraph(), text)
                case Bullets(items):
                    for item in items:
                        _add_runs(document.add_paragraph(style="List Bullet"), item)
                case PageBreak():
                    document.add_page_break()  # type: ignore[no-untyped-call]
                case Table(header, rows, right):
                    grid = document.add_table(rows=0, cols=len(header), style="Light Grid Accent 1")
                    for number, row in enumerate([header, *rows]):
                        for cell, text, is_right in zip(grid.add_row().cells, row, right, strict=True):
                            paragraph = cell.paragraphs[0]
                            _add_runs(paragraph, text, bold=number == 0)
                            if is_right:
                                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                    document.add_paragraph()
        buffer = BytesIO()
        document.save(buffer)
        write_fixed(root / self.path, buffer, self.when)


def _add_runs(paragraph: object, text: str, *, bold: bool = False) -> None:
    for run, is_bold in bold_runs(text):
        paragraph.add_run(run).bold = bold or is_bold or None  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: lines above the table, header, rows, and each column's number format ("" = general)."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    formats: Sequence[str]
    above: Sequence[str] = ()
    total: bool = False  # the last row is a total
    widths: Sequence[int] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Xlsx:
    """One workbook."""

    path: str
    title: str
    author: str
    when: datetime
    sheets: Sequence[Sheet]

    def write(self, root: Path) -> None:
        """Write the file below the root."""
        book = Workbook()
        book.remove(book.active)
        book.properties.title, book.properties.creator = self.title, self.author
        book.properties.created = self.when
        for sheet in self.sheets:
            _add_sheet(book, sheet)
        buffer = BytesIO()
        book.save(buffer)
        write_fixed(root / self.path, buffer, self.when)


def _add_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.name)
    for line in sheet.above:
        page.append([line])
    if sheet.above:
        page["A1"].font = Font(bold=True, size=13)
        page.append([])
    page.append(list(sheet.header))
    top = page.max_row
    for cell in page[top]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3A5F")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in sheet.rows:
        page.append(list(row))
        for cell, number_format in zip(page[page.max_row], sheet.formats, strict=True):
            if number_format and not isinstance(cell.value, str):
                cell.number_format = number_format
    if sheet.total:
        for cell in page[page.max_row]:
            cell.font = Font(bold=True)
    page.freeze_panes = page.cell(row=top + 1, column=1)
    for number, title in enumerate(sheet.header, start=1):
        longest = max((len(str(row[number - 1])) for row in sheet.rows), default=0)
        page.column_dimensions[get_column_letter(number)].width = min(max(longest, len(title) // 2, 9) + 2, 60)


def write_fixed(target: Path, source: BytesIO, when: datetime) -> None:
    """Write a zip again with one date for all entries, and that date as the time of the last change."""
    target.parent.mkdir(parents=True, exist_ok=True)
    stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, (when.year, when.month, when.day, when.hour, when.minute, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content)
