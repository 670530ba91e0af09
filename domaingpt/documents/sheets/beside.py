"""What stands beside the cells of an Excel workbook: notes, comments, drawings, print headers, what is hidden.

openpyxl's fast mode reads none of it, so the parts are read here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.office.charts import CHARTS, chart_title
from domaingpt.documents.office.drawing import FALLBACK, Paragraphs, R, integer, meaningful_description
from domaingpt.documents.office.package import Package
from domaingpt.documents.sheets.notes import RowNotes, cell_note

if TYPE_CHECKING:
    from lxml.etree import _Element

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# Comments in threads, since 2018: [MS-XLSX] 2.6.204.
T = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
WORKBOOK = "xl/workbook.xml"  # Where every program puts it.
PLACEHOLDER_AUTHOR = "tc="  # Of the note that stands in for a thread in old programs.
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# A formula whose value was never stored, as programs other than Excel write them.
UNCALCULATED = re.compile(rb"<f(?:\s[^<>]*)?>[^<]+</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
# In the bytes of a sheet, which would take seconds to parse: rows that hold cells; columns; what is printed around.
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^<>]*\bhidden="(?:1|true)"[^<>]*(?<!/)>(?!\s*</)')
HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\s[^<>]*\bhidden="(?:1|true)"[^<>]*>')
COLUMN_RANGE = re.compile(rb'\b(min|max)="(\d{1,5})"')
PRINTED = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(Header|Footer)>([^<]{1,2000})</")
# Codes in a print header: ECMA-376 part 1, 18.3.1.46.
SIDES = re.compile(r"&[LCR]")
PAGE_NUMBER = re.compile(r"&[PN]")
CODE = re.compile(r'&"[^"]*"|&K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|&\d{1,3}|&[A-Z]', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What the bytes of a sheet tell without parsing them.

    Attributes:
        is_uncalculated: Whether a formula has no stored value.
        n_hidden_rows: Rows that hold cells and are not shown.
        hidden_columns: First and last of each range of columns that are not shown, from 1.
        printed: Headers and footers of its printed pages, each named.
    """

    is_uncalculated: bool
    n_hidden_rows: int
    hidden_columns: tuple[tuple[int, int], ...]
    printed: tuple[str, ...]

    def n_hidden_columns(self, width: int) -> int:
        """Return how many of the first `width` columns are hidden."""
        return sum(max(0, min(last, width) - first + 1) for first, last in self.hidden_columns)


class Beside:
    """Finds the parts that belong to each sheet of a workbook."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = next(iter(package.related("", "officeDocument")), WORKBOOK)
        self._seen: set[str] = set()
        self._persons = dict(self._read_persons())
        self._printed: set[str] = set()
        sheets = package.root(self._main).iterfind(f"{S}sheets/{S}sheet")
        self._parts = {sheet.get("name", ""): package.target(self._main, sheet.get(f"{R}id")) for sheet in sheets}

    def facts(self, sheet: str) -> SheetFacts:
        """Return what the bytes of a sheet tell."""
        part = self._parts.get(sheet, "")
        return _facts(self._package.content(part) if self._package.has(part) else b"")

    def notes(self, sheet: str) -> RowNotes:
        """Return the notes and comments on the cells of a sheet."""
        notes = RowNotes()
        threaded = set()
        for name in self._related(sheet, "threadedComment"):
            root = self._package.root(name)
            for comment in root.iterchildren(f"{T}threadedComment"):
                kind = "Reply" if comment.get("parentId") else "Comment"
                author = self._persons.get(comment.get("personId", ""), "")
                cell = comment.get("ref", "")
                threaded.add(cell)
                _add(notes, kind, cell, author, comment.findtext(f"{T}text") or "")
        for name in self._related(sheet, "comments"):
            root = self._package.root(name)
            authors = [author.text or "" for author in root.iterfind(f"{S}authors/{S}author")]
            for comment in root.iterfind(f"{S}commentList/{S}comment"):
                number = integer(comment.get("authorId"), -1)
                author = authors[number] if 0 <= number < len(authors) else ""
                text = "".join(run.text or "" for run in comment.iterfind(f"{S}text//{S}t"))
                if comment.get("ref") not in threaded and not author.startswith(PLACEHOLDER_AUTHOR):
                    _add(notes, "Note", comment.get("ref", ""), author, text)
        return notes

    def add_drawings(self, assembly: TextAssembly, sheet: str) -> None:
        """Append what the drawings on a sheet say: text boxes, titles of charts, what pictures show."""
        for name in self._related(sheet, "drawing"):
            root = self._package.root(name)
            for element in root.iter(f"{XDR}txBody", *CHARTS, f"{XDR}cNvPr"):
                # The fallback tells old programs that they cannot show it.
                if next(element.iterancestors(FALLBACK), None) is None:
                    for line in self._lines(element, name):
                        assembly.add("item", line)

    def add_printed(self, assembly: TextAssembly, facts: SheetFacts) -> None:
        """Append the print headers and footers of a sheet that no sheet before it has."""
        for line in facts.printed:
            if line not in self._printed:
                self._printed.add(line)
                assembly.add("item", line)

    def _lines(self, element: _Element, part: str) -> Iterator[str]:
        if element.tag == f"{XDR}txBody":
            yield from (text for _, text in Paragraphs().of(element))
        elif element.tag in CHARTS:
            chart = self._package.target(part, element.get(f"{R}id"))
            title = chart_title(self._package.root(chart)) if self._is_new(chart) else ""
            if title:
                yield f"Chart: {title}"  # Its figures are cells.
        elif element.getparent().tag == f"{XDR}nvPicPr" and (description := meaningful_description(element)):
            yield f"Picture: {description}"

    def _related(self, sheet: str, kind: str) -> Iterator[str]:
        """Yield the parts of a sheet; one that many sheets claim is the first one's."""
        yield from filter(self._is_new, self._package.related(self._parts.get(sheet, ""), kind))

    def _is_new(self, part: str) -> bool:
        is_new = bool(part) and part not in self._seen
        self._seen.add(part)
        return is_new

    def _read_persons(self) -> Iterator[tuple[str, str]]:
        for part in self._package.related(self._main, "person"):
            for person in self._package.root(part).iterchildren(f"{T}person"):
                yield person.get("id", ""), person.get("displayName", "")


def _facts(content: bytes) -> SheetFacts:
    columns = []
    for column in HIDDEN_COLUMNS.findall(content) if b"hidden=" in content else ():
        ends = {name: int(number) for name, number in COLUMN_RANGE.findall(column)}
        if b"min" in ends and b"max" in ends:
            columns.append((ends[b"min"], ends[b"max"]))
    return SheetFacts(
        is_uncalculated=UNCALCULATED.search(content) is not None,
        n_hidden_rows=len(HIDDEN_ROW.findall(content)) if b"hidden=" in content else 0,
        hidden_columns=tuple(columns),
        printed=tuple(_printed(content)),
    )


def _printed(content: bytes) -> Iterator[str]:
    for kind, code in PRINTED.findall(content, content.rfind(b"</sheetData>") + 1):
        text = html.unescape(code.decode("utf-8", "replace"))
        sides = [
            CODE.sub("", side).strip() for side in SIDES.split(text.replace("&&", "\0")) if not PAGE_NUMBER.search(side)
        ]
        said = ", ".join(one_line(side.replace("\0", "&")) for side in sides if side)
        if said:
            yield f"Page {kind.decode().lower()}: {said}"


def _add(notes: RowNotes, kind: str, cell: str, author: str, text: str) -> None:
    found = CELL.fullmatch(cell)
    if found is None:
        return
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    notes.add(int(found[2]) - 1, column - 1, cell_note(kind, cell, author, text))
