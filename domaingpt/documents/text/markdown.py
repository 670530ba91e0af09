"""Markdown → Document: the file's own text, with headings, table rows and paragraphs marked as blocks.

A line scanner, not a parser: it needs no library, is linear in the text, and never changes a character.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Generator, Iterator

from domaingpt.documents.assembly import MAX_BLOCKS, MAX_CHARACTERS, TextAssembly, too_many_characters
from domaingpt.documents.encoding import decode
from domaingpt.documents.text.lines import LINES_PER_PROGRESS, Line, lines_of
from domaingpt.types import Block, Document

ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
RULE = re.compile(r"[ \t]*(?:#{1,6}|=+|-{2,})[ \t]*")
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
# Nothing is given back once taken: a line of spaces would be divided in every way otherwise.
DELIMITER_ROW = re.compile(r"[ \t]*+(?:\|[ \t]*+)?:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+(?:\|[ \t]*+)?$")
# A line that cannot be the text of a setext heading.
NOT_PARAGRAPH = re.compile(r"[ \t]*(?:[-*+>|]|\d+[.)][ \t]|#{1,6}[ \t]|$)")
MAX_HEADER_CHARACTERS = 2000  # Kept beside every row, and cut to fit a chunk's context; a longer one is none.
FRONT_MATTER_LINES = 200  # A "---" that is closed later than this is a rule, not front matter.


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Decode a Markdown file; newlines and a byte order mark are kept."""
    text, note = decode(data)
    if len(text) > MAX_CHARACTERS:
        raise too_many_characters(path)
    progress()
    # One too many is enough to be refused.
    blocks = tuple(itertools.islice(find_blocks(text, progress), MAX_BLOCKS + 1))
    title = next((text[b.start : b.end] for b in blocks if b.kind == "heading" and b.level == 1), "")
    return Document(path=path, text=text, blocks=blocks, title=title, notes=(note,) if note else ())


def find_blocks(text: str, progress: Callable[[], None] = lambda: None) -> Iterator[Block]:
    """Yield headings and table rows; all other text is left to the chunker."""
    lines = lines_of(text, progress)
    steps = itertools.count(1)
    index = _front_matter_end(lines)
    fence = ""
    while index < len(lines):
        if next(steps) % LINES_PER_PROGRESS == 0:
            progress()
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


def add_markdown(assembly: TextAssembly, text: str, *, below: int = 0) -> None:
    """Append a piece of Markdown to a text put together from several: a cell of a notebook, a field of a record.

    Args:
        assembly: The document so far.
        text: The Markdown; marks of emphasis, links and code stay in it.
        below: Level of the heading it stands under; its own headings go deeper.
    """
    position = 0
    for block in [*find_blocks(text), Block("paragraph", len(text), len(text))]:
        lines = [line for line in text[position : block.start].splitlines() if not _is_rule(line)]
        for paragraph in BLANK_LINES.split("\n".join(lines)):
            assembly.add("paragraph", paragraph)
        level = block.level + below if block.kind == "heading" else 0
        assembly.add(block.kind, text[block.start : block.end], level=level, header=block.header)
        position = block.end


def _is_rule(line: str) -> bool:
    """Return whether a line only draws: the marks of a heading, the line below one, that under a table's header."""
    return bool(RULE.fullmatch(line) or ("|" in line and DELIMITER_ROW.match(line)))


def _front_matter_end(lines: list[Line]) -> int:
    if not lines or lines[0].text.rstrip() != "---":
        return 0
    for index, line in enumerate(lines[1:FRONT_MATTER_LINES], start=1):
        if line.text.rstrip() in ("---", "..."):
            return index + 1
    return 0


def _heading(lines: list[Line], index: int) -> Block | None:
    line = lines[index]
    if atx := ATX.match(line.text):
        title = (atx.group(2) or "").strip()
        return Block("heading", *line.span(title), len(atx.group(1))) if title else None
    if index + 1 == len(lines) or NOT_PARAGRAPH.match(line.text) or line.text.startswith(("    ", "\t")):
        return None
    # Only a paragraph of one line: a rule below a longer one is far more often a rule.
    if index and lines[index - 1].text.strip() and not ATX.match(lines[index - 1].text):
        return None
    underline = SETEXT.match(lines[index + 1].text)
    if not underline:
        return None
    return Block("heading", *line.span(line.text.strip()), 1 if "=" in underline.group(1) else 2)


def _begins_table(lines: list[Line], index: int) -> bool:
    if index + 1 >= len(lines) or "|" not in lines[index].text:
        return False
    return "|" in lines[index + 1].text and bool(DELIMITER_ROW.match(lines[index + 1].text))


def _table(lines: list[Line], index: int) -> Generator[Block, None, int]:
    """Yield one row block per line of the body; return the index of the line after the table."""
    header = lines[index].text.strip()
    names = " | ".join(cell.strip() for cell in header.strip("|").split("|"))
    names = names if len(names) <= MAX_HEADER_CHARACTERS else ""
    yield Block("row", *lines[index].span(header))
    index += 2
    while index < len(lines) and "|" in lines[index].text and lines[index].text.strip():
        yield Block("row", *lines[index].span(lines[index].text.strip()), header=names)
        index += 1
    return index
