"""Word (.docx) → Document: headings, paragraphs and table rows in the order of the page.

python-docx opens the package and its styles; the body is walked here, since its own `paragraphs` and
`tables` lose insertions, content controls, text boxes and the order between the two.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn

from domaingpt.documents.archive import DAMAGE, check_office_zip
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.tables.grids import add_table
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.word.hidden import HiddenRuns
from domaingpt.documents.word.inline import boxes_of, children_of, inline_text
from domaingpt.documents.word.numbering import Numbering
from domaingpt.documents.word.styles import HeadingStyles
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document

BLOCKS_PER_PROGRESS = 200
MAX_TABLE_DEPTH = 20  # Word itself stops long before.
MISREAD = (*DAMAGE, TypeError, AttributeError, IndexError, SyntaxError)
# What stands outside the body: heading in our text, end of the part's relationship type, tag of one entry.
SIDE_PARTS = (
    ("Footnotes", "/footnotes", "w:footnote"),
    ("Endnotes", "/endnotes", "w:endnote"),
    ("Comments", "/comments", "w:comment"),
    ("Headers", "/header", None),
    ("Footers", "/footer", None),
)
SEPARATOR_NOTES = ("separator", "continuationSeparator", "continuationNotice")
LEFT_OUT_PARTS = {
    "images": "word/media/",
    "charts": "word/charts/chart",
    "embedded files": "word/embeddings/",
}


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a Word file.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, a zip bomb, or not a Word file.
    """
    parts = check_office_zip(data, path, progress)
    try:
        opened = docx.Document(io.BytesIO(data))
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
    return walker.assembly.document(title=title or walker.title, left_out=left_out)


class _Walker:
    """Walks block-level elements and appends what they say."""

    def __init__(self, opened: Any, path: str, progress: Callable[[], None]) -> None:
        self.assembly = TextAssembly(path)
        self.title = ""
        self._package = opened.part
        self._styles = HeadingStyles(opened.styles.element)
        self.hidden = HiddenRuns(self._styles, opened.element.body)
        self._numbering = Numbering(_related_element(opened.part, "/numbering"), self._styles)
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
        """Append notes, comments, headers and footers under a heading each."""
        for heading, relation, tag in SIDE_PARTS:
            entries = [entry for root in _related_elements(self._package, relation) for entry in _entries(root, tag)]
            texts = [" ".join(self._texts(entry)) for entry in entries]
            # Each section repeats its headers; the same line once is enough.
            unique = list(dict.fromkeys(text for text in texts if text.strip()))
            if unique:
                self.assembly.add("heading", heading, level=1)
            for text in unique:
                self.assembly.add("paragraph", text)

    def _add_paragraph(self, element: _Element, depth: int) -> None:
        text = inline_text(element, self.hidden.take)
        number = self._numbering.label(element)
        level = self._styles.level(element)
        if text.strip():
            if level and not self.title and (self._styles.is_title(element) or not self.assembly.blocks):
                self.title = text
            shown = f"{number} {text.strip()}" if number else text
            self.assembly.add("heading" if level else "paragraph", shown, level=level)
        for box in boxes_of(element):
            self.add_blocks(box, depth + 1)

    def _add_table(self, element: _Element) -> None:
        rows = []
        marked = False
        for position, row in enumerate(_table_rows(element)):
            properties = row.find(qn("w:trPr"))
            if position == 0 and properties is not None:
                marked = properties.find(qn("w:tblHeader")) is not None
            rows.append(self._cells(row))
        add_table(self.assembly, rows, marked_header=marked)

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
            cells.append("" if continues else " ".join(self._texts(cell)))
            cells.extend([""] * (min(span, 1000) - 1))
        return cells

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


def _related_elements(part: Any, relation: str) -> Iterator[_Element]:
    """Yield the XML roots of the parts that the document points to with a relationship type."""
    from docx.oxml.parser import parse_xml  # python-docx's own settings: no entities, no network.

    for relationship in part.rels.values():
        if relationship.is_external or not relationship.reltype.endswith(relation):
            continue
        target = relationship.target_part
        element = getattr(target, "element", None)
        yield element if element is not None else parse_xml(target.blob)


def _related_element(part: Any, relation: str) -> _Element | None:
    return next(_related_elements(part, relation), None)


def _entries(root: _Element, tag: str | None) -> Iterator[_Element]:
    if tag is None:
        yield root
        return
    for entry in root.iterchildren(qn(tag)):
        if entry.get(qn("w:type")) not in SEPARATOR_NOTES:
            yield entry
