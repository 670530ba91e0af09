"""Runs of a Word file that the printed page does not show: formatted as hidden, white on white, or tiny."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docx.oxml.ns import qn

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.documents.word.styles import HeadingStyles

WHITE = re.compile(r"[Ff]{6}")
TINY_HALF_POINTS = 4  # 2 points, as in `pdf.hidden`
# In these, or with these, white text has a ground of its own.
GROUNDED = tuple(qn(f"w:{name}") for name in ("tc", "txbxContent"))
GROUNDS = tuple(qn(f"w:{name}") for name in ("shd", "highlight"))


class HiddenRuns:
    """Tells which runs are hidden, and counts their characters.

    Attributes:
        n_characters: White space apart.
    """

    def __init__(self, styles: HeadingStyles, body: _Element) -> None:
        self.n_characters = 0
        self._styles = styles
        self._has_ground = body.getparent() is not None and body.getparent().find(qn("w:background")) is not None
        self._by_style: dict[str, bool] = {}

    def take(self, run: _Element) -> bool:
        """Return whether an element of a paragraph is a hidden run; if it is, count its characters."""
        if run.tag != qn("w:r") or not self._is_hidden(run):
            return False
        texts = (element.text or "" for element in run.iter(qn("w:t")))
        self.n_characters += sum(len("".join(text.split())) for text in texts)
        return True

    def _is_hidden(self, run: _Element) -> bool:
        properties = run.find(qn("w:rPr"))
        if properties is not None:
            vanish = properties.find(qn("w:vanish"))
            if vanish is not None:
                return _is_on(vanish)
            size = properties.find(qn("w:sz"))
            if size is not None and 0 < _number(size) <= TINY_HALF_POINTS:
                return True
            if self._is_white_on_white(run, properties):
                return True
        return self._is_hidden_by_style(run, properties)

    def _is_hidden_by_style(self, run: _Element, properties: _Element | None) -> bool:
        names = []
        own = properties.find(qn("w:rStyle")) if properties is not None else None
        if own is not None:
            names.append(own.get(qn("w:val"), ""))
        paragraph = next(run.iterancestors(qn("w:p")), None)
        if paragraph is not None:
            names.append(self._styles.style_id(paragraph))
        for name in names:
            if name not in self._by_style:
                self._by_style[name] = self._vanishes(name)
            if self._by_style[name]:
                return True
        return False

    def _vanishes(self, style_id: str) -> bool:
        for ancestor in self._styles.chain(style_id):
            vanish = self._styles.run_property(ancestor, "w:vanish")
            if vanish is not None:
                return _is_on(vanish)
        return False

    def _is_white_on_white(self, run: _Element, properties: _Element) -> bool:
        colour = properties.find(qn("w:color"))
        if colour is None or not WHITE.fullmatch(colour.get(qn("w:val"), "")) or self._has_ground:
            return False
        if any(properties.find(ground) is not None for ground in GROUNDS):
            return False
        for ancestor in run.iterancestors():
            if ancestor.tag in GROUNDED:
                return False
            if ancestor.tag == qn("w:p"):
                around = ancestor.find(qn("w:pPr"))
                # A style may bring a shade of its own.
                if around is not None and any(around.find(qn(name)) is not None for name in ("w:shd", "w:pStyle")):
                    return False
        return True


def _is_on(element: _Element) -> bool:
    return str(element.get(qn("w:val"), "true")) not in ("0", "false", "off")


def _number(element: _Element) -> int:
    value = element.get(qn("w:val"), "")
    return int(value) if value.isdigit() else 0
