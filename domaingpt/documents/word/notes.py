"""Footnotes, endnotes and comments of a Word file, to be said where the text refers to them.

A note is said once, at the first reference to it; what nothing refers to is left for the document's end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from domaingpt.documents.assembly import one_line
from domaingpt.documents.office.numerals import numeral
from domaingpt.documents.word.inline import BOX, NOT_SHOWN
from domaingpt.documents.word.parts import related_elements

if TYPE_CHECKING:
    from lxml.etree import _Element

SEPARATOR_NOTES = ("separator", "continuationSeparator", "continuationNotice")
MAX_START = 32_767  # As for other automatic numbers.


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of note.

    Attributes:
        heading: Over those that nothing refers to.
        name: Before the number in front of each.
        relation: End of the part's relationship type.
        tag: One entry of the part.
        style: How numbers look where the file does not say (ECMA-376, 17.11.17 and 17.11.18).
    """

    heading: str
    name: str
    relation: str
    tag: str
    style: str


KINDS = {
    qn("w:footnoteReference"): _Kind("Footnotes", "Note", "/footnotes", "w:footnote", "decimal"),
    qn("w:endnoteReference"): _Kind("Endnotes", "Endnote", "/endnotes", "w:endnote", "lowerRoman"),
    qn("w:commentReference"): _Kind("Comments", "Comment", "/comments", "w:comment", ""),
}


class Notes:
    """Knows the notes of a file, and which were said already."""

    def __init__(self, package: Any, text_of: Callable[[_Element], str]) -> None:
        """Read the parts that hold notes.

        Args:
            package: python-docx's part of the document.
            text_of: Returns the text of a note's blocks on one line.
        """
        self._text_of = text_of
        self._entries = {
            (reference, entry.get(qn("w:id"), "")): entry
            for reference, kind in KINDS.items()
            for root in related_elements(package, kind.relation)
            for entry in root.iterchildren(qn(kind.tag))
            if entry.get(qn("w:type")) not in SEPARATOR_NOTES
        }
        self._styles: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        settings = next(related_elements(package, "/settings"), None)
        for reference, kind in KINDS.items():
            properties = settings.find(qn(f"{kind.tag}Pr")) if settings is not None else None
            self._styles[reference] = _setting(properties, "w:numFmt") or kind.style
            start = _setting(properties, "w:numStart")
            self._counts[reference] = min(int(start), MAX_START) - 1 if start.isdigit() else 0

    def take(self, element: _Element, *, with_boxes: bool) -> list[str]:
        """Return the notes that a paragraph or a table row refers to, in order, each "Note 3: ..."; then forget them.

        Args:
            element: Its runs hold the references.
            with_boxes: Whether those in text boxes count as well.
        """
        if not self._entries:
            return []
        said = []
        pending = deque(_references(element, with_boxes=with_boxes))
        while pending:
            reference = pending.popleft()
            label = self._label(reference)
            entry = self._entries.pop((reference.tag, reference.get(qn("w:id"), "")), None)
            if entry is not None:
                said.append(self._said(label, reference.tag, entry))
                # A comment on a footnote follows it.
                pending.extendleft(reversed(list(_references(entry, with_boxes=True))))
        return [note for note in said if note]

    def rest(self) -> Iterator[tuple[str, list[str]]]:
        """Yield what nothing referred to, under the heading of its kind."""
        for reference, kind in KINDS.items():
            entries = [entry for (tag, _), entry in self._entries.items() if tag == reference]
            yield kind.heading, [self._said(kind.name, reference, entry) for entry in entries]

    def _label(self, reference: _Element) -> str:
        name = KINDS[reference.tag].name
        if not self._styles[reference.tag] or reference.get(qn("w:customMarkFollows")) in ("1", "true", "on"):
            return name
        self._counts[reference.tag] += 1
        return f"{name} {numeral(self._counts[reference.tag], self._styles[reference.tag])}"

    def _said(self, label: str, tag: str, entry: _Element) -> str:
        text = one_line(self._text_of(entry))
        author = one_line(entry.get(qn("w:author"), "")) if KINDS[tag].name == "Comment" else ""
        if not text:
            return ""
        return f"{label} by {author}: {text}" if author else f"{label}: {text}"


def _references(parent: _Element, *, with_boxes: bool) -> Iterator[_Element]:
    """Yield the references to notes below an element, but for deleted ones."""
    stack = [iter(parent)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in KINDS:
            yield element
        elif element.tag not in NOT_SHOWN and (with_boxes or element.tag != BOX):
            stack.append(iter(element))


def _setting(properties: _Element | None, tag: str) -> str:
    element = properties.find(qn(tag)) if properties is not None else None
    return str(element.get(qn("w:val"), "")) if element is not None else ""
