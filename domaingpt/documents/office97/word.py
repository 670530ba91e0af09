"""Word 97–2003 (.doc) → Document: headings, paragraphs and rows; notes and comments behind their paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, joined_surrogates, one_line
from domaingpt.documents.margins import add_margins
from domaingpt.documents.office97.compound import MISREAD, CompoundFile
from domaingpt.documents.office97.fib import (
    COMMENT_AUTHORS,
    COMMENT_REFS,
    COMMENT_TEXTS,
    ENDNOTE_REFS,
    ENDNOTE_TEXTS,
    FOOTNOTE_REFS,
    FOOTNOTE_TEXTS,
    HEADERS,
    WordFile,
)
from domaingpt.documents.office97.numbering import ListNumbers
from domaingpt.documents.office97.properties import ParagraphFormat, Properties
from domaingpt.documents.tables.edges import EdgedRow, aligned
from domaingpt.documents.tables.grids import add_table
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

PARAGRAPHS_PER_PROGRESS = 1000
CELL_MARK, PICTURE = "\x07", "\x01"
PARAGRAPH = re.compile("[^\r\x07\x0c\x0e]*[\r\x07\x0c\x0e]?")
# A field is a code and its result; another field may stand in either.
FIELD_BEGIN, FIELD_RESULT, FIELD_END = "\x13\x14\x15"
FIELD_MARK = re.compile("([\x13\x14\x15])")
NOT_MARKS = re.compile("[^\r\x07\x0c\x0e\x13-\x15]")
# Line breaks and hyphens; the places of notes, pictures and drawings, and marks that are done with.
SIGNS = {0x0B: "\n", 0x1E: "\u2011", 0x1F: None} | dict.fromkeys([*range(9), 0x0C, 0x0D, 0x0E, 0x13, 0x14, 0x15], None)
REFERENCE_BYTES = 2
COMMENT_REFERENCE_BYTES = 30
INITIALS_BYTES = 20  # Of the comment's author, before the index of the name (2.9.8).
# Stories of headers and footers: six of notes, then six a section (2.8.3).
FIRST_STORIES = 6
STORY_KINDS = ("header", "header", "footer", "footer", "header", "footer")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read an old Word file.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, older than Word 97, or another kind of old Office file.
    """
    with CompoundFile(data, path) as compound:
        if not compound.has("WordDocument"):
            raise UnreadableDocument("content is not a Word file, though it is an old Office file", path)
        try:
            walker = _Walker(WordFile(compound, path), path, progress)
            walker.add_all()
        except MISREAD as exc:
            raise UnreadableDocument(f"damaged Word file: {exc}", path) from exc
        title = compound.title() or walker.title
    return walker.assembly.document(title=title, left_out=walker.left_out())


class _Walker:
    """Goes through the parts of the text."""

    def __init__(self, word: WordFile, path: str, progress: Callable[[], None]) -> None:
        self.assembly = TextAssembly(path)
        self.title = ""
        self._word = word
        self._progress = progress
        self._properties = Properties(word)
        self._numbers = ListNumbers(word)
        self._n_hidden = 0
        self._n_images = 0
        self._shown = self._without_hidden()
        # Notes and comments by their place, last first.
        self._asides = sorted([*self._notes(), *self._comments()], key=lambda aside: -aside[0])
        self._rows: list[EdgedRow] = []
        self._cells: list[str] = []
        self._cell: list[str] = []
        self._table_end = 0

    def add_all(self) -> None:
        """Append the body, then text boxes, headers and footers under a heading each."""
        fields = _Fields()
        for count, (first, last) in enumerate(_paragraphs(self._shown, *self._word.parts["body"])):
            if count % PARAGRAPHS_PER_PROGRESS == 0:
                self._progress()
            self._add_paragraph(first, last, fields)
        self._end_table()
        self._tell_asides(len(self._shown))
        boxes = list(dict.fromkeys(self._texts(*self._word.parts["boxes"])))
        if boxes:
            self.assembly.add("heading", "Text boxes", level=1)
        for text in boxes:
            self.assembly.add("paragraph", text)
        add_margins(self.assembly, self._stories("header"), self._stories("footer"))

    def left_out(self) -> dict[str, int]:
        """Count what is not shown."""
        return {"images": self._n_images, "hidden characters": self._n_hidden}

    def _add_paragraph(self, first: int, last: int, fields: _Fields) -> None:
        shown = fields.shown(self._shown[first:last])
        self._n_images += shown.count(PICTURE)
        text = _clean(shown)
        mark = self._shown[last - 1]
        found = self._properties.paragraph(self._word.offset(last - 1))
        # An empty paragraph counts as well.
        label = self._numbers.label(found.list_number, found.list_level)
        if text and label:
            text = f"{label} {text}"
        if mark == CELL_MARK or found.in_table:
            self._table_end = last
            self._add_to_table(text, mark, found)
            return
        self._end_table()
        level = self._properties.level(found) if text else 0
        if level and not self.title:
            self.title = one_line(text)
        self.assembly.add("heading" if level else "paragraph", text, level=level)
        self._tell_asides(last)

    def _add_to_table(self, text: str, mark: str, found: ParagraphFormat) -> None:
        if text:
            # Cells of a table in a cell end with a paragraph mark.
            self._cell.append(f"{text}," if found.ends_inner_cell else text)
        elif found.ends_inner_row and self._cell:
            self._cell[-1] = self._cell[-1].rstrip(",")
        if mark != CELL_MARK or found.depth > 1:
            return
        if not found.ends_row:
            self._cells.append(" ".join(self._cell))
        elif self._cells:
            self._rows.append(EdgedRow(self._cells, found.edges))
            self._cells = []
        self._cell = []

    def _end_table(self) -> None:
        cells = [*self._cells, " ".join(self._cell)]
        if any(cells):
            self._rows.append(EdgedRow(cells))
        self._cells, self._cell = [], []
        if self._rows:
            add_table(self.assembly, aligned(self._rows))
            self._rows = []
            self._tell_asides(self._table_end)

    def _tell_asides(self, position: int) -> None:
        """Append the notes and comments whose places are before a position."""
        while self._asides and self._asides[-1][0] < position:
            self.assembly.add("paragraph", self._asides.pop()[1])

    def _notes(self) -> Iterator[tuple[int, str]]:
        for name, part, refs, texts in (
            ("Note", "footnotes", FOOTNOTE_REFS, FOOTNOTE_TEXTS),
            ("Endnote", "endnotes", ENDNOTE_REFS, ENDNOTE_TEXTS),
        ):
            places, _ = self._word.positions(refs, REFERENCE_BYTES)
            for number, (place, text) in enumerate(zip(places, self._entries(part, texts), strict=False), start=1):
                if text:
                    yield place, f"{name} {number}: {text}"

    def _comments(self) -> Iterator[tuple[int, str]]:
        places, entries = self._word.positions(COMMENT_REFS, COMMENT_REFERENCE_BYTES)
        authors = _strings(self._word.table(COMMENT_AUTHORS))
        for place, entry, text in zip(places, entries, self._entries("comments", COMMENT_TEXTS), strict=False):
            index = int.from_bytes(entry[INITIALS_BYTES : INITIALS_BYTES + 2], "little")
            author = authors[index] if index < len(authors) else ""
            if text:
                yield place, f"Comment by {author}: {text}" if author else f"Comment: {text}"

    def _entries(self, part: str, table: int) -> Iterator[str]:
        """Yield the texts of notes, comments or stories; their positions count from the start of their part."""
        first, end = self._word.parts[part]
        positions, _ = self._word.positions(table, 0)
        done = first
        for start, stop in pairwise(positions):
            # Texts follow each other; overlapping ones would multiply what a hostile file holds.
            begin, done = max(first + start, done), max(min(first + stop, end), done)
            yield " ".join(self._texts(begin, done))

    def _stories(self, kind: str) -> Iterator[str]:
        for index, text in enumerate(self._entries("headers", HEADERS)):
            if index >= FIRST_STORIES and STORY_KINDS[index % FIRST_STORIES] == kind:
                yield text

    def _texts(self, start: int, end: int) -> Iterator[str]:
        fields = _Fields()
        for first, last in _paragraphs(self._shown, start, end):
            if text := _clean(fields.shown(self._shown[first:last])):
                yield text

    def _without_hidden(self) -> str:
        """Return the text with hidden and deleted characters as NUL; positions and marks stay."""
        parts = []
        at = 0
        spans = [(*span, True) for span in self._properties.hidden]
        spans += [(*span, False) for span in self._properties.deleted]
        for first, last, is_hidden in sorted(spans):
            start, end = max(first, at), min(last, len(self._word.text))
            if start >= end:
                continue
            text = self._word.text[start:end]
            self._n_hidden += sum(map(len, _clean(text).split())) if is_hidden else 0
            parts += [self._word.text[at:start], NOT_MARKS.sub("\0", text)]
            at = end
        return "".join([*parts, self._word.text[at:]])


class _Fields:
    """Leaves the codes of fields out and keeps their results; a field may go over several paragraphs."""

    def __init__(self) -> None:
        self._in_code: list[bool] = []
        self._n_codes = 0

    def shown(self, paragraph: str) -> str:
        """Return what a paragraph shows."""
        if not self._in_code and FIELD_BEGIN not in paragraph:
            return paragraph
        parts = []
        for piece in FIELD_MARK.split(paragraph):
            if piece == FIELD_BEGIN:
                self._in_code.append(True)
                self._n_codes += 1
            elif piece == FIELD_RESULT and self._in_code:
                self._n_codes -= self._in_code[-1]
                self._in_code[-1] = False
            elif piece == FIELD_END and self._in_code:
                self._n_codes -= self._in_code.pop()
            elif not self._n_codes:
                parts.append(piece)
        if self._n_codes:
            # A code that does not end with its paragraph is damage: it must not swallow the rest.
            self._in_code, self._n_codes = [], 0
        return "".join(parts)


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs' first and one past their last position, marks included."""
    while start < end:
        found = PARAGRAPH.match(text, start, end)
        assert found
        yield start, found.end()
        start = found.end()


def _clean(text: str) -> str:
    return joined_surrogates(text.translate(SIGNS)).strip()


def _strings(table: bytes) -> list[str]:
    """Return the texts of a table where each begins with its length."""
    texts = []
    at = 0
    while at + 2 <= len(table):
        length = 2 * int.from_bytes(table[at : at + 2], "little")
        texts.append(table[at + 2 : at + 2 + length].decode("utf-16-le", "replace"))
        at += 2 + length
    return texts
