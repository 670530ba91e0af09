"""Automatic numbering of Word → the label printed in front of a paragraph: "2.1", "(a)", "Article IV".

Contracts are quoted by these numbers, and the text of the paragraph does not hold them. Bullets give none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.oxml.ns import qn

from domaingpt.documents.numerals import formatted

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.documents.word.styles import HeadingStyles

MAX_LEVELS = 9  # ECMA-376, 17.9.6.
MAX_NUMBER = 100_000  # A start value beyond this is damage.


class Numbering:
    """Counts paragraphs as Word does; `label` must be called for every paragraph, in order."""

    def __init__(self, numbering: _Element | None, styles: HeadingStyles) -> None:
        self._styles = styles
        self._abstract: dict[str, dict[int, _Element]] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int]] = {}
        self._begun: set[tuple[str, int]] = set()
        if numbering is not None:
            self._load(numbering)

    def label(self, paragraph: _Element) -> str:
        """Return the paragraph's number as printed, or "" if it has none."""
        list_id, level = self._place(paragraph)
        abstract_id = self._lists.get(list_id)
        if abstract_id is None or not 0 <= level < MAX_LEVELS:
            return ""
        levels = self._abstract.get(abstract_id, {})
        if level not in levels:
            return ""
        self._count(list_id, abstract_id, level, levels)
        return self._printed(self._counts[abstract_id], level, levels)

    def _load(self, numbering: _Element) -> None:
        for abstract in numbering.iterchildren(qn("w:abstractNum")):
            levels = {_number(level.get(qn("w:ilvl"))): level for level in abstract.iterchildren(qn("w:lvl"))}
            self._abstract[abstract.get(qn("w:abstractNumId"), "")] = levels
        for entry in numbering.iterchildren(qn("w:num")):
            list_id = entry.get(qn("w:numId"), "")
            self._lists[list_id] = _value(entry, "w:abstractNumId")
            self._starts[list_id] = {
                _number(override.get(qn("w:ilvl"))): _number(_value(override, "w:startOverride"))
                for override in entry.iterchildren(qn("w:lvlOverride"))
                if override.find(qn("w:startOverride")) is not None
            }

    def _place(self, paragraph: _Element) -> tuple[str, int]:
        """Return (list id, level): of the paragraph itself, else of its style chain."""
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if own is not None and own.find(qn("w:numId")) is not None:
            return _value(own, "w:numId"), _number(_value(own, "w:ilvl"))
        level = _value(own, "w:ilvl") if own is not None else ""
        for style_id in self._styles.chain(self._styles.style_id(paragraph)):
            properties = self._styles.properties(style_id)
            inherited = properties.find(qn("w:numPr")) if properties is not None else None
            if inherited is not None:
                level = level or _value(inherited, "w:ilvl")
                if inherited.find(qn("w:numId")) is not None:
                    return _value(inherited, "w:numId"), _number(level)
        return "", 0

    def _count(self, list_id: str, abstract_id: str, level: int, levels: dict[int, _Element]) -> None:
        # Lists of one abstract definition share its counters; an override restarts them once.
        counts = self._counts.setdefault(abstract_id, [0] * MAX_LEVELS)
        start = _number(_value(levels[level], "w:start") or "1")
        if level in self._starts.get(list_id, {}) and (list_id, level) not in self._begun:
            counts[level] = self._starts[list_id][level]
        else:
            counts[level] = counts[level] + 1 if counts[level] else start
        self._begun.add((list_id, level))
        for deeper in range(level + 1, MAX_LEVELS):
            counts[deeper] = 0
        for upper in range(level):
            # A level that was skipped shows its start value.
            counts[upper] = counts[upper] or _number(_value(levels[upper], "w:start") if upper in levels else "1") or 1

    @staticmethod
    def _printed(counts: list[int], level: int, levels: dict[int, _Element]) -> str:
        if _value(levels[level], "w:numFmt") in ("bullet", "none"):
            return ""
        text = _value(levels[level], "w:lvlText")
        legal = levels[level].find(qn("w:isLgl")) is not None
        for index in range(level + 1):
            style = _value(levels[index], "w:numFmt") if index in levels else "decimal"
            text = text.replace(f"%{index + 1}", formatted(counts[index], "decimal" if legal else style))
        return text.strip()


def _value(parent: _Element, tag: str) -> str:
    element = parent.find(qn(tag))
    return element.get(qn("w:val"), "") if element is not None else ""


def _number(text: str | None) -> int:
    return min(int(text), MAX_NUMBER) if text and text.isdigit() else 0
