"""Block-level OpenDocument elements → headings, paragraphs, rows; notes and comments right after their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.opendocument.inline import Paragraph, read_paragraph
from domaingpt.documents.opendocument.names import DRAWN, PARAGRAPHS, qn
from domaingpt.documents.opendocument.tables import Repeats, row_cells, table_rows
from domaingpt.documents.tables.grids import add_table

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.documents.assembly import TextAssembly
    from domaingpt.documents.opendocument.numbering import ListCount, Numbering
    from domaingpt.documents.opendocument.styles import Styles

PARAGRAPHS_PER_PROGRESS = 200
MAX_HEADING_LEVEL = 10
# What holds blocks without being one: indexes, paragraphs with a number of their own, list items.
WRAPPERS = frozenset(
    [
        qn(f"text:{name}")
        for name in (
            "section", "numbered-paragraph", "table-of-content", "illustration-index", "table-index", "object-index",
            "user-index", "alphabetical-index", "bibliography", "index-body", "index-title",
        )
    ]
    + [qn("draw:text-box"), qn("draw:frame"), qn("draw:g"), qn("draw:a")]
)  # fmt: skip
NOT_TEXT = frozenset(
    [qn(f"draw:{name}") for name in ("image", "object", "object-ole", "plugin", "applet", "glue-point")]
)


class Blocks:
    """Walks the body of a text, a header, a slide.

    Attributes:
        title: The first heading of the document, or its paragraph in the style "Title".
        n_hidden: Characters that the printed page does not show.
        n_hidden_sections: Sections that it does not show.
    """

    def __init__(
        self,
        assembly: TextAssembly,
        styles: Styles,
        numbering: Numbering,
        repeats: Repeats,
        progress: Callable[[], None],
    ) -> None:
        self.assembly = assembly
        self.title = ""
        self.n_hidden = 0
        self.n_hidden_sections = 0
        self._styles = styles
        self._numbering = numbering
        self._repeats = repeats
        self._progress = progress
        self._n_paragraphs = 0

    def add(self, parent: _Element) -> None:
        """Append every block below an element."""
        for element in parent:
            self.add_block(element)

    def texts(self, parent: _Element, asides: list[str] | None = None) -> Iterator[str]:
        """Yield the paragraphs below a cell or a note; a nested table gives one text per row.

        Args:
            parent: A cell, a note body, a header.
            asides: Where notes and comments go; None: after the paragraph they are in.
        """
        for element in parent:
            if element.tag in PARAGRAPHS:
                paragraph = self._read(element)
                if paragraph.text.strip():
                    yield paragraph.text.strip()
                for box in paragraph.boxes:
                    yield from self.texts(box, asides)
                notes = self._asides(paragraph)
                if asides is None:
                    yield from notes
                else:
                    asides.extend(notes)
            elif element.tag == qn("table:table"):
                for row, _ in table_rows(element):
                    cells = row_cells(row, lambda cell, _: " ".join(self.texts(cell, asides)), self._repeats)
                    yield ", ".join(cell for cell in cells if cell)
            elif element.tag == qn("text:list"):
                yield from self._item_texts(element, asides)
            elif self._is_wrapper(element):
                yield from self.texts(element, asides)

    def add_block(self, element: _Element) -> None:
        """Append one element, if it holds text."""
        if element.tag in PARAGRAPHS:
            self._add_paragraph(element)
        elif element.tag == qn("text:list"):
            self._add_list(element, None, 0, "")
        elif element.tag == qn("table:table"):
            self._add_table(element)
        elif element.tag == qn("office:annotation"):
            self.assembly.add("paragraph", self._comment(element))
        elif self._is_wrapper(element):
            self.add(element)

    def _is_wrapper(self, element: _Element) -> bool:
        if element.tag == qn("text:section") and _is_hidden_section(element):
            self.n_hidden_sections += 1
            self.n_hidden += len("".join("".join(element.itertext()).split()))
            return False
        drawn = isinstance(element.tag, str) and element.tag.startswith(DRAWN) and element.tag not in NOT_TEXT
        return drawn or element.tag in WRAPPERS

    def _read(self, element: _Element) -> Paragraph:
        self._n_paragraphs += 1
        if self._n_paragraphs % PARAGRAPHS_PER_PROGRESS == 0:
            self._progress()
        paragraph = read_paragraph(element, self._styles)
        self.n_hidden += paragraph.n_hidden
        return paragraph

    def _add_paragraph(self, element: _Element, label: str = "") -> None:
        paragraph = self._read(element)
        text = paragraph.text.strip()
        level = self._level(element)
        if not label and element.tag == qn("text:h"):
            label = self._numbering.heading(element, level)  # An empty heading counts as well.
        if text:
            if level and not self.title:
                self.title = text
            self.assembly.add("heading" if level else "paragraph", f"{label} {text}" if label else text, level=level)
        for box in paragraph.boxes:
            self.add_block(box)
        for aside in self._asides(paragraph):
            self.assembly.add("paragraph", aside)

    def _level(self, element: _Element) -> int:
        if element.tag == qn("text:h"):
            value = element.get(qn("text:outline-level"), "1")
            return min(int(value), MAX_HEADING_LEVEL) or 1 if value.isdecimal() else 1
        return self._styles.heading_level(element.get(qn("text:style-name"), ""))

    def _add_list(self, element: _Element, count: ListCount | None, level: int, style: str) -> None:
        style = element.get(qn("text:style-name"), style)
        if count is None:
            count = self._numbering.begin(element, style)
        for item in element:
            is_item = item.tag == qn("text:list-item")
            start = item.get(qn("text:start-value"), "")
            for child in item:
                if child.tag == qn("text:list"):
                    self._add_list(child, count, level + 1, style)
                elif child.tag in PARAGRAPHS:
                    # Only the first paragraph of an item has its number.
                    self._add_paragraph(child, count.next(level, start) if is_item else "")
                    is_item = False
                else:
                    self.add_block(child)

    def _item_texts(self, element: _Element, asides: list[str] | None) -> Iterator[str]:
        for item in element:
            yield from self.texts(item, asides)

    def _add_table(self, element: _Element) -> None:
        rows: list[list[str]] = []
        asides: list[str] = []
        marked = False
        for position, (row, is_header) in enumerate(table_rows(element)):
            marked = marked or (position == 0 and is_header)
            cells = row_cells(row, lambda cell, _: " ".join(self.texts(cell, asides)), self._repeats)
            rows.extend([cells] * self._repeats.rows(row, cells))
            if position % PARAGRAPHS_PER_PROGRESS == 0:
                self._progress()
        add_table(self.assembly, rows, marked_header=marked)
        for aside in asides:
            self.assembly.add("paragraph", aside)

    def _asides(self, paragraph: Paragraph) -> Iterator[str]:
        for name, body in paragraph.notes:
            text = " ".join(self.texts(body))
            if text:
                yield f"{name}: {text}"
        for comment in paragraph.comments:
            if text := self._comment(comment):
                yield text

    def _comment(self, element: _Element) -> str:
        author = element.findtext(qn("dc:creator"), "").strip()
        text = " ".join(self.texts(element))
        return f"Comment by {author}: {text}" if author and text else text and f"Comment: {text}"


def _is_hidden_section(section: _Element) -> bool:
    display = section.get(qn("text:display"), "true")
    return bool(display == "none" or section.get(qn("text:is-hidden")) == "true")
