"""Conditions on dates and numbers, put on the rows of a relation: which column is meant, which rows stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domaingpt.answer.quantities import CURRENCIES
from domaingpt.answer.whole.plan import Limit, Period
from domaingpt.answer.whole.tables import Column, Relation, Row

if TYPE_CHECKING:
    from domaingpt.answer.whole.reading import Reading

IN_WORDS = re.compile(r"[£$€¥]\s?\d|\d\s?%|\d\s?(?:to|–|-)\s?\d")


def with_periods(reading: Reading, rows: list[Row]) -> list[Row] | None:
    """Return the rows within the plan's periods, None if the relation has no dates for them."""
    for period in reading.plan.periods:
        column = date_column(reading, period)
        if column is None:
            year = period.text.split()[-1]
            found = reading.matcher.terms(year)
            if period.month or not reading.explain(year, found, negated=False, joined=False, first=False):
                return None
            reading.explained += 0.5
            rows = reading.filtered(rows)
            continue
        rows = [row for row in rows if (day := column.days.get(id(row))) and _within(day.text(), day.month, period)]
        reading.explained += 0.8
        reading.conditions.append(f"{column.name}: {period.text}")
    return rows


def date_column(reading: Reading, period: Period) -> Column | None:
    """Return the column of dates that a period is about: one the question names, else the first."""
    dates = [column for column in reading.relation.columns.values() if column.kind == "date"]
    named = [column for column in dates if column.name in reading.named]
    about = all(
        reading.matcher.about[id(table)] >= set(reading.matcher.terms(period.text)) for table in reading.relation.tables
    )
    if not dates or (
        about and not named and not any(_within(d.text(), d.month, period) for c in dates for d in c.days.values())
    ):
        return None
    asked = set(reading.matcher.terms(reading.plan.words))
    return max(named or dates, key=lambda c: len(reading.matcher.names[c.name] & asked))


def with_limits(reading: Reading, rows: list[Row]) -> list[Row] | None:
    """Return the rows within the plan's limits, None if it cannot be told which numbers are meant."""
    for limit in reading.plan.limits:
        column = measured_column(reading, limit)
        if column is None:
            return None
        unit_at = reading.relation.unit_at
        rows = [row for row in rows if (a := column.amounts.get(id(row))) and limit.holds(a.number)]
        rows = [r for r in rows if not (limit.unit and unit_at(column, r)) or same_unit(unit_at(column, r), limit.unit)]
        reading.explained += 0.8
        reading.conditions.append(f"{column.name} {limit.text}")
    return rows


def measured_column(reading: Reading, limit: Limit) -> Column | None:
    """Return the column that a condition on a number is about: by its unit, its name, or the only one."""
    measures = [c for c in reading.relation.columns.values() if c.kind == "number"]
    if limit.unit:
        measures = [c for c in measures if any(same_unit(reading.relation.unit_at(c, row), limit.unit)
                    for row in reading.relation.rows if id(row) in c.amounts)]  # fmt: skip
    named = [c for c in measures if c.name in reading.named]
    following = set(reading.matcher.terms(limit.following))
    close = [c for c in named if following and following <= reading.matcher.names[c.name]]
    if not named and states_numbers_in_words(reading.relation, reading.named):
        return None
    best = close or named or [c for c in measures if not c.is_identifier]
    if len(best) > 1 and named:
        best = [max(best, key=lambda c: sum(c.name == n for n in reading.named[:1]))]
    return best[0] if len(best) == 1 else None


def states_numbers_in_words(relation: Relation, named: Sequence[str]) -> bool:
    """Return whether a column that is named holds figures in a form that cannot be compared: "£500 to £900"."""
    for name in named:
        if relation.columns[name].kind == "text":
            cells = [row.cells[name] for row in relation.rows if name in row.cells]
            if cells and sum(bool(IN_WORDS.search(cell)) for cell in cells) > len(cells) / 2:
                return True
    return False


def _within(day: str, month: int, period: Period) -> bool:
    return month == period.month if period.month else period.low <= day <= period.high


def same_unit(unit: str, wanted: str) -> bool:
    """Return whether two units are the same, "€" and "EUR" being one, and "EUR m" in it."""
    first = unit.split(" ", maxsplit=1)[0] if unit else ""
    return CURRENCIES.get(first.lower(), first) == CURRENCIES.get(wanted.lower(), wanted)
