"""Lines above a printed table → its columns in order; a printed row → its cells, each under its column.

Only what can be told from the order of the words is told: "Three Months Ended | Nine Months Ended" over four
dates is two columns under each; a row whose cells are not as many as the columns gets none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from domaingpt.answer.figures.periods import SPAN, Day, span_months
from domaingpt.index.calendar_terms import MONTHS
from domaingpt.index.terms import fold

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_SPAN_ENDED = SPAN.pattern.replace(r"(?P<ended>end(?:ed|ing)))?\b", r"(?P<ended>end(?:ed|ing)))\b")
HEADER_ITEM = re.compile(
    rf"(?P<span>{_SPAN_ENDED})"
    rf"|(?P<date>{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b,?)"
    rf"|(?P<date2>\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH.replace('month', 'month2')},?)"
    rf"|(?P<fullyear>\b(?:19|20)\d\d\b)"
    r"|(?P<change>(?:(?:\$|%|percent(?:age)?|pct|amount)\s*)?(?:change|increase|decrease|variance|growth|var)\b"
    r"(?:[/\s()-]*(?:decrease|increase|\(decrease\)|\(increase\)|\(dec\)))?(?:\s*(?:\$|%|percent\b|amount\b))*"
    r"|\$(?=\s*%)|(?<=\$\s)%)"
)
# A word of a row that is a figure, with its sign and marks; a range is one too, or the dash and letters for none.
FIGURE = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥])?(?P<open>[(\[])?(?P<sign>[-–−+])?[$€£¥]?[(\[]?(?P<digits>\d(?:[\d.,'’]*\d)?)"
    r"(?:%?[–-]\d[\d.,]*)?[)\]]?(?P<mark>%|ppts?|pts?|bps|x)?[)\]]?%?"
)
NONE = re.compile(r"[$€£¥]?(?:[—–-]|n/m|nm|n/a|\*+)%?", re.IGNORECASE)
SUFFIX = re.compile(r"[)\]]?%|[)\]]|pp?ts?|bps|years?|days?|months?", re.IGNORECASE)
CURRENCY_MARK = re.compile(r"[$€£¥]")
CURRENCY = re.compile(r"[A-Z]{0,3}[$€£¥]")
FOOTNOTE = re.compile(r"\(\d\)|\([a-z]\)")
GOES_ON = frozenset(["and", "of", "to", "for", "than", "through", "on", "by"])
MAX_GROUPS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of figures is of.

    Attributes:
        end: Its date; None if none is known.
        months: Its span; None if it is of a moment or does not say.
    """

    end: Day | None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a row as printed.

    Attributes:
        text: With its mark and sign, e.g. "$ (1,024)".
        digits: Of it, as printed.
        is_negative: In parentheses, or with a minus.
        is_percent: Whether a percent sign, or points, follow.
        currency: Its mark; "" if it has none of its own.
    """

    text: str
    digits: str
    is_negative: bool
    is_percent: bool
    currency: str


@dataclass(frozen=True, slots=True)
class _Item:
    kind: str
    value: int | tuple[int, int] | None = None


def columns(header: str) -> list[Column | None] | None:
    """Return the columns that the lines above a table name, None standing for one of changes.

    The list is None if nothing in the lines can be put in order.
    """
    items = list(_items(header))
    spans = [item for item in items if item.kind == "span"]
    ends = _ends(items)
    if not ends or len(spans) > MAX_GROUPS:
        return None
    n_groups = len(spans) or 1
    n_changes = sum(item.kind == "change" for item in items)
    if len(ends) % n_groups:
        return None
    each = len(ends) // n_groups
    n_changes = n_changes // n_groups if n_changes % n_groups == 0 else 0
    found: list[Column | None] = []
    for group in range(n_groups):
        months = spans[group].value if spans else None
        found += [Column(end, months if isinstance(months, int) else None) for end in ends[group * each :][:each]]
        found += [None] * n_changes
    return found


def cells_under(row_cells: Sequence[Cell], named: Sequence[Column | None]) -> list[tuple[Column, Cell]] | None:
    """Return each cell with its column; None if they do not match one to one."""
    plain = [column for column in named if column is not None]
    for cells in (list(row_cells), [cell for cell in row_cells if not cell.is_percent]):
        if len(cells) == len(named):
            return [(column, cell) for column, cell in zip(named, cells, strict=True) if column is not None]
        if cells and len(cells) == len(plain):
            return list(zip(plain, cells, strict=True))
    extra = len(row_cells) - len(named)
    if extra > 0 and len(plain) == len(named) and _are_notes(row_cells[:extra], row_cells[extra:]):
        return list(zip(plain, row_cells[extra:], strict=True))
    return None


def split_row(row: str) -> tuple[str, list[Cell]]:
    """Return a printed row's label, footnote marks left out, and its cells."""
    words = row.split()
    cells: list[Cell] = []
    suffix = ""
    end = len(words)
    while end:
        word = words[end - 1]
        if cells and not suffix and CURRENCY.fullmatch(word) and not cells[0].currency:
            cells[0] = replace(cells[0], text=f"{word} {cells[0].text}", currency=word)
        elif not suffix and SUFFIX.fullmatch(word):
            suffix = word
        elif FIGURE.fullmatch(word) or NONE.fullmatch(word):
            cells.insert(0, _cell(word, suffix))
            suffix = ""
        else:
            break
        end -= 1
    if suffix:
        end += 1
    # "Net sales (1) 1,234 5,678": a footnote's mark stands before the figures.
    amounts = [cell for cell in cells[1:] if cell.digits and not cell.is_percent]
    if amounts and FOOTNOTE.fullmatch(cells[0].text) and all("," in cell.digits for cell in amounts):
        cells.pop(0)
    if cells and end and words[end - 1] in GOES_ON:  # "net of allowance of $485 and $633 35,833"
        cells.pop(0)
    label = FOOTNOTE.sub("", " ".join(words[:end])).strip(" .:*")
    return label, cells


def _cell(word: str, suffix: str) -> Cell:
    text = f"{word} {suffix}".strip() if suffix[:1].isalpha() else word + (f" {suffix}" if suffix == "%" else suffix)
    match = FIGURE.fullmatch(word)
    mark = CURRENCY_MARK.search(word)
    is_percent = "%" in text or bool(match and match["mark"]) or suffix.lower().startswith(("p", "b"))
    is_negative = match is not None and ("(" in word or "[" in word or match["sign"] in ("-", "–", "−"))
    return Cell(text, match["digits"] if match else "", is_negative, is_percent, mark[0] if mark else "")


def _are_notes(extra: Sequence[Cell], amounts: Sequence[Cell]) -> bool:
    """Return whether cells before the amounts are of columns of their own: years, rates, or the number of a note."""
    if any(cell.is_percent for cell in amounts):
        return False
    if len(extra) == 1 and re.fullmatch(r"\d{1,2}", extra[0].text):
        return all("," in cell.digits for cell in amounts)
    return all(cell.is_percent or re.fullmatch(r"(?:19|20)\d\d(?:[–-]\d{4})?", cell.text) for cell in extra)


def _items(header: str) -> Iterator[_Item]:
    text = re.sub(r"\([^()]*\)", lambda m: m[0] if re.search(r"crease|dec", m[0]) else " ", fold(header))
    for match in HEADER_ITEM.finditer(text):
        if match["span"]:
            yield _Item("span", span_months(match, within=text))
        elif match["date"]:
            yield _Item("day", (MONTHS[match["month"]], int(match["day"])))
        elif match["date2"]:
            yield _Item("day", (MONTHS[match["month2"]], int(match["day2"])))
        elif match["fullyear"]:
            yield _Item("year", int(match["fullyear"]))
        else:
            yield _Item("change")


def _ends(items: Sequence[_Item]) -> list[Day]:
    """Return the columns' dates in order: days and years in turns, or a day that stands over several years."""
    dated = [item for item in items if item.kind in ("day", "year")]
    days = [item.value for item in dated if item.kind == "day"]
    years = [item.value for item in dated if item.kind == "year"]
    in_turns = [item.kind for item in dated] == ["day", "year"] * len(years)
    if in_turns:
        return [_day(day, year) for day, year in zip(days, years, strict=True)]
    if not years:
        return []
    if not days:
        return [_day(None, year) for year in years]
    n_spans = sum(item.kind == "span" for item in items)
    if len(years) % len(days) or (n_spans and len(days) not in (1, n_spans, len(years))):
        return []
    if len(days) > 1 and not n_spans and not _all_days_first(dated):
        return []
    each = len(years) // len(days)
    return [_day(days[i // each], year) for i, year in enumerate(years)]


def _all_days_first(dated: Sequence[_Item]) -> bool:
    return [kind for kind, _ in groupby(item.kind for item in dated)] == ["day", "year"]


def _day(day: int | tuple[int, int] | None, year: int | tuple[int, int] | None) -> Day:
    number = year if isinstance(year, int) else 0
    return Day(number, *day) if isinstance(day, tuple) else Day(number)
