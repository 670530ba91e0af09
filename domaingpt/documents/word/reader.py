"""Word (.docx and its kin) → Document: headings, paragraphs and table rows in the order of the page.

python-docx opens the package and its styles; the body is walked here, since its own `paragraphs` and
`tables` lose insertions, content controls, text boxes and the order between the two.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from docx.opc.part import PartFactory
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart

from domaingpt.documents.archive import check_office_zip
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.office.package import MISREAD, transitional
from domaingpt.documents.tables.grids import NotedRow, add_table
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.word.drawings import Drawings
from domaingpt.documents.word.hidden import HiddenRuns
from domaingpt.documents.word.inline import boxes_of, children_of, inline_text
from domaingpt.documents.word.notes import Notes
from domaingpt.documents.word.numbering import Numbering
from domaingpt.documents.word.parts import frames, related_elements
from domaingpt.documents.word.styles import HeadingStyles
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document

# Besides the content type of .docx, which python-docx knows: .docm, .dotx, .dotm.
for kind in ("ms-word.document.macroEnabled", "openxmlformats-officedocument.wordprocessingml.template",
             "ms-word.template.macroEnabledTemplate"):  # fmt: skip
    PartFactory.part_type_for[f"application/vnd.{kind}.main+xml"] = DocumentPart
BLOCKS_PER_PROGRESS = 200
MAX_TABLE_DEPTH = 20  # Word itself stops long before.
LEFT_OUT_PARTS = {
    "images": "word/media/",
    "embedded files": "word/embeddings/",
    "macros": "word/vbaProject.bin",
}


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a Word file.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, a zip bomb, or not a Word file.
    """
    parts = check_office_zip(data, path, progress)
    try:
        opened = _open(transitional(data), path)
        walker = _Walker(opened, path, progress)
        walker.add_blocks(opened.element.body)
        walker.add_side_parts()
        title = meaningful_title(opened.core_properties.title or "", path)
    except UnreadableDocument:
        raise
    except MISREAD as exc:
        raise UnreadableDocument(f"damaged Word file: {damage(exc)}", path) from exc
    left_out = {name: sum(1 for part in parts if part.startswith(prefix)) for name, prefix in LEFT_OUT_PARTS.items()}
    left_out["hidden characters"] = walker.hidden.n_characters
    return walker.assembly.document(title=title or walker.title, left_out=left_out, notes=walker.drawings.notes)


def _open(data: bytes, path: str) -> Any:
    """Return python-docx's document; its own `docx.Document` refuses templates and files with macros."""
    main = Package.open(io.BytesIO(data)).main_document_part
    if not isinstance(main, DocumentPart):
        raise UnreadableDocument("holds no Word document", path)
    return main.document


class _Walker:
    """Walks block-level elements and appends what they say."""

    def __init__(self, opened: Any, path: str, progress: Callable[[], None]) -> None:
        self.assembly = TextAssembly(path)
        self.title = ""
        self._package = opened.part
        self._body = opened.element.body
        self._styles = HeadingStyles(opened.styles.element)
        self.hidden = HiddenRuns(self._styles, opened.element.body)
        self._numbering = Numbering(next(related_elements(opened.part, "/numbering"), None), self._styles)
        self._notes = Notes(opened.part, self._joined)
        self.drawings = Drawings(opened.part, self.assembly, progress)
        self._progress = progress
        self._n_blocks = 0

    def add_blocks(self, parent: _Element, depth: int = 0) -> None:
        """Append every block below a body, a text box, a note."""
        for element in _blocks(parent):
            self._n_blocks += 1
            if self._n_blocks % BLOCKS_PER_PROGRESS == 0:
                self._progress()
            if element.tag == qn("w:p"):
                self._add_paragraph(element, depth)
            elif depth < MAX_TABLE_DEPTH:
                self._add_table(element)

    def add_side_parts(self) -> None:
        """Append headers and footers, and notes that nothing refers to, under a heading each."""
        headers = frames(self._package, self._body, "w:headerReference", self._joined)
        footers = frames(self._package, self._body, "w:footerReference", self._joined)
        for heading, texts in [*self._notes.rest(), ("Headers", headers), ("Footers", footers)]:
            if any(texts):
                self.assembly.add("heading", heading, level=1)
            for text in texts:
                self.assembly.add("item", text)

    def _add_paragraph(self, element: _Element, depth: int) -> None:
        text = inline_text(element, self.hidden.take)
        number = self._numbering.label(element)
        level = self._styles.level(element)
        if text.strip():
            if level and not self.title and (self._styles.is_title(element) or not self.assembly.blocks):
                self.title = text
            shown = f"{number} {text.strip()}" if number else text
            self.assembly.add("heading" if level else "paragraph", shown, level=level)
        for note in self._notes.take(element, with_boxes=False):
            self.assembly.add("item", note)
        self.drawings.add(element)
        for box in boxes_of(element):
            self.add_blocks(box, depth + 1)

    def _add_table(self, element: _Element) -> None:
        rows: list[Sequence[str]] = []
        marked = False
        for position, row in enumerate(_table_rows(element)):
            if position % BLOCKS_PER_PROGRESS == 0:
                self._progress()
            properties = row.find(qn("w:trPr"))
            if position == 0 and properties is not None:
                marked = properties.find(qn("w:tblHeader")) is not None
            cells, notes = self._cells(row), self._notes.take(row, with_boxes=True)
            rows.append(NotedRow(cells, notes) if notes else cells)
        add_table(self.assembly, rows, marked_header=marked)
        self.drawings.add(element)

    def _cells(self, row: _Element) -> list[str]:
        """Return a row's cells by grid column; a merged cell's text stands once, in its first place."""
        cells: list[str] = []
        for cell in children_of(row, "w:tc"):
            properties = cell.find(qn("w:tcPr"))
            span, continues = 1, False
            if properties is not None:
                span = _integer(properties.find(qn("w:gridSpan")), 1)
                merge = properties.find(qn("w:vMerge"))
                continues = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
            cells.append("" if continues else self._joined(cell))
            cells.extend([""] * (min(span, 1000) - 1))
        return cells

    def _joined(self, parent: _Element) -> str:
        return " ".join(self._texts(parent))

    def _texts(self, parent: _Element, depth: int = 0) -> Iterator[str]:
        """Yield the paragraphs below a cell or a note; a nested table gives one text per row."""
        for element in _blocks(parent):
            if element.tag == qn("w:p"):
                text = inline_text(element, self.hidden.take).strip()
                number = self._numbering.label(element)
                if text:
                    yield f"{number} {text}" if number else text
                for box in boxes_of(element):
                    yield from self._texts(box, depth + 1)
            elif depth < MAX_TABLE_DEPTH:
                for row in _table_rows(element):
                    cells = (" ".join(self._texts(cell, depth + 1)) for cell in children_of(row, "w:tc"))
                    yield ", ".join(cell for cell in cells if cell)


def _blocks(parent: _Element) -> Iterator[_Element]:
    return children_of(parent, "w:p", "w:tbl")


def _table_rows(table: _Element) -> Iterator[_Element]:
    for row in children_of(table, "w:tr"):
        properties = row.find(qn("w:trPr"))
        if properties is None or properties.find(qn("w:del")) is None:
            yield row


def _integer(element: _Element | None, default: int) -> int:
    if element is None:
        return default
    value = element.get(qn("w:val"), "")
    return int(value) if value.isdigit() else default
