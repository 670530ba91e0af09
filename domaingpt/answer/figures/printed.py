"""A document of pages → the figures of its printed tables: rows with headings, columns, unit, and where these stand.

The reader marked the rows (`domaingpt.documents.pdf.tables`); here the lines above and between them are read
once more for what each figure is of. A table whose columns cannot be told gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domaingpt.answer.figures.columns import Cell, Column, cells_under, columns, split_row
from domaingpt.chunks import SECTION_SEPARATOR
from domaingpt.documents.pdf.line_kinds import DATE, LINE, UNIT, is_column_line
from domaingpt.documents.pdf.placed import CELL_MARK
from domaingpt.types import Document

MAX_ABOVE = 2000  # characters above a first row that may belong to its table. Guess, unmeasured.
MAX_HEADING = 90  # A longer line is prose, as the reader has it.
MAX_HEADINGS = 3  # lines over a row that say what it is part of. Guess, unmeasured.
SCALE = re.compile(r"\bin (?:[^(),;]{0,30}?\s)??(?P<scale>thousand|million|billion)s\b", re.IGNORECASE)
CHANGE_COLUMN = re.compile(r"[%$]|(?:[%$]|percent(?:age)?)?\s*change\s*[%$]?", re.IGNORECASE)
RANGE = re.compile(r"\d{4}\s*(?:to|through|until|[-–—])\s*\w+\.?\s+\d", re.IGNORECASE)
REMARK = re.compile(r"\([^()]{1,250}\)")
# A row that sums up what stands above: no heading of the rows above says more of it than its own words do.
SUM = re.compile(
    r"total\b|(?:net )?cash (?:flows? )?(?:generated|provided|used|from|\()|"
    r"net (?:increase|decrease|change)|(?:increase|decrease)\b",
    re.IGNORECASE,
)
SPAN_WORDS = re.compile(r"(?:\w+\s+)?(?:months?|weeks?|quarters?|years?|periods?)\s+end(?:ed|ing)\b", re.IGNORECASE)
BARE_TOTAL = re.compile(r"total\W*[\W\d]*$", re.IGNORECASE)

TableLine = tuple[int, int, str, tuple[str, ...], tuple[str, ...]]
TextLine = tuple[int, int, str]
"""Where a line stands in the document's text, and what it says, without white space around it."""


@dataclass(slots=True)
class Row:
    """A row of a printed table.

    Attributes:
        start: First code point in the document's text.
        end: One past the last.
        label: Its own words.
        headings: Lines that stand over it in the table, outermost first.
        cells: Its figures, each with its column.
    """

    start: int
    end: int
    label: str
    headings: tuple[str, ...]
    cells: list[tuple[Column, Cell]]


@dataclass
class Table:
    """Rows under one header.

    Attributes:
        title: What it holds, as the reader found it.
        unit: What is said of its figures, e.g. "(In millions, except per share amounts)"; may be empty.
        columns: In order; None for one of changes.
        header: Where the lines stand that name the columns, and the unit if it is said with them.
        unit_span: Where the unit is said, if not within `header`.
        is_counted: Whether a row's cells can be told by their number; else by the names beside it alone.
        lines: Its rows as they stand, each with the headings over it and the names of its cells; read when `rows`
            is asked for.
    """

    title: str
    unit: str
    columns: list[Column | None]
    header: tuple[int, int]
    unit_span: tuple[int, int] | None = None
    is_counted: bool = True
    lines: list[TableLine] = field(default_factory=list)

    @cached_property
    def rows(self) -> list[Row]:
        """Its rows in order, those alone whose cells match the columns, or have names that tell a time.

        Where counting and names disagree of which column a figure is, the row is left out.
        """
        found = []
        for start, end, text, headings, names in self.lines:
            label, cells = split_row(text)
            matched = cells_under(cells, self.columns) if self.is_counted else None
            named = cells_by_name(text, names)
            if matched is None:
                matched, label = named, split_row(text.split(CELL_MARK)[0])[0]
            elif not all(any(_agree(figure, counted) for counted in matched) for figure in named):
                continue  # counted, "Bond B | 2037 | | 310" has two figures under two dates
            if matched:
                found.append(Row(start, end, label, headings, matched))
        return found

    @property
    def currency(self) -> str:
        """The one mark that its figures bear; "" if none does, or two do."""
        marks = {cell.currency for row in self.rows for _, cell in row.cells if cell.currency}
        return marks.pop() if len(marks) == 1 else ""


def printed_tables(document: Document) -> list[Table]:
    """Return the tables of a paged document whose columns can be told, in order."""
    tables: list[Table] = []
    table: Table | None = None
    headings: tuple[str, ...] = ()
    header, end = None, 0
    for block in document.blocks:
        if block.kind != "row":
            continue
        gap = _lines(document.text, max(end, block.start - MAX_ABOVE), block.start)
        if not _is_same_table(block.header, header) or any(map(_names_columns, gap)):
            table, headings = _table(document.text, gap, block.header), ()
            if table is not None:
                tables.append(table)
                gap = [line for line in gap if line[0] >= table.header[1]]
        header, end = block.header, block.end
        if table is None:
            continue
        if gap:
            headings = tuple(text for _, _, text in gap[-MAX_HEADINGS:] if len(text) <= MAX_HEADING)
        text = document.text[block.start : block.end]
        is_sum = SUM.match(text) is not None
        if is_sum and not BARE_TOTAL.match(text):
            headings = ()
        table.lines.append((block.start, block.end, text, headings, _names_beside(block.header)))
        if is_sum:
            headings = ()
    return tables


def cells_by_name(row: str, names: Sequence[str]) -> list[tuple[Column, Cell]]:
    """Return the figures of a row whose columns' names tell one time and nothing else.

    A name that says more ("Net Carrying Amount June 30, 2024") is no heading of the row: taken for one, the row
    "Cash" under "Cash and Cash Equivalents" answered for the line of the balance sheet.
    """
    found: list[tuple[Column, Cell]] = []
    for name, text in list(zip(names, row.split(CELL_MARK), strict=False))[1:]:
        column = _column_of(name)
        label, cells = split_row(text)
        says_more = DATE.sub(" ", SPAN_WORDS.sub(" ", name)).strip(" ,")
        if column and not (says_more or label) and len(cells) == 1 and cells[0].digits:
            found.append((column, cells[0]))
    return found


def _agree(one: tuple[Column, Cell], other: tuple[Column, Cell]) -> bool:
    """Return whether two cells are one, and their columns no two, as far as both say."""
    (column, cell), (other_column, other_cell) = one, other
    end, other_end = column.end, other_column.end
    is_one_time = column.months is None or other_column.months in (None, column.months)
    if end is not None and other_end is not None:
        is_one_time &= end.year == other_end.year and (end.month is None or other_end.month in (None, end.month))
    return is_one_time and cell.digits == other_cell.digits


def _column_of(name: str) -> Column | None:
    named = columns(name) if any(map(str.isdigit, name)) and not RANGE.search(name) else None
    return named[0] if named and len(named) == 1 else None


def _names_beside(header: str | None) -> tuple[str, ...]:
    """Return the names of a row's cells, each with the time that is said over all of them."""
    *over, names = (header or "").split(SECTION_SEPARATOR)
    if "|" not in names:
        return ()
    time = f"{over[-1]} " if over and is_column_line(over[-1]) else ""
    return tuple(f"{time}{name.strip()}" for name in names.split("|"))


def _is_same_table(header: str, other: str | None) -> bool:
    """Return whether two rows are of one table: a row without a label has the names of its other cells alone."""
    if header == other or other is None:
        return header == other
    (over, _, names), (other_over, _, other_names) = (h.rpartition(SECTION_SEPARATOR) for h in (header, other))
    return over == other_over and "|" in names and (names.endswith(other_names) or other_names.endswith(names))


def _table(text: str, gap: Sequence[TextLine], header: str) -> Table | None:
    """Return the empty table that begins under some lines; None if they do not tell its columns."""
    title = header.split(SECTION_SEPARATOR, maxsplit=1)[0]
    last = next((i for i in range(len(gap) - 1, -1, -1) if _names_columns(gap[i])), None)
    if last is None:
        return _table_by_sentence(text, gap, title)
    while last + 1 < len(gap) and (CHANGE_COLUMN.fullmatch(gap[last + 1][2]) or UNIT.fullmatch(gap[last + 1][2])):
        last += 1
    first = last
    while first > 0 and _may_stand_in_header(gap[first - 1][2]):
        first -= 1
    while first < last and not (_names_columns(gap[first]) or UNIT.search(gap[first][2])):
        first += 1
    lines = [line[2] for line in gap[first : last + 1]]
    named = columns("\n".join(lines))
    # One date over several columns of other names gives each row a cell too many, or the wrong one.
    is_counted = named is not None and not RANGE.search(" ".join(lines))
    is_counted = is_counted and (len(named or ()) > 1 or all(map(_tells_time, lines)))
    if not is_counted:
        named = [column for name in _names_beside(header) if (column := _column_of(name))]
    if not named:
        return None
    start, end = gap[first][0], gap[last][1]
    if SCALE.search(title) and first and len(gap[first - 1][2]) <= MAX_HEADING:
        title = gap[first - 1][2]
    unit, span = _unit(text, gap[0][0], gap[-1][1])
    if span and span[0] >= start and span[1] <= end:
        span = None
    return Table(title, unit or _unit_in(header), named, (start, end), span, is_counted)


def _table_by_sentence(text: str, gap: Sequence[TextLine], title: str) -> Table | None:
    """Return the table that a sentence introduces which says of which one time its figures are."""
    last = next((i for i in range(len(gap) - 1, -1, -1) if gap[i][2].endswith(":")), None)
    if last is None or len(gap) - last > MAX_HEADINGS:
        return None
    first = last
    while first > 0 and last - first < MAX_HEADINGS and not gap[first - 1][2].endswith((".", ":")):
        first -= 1
    start, end = gap[first][0], gap[last][1]
    named = columns(" ".join(text[start:end].split()))
    if named is None or len(named) != 1:
        return None
    unit, span = _unit(text, start, gap[-1][1])
    return Table(title, unit, named, (start, end), None if span and span[1] <= end else span)


def _unit(text: str, start: int, end: int) -> tuple[str, tuple[int, int] | None]:
    found = [match for match in REMARK.finditer(text, start, end) if SCALE.search(match[0])]
    return (" ".join(found[-1][0].split()), found[-1].span()) if found else ("", None)


def _unit_in(header: str) -> str:
    return next((part for part in header.split(SECTION_SEPARATOR) if SCALE.search(part)), "")


def _lines(text: str, start: int, end: int) -> list[TextLine]:
    found = []
    for match in LINE.finditer(text, start, end):
        if stripped := match[0].strip():
            at = match.start() + match[0].index(stripped)
            found.append((at, at + len(stripped), stripped))
    return found


def _names_columns(line: TextLine) -> bool:
    return is_column_line(UNIT.sub("", line[2]))


def _tells_time(text: str) -> bool:
    """Return whether a line holds nothing but the unit, a remark in parentheses, or a time."""
    rest = re.sub(r"\([^()]*\)", "", text).strip()
    return not rest or is_column_line(rest)


def _may_stand_in_header(text: str) -> bool:
    """Return whether a line above the last that names columns may be another of them, or the unit."""
    if is_column_line(text):
        return True
    rest = UNIT.sub("", text).strip()
    return len(rest) <= MAX_HEADING and not text.endswith((".", ":")) and not rest.isupper()
