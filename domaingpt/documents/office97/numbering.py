"""Automatic numbers of a Word 97–2003 file → the label printed in front of a paragraph [MS-DOC 2.9.131–2.9.150].

Contracts are quoted by these numbers, and the text of the paragraph does not hold them. Bullets give none.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from domaingpt.documents.office.numerals import numeral
from domaingpt.documents.office97.fib import LIST_OVERRIDES, LISTS, WordFile

MAX_LEVELS = 9
MAX_NUMBER = 100_000  # A start value beyond this is damage.
LIST_BYTES, OVERRIDE_BYTES, LEVEL_BYTES, LEVEL_OVERRIDE_BYTES = 28, 16, 28, 8
FORMATS = {1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 22: "decimalZero"}
BULLET, NONE = 23, 255
SETS_START, SETS_FORMAT = 0x10, 0x20


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: its first number, its format, and its label with the levels' numbers as 0 to 8."""

    start: int
    number_format: int
    text: str


@dataclass(slots=True)
class _Override:
    """What a paragraph refers to: a list, with levels of its own."""

    identity: int
    levels: dict[int, _Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class ListNumbers:
    """Counts paragraphs as Word does; `label` must be called for every paragraph in a list, in order."""

    def __init__(self, word: WordFile) -> None:
        self._levels: dict[int, dict[int, _Level]] = {}
        self._overrides: list[_Override] = []
        self._counts: dict[int, list[int]] = {}
        self._begun: set[tuple[int, int]] = set()
        try:
            self._levels = dict(_lists(word.table(LISTS, to_end=True)))
            self._overrides = list(_overrides(word.table(LIST_OVERRIDES)))
        except (struct.error, IndexError):
            pass  # Damaged numbering is none; the text is there.

    def label(self, number: int, level: int) -> str:
        """Return the label of a paragraph.

        Args:
            number: Of the list's entry in the table of overrides, from 1.
            level: From 0.
        """
        if not 1 <= number <= len(self._overrides) or not 0 <= level < MAX_LEVELS:
            return ""
        override = self._overrides[number - 1]
        levels = self._levels.get(override.identity, {}) | override.levels
        if level not in levels:
            return ""
        counts = self._counts.setdefault(override.identity, [0] * MAX_LEVELS)
        if level in override.starts and (number, level) not in self._begun:
            counts[level] = override.starts[level]
        else:
            counts[level] = counts[level] + 1 if counts[level] else levels[level].start
        self._begun.add((number, level))
        counts[level + 1 :] = [0] * (MAX_LEVELS - level - 1)
        return _printed(counts, level, levels)


def _printed(counts: list[int], level: int, levels: dict[int, _Level]) -> str:
    if levels[level].number_format in (BULLET, NONE):
        return ""
    parts = []
    for sign in levels[level].text:
        if ord(sign) >= MAX_LEVELS:
            parts.append(sign)
        elif ord(sign) in levels:
            upper = levels[ord(sign)]
            # A level that was skipped shows its start value.
            parts.append(numeral(counts[ord(sign)] or upper.start, FORMATS.get(upper.number_format, "decimal")))
    return "".join(parts).strip()


def _lists(table: bytes) -> Iterator[tuple[int, dict[int, _Level]]]:
    """Yield (identity, levels) of each list; the levels stand behind all lists, one after the other."""
    n = int.from_bytes(table[:2], "little")
    at = 2 + LIST_BYTES * n
    for index in range(n):
        first = 2 + LIST_BYTES * index
        if at >= len(table):
            return
        identity = struct.unpack_from("<i", table, first)[0]
        is_simple = table[first + 26] & 1
        levels = {}
        for number in range(1 if is_simple else MAX_LEVELS):
            levels[number], at = _level(table, at)
        yield identity, levels


def _level(table: bytes, at: int) -> tuple[_Level, int]:
    """Return a level and where it ends."""
    start, number_format = struct.unpack_from("<iB", table, at)
    n_character, n_paragraph = table[at + 24], table[at + 25]
    at += LEVEL_BYTES + n_character + n_paragraph
    length = struct.unpack_from("<H", table, at)[0]
    text = table[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    return _Level(min(max(start, 0), MAX_NUMBER), number_format, text), at + 2 + 2 * length


def _overrides(table: bytes) -> Iterator[_Override]:
    n = min(int.from_bytes(table[:4], "little"), len(table) // OVERRIDE_BYTES)
    at = 4 + OVERRIDE_BYTES * n
    for index in range(n):
        identity, n_levels = struct.unpack_from("<i8xB", table, 4 + OVERRIDE_BYTES * index)
        override = _Override(identity)
        at += 4
        for _ in range(n_levels):
            start, flags = struct.unpack_from("<iI", table, at)
            at += LEVEL_OVERRIDE_BYTES
            level = flags & 0xF
            if flags & SETS_FORMAT:
                override.levels[level], at = _level(table, at)
                start = override.levels[level].start
            if flags & SETS_START:
                override.starts[level] = min(max(start, 0), MAX_NUMBER)
        yield override
