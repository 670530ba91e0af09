"""Formatting of a Word 97–2003 file: which paragraphs are headings or end a row, which characters are not shown."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from domaingpt.documents.heading_names import named_level
from domaingpt.documents.office97.fib import CHARACTER_PAGES, PARAGRAPH_PAGES, STYLES, WordFile

PAGE_BYTES = 512
# Modifiers (2.6.1, 2.6.2).
VANISHES, IS_DELETED = 0x083C, 0x0800
IN_TABLE, ENDS_ROW, OUTLINE, DEPTH, INNER_CELL, INNER_ROW = 0x2416, 0x2417, 0x2640, 0x6649, 0x244B, 0x244C
SIZE, COLOUR, OLD_COLOUR = 0x4A43, 0x6870, 0x2A42
CHARACTER_GROUNDS = frozenset([0x2A0C, 0x4866, 0xCA71])  # Highlight and shading of characters,
PARAGRAPH_GROUNDS = frozenset([0x442D, 0xC64D])  # shading of paragraphs.
TINY_HALF_POINTS = 4  # 2 points, as in `pdf.hidden`.
LIST, LIST_LEVEL = 0x460B, 0x260A
HUGE = (0x6645, 0x6646)  # Formatting that stands in the data stream: rows of many cells.
TABLE_DEFINITION, TAB_CHANGES = 0xD608, 0xC615
OPERAND_BYTES = (1, 1, 2, 4, 2, 2, 0, 3)  # By the modifier's highest three bits; 0: its first byte says.
TITLE, SUBTITLE = 62, 74  # Built-in styles; 1 to 9 are the headings (2.9.271).
PARAGRAPH_STYLE = 1
MAX_CHAIN = 20  # Styles based on styles; a longer chain is a cycle.
BODY_OUTLINE = 9


@dataclass(frozen=True, slots=True)
class ParagraphFormat:
    """How a paragraph is formatted, as far as it matters here."""

    style: int = 0
    outline: int = BODY_OUTLINE
    in_table: bool = False
    ends_row: bool = False
    depth: int = 0
    ends_inner_cell: bool = False
    ends_inner_row: bool = False
    list_number: int = 0  # Of its entry among the lists' overrides; 0 for none.
    list_level: int = 0
    is_shaded: bool = False
    edges: tuple[int, ...] = ()  # Right edges of the cells of the row it ends, in twips.


@dataclass(frozen=True, slots=True)
class _Style:
    """A style: the level of the heading it makes or 0, the style it is based on, its own paragraph modifiers."""

    level: int
    based_on: int
    own: dict[int, bytes]


class Properties:
    """Formatting by place in the main stream.

    Attributes:
        hidden: Text spans formatted as hidden, in no order.
        deleted: Text spans of tracked deletions, in no order.
    """

    def __init__(self, word: WordFile) -> None:
        self._word = word
        self._styles = _styles(word.table(STYLES))
        runs = sorted(self._paragraph_runs(), key=lambda run: run[0])
        self._starts = [start for start, _, _ in runs]
        self._runs = runs
        self._parsed: dict[bytes, ParagraphFormat] = {}
        self.hidden: list[tuple[int, int]] = []
        self.deleted: list[tuple[int, int]] = []
        self._find_not_shown()

    def paragraph(self, offset: int) -> ParagraphFormat:
        """Return the format of the paragraph whose end mark lies at an offset of the main stream."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self._runs[index][1]:
            return ParagraphFormat()
        stored = self._runs[index][2]
        if stored not in self._parsed:
            self._parsed[stored] = self._parse(stored)
        return self._parsed[stored]

    def level(self, paragraph: ParagraphFormat) -> int:
        """Return a heading's level from 1, or 0 for other paragraphs."""
        if paragraph.outline < BODY_OUTLINE:
            return paragraph.outline + 1
        return next((style.level for style in self._chain(paragraph.style) if style.level), 0)

    def _parse(self, stored: bytes) -> ParagraphFormat:
        if len(stored) < 2:
            return ParagraphFormat()
        found = dict(_modifiers(stored[2:]))
        for modifier in HUGE:
            if modifier in found:
                at = struct.unpack("<I", found[modifier])[0]
                size = int.from_bytes(self._word.data[at : at + 2], "little")
                found |= dict(_modifiers(self._word.data[at + 2 : at + 2 + size]))
        style = int.from_bytes(stored[:2], "little")
        for ancestor in self._chain(style):
            # A paragraph in a list by its style alone.
            found = {
                modifier: ancestor.own[modifier] for modifier in (LIST, LIST_LEVEL) if modifier in ancestor.own
            } | found
        value = {modifier: int.from_bytes(operand[:4], "little") for modifier, operand in found.items()}
        return ParagraphFormat(
            style=style,
            outline=value.get(OUTLINE, BODY_OUTLINE),
            in_table=bool(value.get(IN_TABLE)) or value.get(DEPTH, 0) > 0,
            ends_row=bool(value.get(ENDS_ROW)),
            depth=value.get(DEPTH, 0),
            ends_inner_cell=bool(value.get(INNER_CELL)),
            ends_inner_row=bool(value.get(INNER_ROW)),
            list_number=value.get(LIST, 0),
            list_level=value.get(LIST_LEVEL, 0),
            is_shaded=bool(found.keys() & PARAGRAPH_GROUNDS),
            edges=_edges(found.get(TABLE_DEFINITION, b"")),
        )

    def _chain(self, number: int) -> Iterator[_Style]:
        """Yield a style and those it is based on, nearest first."""
        for _ in range(MAX_CHAIN):
            style = self._styles.get(number)
            if style is None:
                return
            yield style
            number = style.based_on

    def _paragraph_runs(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield (first offset, one past the last, style and modifiers) of every paragraph (2.9.175)."""
        for page in self._pages(PARAGRAPH_PAGES):
            n = page[-1]
            if 4 * (n + 1) + 13 * n > PAGE_BYTES - 1:
                continue
            offsets = struct.unpack_from(f"<{n + 1}I", page)
            for index in range(n):
                at = 2 * page[4 * (n + 1) + 13 * index]
                if not 0 < at < PAGE_BYTES - 2:
                    yield offsets[index], offsets[index + 1], b""
                    continue
                # Odd lengths are counted in words, less one byte; even ones after a zero.
                first, size = (at + 1, 2 * page[at] - 1) if page[at] else (at + 2, 2 * page[at + 1])
                yield offsets[index], offsets[index + 1], page[first : first + size]

    def _find_not_shown(self) -> None:
        done = 0
        for page in self._pages(CHARACTER_PAGES):
            n = page[-1]
            if 4 * (n + 1) + n > PAGE_BYTES - 1:
                continue
            offsets = struct.unpack_from(f"<{n + 1}I", page)
            for index in range(n):
                at = 2 * page[4 * (n + 1) + index]
                # Runs follow each other; in a hostile file they would overlap without end.
                if not at or offsets[index] < done:
                    continue
                done = offsets[index + 1]
                found = dict(_modifiers(page[at + 1 : at + 1 + page[at]]))
                spans = self._word.spans(offsets[index], offsets[index + 1])
                if _is_on(found, IS_DELETED):
                    self.deleted.extend(spans)
                elif _is_on(found, VANISHES) or _is_tiny(found):
                    self.hidden.extend(spans)
                elif _is_white(found):
                    self.hidden.extend(span for span in spans if not self._may_be_ground(span[0]))

    def _may_be_ground(self, position: int) -> bool:
        """Return whether the paragraph of a character may have a colour: it is shaded, or in a table."""
        paragraph = self.paragraph(self._word.offset(position))
        return paragraph.in_table or paragraph.is_shaded

    def _pages(self, table: int) -> Iterator[bytes]:
        seen = set()
        for entry in self._word.positions(table, 4)[1]:
            number = struct.unpack("<I", entry)[0] & 0x3FFFFF
            page = self._word.main[number * PAGE_BYTES : (number + 1) * PAGE_BYTES]
            if len(page) == PAGE_BYTES and number not in seen:
                seen.add(number)
                yield page


def _modifiers(stored: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (modifier, operand) of a list of property modifiers (2.6.1)."""
    at = 0
    while at + 2 < len(stored):
        modifier = int.from_bytes(stored[at : at + 2], "little")
        at += 2
        size = OPERAND_BYTES[modifier >> 13]
        if modifier == TABLE_DEFINITION:
            size = int.from_bytes(stored[at : at + 2], "little") + 1
        elif not size:
            # A change of more than 255 bytes of tab stops would be counted otherwise; nothing follows that matters.
            if modifier == TAB_CHANGES and stored[at] == 0xFF:
                return
            size = 1 + stored[at]
        operand = stored[at : at + size]
        if len(operand) < size:
            return
        yield modifier, operand
        at += size


def _is_on(found: dict[int, bytes], modifier: int) -> bool:
    return found.get(modifier, b"\0")[0] in (1, 0x81)


def _is_tiny(found: dict[int, bytes]) -> bool:
    return SIZE in found and 0 < int.from_bytes(found[SIZE], "little") <= TINY_HALF_POINTS


def _is_white(found: dict[int, bytes]) -> bool:
    if found.keys() & CHARACTER_GROUNDS:
        return False
    return found.get(COLOUR, b"") == b"\xff\xff\xff\0" or (COLOUR not in found and found.get(OLD_COLOUR) == b"\x08")


def _edges(definition: bytes) -> tuple[int, ...]:
    """Return the right edges of a row's cells (2.9.318): their number, then the left edge of the first, then these."""
    n = definition[2] if len(definition) > 2 else 0
    return struct.unpack_from(f"<{n}h", definition, 5) if n and len(definition) >= 5 + 2 * n else ()


def _styles(table: bytes) -> dict[int, _Style]:
    """Return the styles by number (2.9.271)."""
    if len(table) < 6:
        return {}
    at = 2 + int.from_bytes(table[:2], "little")
    n, base_size = struct.unpack_from("<HH", table, 2)
    styles: dict[int, _Style] = {}
    for number in range(n):
        if at + 2 > len(table):
            break
        size = int.from_bytes(table[at : at + 2], "little")
        stored = table[at + 2 : at + 2 + size]
        at += 2 + size + size % 2
        if len(stored) >= 4:
            styles[number] = _style(stored, base_size)
    return styles


def _style(stored: bytes, base_size: int) -> _Style:
    kind_and_base = int.from_bytes(stored[2:4], "little")
    length = int.from_bytes(stored[base_size : base_size + 2], "little")
    end = base_size + 2 + 2 * length
    name = stored[base_size + 2 : end].decode("utf-16-le", "replace")
    own: dict[int, bytes] = {}
    if kind_and_base & 0xF == PARAGRAPH_STYLE:
        # Behind the name and its zero: size of the modifiers, number of the style, modifiers.
        size = int.from_bytes(stored[end + 2 : end + 4], "little")
        own = dict(_modifiers(stored[end + 6 : end + 4 + size]))
    built_in = int.from_bytes(stored[:2], "little") & 0x0FFF
    return _Style(_built_in_level(built_in) or named_level(name), kind_and_base >> 4, own)


def _built_in_level(number: int) -> int:
    if 1 <= number <= 9:
        return number
    return {TITLE: 1, SUBTITLE: 2}.get(number, 0)
