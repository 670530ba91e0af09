"""The inside of an OpenDocument paragraph → the text of the printed page, and what is anchored in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaingpt.documents.opendocument.names import DRAWN, qn

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.documents.opendocument.styles import Styles

SPACES = re.compile(r"[ \t\r\n]+")
MAX_SPACES = 100  # One `text:s`; more would be a bomb.
NOT_SHOWN = frozenset(
    [
        qn(f"text:{name}")
        for name in ("ruby-text", "script", "tracked-changes", "note-citation", "hidden-paragraph", "page-number")
    ]
)


@dataclass(slots=True)
class Paragraph:
    """One paragraph taken apart.

    Attributes:
        text: What is printed.
        n_hidden: Characters that are not, white space apart.
        notes: Foot- and endnotes, as ("Note 1" or "Endnote i", `text:note-body`).
        comments: `office:annotation` elements.
        boxes: Text boxes and shapes anchored in it.
    """

    text: str = ""
    n_hidden: int = 0
    notes: list[tuple[str, _Element]] = field(default_factory=list)
    comments: list[_Element] = field(default_factory=list)
    boxes: list[_Element] = field(default_factory=list)


def read_paragraph(element: _Element, styles: Styles) -> Paragraph:
    """Take a `text:p` or `text:h` apart."""
    walk = _Walk(styles)
    whole = any(
        child.get(qn("text:is-hidden")) == "true" for child in element.iterchildren(qn("text:hidden-paragraph"))
    )
    walk.enter(element, hidden=whole or styles.hides(element, "paragraph"))
    walk.found.text = "".join(walk.parts)
    return walk.found


class _Walk:
    """Goes down a paragraph; depth is bounded by libxml2 at 256."""

    def __init__(self, styles: Styles) -> None:
        self.found = Paragraph()
        self.parts: list[str] = []
        self._styles = styles
        self._after_space = True  # White space collapses, also across elements.

    def enter(self, element: _Element, *, hidden: bool) -> None:
        self._say(element.text, hidden=hidden)
        for child in element:
            self._take(child, hidden=hidden)
            self._say(child.tail, hidden=hidden)

    def _take(self, element: _Element, *, hidden: bool) -> None:
        tag = element.tag
        if tag == qn("text:s"):
            count = element.get(qn("text:c"), "1")
            self._put(" " * min(int(count) if count.isdecimal() else 1, MAX_SPACES), hidden=hidden)
        elif tag == qn("text:tab"):
            self._put("\t", hidden=hidden)
        elif tag == qn("text:line-break"):
            self._put("\n", hidden=hidden)
        elif tag == qn("text:note"):
            self._note(element)
        elif tag == qn("office:annotation"):
            self.found.comments.append(element)
        elif tag == qn("draw:a"):
            self.enter(element, hidden=hidden)
        elif isinstance(tag, str) and tag.startswith(DRAWN):
            self.found.boxes.append(element)
        elif tag == qn("text:hidden-text"):
            self.found.n_hidden += len("".join(element.get(qn("text:string-value"), "").split()))
        elif tag not in NOT_SHOWN:
            self.enter(element, hidden=hidden or (tag == qn("text:span") and self._styles.hides(element, "text")))

    def _note(self, element: _Element) -> None:
        citation = element.find(qn("text:note-citation"))
        body = element.find(qn("text:note-body"))
        if body is not None:
            name = "Endnote" if element.get(qn("text:note-class")) == "endnote" else "Note"
            number = "".join(citation.itertext()).strip() if citation is not None else ""
            self.found.notes.append((f"{name} {number}".strip(), body))

    def _say(self, text: str | None, *, hidden: bool) -> None:
        if not text:
            return
        text = SPACES.sub(" ", text)
        if self._after_space and not hidden:
            text = text.removeprefix(" ")
        self._put(text, hidden=hidden)

    def _put(self, text: str, *, hidden: bool) -> None:
        if hidden:
            self.found.n_hidden += len("".join(text.split()))
        elif text:
            self.parts.append(text)
            self._after_space = text[-1] in " \t\n"
