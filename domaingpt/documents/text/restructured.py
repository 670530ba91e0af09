"""reStructuredText → Document: the file's own text, with headings and table rows marked as blocks.

A line scanner, not a parser: directives, roles and comments stay in the text as they are written, nothing is
included from other files, and every step is linear in the text.
"""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator, Sequence

from domaingpt.documents.encoding import decode
from domaingpt.documents.tables.grids import CELL_SEPARATOR
from domaingpt.documents.text.lines import LINES_PER_PROGRESS, Line, lines_of
from domaingpt.types import Block, Document

ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*")  # One punctuation character of ASCII, again and again.
GRID_BORDER = re.compile(r"[ \t]*\+(?:[-=]+\+)+[ \t]*")
SIMPLE_BORDER = re.compile(r"[ \t]*=+(?:[ \t]+=+)+[ \t]*")
SIMPLE_SPAN = re.compile(r"[ \t]*-+(?:[ \t]+-+)*[ \t]*")
TABLE_DIRECTIVE = re.compile(r"[ \t]*\.\.[ \t]+(csv|list)-table::")
OPTION = re.compile(r"[ \t]*:([\w-]+):[ \t]*(.*)")
LIST_ROW = re.compile(r"[ \t]*\*[ \t]+-(?:[ \t]|$)")
LIST_CELL = re.compile(r"[ \t]*(?:\*[ \t]+)?-(?:[ \t]+|$)")
WORDS = re.compile(r"\S+(?: \S+)*")  # Columns are at least two spaces apart in headers that span none.
MIN_ADORNMENT = 4  # docutils takes a shorter line for one only where it is as long as its title.
MAX_TITLE_CHARACTERS = 200
MAX_ROW_LINES = 50  # A row of more lines is no row: the table is left to the chunker.
MAX_HEADER_CHARACTERS = 300  # As in `tables.grids`: what is shown with each row must leave it room.

Blocks = Generator[Block, None, int]
"""Blocks of one construct; returns the index of the line after it."""


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Decode a reStructuredText file; newlines and a byte order mark are kept."""
    text, note = decode(data)
    progress()
    blocks = tuple(find_blocks(text, progress))
    title = next((text[b.start : b.end] for b in blocks if b.kind == "heading"), "")
    return Document(path=path, text=text, blocks=blocks, title=title, notes=(note,) if note else ())


def find_blocks(text: str, progress: Callable[[], None] = lambda: None) -> Iterator[Block]:
    """Yield headings and table rows; all other text is left to the chunker."""
    lines = lines_of(text, progress)
    steps = itertools.count(1)
    styles: list[str] = []
    last_border = _last_border(lines)
    index = 0
    while index < len(lines):
        if next(steps) % LINES_PER_PROGRESS == 0:
            progress()
        line = lines[index].text
        start = line.lstrip()[:1]
        if start == "+" and GRID_BORDER.fullmatch(line):
            index = yield from _grid_table(lines, index)
        elif start == "=" and index < last_border and SIMPLE_BORDER.fullmatch(line):
            index = yield from _simple_table(lines, index)
        elif start == "." and (directive := TABLE_DIRECTIVE.match(line)):
            rows = _csv_table if directive[1] == "csv" else _list_table
            index = yield from rows(lines, index)
        else:
            index = yield from _heading(lines, index, styles)


def _heading(lines: Sequence[Line], index: int, styles: list[str]) -> Blocks:
    """Yield a heading if one begins here; its level is the order in which its style was first seen."""
    if ADORNMENT.fullmatch(lines[index].text) and index + 2 < len(lines):
        title, below = lines[index + 1], lines[index + 2].text.rstrip()
        mark = lines[index].text.rstrip()
        if below == mark and _can_be_title(title.text) and _is_long_enough(mark, title.text):
            yield _block(title, styles, f"over{mark[0]}")
            return index + 3
    elif index + 1 < len(lines) and not lines[index].text.startswith((" ", "\t")):
        title, mark = lines[index], lines[index + 1].text.rstrip()
        follows_blank = index == 0 or not lines[index - 1].text.strip()
        is_line = bool(ADORNMENT.fullmatch(mark)) if mark else False
        if is_line and follows_blank and _can_be_title(title.text) and _is_long_enough(mark, title.text):
            yield _block(title, styles, mark[0])
            return index + 2
    return index + 1


def _block(title: Line, styles: list[str], style: str) -> Block:
    if style not in styles:
        styles.append(style)
    return Block("heading", *title.span(title.text.strip()), styles.index(style) + 1)


def _can_be_title(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= MAX_TITLE_CHARACTERS and not ADORNMENT.fullmatch(text)


def _is_long_enough(mark: str, title: str) -> bool:
    """Return whether docutils would take a line of punctuation for the adornment of a title."""
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in title.strip())
    return len(mark) >= min(width, MIN_ADORNMENT)


def _grid_table(lines: Sequence[Line], index: int) -> Blocks:
    """Yield a row for all lines between two borders; the rows above a border of "=" are the header."""
    end = index
    while end < len(lines) and lines[end].text.lstrip().startswith(("+", "|")):
        end += 1
    borders = [at for at in range(index, end) if GRID_BORDER.fullmatch(lines[at].text)]
    ruled = next((at for at in borders if "=" in lines[at].text), None)
    header: list[str] = []
    for above, below in itertools.pairwise(borders):
        rows = lines[above + 1 : below]
        if not rows or len(rows) > MAX_ROW_LINES:
            continue
        is_header = ruled is not None and below <= ruled
        yield Block("row", rows[0].first, rows[-1].last, header=_joined(header))
        if is_header:
            header = _columns([line.text.strip().strip("|").split("|") for line in rows])
    return max(end, index + 1)


def _last_border(lines: Sequence[Line]) -> int:
    """Return where the last simple table ends; no table begins there or later."""
    return next((at for at in range(len(lines) - 1, -1, -1) if _ends_table(lines, at)), 0)


def _ends_table(lines: Sequence[Line], index: int) -> bool:
    """Return whether a line is the last border of a simple table: a blank line follows, or the end."""
    is_last = index + 1 == len(lines) or not lines[index + 1].text.strip()
    return is_last and bool(SIMPLE_BORDER.fullmatch(lines[index].text))


def _simple_table(lines: Sequence[Line], index: int) -> Blocks:
    """Yield a row per line between borders of "="; a line without a first cell goes on with the row above."""
    borders = [index]
    end = index
    while not _ends_table(lines, end) or end == index:
        end += 1
        if SIMPLE_BORDER.fullmatch(lines[end].text):
            borders.append(end)
    starts = [match.start() for match in re.finditer(r"=+", lines[index].text)]
    header: list[str] = []
    for position, (above, below) in enumerate(itertools.pairwise(borders)):
        rows = list(_simple_rows(lines[above + 1 : below], starts[1] if len(starts) > 1 else 0))
        for row in rows:
            yield Block("row", row[0].first, row[-1].last, header=_joined(header))
        if position == 0 and len(borders) > 2 and len(rows) <= MAX_ROW_LINES:
            header = _columns([_cells_at(line.text, starts) for row in rows for line in row])
    return end + 1


def _cells_at(text: str, starts: Sequence[int]) -> list[str]:
    """Return the words of a line by column; what spans several stands in its first."""
    cells = [""] * len(starts)
    for words in WORDS.finditer(text):
        column = max(0, bisect_right(starts, words.start()) - 1)
        cells[column] = f"{cells[column]} {words[0]}".strip()
    return cells


def _simple_rows(lines: Sequence[Line], second_column: int) -> Iterator[list[Line]]:
    row: list[Line] = []
    for line in lines:
        is_blank = not line.text.strip() or bool(SIMPLE_SPAN.fullmatch(line.text))
        goes_on = not line.text[:second_column].strip() and len(row) < MAX_ROW_LINES
        if row and (is_blank or not goes_on):
            yield row
            row = []
        if not is_blank:
            row.append(line)
    if row:
        yield row


def _csv_table(lines: Sequence[Line], index: int) -> Blocks:
    """Yield a row per line of the body; the option "header", or the first rows by "header-rows", name the columns."""
    options, start, end = _directive(lines, index)
    delimiter = {"tab": "\t", "space": " "}.get(options.get("delim", ","), options.get("delim", ","))
    delimiter = delimiter if len(delimiter) == 1 else ","
    n_header_rows = _number(options.get("header-rows", ""))
    header = _cells(options.get("header", ""), delimiter)
    n_rows = 0
    for line in lines[start:end]:
        if line.text.strip():
            yield Block("row", line.first, line.last, header=_joined(header))
            n_rows += 1
            if n_rows <= n_header_rows:
                header = _cells(line.text.strip(), delimiter)
    return end


def _list_table(lines: Sequence[Line], index: int) -> Blocks:
    """Yield a row per item of the outer list."""
    options, start, end = _directive(lines, index)
    begins = [at for at in range(start, end) if LIST_ROW.match(lines[at].text)]
    n_header_rows = _number(options.get("header-rows", ""))
    header: list[str] = []
    for number, (at, following) in enumerate(itertools.pairwise([*begins, end])):
        row = [line for line in lines[at : min(following, at + MAX_ROW_LINES)] if line.text.strip()]
        yield Block("row", row[0].first, row[-1].last, header=_joined(header))
        if number < n_header_rows:
            header = [line.text[mark.end() :].strip() for line in row if (mark := LIST_CELL.match(line.text))]
    return end


def _directive(lines: Sequence[Line], index: int) -> tuple[dict[str, str], int, int]:
    """Return the options of a directive, and the range of lines of its body: all that is indented further."""
    indent = _indent(lines[index].text)
    end = index + 1
    while end < len(lines) and (not lines[end].text.strip() or _indent(lines[end].text) > indent):
        end += 1
    start = index + 1
    options = {}
    while start < end and (option := OPTION.match(lines[start].text)):
        options[option[1]] = option[2].strip()
        start += 1
    return options, start, end


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of columns whose words stand in several lines."""
    width = max((len(row) for row in rows), default=0)
    return [" ".join(row[c].strip() for row in rows if c < len(row) and row[c].strip()) for c in range(width)]


def _joined(header: Sequence[str]) -> str:
    joined = CELL_SEPARATOR.join(header) if any(header) else ""
    return joined if len(joined) <= MAX_HEADER_CHARACTERS else ""
