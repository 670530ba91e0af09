"""Page texts → the rows of their tables, each with what stands above the table: title, unit, periods, column names.

A printed table has no marks of its own: a row is a line that ends in figures, and a table is a run of such lines
with labels between. What stands above the first row says what the figures are, and is given beside every
row (`Block.header`), since rows are cut and quoted apart from it. A table that goes on over the page keeps it.
The text itself stays as it is.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domaingpt.documents.assembly import one_line
from domaingpt.documents.pdf.line_kinds import (
    DATE,
    LINE,
    MAX_HEADING_CHARACTERS,
    MAX_LABEL_CHARACTERS,
    PERIOD_NAME,
    REMARK,
    UNIT,
    count_values,
    is_column_line,
)
from domaingpt.documents.pdf.placed import PlacedGrid, PlacedRow
from domaingpt.types import Block, Page

# Guesses, checked by eye on filings, unless another source is given.
MIN_WRAPPED_CHARACTERS = 20  # A label shorter than this was not wrapped.
MAX_LABEL_LINES = 3  # More lines than this between two rows, and they are of different tables.
MAX_HEADER_LINES = 20  # Column names of one word a line, seven columns of up to three words.
HEADER_SEPARATOR = " › "
MAX_HEADER_CHARACTERS = 220  # About 55 tokens, half the room a chunk's context has by default.
EDGE_LINES = 3
MAX_LINES_BELOW = 2  # A page number and a running title may follow a table that goes on over the page.
MIN_REPEATS = 3  # So many pages that begin with the same line: a running title.

BLANK = re.compile(r"(?:\r?\n[ \t]*){2,}")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")
_SPAN = (
    r"(?:the|and|or|to|first|second|third|fourth|three|six|nine|twelve|\d+|months?|weeks?|quarters?|years?|periods?|"
    r"fiscal|ended|ending)"
)
PERIOD_TAIL = re.compile(
    rf",?\s+(?:for|as of|as at|at|on|during|in|through)\s+(?:{_SPAN}[\s,-]+)*(?:{DATE.pattern}).*$", re.IGNORECASE
)
INTRODUCES = re.compile(r"\b(?:following|follows|below|summar\w+)\b", re.IGNORECASE)
FOLLOWS = re.compile(
    r",?\s+(?:(?:is|are|was|were)\s+)?as follows\b(?:\s+during the periods? presented)?", re.IGNORECASE
)
INTRODUCTION = re.compile(
    r"^the (?:following|below) (?:tables?|schedules?)(?: below)? (?:\w+ )?"
    r"(?:contains?|details?|lists?|outlines?|presents?|provides?|reconciles?|reflects?|sets? forth|shows?|"
    r"summari[sz]es?)\s+",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Line:
    """One line of a page.

    Attributes:
        start: First code point in the document's text, white space left out.
        end: One past the last.
        text: Between them.
        after_blank: Whether a blank line stands above.
        n_values: Figures it ends in; 0 if it is no row.
        row: The row that it holds, where its cells are known.
        grid: The table that it is a row of, then.
    """

    start: int
    end: int
    text: str
    after_blank: bool
    n_values: int
    row: PlacedRow | None = None
    grid: PlacedGrid | None = None

    @property
    def is_row(self) -> bool:
        """Whether it holds a row, or the end of one."""
        return self.n_values > 0 or self.row is not None


@dataclass(slots=True)
class _Table:
    """A table of one page.

    Attributes:
        rows: As (first line, last line).
        over: Title and unit.
        columns: Periods and other names over the columns, as they stand above; "" if nothing does.
        names: One for each column, where these are known.
        has_columns: Whether it has a header of its own that names columns.
    """

    rows: list[tuple[int, int]]
    over: str
    columns: str
    names: tuple[str, ...]
    has_columns: bool

    def header(self, line: _Line) -> str:
        """Return what is shown beside a row; its names begin with that of its first cell."""
        names = self.names
        if line.row and any(names) and line.grid and len(line.grid.names) == len(names):
            shown = " | ".join(names[line.row.first :])
            return HEADER_SEPARATOR.join(filter(None, [self.over, line.row.time, shown]))
        parts = [self.over, self.columns or " ".join(filter(None, names))]
        return _shortened(HEADER_SEPARATOR.join(filter(None, parts)))


def locate_rows(
    text: str, pages: Sequence[Page], grids: Mapping[int, Sequence[PlacedGrid]] | None = None
) -> Iterator[Block]:
    """Yield the table rows of a paged text in order, each with the header of its table.

    Where the place of each cell is known the header ends in one name for each cell, " | " between them:
    "Net sales by region › in millions › Region | Three Months Ended June 30, 2024 | ...". Else it ends in the
    names as they stand above the table. Tables above which nothing stands are left out: their lines are rows to
    the chunker all the same.

    Args:
        text: Of the document.
        pages: Where they stand in it.
        grids: By the index of a page, counted from 0: its tables whose cells are known, from the page's beginning.
    """
    lines_of = [_lines(text, page) for page in pages]
    for index, page in enumerate(pages):
        lines_of[index] = _with_grids(
            lines_of[index], [grid.moved(page.start) for grid in (grids or {}).get(index, ())]
        )
    running = _running_lines(lines_of)
    carried: _Table | None = None
    for lines in lines_of:
        body = list(itertools.dropwhile(lambda line: line.text in running, lines))
        tables = list(_tables(body))
        if tables and carried and _goes_on(body, tables[0]):
            tables[0].over, tables[0].columns, tables[0].names = carried.over, carried.columns, carried.names
        for table in tables:
            for i, j in table.rows:
                if header := table.header(body[j]):
                    yield Block("row", body[i].start, body[j].end, 0, header)
        n_below = len(body) - 1 - tables[-1].rows[-1][1] if tables else 0
        carried = tables[-1] if tables and n_below <= MAX_LINES_BELOW else None


def _with_grids(lines: list[_Line], grids: Sequence[PlacedGrid]) -> list[_Line]:
    """Return a page's lines with the rows that they hold; the lines of one row as one."""
    rows = sorted(((row, grid) for grid in grids for row in grid.rows), key=lambda found: found[0].start)
    starts = [row.start for row, _ in rows]
    merged: list[_Line] = []
    for line in lines:
        index = bisect_right(starts, line.start) - 1
        row, grid = rows[index] if index >= 0 else (None, None)
        if row and line.start < row.end:
            if merged and merged[-1].row is row:
                merged[-1].end, merged[-1].text = line.end, f"{merged[-1].text} {line.text}"
                continue
            line.row, line.grid = row, grid
        merged.append(line)
    return merged


def _lines(text: str, page: Page) -> list[_Line]:
    lines: list[_Line] = []
    position = page.start
    for match in LINE.finditer(text, page.start, page.end):
        stripped = match[0].strip()
        if not stripped:
            continue
        start = match.start() + match[0].index(stripped)
        blank = BLANK.search(text, position, start) is not None
        lines.append(_Line(start, start + len(stripped), stripped, blank, count_values(stripped)))
        position = lines[-1].end
    return lines


def _running_lines(lines_of: Sequence[Sequence[_Line]]) -> frozenset[str]:
    """Return the lines that several pages begin with, but those that a table may begin with."""
    edges = Counter(line for lines in lines_of for line in {line.text for line in lines[:EDGE_LINES]})
    return frozenset(
        line
        for line, n_pages in edges.items()
        if n_pages >= MIN_REPEATS and not (is_column_line(line) or UNIT.search(line))
    )


def _tables(lines: Sequence[_Line]) -> Iterator[_Table]:
    """Yield the tables of one page; a lone line that ends in figures is none unless columns are named above it."""
    rows: list[tuple[int, int]] = []
    above = 0  # the first line that may belong to the next table's header
    for index, line in enumerate(lines):
        if not line.is_row:
            continue
        if rows and not _is_same_table(lines, rows[-1][1], index):
            yield from _table(lines, rows, above)
            above = rows[-1][1] + 1
            rows = []
        rows.append((_row_start(lines, index, rows[-1][1] + 1 if rows else None), index))
    yield from _table(lines, rows, above)


def _is_same_table(lines: Sequence[_Line], before: int, index: int) -> bool:
    """Return whether two lines that hold rows, and no row between, are of one table."""
    one, other = lines[before].grid, lines[index].grid
    if one and other:
        return one is other
    return _are_labels(lines[before + 1 : index])


def _table(lines: Sequence[_Line], rows: list[tuple[int, int]], above: int) -> Iterator[_Table]:
    if not rows:
        return
    grid = next((lines[j].grid for _, j in rows if lines[j].grid), None)
    names = grid.names if grid and any(grid.names) else ()
    over, columns, has_columns = _header(lines[above : rows[0][0]])
    if grid and not over:
        over = _title_above([line for line in lines[above : rows[0][0]] if line.start < grid.start])
    if len(rows) > 1 or has_columns or names:
        yield _Table(rows, over, columns, names, has_columns or bool(names))


def _title_above(lines: Sequence[_Line]) -> str:
    """Return the line right above a table, if it is no prose, with the unit that stands below it."""
    units: list[str] = []
    for line in reversed(lines[-2:]):
        text = one_line(REMARK.sub("", UNIT.sub("", line.text)))
        units = _units(line.text) + units
        if text:
            is_title = len(text) <= MAX_HEADING_CHARACTERS and not text.endswith((".", ",", ";"))
            return HEADER_SEPARATOR.join(filter(None, [text.rstrip(":") if is_title else "", "; ".join(units)]))
    return "; ".join(units)


def _are_labels(between: Sequence[_Line]) -> bool:
    """Return whether the lines between two rows only label the rows that follow."""
    return len(between) <= MAX_LABEL_LINES and not any(
        UNIT.search(line.text)
        or is_column_line(line.text)
        or len(line.text) > MAX_LABEL_CHARACTERS
        or (line.text.endswith(".") and len(line.text) > MAX_HEADING_CHARACTERS)
        or (line.text.endswith(":") and len(line.text) > MAX_HEADING_CHARACTERS)
        for line in between
    )


def _row_start(lines: Sequence[_Line], index: int, first: int | None) -> int:
    """Return where a row begins whose label was wrapped: its last line starts small, or holds figures only.

    Args:
        lines: Of the page.
        index: Of the line that holds the figures.
        first: Of the first line after the row before; None if this is the table's first row, above which
            stand the names of its columns.
    """
    line, before = lines[index], lines[index - 1] if index > (first or 0) else None
    if before is None or line.after_blank or before.text.endswith((":", ".")) or is_column_line(before.text):
        return index
    is_label = before.text[0].isalpha() and len(before.text) >= MIN_WRAPPED_CHARACTERS
    is_rest = line.text[0].islower() or (first is not None and not any(map(str.isalpha, line.text)))
    return index - 1 if is_label and is_rest else index


def _goes_on(lines: Sequence[_Line], table: _Table) -> bool:
    """Return whether a page's first table has no header of its own: only labels, if anything, stand above it."""
    above = lines[: table.rows[0][0]]
    return not table.has_columns and _are_labels(above) and not any(line.text.endswith(".") for line in above)


def _header(above: Sequence[_Line]) -> tuple[str, str, bool]:
    """Return title and unit, periods and column names, and whether columns are named, from the lines above a table."""
    title = ""
    units: list[str] = []
    periods: list[str] = []
    names: list[str] = []
    for index in range(len(above) - 1, max(-1, len(above) - 1 - MAX_HEADER_LINES), -1):
        line = above[index]
        text = REMARK.sub("", UNIT.sub("", line.text)).strip()
        units = _units(line.text) + units
        if _ends_introduction(above, index):
            sentence = _last_sentence(above[: index + 1])
            units = _units(sentence) + units
            title = _without_frame(sentence, with_period=not periods)
            break
        if is_column_line(text):
            periods.insert(0, text)
        elif len(text) > MAX_HEADING_CHARACTERS or text.endswith("."):
            break
        elif (periods or units) and text and _is_title(line, text, above[index + 1 : index + 2]):
            title = text
            break
        elif text and not text.endswith(":"):  # else a unit alone, or a label of the first rows
            names.insert(0, text)
    if not (title or units or periods):
        return "", _column_names(above), False
    over = HEADER_SEPARATOR.join(filter(None, [title, "; ".join(dict.fromkeys(units))]))
    columns = HEADER_SEPARATOR.join(filter(None, [_once(periods), one_line(" ".join(names))]))
    return over, columns, bool(columns)


def _units(text: str) -> list[str]:
    return [match["unit"].strip() for match in UNIT.finditer(text)]


def _column_names(above: Sequence[_Line]) -> str:
    """Return the line right above a table of which nothing else is known, if it names several columns."""
    text = above[-1].text if above else ""
    is_names = len(text.split()) > 1 and not any(map(str.isdigit, text)) and text[-1] not in ".:;,"
    return text if is_names and len(text) <= MAX_HEADING_CHARACTERS else ""


def _is_title(line: _Line, text: str, below: Sequence[_Line]) -> bool:
    """Return whether a short line above a table is its title, not a column's name: in capitals, or apart."""
    return text.isupper() or (
        line.after_blank and bool(below) and (below[0].after_blank or bool(UNIT.search(below[0].text)))
    )


def _ends_introduction(above: Sequence[_Line], index: int) -> bool:
    """Return whether a line ends a sentence that introduces a table: by a colon, and longer than a label."""
    text = above[index].text
    if not text.endswith(":"):
        return False
    is_wrapped = index > 0 and not above[index].after_blank and len(above[index - 1].text) > MAX_HEADING_CHARACTERS
    return is_wrapped or len(text) > MAX_HEADING_CHARACTERS or bool(INTRODUCES.search(text) or UNIT.search(text))


def _last_sentence(lines: Sequence[_Line]) -> str:
    """Return the last sentence of the paragraph that the lines end with."""
    first = len(lines) - 1
    while first > 0 and not lines[first].after_blank and not lines[first - 1].n_values:
        first -= 1
    return SENTENCE.split(" ".join(line.text for line in lines[first:]))[-1]


def _without_frame(sentence: str, *, with_period: bool) -> str:
    """Return what a sentence says a table holds, without "The following table shows", and without the unit.

    Args:
        sentence: Ending in a colon.
        with_period: Keep the period too; it is repeated where the columns name it.
    """
    said = UNIT.sub("", sentence).rstrip(": ")
    said = FOLLOWS.sub("", INTRODUCTION.sub("", said)).strip(" ,")
    return said if with_period else PERIOD_TAIL.sub("", said)


def _shortened(header: str) -> str:
    """Return the header on one line, cut after a word where it is too long."""
    header = one_line(header)
    if len(header) <= MAX_HEADER_CHARACTERS:
        return header
    return header[: header.rfind(" ", 0, MAX_HEADER_CHARACTERS)].rstrip(", ")


def _once(periods: Sequence[str]) -> str:
    """Return the lines that name periods as one, each span of time and each date once."""
    text = one_line(" ".join(periods))
    names = [match[0] for match in PERIOD_NAME.finditer(text)]
    return " ".join(dict.fromkeys(names))
