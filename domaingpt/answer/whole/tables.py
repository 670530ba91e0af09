"""The stored documents of an index → their tables, row by row, each row with its named cells and its place.

Tables of the same columns, in one document or in many, make one `Relation`: a folder of monthly statements
is then a single table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from domaingpt.answer.whole.values import EMPTY, Amount, Day, amount, days, is_money, unit_of_name
from domaingpt.chunks import readable_name, search_view
from domaingpt.documents.pdf.line_kinds import is_column_line
from domaingpt.types import Block, Document

# A row that sums up: so named wherever it stands, or named so among other words and standing last.
AGGREGATE = re.compile(
    r"(?:(?:grand |sub-?|overall )?(?:totals?|sum|average|mean|median)|gesamt|summe)\W*(?:,.*|\(.*|of\b.*)?",
    re.IGNORECASE,
)
LAST_AGGREGATE = re.compile(r"(?:.*\b)?(?:sub-?|grand )?(?:totals?|sum)\b.*|(?:average|mean|median)\b.*", re.IGNORECASE)
SAME_COLUMNS = 0.75  # Jaccard share from which two tables are one relation: an empty column may be missing. Guess.
TYPED_SHARE = 0.6  # of its filled cells must be numbers, or dates, for a column to be one of them. Guess.
INCOMPLETE_SHARE = 0.5  # A row that fills less of the columns than this is a remark or a remainder. Guess.
MIN_SUMMED_ROWS = 3  # Fewer rows before it, and a row that equals their sum may do so by chance. Guess.
IDENTIFIER = re.compile(
    r"(?:no|nos|nr|id|ids|#|code|key|year|ref|reference|invoice|account|phone|telephone|page|step|line|rank)\b\.?"
    r"|.*\b(?:no|nr|id|code|reference|phone|telephone)\.?$",
    re.IGNORECASE,
)
PDF_VALUE = re.compile(r"[(\[]?[-+–−]?[$€£¥]?[-+–−]?\d[\d.,'’]*(?:[–-]\d{4})?[)\]]?[%x]?[)\]]?|[–—-]")
TELLING = re.compile(r"[$€£¥%]|\d[.,]\d")
YEAR = re.compile(r"(?:19|20)\d\d")
MONTH_END = re.compile(r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?$", re.IGNORECASE)
PDF_NAME = re.compile(r"(?:(?<=\s)|^)(?=[A-Z0-9£$€](?![^\s(]*\)))")


@dataclass(slots=True)
class Row:
    """One row of a table: `document.text[start:end]` of its document.

    Attributes:
        document: Path of the document.
        start: First code point of the row.
        end: One past the last.
        cells: Column name → cell; empty cells are left out.
        table: The table it stands in.
    """

    document: str
    start: int
    end: int
    cells: dict[str, str]
    table: Table = field(repr=False)


@dataclass(slots=True)
class Table:
    """One table of one document.

    Attributes:
        document: Path of the document.
        section: Heading path it stands under.
        about: Everything that names it: file, title, headings, the lines above it.
        columns: Names, in order.
        rows: Those that hold items.
        totals: Rows that sum up the others.
        partial: Rows that fill few columns: remainders, remarks.
    """

    document: str
    section: str
    about: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)
    partial: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    """One column of a relation, its cells parsed.

    Attributes:
        name: As written.
        kind: "number", "date" or "text".
        unit: Of its numbers, as its name or its cells state it; "" if mixed or none.
        amounts: Row id → number.
        days: Row id → date.
    """

    name: str
    kind: str
    unit: str = ""
    amounts: dict[int, Amount] = field(default_factory=dict)
    days: dict[int, Day] = field(default_factory=dict)
    is_identifier: bool = False

    @property
    def is_measure(self) -> bool:
        """Whether its numbers measure something."""
        return self.kind == "number" and not self.is_identifier


class Relation:
    """Tables of the same columns, read as one."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = list(tables)
        self.names = list(dict.fromkeys(name for table in tables for name in table.columns))
        self.rows = [row for table in tables for row in table.rows]

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Every column by name, typed by its cells."""
        everything = [row for table in self.tables for row in (*table.rows, *table.totals, *table.partial)]
        return {name: self._column(name, everything) for name in self.names}

    @cached_property
    def label(self) -> str:
        """The column that names a row: the first of text that most rows fill, else of dates, else the first."""
        texts = [n for n in self.names if self.columns[n].kind == "text" and not self.columns[n].is_identifier]
        texts = [n for n in texts if sum(n in row.cells for row in self.rows) * 2 > len(self.rows)]
        dates = [n for n in self.names if self.columns[n].kind == "date"]
        return (texts or dates or [self.names[0]])[0]

    @cached_property
    def currency(self) -> Column | None:
        """The column that holds nothing but currency codes, which is then the unit of amounts beside it."""
        for column in self.columns.values():
            filled = [row.cells[column.name].strip() for row in self.rows if column.name in row.cells]
            if filled and all(MONEY_CODE.fullmatch(cell) for cell in filled):
                return column
        return None

    def unit_at(self, column: Column, row: Row) -> str:
        """Return the unit of one number."""
        own = column.amounts[id(row)].unit
        if own:
            return own
        if column.unit:
            return column.unit
        if self.currency and MONEY_NAME.search(column.name):
            return row.cells.get(self.currency.name, "")
        first = self.names[0]  # "SEK million" over the labels: the unit of all that stands beside
        return unit_of_name(first) if column.name != first and is_money(unit_of_name(first)) else ""

    def _column(self, name: str, rows: Sequence[Row]) -> Column:
        filled = [(row, row.cells[name]) for row in rows if row.cells.get(name, "").casefold() not in EMPTY]
        amounts = {id(row): value for row, cell in filled if (value := amount(cell))}
        found = days([cell for _, cell in filled])
        dated = {id(row): day for (row, _), day in zip(filled, found, strict=True) if day}
        enough = max(1, TYPED_SHARE * len(filled))
        if len(dated) >= enough and len(dated) >= len(amounts):
            return Column(name, "date", days=dated)
        if len(amounts) >= enough:
            years = all(1900 <= a.number <= 2100 and not a.places and not a.unit for a in amounts.values())
            listed = [a.number for a in amounts.values()]
            counted = len(listed) > 2 and listed == [Decimal(n) for n in range(1, len(listed) + 1)]
            whole = all(not a.places and not a.unit for a in amounts.values()) and not unit_of_name(name)
            counted |= (
                name == self.names[0] and whole and len(listed) > 2 and listed == sorted(listed)
            )  # field 2, 3, 11
            column = Column(name, "number", unit_of_name(name), amounts, dated)
            column.is_identifier = bool(IDENTIFIER.fullmatch(name.strip(" .:"))) or years or counted
            return column
        return Column(
            name, "text", amounts=amounts, days=dated, is_identifier=bool(IDENTIFIER.fullmatch(name.strip(" .:")))
        )


MONEY_CODE = re.compile(r"[A-Z]{3}|[A-Z]{0,2}[$€£¥₹]")
MONEY_NAME = re.compile(
    r"\b(?:amounts?|prices?|costs?|values?|totals?|fees?|rents?|paid|payments?|salary|salaries|wages?|revenues?|net|"
    r"gross|premiums?|balances?|budgets?|spend|sales|income|profit|capital|deposit|debit|credit|charges?)\b",
    re.IGNORECASE,
)


def tables_of(document: Document) -> list[Table]:
    """Return the tables of a document, in order."""
    tables: list[Table] = []
    headings: list[tuple[int, str]] = []
    current: Table | None = None
    previous: Block | None = None
    above = [document.title, readable_name(document.path), *_folders(document.path)]
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if block.kind == "heading":
            headings = [entry for entry in headings if entry[0] < block.level]
            headings.append((block.level, search_view(text).lstrip("# ")))
        if block.kind != "row":
            current = None
            continue
        cells = row_cells(_with_bars(text, block.header), block.header)
        if not cells:
            continue
        apart = previous is None or document.text[previous.end : block.start].strip(" \t\r\n|:-") != ""
        if current is None or apart or not _goes_on(current, cells):
            section = " › ".join(heading for _, heading in headings)
            title = "" if _is_header(block.header, cells) else block.header
            current = Table(document.path, section, " · ".join(p for p in (*above, section, title) if p))
            tables.append(current)
        current.columns += [name for name in cells if name not in current.columns]
        current.rows.append(Row(document.path, block.start, block.end, cells, current))
        previous = block
    for table in tables:
        _set_apart(table)
    return [table for table in tables if len(table.columns) > 1 and table.rows]


def relations(tables: Iterable[Table]) -> list[Relation]:
    """Return the tables, those of the same columns as one."""
    groups: list[list[Table]] = []
    by_first: dict[str, list[list[Table]]] = {}
    for table in tables:
        names = {name.casefold() for name in table.columns}
        first = table.columns[0].casefold()
        for group in by_first.get(first, []):
            other = {name.casefold() for name in group[0].columns}
            if len(names & other) >= SAME_COLUMNS * len(names | other):
                group.append(table)
                break
        else:
            groups.append([table])
            by_first.setdefault(first, []).append(groups[-1])
    return [Relation(group) for group in groups]


def _with_bars(text: str, header: str) -> str:
    """Return a row on one line; one of a PDF, with tabs between its cells, as rows of other formats are.

    Rows under times, or with labels that no name stands over, are those of statements: no list of items.
    """
    names = [name.strip() for name in header.rsplit(" › ", maxsplit=1)[-1].split("|")]
    if "\t" not in text or len(names) < 2 or not all(names) or any(map(is_column_line, names)):
        return search_view(text)
    cells = [search_view(cell) for cell in text.split("\t")]
    return " | ".join(cells + [""] * (len(names) - len(cells)))


def row_cells(text: str, header: str) -> dict[str, str]:
    """Return the named cells of one row; {} if nothing names them, or the row is the header itself."""
    names = _names(header.rsplit(" › ", maxsplit=1)[-1]) if "|" in header else []
    bare = _split(text) if "|" in text else []
    if names and len(names) == len(bare) and names != bare and not _self_named(bare):
        return _filled(names, bare)
    if bare and len(bare) > 1 and _self_named(bare):
        parts = [cell.partition(": ") for cell in bare if cell]
        return {(name if value else f"column {i + 1}"): value or name for i, (name, _, value) in enumerate(parts)}
    if header and "|" not in header and "|" not in text:
        return _printed(text, header)
    return {}


def _printed(text: str, header: str) -> dict[str, str]:
    """Return the cells of a printed row whose figures stand at its end, under as many names."""
    if " › " in header:
        return {}
    names = [name.strip() for name in PDF_NAME.split(header) if name.strip()]
    merged: list[str] = []
    for name in names:  # a year or a unit belongs to the name before it
        if merged and re.fullmatch(r"(?:19|20)\d\d\S*", name) and not re.search(r"(?:19|20)\d\d", merged[-1]):
            merged[-1] += f" {name}"
        else:
            merged.append(name)
    words = text.split()
    n_values = 0
    while n_values < len(words) and PDF_VALUE.fullmatch(words[-1 - n_values]):
        n_values += 1
    if (
        n_values
        and n_values < len(words)
        and MONTH_END.search(words[-1 - n_values])
        and YEAR.fullmatch(words[-n_values])
    ):
        n_values -= 1  # 1 Sep 2024: the year is part of a date
    if not n_values or len(merged) <= n_values or n_values == len(words):
        return {}
    if any(TELLING.search(word) for word in words[:-n_values]):
        return {}  # figures that no name could be given
    label = " ".join(merged[:-n_values])
    return _filled([label, *merged[-n_values:]], [" ".join(words[:-n_values]), *words[-n_values:]])


def _self_named(cells: Sequence[str]) -> bool:
    return sum(": " in cell for cell in cells) * 2 > len(cells)


def _filled(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for i, (name, cell) in enumerate(zip(names, cells, strict=True)):
        key = name or f"column {i + 1}"
        if cell.casefold() not in EMPTY or not cell.isascii():
            named[key if key not in named else f"{key} ({i + 1})"] = cell.strip("*_` ")
    return {name: cell for name, cell in named.items() if cell}


def _split(text: str) -> list[str]:
    return [cell.strip() for cell in text.strip().removeprefix("|").removesuffix("|").split("|")]


def _names(part: str) -> list[str]:
    """Return the names of columns in a header; the first is empty where the labels have none: "| 2023 | 2022"."""
    return _split(part) if part.endswith("|") else [name.strip() for name in part.split("|")]


def _folders(path: str) -> Iterator[str]:
    yield from (readable_name(f"{folder}.x") for folder in path.split("/")[:-1])


def _is_header(header: str, cells: dict[str, str]) -> bool:
    names = [name.strip() for name in header.rsplit(" › ", maxsplit=1)[-1].split("|")]
    return sum(name in cells for name in names) * 2 > len(names)


def _goes_on(table: Table, cells: dict[str, str]) -> bool:
    """Return whether a row stands under the names of a table."""
    return sum(name in table.columns for name in cells) * 2 >= len(cells)


def _set_apart(table: Table) -> None:
    """Move rows that sum up others, and rows that fill few columns, out of `table.rows`."""
    width = max((len(row.cells) for row in table.rows), default=0)
    items: list[Row] = []
    for row in table.rows:
        label = next(iter(row.cells.values()), "")
        named = AGGREGATE.fullmatch(label) or (row is table.rows[-1] and LAST_AGGREGATE.fullmatch(label))
        if named and items and any(amount(cell) for cell in row.cells.values()):
            table.totals.append(row)
        elif width > 3 and len(row.cells) <= INCOMPLETE_SHARE * width:
            table.partial.append(row)
        else:
            items.append(row)
    table.rows = items
    everything = items + table.partial
    last = max(everything, key=lambda row: row.start, default=None)
    if last and not table.totals and len(everything) > MIN_SUMMED_ROWS and _sums_up(last, everything):
        table.totals.append(last)
        table.rows = [row for row in items if row is not last]
        table.partial = [row for row in table.partial if row is not last]


def _sums_up(last: Row, rows: Sequence[Row]) -> bool:
    """Return whether the last row holds, in some column of amounts, the sum of all rows above it."""
    for name, cell in last.cells.items():
        total = amount(cell)
        above = [found for row in rows if row is not last and (found := amount(row.cells.get(name, "")))]
        if total and len(above) >= MIN_SUMMED_ROWS and total.number:
            slack = Decimal(len(above)) / 2 * Decimal(10) ** -total.places if total.places else Decimal(0)
            if abs(sum((a.number for a in above), Decimal(0)) - total.number) <= slack:
                return True
    return False
