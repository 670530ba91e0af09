"""Outline entries → heading blocks: each title is looked for among the lines of the page it points to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domaingpt.types import Block, Page

# "1.2.3 ", "Chapter 4: ", "(a) ": a printed number that the outline's title lacks, or the other way round.
NUMBER = re.compile(r"^(?:(?:chapter|section|part|item|appendix)?[\dIVXivx.()§–-]{1,12}[.:]?)", re.IGNORECASE)
MAX_WRAPPED_LINES = 4  # A printed title longer than this is a paragraph.
LINE = re.compile(r"[^\r\n]+")
SPACES = re.compile(r"[\s\ufffe-]+")


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One bookmark: its title, its depth from 1, and its page counted from 0."""

    title: str
    level: int
    page_index: int


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    key: str


def locate_outline(text: str, pages: Sequence[Page], entries: Sequence[OutlineEntry]) -> Iterator[Block]:
    """Yield the headings that are printed on their page, in order and not overlapping.

    A title that is not printed there gives no block: a block is always a verbatim line.
    """
    by_page: dict[int, list[OutlineEntry]] = {}
    for entry in entries:
        if 0 <= entry.page_index < len(pages):
            by_page.setdefault(entry.page_index, []).append(entry)
    for index in sorted(by_page):
        lines = _lines(text, pages[index])
        blocks: list[Block] = []
        for entry in by_page[index]:
            found = _find(_key(entry.title), lines, taken=blocks)
            if found:
                blocks.append(Block("heading", found[0], found[1], entry.level))
        yield from sorted(blocks, key=lambda block: block.start)


def _lines(text: str, page: Page) -> list[_Line]:
    lines = []
    for match in LINE.finditer(text, page.start, page.end):
        stripped = match.group().strip()
        if stripped:
            start = match.start() + match.group().index(stripped)
            lines.append(_Line(start, start + len(stripped), _key(stripped)))
    return lines


def _find(title: str, lines: Sequence[_Line], taken: Sequence[Block]) -> tuple[int, int] | None:
    """Return the span of the first free line, or run of lines, that reads as the title."""
    if not title:
        return None
    bare = NUMBER.sub("", title) or title
    for first, line in enumerate(lines):
        if any(block.start < line.end and line.start < block.end for block in taken):
            continue
        joined = ""
        for last in range(first, min(first + MAX_WRAPPED_LINES, len(lines))):
            joined += lines[last].key
            if joined in (title, bare) or NUMBER.sub("", joined) in (title, bare):
                return line.start, lines[last].end
            if len(joined) > len(title) + 24:  # The number in front is at most about this long.
                break
    return None


def _key(text: str) -> str:
    """Return what two spellings of the same title share: no spaces, no hyphens, no case."""
    return SPACES.sub("", text).casefold()
