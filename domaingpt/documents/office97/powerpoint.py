"""PowerPoint 97–2003 (.ppt) → Document: a page a slide, with its title, shapes, tables, notes and comments."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.office97.compound import MISREAD, CompoundFile
from domaingpt.documents.office97.records import Record, Records, live_objects
from domaingpt.documents.tables.grids import add_table
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

SLIDE_LIST, SLIDE_PERSIST = 0x0FF0, 0x03F3
SLIDES, NOTES_LIST = 0, 2  # Instances of SLIDE_LIST.
SLIDE_INFO, NOTES_ATOM = 0x03F9, 0x03F1
HIDDEN_FLAG = 0x0004
TEXT_HEADER, TEXT_CHARS, TEXT_BYTES, OUTLINE_REF = 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
TITLE_TYPES = (0, 6)
NOTES_TYPE = 2
GROUP, SHAPE, CHILD_ANCHOR, TERTIARY_OPTIONS = 0xF003, 0xF004, 0xF00F, 0xF122
TABLE_PROPERTY, IS_TABLE = 0x039F, 1
COMMENT, TAG_DATA, STRING = 0x2EE0, 0x138B, 0x0FBA
# A paragraph, a line break; the place of a number, a date or a foot that the master slide fills in.
SIGNS = {0x0D: "\n", 0x0B: "\n", 0x00: None}
PLACEHOLDER = "*"
PICTURE = 0xF007  # An entry of the store of pictures, in the drawing group.


MAX_COLUMNS = 75  # PowerPoint makes no more; others are no table.


@dataclass(slots=True)
class _Text:
    """A text and what kind it is: 0 and 6 are titles, 2 is notes."""

    kind: int = 4
    text: str = ""


@dataclass(slots=True)
class _Slide:
    """One entry of the list of slides: number of its object, its identifier, the texts kept in the list."""

    number: int
    identity: int
    outline: list[_Text] = field(default_factory=list)


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read an old presentation.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, older than PowerPoint 97, or another kind of old Office file.
    """
    with CompoundFile(data, path) as compound:
        stream = compound.stream("PowerPoint Document")
        if not stream:
            raise UnreadableDocument("content is not a PowerPoint file of 97 to 2003, though an old Office file", path)
        try:
            records = Records(stream, path, progress)
            presentation = _Presentation(records, compound.stream("Current User"), path)
            presentation.add_all(progress)
        except MISREAD as exc:
            raise UnreadableDocument(f"damaged PowerPoint file: {exc}", path) from exc
        title = compound.title() or presentation.title
    hidden = ", ".join(map(str, presentation.hidden))
    notes = [f"hidden in the show, and read: slide {hidden}"] if hidden else []
    left_out = {"images": presentation.n_images}
    return presentation.assembly.document(title=title, left_out=left_out, notes=notes)


class _Presentation:
    """Goes through the slides in their order."""

    def __init__(self, records: Records, current_user: bytes, path: str) -> None:
        self.assembly = TextAssembly(path)
        self.title = ""
        self.hidden: list[int] = []
        self._records = records
        self._objects, number = live_objects(records, current_user, path)
        document = records.at(self._objects[number])
        if document is None or not document.is_container:
            raise UnreadableDocument("damaged PowerPoint file: its list of slides is missing", path)
        self._slides = self._listed(document, SLIDES)
        self._notes = self._notes_by_slide(self._listed(document, NOTES_LIST))
        self.n_images = sum(1 for record in records.descendants(document) if record.kind == PICTURE)

    def add_all(self, progress: Callable[[], None]) -> None:
        """Append every slide as a page."""
        for number, slide in enumerate(self._slides, start=1):
            progress()
            self.assembly.begin_page(number)
            container = self._object(slide.number)
            if container is None:
                continue
            if self._is_hidden(container):
                self.hidden.append(number)
            self._add_slide(container, slide)
            notes = self._notes.get(slide.identity, [])
            if notes:
                self.assembly.add("heading", "Notes", level=2)
            for note in notes:
                self.assembly.add("paragraph", note)
            for comment in self._comments(container):
                self.assembly.add("paragraph", comment)

    def _add_slide(self, container: Record, slide: _Slide) -> None:
        used: set[int] = set()
        pieces = list(self._pieces(container, slide, used))
        pieces += [text for index, text in enumerate(slide.outline) if index not in used]
        titles = [piece for piece in pieces if isinstance(piece, _Text) and piece.kind in TITLE_TYPES]
        for title in titles:
            self.title = self.title or title.text
            self.assembly.add("heading", title.text, level=1)
        for piece in pieces:
            if isinstance(piece, list):
                add_table(self.assembly, piece)
            elif piece not in titles and piece.text != PLACEHOLDER:
                for paragraph in piece.text.split("\n"):
                    self.assembly.add("paragraph", paragraph)

    def _pieces(self, container: Record, slide: _Slide, used: set[int]) -> Iterator[_Text | list[list[str]]]:
        """Yield the texts of a slide's shapes, and its tables, in the order they are drawn."""
        covered = 0
        for record in self._records.descendants(container):
            if record.start < covered:
                continue
            if record.kind == GROUP and self._is_table(record):
                yield self._table(record, slide, used)
                covered = record.end
            elif record.kind == SHAPE:
                yield from self._texts(record, slide.outline, used)

    def _texts(self, parent: Record, outline: list[_Text], used: set[int]) -> Iterator[_Text]:
        """Yield the texts below a record, each with the kind that stands before it."""
        kind = _Text().kind
        for record in self._records.descendants(parent):
            content = self._records.content(record)
            if record.kind == TEXT_HEADER and len(content) >= 4:
                kind = struct.unpack_from("<I", content)[0]
            elif record.kind == TEXT_CHARS:
                yield _Text(kind, _utf16(content))
            elif record.kind == TEXT_BYTES:
                # The low bytes of UTF-16 (2.9.43), hence no code page.
                yield _Text(kind, _clean(content.decode("latin-1")))
            elif record.kind == OUTLINE_REF and len(content) >= 4:
                index = struct.unpack_from("<i", content)[0]
                if 0 <= index < len(outline) and index not in used:
                    used.add(index)
                    yield outline[index]

    def _listed(self, document: Record, instance: int) -> list[_Slide]:
        slides: list[_Slide] = []
        seen: set[int] = set()
        for record in self._records.children(document):
            if record.kind != SLIDE_LIST or record.instance != instance:
                continue
            for entry in self._records.children(record):
                if entry.kind == SLIDE_PERSIST and entry.end - entry.start >= 16:
                    number, _, _, identity = struct.unpack_from("<IIiI", self._records.stream, entry.start)
                    # An object named twice would be read as often as a hostile file likes.
                    slides.append(_Slide(-1 if number in seen else number, identity))
                    seen.add(number)
                elif slides:
                    self._add_outline(entry, slides[-1].outline)
        return slides

    def _add_outline(self, record: Record, outline: list[_Text]) -> None:
        """Note one text of the list; a header without a text is an empty placeholder, which counts."""
        content = self._records.content(record)
        if record.kind == TEXT_HEADER and len(content) >= 4:
            outline.append(_Text(struct.unpack_from("<I", content)[0]))
        elif record.kind == TEXT_CHARS and outline:
            outline[-1].text = _utf16(content)
        elif record.kind == TEXT_BYTES and outline:
            outline[-1].text = _clean(content.decode("latin-1"))

    def _notes_by_slide(self, listed: list[_Slide]) -> dict[int, list[str]]:
        notes: dict[int, list[str]] = {}
        for entry in listed:
            container = self._object(entry.number)
            if container is None:
                continue
            atom = next((record for record in self._records.children(container) if record.kind == NOTES_ATOM), None)
            texts = [text.text for text in self._texts(container, entry.outline, set()) if text.kind == NOTES_TYPE]
            if atom is not None and atom.end - atom.start >= 4 and any(texts):
                slide = struct.unpack_from("<I", self._records.stream, atom.start)[0]
                notes[slide] = [line for text in texts for line in text.split("\n")]
        return notes

    def _object(self, number: int) -> Record | None:
        place = self._objects.get(number)
        record = self._records.at(place) if place is not None else None
        return record if record is not None and record.is_container else None

    def _is_hidden(self, container: Record) -> bool:
        for record in self._records.children(container):
            if record.kind == SLIDE_INFO and record.end - record.start >= 12:
                return bool(struct.unpack_from("<H", self._records.stream, record.start + 10)[0] & HIDDEN_FLAG)
        return False

    def _is_table(self, group: Record) -> bool:
        shape = next(self._records.children(group), None)
        if shape is None:
            return False
        for record in self._records.children(shape):
            if record.kind == TERTIARY_OPTIONS:
                content = self._records.content(record)
                for index in range(min(record.instance, len(content) // 6)):
                    kind, value = struct.unpack_from("<HI", content, 6 * index)
                    if kind & 0x3FFF == TABLE_PROPERTY:
                        return bool(value & IS_TABLE)
        return False

    def _table(self, group: Record, slide: _Slide, used: set[int]) -> list[list[str]]:
        """Return the cells of a table: shapes in a group, placed by their corners."""
        cells: dict[tuple[int, int], str] = {}
        for shape in self._records.children(group):
            anchor = next((record for record in self._records.children(shape) if record.kind == CHILD_ANCHOR), None)
            texts = [text.text for text in self._texts(shape, slide.outline, used)]
            if anchor is not None and anchor.end - anchor.start >= 16 and texts:
                left, top = struct.unpack_from("<ii", self._records.stream, anchor.start)
                cells[top, left] = " ".join(texts)
        lefts = sorted({left for _, left in cells})
        if len(lefts) > MAX_COLUMNS:
            return [[text] for _, text in sorted(cells.items())]
        rows: dict[int, list[str]] = {}
        for (top, left), text in sorted(cells.items()):
            rows.setdefault(top, [""] * len(lefts))[lefts.index(left)] = text
        return list(rows.values())

    def _comments(self, container: Record) -> Iterator[str]:
        for record in self._records.descendants(container, into=frozenset([TAG_DATA])):
            if record.kind == COMMENT:
                strings = {
                    child.instance: _utf16(self._records.content(child))
                    for child in self._records.children(record)
                    if child.kind == STRING
                }
                author, text = strings.get(0, ""), strings.get(1, "")
                if text:
                    yield f"Comment by {author}: {text}" if author else f"Comment: {text}"


def _utf16(content: bytes) -> str:
    return _clean(content.decode("utf-16-le", "replace"))


def _clean(text: str) -> str:
    return text.translate(SIGNS).strip()
