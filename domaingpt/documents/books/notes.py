"""Footnotes of a book: each is moved behind the paragraph that refers to it, also from a part of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from domaingpt.documents.assembly import one_line
from domaingpt.documents.books.parts import Parts, resolve, types_of
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

REFERENCE = frozenset(["noteref", "doc-noteref"])
NOTE = frozenset(["footnote", "rearnote", "endnote", "note", "doc-footnote", "doc-endnote"])
BACK_LINK = frozenset(["backlink", "doc-backlink"])
IN_EVERY_NOTE = b"note"  # Every word of `NOTE` holds it; chapters without it are not parsed twice.
# What a note goes behind; in a cell or a list item it goes to the end.
BEHIND = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table"])
WITHIN = frozenset(["td", "th", "li", "dd", "dt", "figcaption", "blockquote", "div", "section", "body"])

NoteKey = tuple[str, str]
"""Part and id of a note."""


@dataclass(slots=True)
class Note:
    """The text of a note, and whether it already stands behind a paragraph."""

    text: str
    is_placed: bool = False


def find_notes(parts: Parts, chapters: Iterator[str]) -> dict[NoteKey, Note]:
    """Return the notes of all chapters that may hold one."""
    notes: dict[NoteKey, Note] = {}
    for name in chapters:
        if IN_EVERY_NOTE not in parts.read(name):
            continue
        with contextlib.suppress(UnreadableDocument):  # Counted when its text is read.
            for element in _notes_in(parts.chapter(name)[0]):
                notes[name, element.get("id", "")] = Note(_text(element))
    return notes


def place_notes(tree: _Element, name: str, notes: Mapping[NoteKey, Note]) -> None:
    """Move the notes that this chapter refers to behind their paragraphs, and take out those that were moved."""
    for link in [e for e in tree.iter("a") if types_of(e) & REFERENCE]:
        note = notes.get(resolve(name, link.get("href", "")))
        if note is None or note.is_placed or not note.text:
            continue
        mark = one_line("".join(link.itertext())).strip("[]()")
        note.is_placed = _insert(link, note.text if note.text.startswith(mark) else f"{mark} {note.text}")
    for element in list(_notes_in(tree)):
        known = notes.get((name, element.get("id", "")))
        if known is not None and known.is_placed:
            _drop(element)


def _notes_in(tree: _Element) -> Iterator[_Element]:
    """Yield the notes of a chapter; one inside another is part of that."""
    stack = [tree]
    while stack:
        element = stack.pop()
        if element.get("id") and element.tag != "a" and types_of(element) & NOTE:
            yield element
        else:
            stack.extend(element.iterchildren(etree.Element, reversed=True))


def _text(note: _Element) -> str:
    """Return a note on one line, without the link back to its reference."""
    parts = [note.text or ""]
    skipped: set[_Element] = set()
    for element in note.iterdescendants():
        if element.getparent() in skipped or _is_back_link(element):
            skipped.add(element)
        else:
            parts.append(" " if element.tag in BEHIND | WITHIN else "")
            parts.append(element.text or "")
        if element.getparent() not in skipped:
            parts.append(element.tail or "")
    return one_line("".join(parts))


def _is_back_link(element: _Element) -> bool:
    return element.tag == "a" and bool(
        types_of(element) & BACK_LINK or not any(c.isalnum() for c in "".join(element.itertext()))
    )


def _insert(link: _Element, text: str) -> bool:
    paragraph = etree.Element("p")
    paragraph.text = text
    for parent in link.iterancestors():
        if parent.tag in BEHIND and parent.getparent() is not None:
            parent.addnext(paragraph)
            return True
        if parent.tag in WITHIN:
            parent.append(paragraph)
            return True
    return False


def _drop(element: _Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)
