"""Paragraph styles of a Word file → heading levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.oxml.ns import qn

from domaingpt.documents.heading_names import HEADING_NAME, TITLE_NAMES, named_level

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_OUTLINE_LEVEL = 8  # 9 means body text (ECMA-376, 17.3.1.20).
MAX_CHAIN = 20  # Styles based on styles; a longer chain is a cycle.


class HeadingStyles:
    """Knows which paragraphs are headings, by style name, style chain or outline level."""

    def __init__(self, styles: _Element) -> None:
        self._styles = {style.get(qn("w:styleId"), ""): style for style in styles.iterchildren(qn("w:style"))}
        self._levels: dict[str, int] = {}

    def level(self, paragraph: _Element) -> int:
        """Return a heading's level from 1, or 0 for other paragraphs."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return 0
        outline = _outline_level(properties)
        if outline is not None:
            return outline
        style_id = self.style_id(paragraph)
        if style_id not in self._levels:
            self._levels[style_id] = self._style_level(style_id)
        return self._levels[style_id]

    def is_title(self, paragraph: _Element) -> bool:
        """Return whether the paragraph has the style "Title"."""
        return any(self._name(style_id) in TITLE_NAMES for style_id in self.chain(self.style_id(paragraph)))

    def style_id(self, paragraph: _Element) -> str:
        """Return the id of the paragraph's style, "" for the default one."""
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return style.get(qn("w:val"), "") if style is not None else ""

    def chain(self, style_id: str) -> list[str]:
        """Return a style and those it is based on, nearest first."""
        chain: list[str] = []
        while style_id in self._styles and style_id not in chain and len(chain) < MAX_CHAIN:
            chain.append(style_id)
            based_on = self._styles[style_id].find(qn("w:basedOn"))
            style_id = based_on.get(qn("w:val"), "") if based_on is not None else ""
        return chain

    def properties(self, style_id: str) -> _Element | None:
        """Return a style's own paragraph properties."""
        style = self._styles.get(style_id)
        return style.find(qn("w:pPr")) if style is not None else None

    def run_property(self, style_id: str, name: str) -> _Element | None:
        """Return one of a style's own character properties."""
        style = self._styles.get(style_id)
        return style.find(f"{qn('w:rPr')}/{qn(name)}") if style is not None else None

    def _style_level(self, style_id: str) -> int:
        for ancestor in self.chain(style_id):
            name = self._name(ancestor)
            if level := named_level(name):
                return level
            properties = self.properties(ancestor)
            outline = _outline_level(properties) if properties is not None else None
            if outline is not None:
                return outline
        # A style that the file uses but does not define: its id is all there is.
        found = HEADING_NAME.match(style_id) if style_id not in self._styles else None
        return int(found.group(1)) if found else 0

    def _name(self, style_id: str) -> str:
        name = self._styles[style_id].find(qn("w:name"))
        return name.get(qn("w:val"), "").lower() if name is not None else ""


def _outline_level(properties: _Element) -> int | None:
    element = properties.find(qn("w:outlineLvl"))
    value = element.get(qn("w:val"), "") if element is not None else ""
    if not value.isdigit():
        return None
    return int(value) + 1 if int(value) <= MAX_OUTLINE_LEVEL else 0
