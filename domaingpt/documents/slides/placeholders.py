"""Placeholders of a slide: what they are for, and where their layout or master puts them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from domaingpt.documents.office.package import MISREAD, Package
from domaingpt.documents.slides.geometry import Box, P, box_of

if TYPE_CHECKING:
    from lxml.etree import _Element

TITLES = frozenset(["title", "ctrTitle"])
FOOTERS = frozenset(["ftr", "dt", "hdr"])
# A master has one body, which every kind of content on a layout takes its place from (ECMA-376 part 1, 19.7.10).
MASTER_KINDS = {"ctrTitle": "title", "title": "title", "ftr": "ftr", "dt": "dt", "sldNum": "sldNum"}
Places = dict[str, Box]


class Placeholders:
    """Knows the boxes that layouts and masters give to placeholders."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._places = cache(self._read_places)

    def box(self, shape: _Element, slide_part: str) -> Box | None:
        """Return where a shape of a slide stands, its own place before that of its layout and master."""
        own = box_of(shape)
        placeholder = placeholder_of(shape)
        if own is not None or placeholder is None:
            return own
        for layout in self._package.related(slide_part, "slideLayout")[:1]:
            places = self._places(layout)
            index, kind = placeholder.get("idx", "0"), placeholder.get("type", "obj")
            found = places.get(f"idx {index}") if index != "0" else None
            if found := found or places.get(kind):
                return found
            for master in self._package.related(layout, "slideMaster")[:1]:
                return self._places(master).get(MASTER_KINDS.get(kind, "body"))
        return None

    def _read_places(self, part: str) -> Places:
        try:
            tree = self._package.root(part).find(f"{P}cSld/{P}spTree")
        except MISREAD:
            return {}  # A damaged layout costs the order, not the text.
        places: Places = {}
        for shape in tree if tree is not None else ():
            placeholder, box = placeholder_of(shape), box_of(shape)
            if placeholder is not None and box is not None:
                places.setdefault(placeholder.get("type", "obj"), box)
                places.setdefault(f"idx {placeholder.get('idx', '0')}", box)
        return places


def placeholder_of(shape: _Element) -> _Element | None:
    """Return the element that makes a shape a placeholder, None for other shapes."""
    found: _Element | None = shape.find(f"*/{P}nvPr/{P}ph")
    return found


def kind_of(shape: _Element) -> str:
    """Return what a placeholder is for: "title", "body", "ftr"; "" for other shapes."""
    placeholder = placeholder_of(shape)
    return str(placeholder.get("type", "obj")) if placeholder is not None else ""
