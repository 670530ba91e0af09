"""Automatic numbering of OpenDocument lists and headings → the label printed in front: "2.1", "(a)"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaingpt.documents.office.numerals import numeral
from domaingpt.documents.opendocument.names import qn

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_LEVELS = 10  # OpenDocument 1.3, part 3, 19.880.
MAX_NUMBER = 100_000  # A start value beyond this is damage.
FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
Levels = dict[int, "_Element"]


class ListCount:
    """Counts the items of one list.

    Attributes:
        counts: The last number given on each level; 0 where none was.
    """

    def __init__(self, levels: Levels) -> None:
        self.counts = [0] * MAX_LEVELS
        self._levels = levels

    def next(self, level: int, start: str = "") -> str:
        """Count one item and return its label, "" for a bullet.

        Args:
            level: From 0.
            start: The number this item sets, if it does.
        """
        if level >= MAX_LEVELS:
            return ""
        own = self._levels.get(level)
        first = _number(start) or (0 if self.counts[level] else _number(_get(own, "text:start-value")) or 1)
        self.counts[level] = first or self.counts[level] + 1
        self.counts[level + 1 :] = [0] * (MAX_LEVELS - level - 1)
        return self._printed(level) if own is not None else ""

    def _printed(self, level: int) -> str:
        own = self._levels[level]
        shown = min(_number(_get(own, "text:display-levels")) or 1, level + 1)
        numbers = []
        for index in range(level - shown + 1, level + 1):
            style = FORMATS.get(_get(self._levels.get(index), "style:num-format"))
            if style:
                numbers.append(numeral(self.counts[index] or 1, style))
            elif index == level:
                return ""
        return f"{_get(own, 'style:num-prefix')}{'.'.join(numbers)}{_get(own, 'style:num-suffix')}".strip()


class Numbering:
    """Finds the count a list or a heading goes on with."""

    def __init__(self, *roots: _Element) -> None:
        self._styles: dict[str, Levels] = {}
        self._by_id: dict[str, ListCount] = {}
        self._by_style: dict[str, ListCount] = {}
        outline: Levels = {}
        for root in roots:
            for style in root.iter(qn("text:list-style")):
                self._styles[style.get(qn("style:name"), "")] = _levels(style)
            for style in root.iter(qn("text:outline-style")):
                outline = _levels(style)
        self._headings = ListCount(outline)

    def begin(self, element: _Element, style: str) -> ListCount:
        """Return the count for a `text:list` that is not inside another.

        Args:
            element: The list.
            style: Name of its list style.
        """
        count = self._by_id.get(element.get(qn("text:continue-list"), ""))
        if count is None and element.get(qn("text:continue-numbering")) == "true":
            count = self._by_style.get(style)
        if count is None:
            count = ListCount(self._styles.get(style, {}))
        self._by_style[style] = count
        if identity := element.get(XML_ID):
            self._by_id[identity] = count
        return count

    def heading(self, element: _Element, level: int) -> str:
        """Return the number of a heading outside lists; `level` counts from 1."""
        if element.get(qn("text:is-list-header")) == "true":
            return ""
        return self._headings.next(level - 1, element.get(qn("text:start-value"), ""))


def _levels(style: _Element) -> Levels:
    numbers = (entry for entry in style if entry.tag != qn("text:list-level-style-bullet"))
    return {_number(entry.get(qn("text:level"))) - 1: entry for entry in numbers}


def _get(element: _Element | None, name: str) -> str:
    return str(element.get(qn(name), "")) if element is not None else ""


def _number(text: str | None) -> int:
    return min(int(text), MAX_NUMBER) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
