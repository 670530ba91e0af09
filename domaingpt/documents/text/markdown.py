"""Markdown → Document: the file's own text, with headings, table rows and paragraphs marked as blocks.

A line scanner, not a parser: it needs no library, is linear in the text, and never changes a character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from domaingpt.documents.assembly import MAX_BLOCKS, MAX_CHARACTERS, too_many_blocks, too_many_characters
from domaingpt.documents.encoding import decode
from domaingpt.types import Block, Document

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# Nothing is given back once taken: a line of spaces would be divided in every way otherwise.
DELIMITER_ROW = re.compile(r"[ \t]*+(?:\|[ \t]*+)?:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+(?:\|[ \t]*+)?$")
# A line that cannot be the text of a setext heading.
NOT_PARAGRAPH = re.compile(r"[ \t]*(?:[-*+>|]|\d+[.)][ \t]|#{1,6}[ \t]|$)")
BLOCKS_PER_PROGRESS = 5000
MAX_HEADER_CHARACTERS = 2000  # Kept beside every row, and cut to fit a chunk's context; a longer one is none.
FRONT_MATTER_LINES = 200  # A "---" that is closed later than this is a rule, not front matter.


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str  # Without its line end.

    def block(self, text: str) -> tuple[int, int]:
        """Return the span of a part of this line."""
        start = self.start + (self.text.index(text) if text else 0)
        return start, start + len(text)


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Decode a Markdown file; newlines and a byte order mark are kept."""
    text, note = decode(data)
    if len(text) > MAX_CHARACTERS:
        raise too_many_characters(path)
    progress()
    blocks = tuple(_limited(find_blocks(text), path, progress))
    title = next((text[b.start : b.end] for b in blocks if b.kind == "heading" and b.level == 1), "")
    return Document(path=path, text=text, blocks=blocks, title=title, notes=(note,) if note else ())


def _limited(blocks: Iterator[Block], path: str, progress: Callable[[], None]) -> Iterator[Block]:
    """Yield the blocks, unless there are too many."""
    for number, block in enumerate(blocks):
        if number % BLOCKS_PER_PROGRESS == 0:
            progress()
        if number >= MAX_BLOCKS:
            raise too_many_blocks(path)
        yield block


def find_blocks(text: str) -> Iterator[Block]:
    """Yield headings and table rows; all other text is left to the chunker."""
    lines = _lines(text)
    index = _front_matter_end(lines)
    fence = ""
    while index < len(lines):
        line = lines[index]
        mark = FENCE.match(line.text)
        if fence:
            closes = mark and mark.group(1).startswith(fence) and not line.text.strip(" `~")
            fence = "" if closes else fence
        elif mark:
            fence = mark.group(1)
        elif heading := _heading(lines, index):
            yield heading
        elif _begins_table(lines, index):
            index = yield from _table(lines, index)
            continue
        index += 1


def _lines(text: str) -> list[_Line]:
    skip = 1 if text.startswith("\ufeff") else 0
    return [_Line(match.start(), match.group().rstrip("\r\n")) for match in LINE.finditer(text, skip) if match.group()]


def _front_matter_end(lines: list[_Line]) -> int:
    if not lines or lines[0].text.rstrip() != "---":
        return 0
    for index, line in enumerate(lines[1:FRONT_MATTER_LINES], start=1):
        if line.text.rstrip() in ("---", "..."):
            return index + 1
    return 0


def _heading(lines: list[_Line], index: int) -> Block | None:
    line = lines[index]
    if atx := ATX.match(line.text):
        title = (atx.group(2) or "").strip()
        return Block("heading", *line.block(title), len(atx.group(1))) if title else None
    if index + 1 == len(lines) or NOT_PARAGRAPH.match(line.text) or line.text.startswith(("    ", "\t")):
        return None
    # Only a paragraph of one line: a rule below a longer one is far more often a rule.
    if index and lines[index - 1].text.strip() and not ATX.match(lines[index - 1].text):
        return None
    underline = SETEXT.match(lines[index + 1].text)
    if not underline:
        return None
    return Block("heading", *line.block(line.text.strip()), 1 if "=" in underline.group(1) else 2)


def _begins_table(lines: list[_Line], index: int) -> bool:
    if index + 1 >= len(lines) or "|" not in lines[index].text:
        return False
    return "|" in lines[index + 1].text and bool(DELIMITER_ROW.match(lines[index + 1].text))


def _table(lines: list[_Line], index: int) -> Generator[Block, None, int]:
    """Yield one row block per line of the body; return the index of the line after the table."""
    header = lines[index].text.strip()
    names = " | ".join(cell.strip() for cell in header.strip("|").split("|"))
    names = names if len(names) <= MAX_HEADER_CHARACTERS else ""
    yield Block("row", *lines[index].block(header))
    index += 2
    while index < len(lines) and "|" in lines[index].text and lines[index].text.strip():
        yield Block("row", *lines[index].block(lines[index].text.strip()), header=names)
        index += 1
    return index
