"""PowerPoint (.pptx and its kin) → Document: a page for each slide, its title a heading, notes below it.

A slide is read in the order of the eye: title, then the shapes by `slides.geometry`, then comments and notes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from domaingpt.documents.archive import check_office_zip
from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.office.drawing import R, integer
from domaingpt.documents.office.package import MISREAD, Package, transitional
from domaingpt.documents.slides.comments import Comments
from domaingpt.documents.slides.geometry import P, box_of, is_outside, reading_order
from domaingpt.documents.slides.placeholders import FOOTERS, TITLES, Placeholders, kind_of, placeholder_of
from domaingpt.documents.slides.shapes import ShapeReader, is_hidden, shapes_of
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document

MAX_SLIDES = 20_000  # As many as a PDF may have pages.
MAX_REASONS = 10  # Damages that are told one by one; guess, unmeasured.
DC = "{http://purl.org/dc/elements/1.1/}"
NO = ("0", "false")
MACROS = "ppt/vbaProject.bin"
NOTES_HEADING = "Notes"
# What a page of notes repeats of its slide, or adds as a frame.
NOT_NOTES = FOOTERS | {"sldImg", "sldNum"}


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a presentation.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, a zip bomb, or not a presentation.
    """
    parts = check_office_zip(data, path, progress)
    try:
        package = Package(transitional(data))
        main = package.main_part()
        presentation = package.root(main)
        if presentation.tag != f"{P}presentation":
            raise UnreadableDocument("holds no presentation", path)
        deck = _Deck(package, main, presentation, path, progress)
        deck.add_slides(presentation)
        title = meaningful_title(_core_title(package), path)
    except MISREAD as exc:
        raise UnreadableDocument(f"damaged presentation: {exc}", path) from exc
    left_out = {**deck.reader.left_out(), "macros": int(MACROS in parts)}
    return deck.assembly.document(title=title or deck.title, left_out=left_out, notes=deck.notes())


class _Deck:
    """Walks the slides and appends what they say."""

    def __init__(
        self, package: Package, main: str, presentation: _Element, path: str, progress: Callable[[], None]
    ) -> None:
        self.assembly = TextAssembly(path)
        self.reader = ShapeReader(package, self.assembly, progress)
        self.title = ""
        self._package = package
        self._main = main
        self._placeholders = Placeholders(package)
        self._comments = Comments(package, main)
        self._progress = progress
        size = presentation.find(f"{P}sldSz")
        self._size = (integer(size.get("cx")), integer(size.get("cy"))) if size is not None else (0, 0)
        self._footers: set[str] = set()
        self._hidden: list[int] = []
        self._failed: list[str] = []

    def add_slides(self, presentation: _Element) -> None:
        """Append every slide.

        Raises:
            UnreadableDocument: If there are too many, or none can be read.
        """
        slides = presentation.findall(f"{P}sldIdLst/{P}sldId")
        if len(slides) > MAX_SLIDES:
            reason = f"has {len(slides):,} slides; at most {MAX_SLIDES:,} are read"
            raise UnreadableDocument(reason, self.assembly.path)
        n_read = 0
        for number, slide in enumerate(slides, start=1):
            self._progress()
            self.assembly.begin_page(number)
            part = self._package.target(self._main, slide.get(f"{R}id"))
            n_read += self._attempt(f"slide {number}", partial(self._add_slide, number, part))
        if slides and not n_read:
            raise UnreadableDocument(f"damaged presentation: {self._failed[0]}", self.assembly.path)

    def notes(self) -> list[str]:
        """Return what the user should know."""
        notes = self._failed[:MAX_REASONS]
        if len(self._failed) > MAX_REASONS:
            notes.append(f"{len(self._failed) - MAX_REASONS:,} more such damages")
        if self._hidden:
            notes.append(f"hidden in the show, and read: slide {', '.join(map(str, self._hidden))}")
        return notes

    def _attempt(self, what: str, add: Callable[[], None]) -> bool:
        """Append something, and return whether it could be read; damage costs this alone, and is told."""
        try:
            add()
        except MISREAD as exc:
            self._failed.append(f"{what} could not be read: {one_line(str(exc))}")
            return False
        return True

    def _add_slide(self, number: int, part: str) -> None:
        if not self.reader.is_new(part):
            raise ValueError("is named twice" if part else "is missing")
        root = self._package.root(part)
        if root.tag != f"{P}sld":
            raise ValueError("is not a slide")
        if root.get("show") in NO:
            self._hidden.append(number)
        shapes = shapes_of(root.find(f"{P}cSld/{P}spTree"))
        titles = [shape for shape in shapes if kind_of(shape) in TITLES and not is_hidden(shape)]
        title = one_line(self.reader.paragraphs.joined(titles[0].find(f"{P}txBody"))) if titles else ""
        self.title = self.title or title
        mark = len(self.assembly.blocks)
        # Without a heading of its own a slide would stand under that of the slide before.
        self.assembly.add("heading", title or f"Slide {number}", level=1)
        self._add_shapes([shape for shape in shapes if not titles or shape is not titles[0]], number, part)
        self._attempt(f"slide {number}: its layout", partial(self._add_frame, root, part))
        self._attempt(f"slide {number}: its comments", partial(self._add_comments, part))
        self._attempt(f"slide {number}: its notes", partial(self._add_notes, part))
        if not title and len(self.assembly.blocks) == mark + 1:
            self.assembly.drop_last()

    def _add_shapes(self, shapes: list[_Element], number: int, part: str) -> None:
        boxes = [self._placeholders.box(shape, part) for shape in shapes]
        footers = []
        for position in reading_order(boxes):
            shape, box = shapes[position], boxes[position]
            if box is not None and all(self._size) and is_outside(box, *self._size):
                self.reader.leave_out(shape)
            elif kind_of(shape) in FOOTERS:
                footers.append(shape)
            elif kind_of(shape) != "sldNum":
                self._attempt(f"slide {number}: a shape", partial(self.reader.add, shape, part))
        for shape in footers:
            self._add_once(shape)

    def _add_frame(self, slide: _Element, slide_part: str) -> None:
        """Append what the layout and the master of a slide print on it, where no slide before has it."""
        shows = slide.get("showMasterSp") not in NO
        part = slide_part
        for kind in ("slideLayout", "slideMaster"):
            part = next(iter(self._package.related(part, kind)), "")
            if not shows or not self.reader.is_new(part):
                return
            root = self._package.root(part)
            for shape in shapes_of(root.find(f"{P}cSld/{P}spTree")):
                box = box_of(shape)
                is_seen = box is None or not all(self._size) or not is_outside(box, *self._size)
                if is_seen and placeholder_of(shape) is None:
                    self._add_once(shape)
            shows = root.get("showMasterSp") not in NO

    def _add_once(self, shape: _Element) -> None:
        """Append the text of a shape that is repeated from slide to slide, the first time."""
        if is_hidden(shape):
            return
        for body in shape.iter(f"{P}txBody"):
            text = self.reader.paragraphs.joined(body)
            if text not in self._footers:
                self._footers.add(text)
                self.assembly.add("item", text)

    def _add_comments(self, slide_part: str) -> None:
        for comment in self._comments.of(slide_part, self.reader):
            self.assembly.add("item", comment)

    def _add_notes(self, slide_part: str) -> None:
        for part in filter(self.reader.is_new, self._package.related(slide_part, "notesSlide")[:1]):
            root = self._package.root(part)
            if root.tag != f"{P}notes":
                return
            mark = len(self.assembly.blocks)
            self.assembly.add("heading", NOTES_HEADING, level=2)
            for shape in shapes_of(root.find(f"{P}cSld/{P}spTree")):
                if kind_of(shape) not in NOT_NOTES:
                    self.reader.add(shape, part)
            if len(self.assembly.blocks) == mark + 1:
                self.assembly.drop_last()


def _core_title(package: Package) -> str:
    for part in package.related("", "core-properties")[:1]:
        return package.root(part).findtext(f"{DC}title") or ""
    return ""
