"""EPUB → Document: the chapters in reading order, whole, under the headings of the book.

Headings are those of the chapters; one without any takes its line of the table of contents. The table of
contents itself is not repeated as text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from lxml import etree

from domaingpt.documents.archive import BOOK, DAMAGE, check_office_zip
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.books.notes import find_notes, place_notes
from domaingpt.documents.books.package import Package, TocEntry, read_package
from domaingpt.documents.books.parts import Parts
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.web.body import add_body, main_characters, visible_characters
from domaingpt.documents.web.fragments import plain_text
from domaingpt.documents.web.hidden import take_out_hidden
from domaingpt.errors import DocumentError, UnreadableDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from domaingpt.types import Document

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# A page of which less than this share stands outside links is a table of contents. Guess, unmeasured.
CONTENTS_TEXT_SHARE = 0.5
NOT_READ_TAGS = ("rt", "rp", "annotation", "annotation-xml")  # Readings beside characters, formulas said twice.


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a book.

    Raises:
        EncryptedDocument: If it is protected.
        UnreadableDocument: If it is damaged, a zip bomb, or no chapter of it can be read.
    """
    check_office_zip(data, path, progress, BOOK)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Book(Parts(archive, path), progress).document()
    except DocumentError:
        raise
    except (*DAMAGE, etree.LxmlError) as exc:
        raise UnreadableDocument(f"damaged book: {exc}", path) from exc


class _Book:
    """One book on its way to a document."""

    def __init__(self, parts: Parts, progress: Callable[[], None]) -> None:
        self._parts = parts
        self._progress = progress
        self._package: Package = read_package(parts)
        self._assembly = TextAssembly(parts.path)
        self._left_out = {
            "images": self._package.n_images,
            "missing chapters": self._package.n_missing,
            "damaged chapters": 0,
            "contents characters": 0,
            "hidden characters": 0,
            "annotation characters": 0,
        }

    def document(self) -> Document:
        chapters = self._package.chapters
        if not chapters:
            n_missing = self._package.n_missing
            reason = f"{n_missing} chapters are missing or too large" if n_missing else "holds no chapter"
            raise UnreadableDocument(f"damaged book: {reason}", self._parts.path)
        self._add_facts()
        notes = find_notes(self._parts, self._reported(chapters))
        n_facts = len(self._assembly.blocks)
        for name in self._reported(chapters):
            try:
                tree, is_whole = self._parts.chapter(name)
            except UnreadableDocument:
                self._left_out["damaged chapters"] += 1
                continue
            self._left_out["damaged chapters"] += not is_whole
            place_notes(tree, name, notes)
            self._add_chapter(tree, name)
        if self._left_out["damaged chapters"] == len(chapters):
            raise UnreadableDocument("damaged book: no chapter can be read", self._parts.path)
        package = self._package
        notes_for_user = ["fixed layout: text in the order of the file"] if package.is_fixed else []
        if len(self._assembly.blocks) == n_facts:
            notes_for_user.append("holds no text, only pictures of pages")
        return self._assembly.document(
            title=meaningful_title(package.title, self._parts.path), left_out=self._left_out, notes=notes_for_user
        )

    def _reported(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            self._progress()
            yield name

    def _add_facts(self) -> None:
        if self._package.title:
            self._assembly.add("paragraph", f"Title: {self._package.title}")
        for label, value in self._package.facts:
            shown = plain_text(value, self._parts.path) if label == "Description" else value
            self._assembly.add("paragraph", f"{label}: {shown}")

    def _add_chapter(self, tree: _Element, name: str) -> None:
        self._left_out["hidden characters"] += take_out_hidden(tree)
        self._left_out["annotation characters"] += sum(_n_characters(e) for e in tree.iter(*NOT_READ_TAGS))
        etree.strip_elements(tree, *NOT_READ_TAGS, with_tail=False)
        n_visible = visible_characters(tree)
        is_contents = name in self._package.contents_pages
        if is_contents and main_characters(tree) < CONTENTS_TEXT_SHARE * max(1, n_visible):
            self._left_out["contents characters"] += n_visible
            return
        if not any(_has_text(heading) for heading in tree.iter(*HEADINGS)):
            _add_headings(tree, self._package.toc.get(name, []))
        add_body(self._assembly, tree)


def _n_characters(element: _Element) -> int:
    return len("".join("".join(element.itertext()).split()))


def _has_text(element: _Element) -> bool:
    return any(text.strip() for text in element.itertext())


def _add_headings(tree: _Element, entries: Iterable[TocEntry]) -> None:
    """Put the lines of the table of contents where they point to; what names no place goes to the start."""
    body = next(tree.iter("body"), tree)
    marked = {e.get("id") or e.get("name"): e for e in reversed(list(body.iter(etree.Element)))}
    at_start = []
    for entry in entries:
        heading = etree.Element(f"h{entry.level}")
        heading.text = entry.label
        target = _outermost(marked.get(entry.fragment) if entry.fragment else None, body)
        if target is None:
            at_start.append(heading)
        else:
            target.addprevious(heading)
    if at_start:
        at_start[-1].tail, body.text = body.text, None
        body[:0] = at_start


def _outermost(element: _Element | None, body: _Element) -> _Element | None:
    """Return the block that begins with an element, so that a heading before it divides no line."""
    while element is not None and element.tag in ("a", "span", "td", "tr", "tbody", "li", "em", "i", "b", "strong"):
        element = element.getparent()
    return None if element is body else element
