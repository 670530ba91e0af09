"""Styles of an OpenDocument file: what they are based on, which are headings, and which hide text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.opendocument.names import DRAWN, PARAGRAPHS, qn

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_CHAIN = 20  # Styles based on styles; a longer chain is a cycle.
TINY_POINTS = 2.0  # As in `pdf.hidden` and `word.hidden`.
WHITE = "#ffffff"
NO_GROUNDS = ("", "transparent", WHITE)
POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)pt")
HEADING_NAME = re.compile(r"Heading(?:_20_)?([1-9])")
GROUNDED = frozenset([qn("table:table-cell"), qn("text:section")])


class Styles:
    """Styles by family and name. Automatic ones of another part may have the same names and are not given."""

    def __init__(self, *roots: _Element) -> None:
        self._styles: dict[tuple[str, str], _Element] = {}
        for root in roots:
            for style in root.iter(qn("style:style")):
                self._styles[style.get(qn("style:family"), ""), style.get(qn("style:name"), "")] = style
        grounds = (page.get(qn("fo:background-color"), "") for root in roots for page in _page_layouts(root))
        self._page_has_ground = any(ground not in NO_GROUNDS for ground in grounds)
        self._hidden: dict[tuple[str, str, bool], bool] = {}

    def chain(self, family: str, name: str) -> Iterator[_Element]:
        """Yield a style and those it is based on, nearest first."""
        for _ in range(MAX_CHAIN):
            style = self._styles.get((family, name))
            if style is None:
                return
            yield style
            name = style.get(qn("style:parent-style-name"), "")

    def heading_level(self, name: str) -> int:
        """Return the level that a paragraph style makes a heading of, or 0."""
        names = [name, *(style.get(qn("style:name"), "") for style in self.chain("paragraph", name))]
        for ancestor in [*names, self._last_parent(name)]:
            if ancestor == "Title":
                return 1
            if ancestor == "Subtitle":
                return 2
            if found := HEADING_NAME.fullmatch(ancestor):
                return int(found.group(1))
        return 0

    def attribute(self, family: str, name: str, properties: str, attribute: str) -> str:
        """Return a formatting attribute of a style, e.g. ("text", "T1", "style:text-properties", "fo:color")."""
        for style in self.chain(family, name):
            element = style.find(qn(properties))
            value = element.get(qn(attribute)) if element is not None else None
            if value is not None:
                return str(value)
        return ""

    def hides(self, element: _Element, family: str) -> bool:
        """Return whether the printed page does not show an element's text: by its style, white on white, or tiny."""
        name = element.get(qn("text:style-name"), "")
        if not name:
            return False
        on_ground = self._page_has_ground or any(map(self._may_be_ground, element.iterancestors()))
        key = (family, name, on_ground)
        if key not in self._hidden:
            self._hidden[key] = self._hides(family, name, on_ground)
        return self._hidden[key]

    def _hides(self, family: str, name: str, on_ground: bool) -> bool:
        display = self.attribute(family, name, "style:text-properties", "text:display")
        if display == "none":
            return True
        size = POINTS.fullmatch(self.attribute(family, name, "style:text-properties", "fo:font-size"))
        if size and 0 < float(size.group(1)) <= TINY_POINTS:
            return True
        if on_ground or self.attribute(family, name, "style:text-properties", "fo:color").lower() != WHITE:
            return False
        grounds = ("style:text-properties", "style:paragraph-properties")
        return all(self.attribute(family, name, kind, "fo:background-color") in NO_GROUNDS for kind in grounds)

    def _may_be_ground(self, parent: _Element) -> bool:
        """Return whether what stands around a text may have a colour: cells, shapes, sections, shaded paragraphs."""
        if parent.tag in GROUNDED or str(parent.tag).startswith(DRAWN):
            return True
        if parent.tag not in PARAGRAPHS:
            return False
        name = parent.get(qn("text:style-name"), "")
        return self.attribute("paragraph", name, "style:paragraph-properties", "fo:background-color") not in NO_GROUNDS

    def _last_parent(self, name: str) -> str:
        """Return the name a chain ends with: common styles that were never changed may be missing."""
        last = ""
        for style in self.chain("paragraph", name):
            last = style.get(qn("style:parent-style-name"), "")
        return last


def _page_layouts(root: _Element) -> Iterator[_Element]:
    yield from root.iter(qn("style:page-layout-properties"))
