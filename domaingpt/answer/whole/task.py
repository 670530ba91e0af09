"""A plan and what it means in one relation: the column to work with, groups of rows, and names for all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from domaingpt.answer.whole.conditions import states_numbers_in_words
from domaingpt.answer.whole.match import Match, Terms
from domaingpt.answer.whole.plan import Plan
from domaingpt.answer.whole.tables import MONEY_NAME, Column, Relation, Row
from domaingpt.answer.whole.values import IN_BRACKETS, is_money
from domaingpt.answer.whole.vocabulary import MONEY_WORDS, SILENT

LENGTH = re.compile(
    r"\b(?:days?|months?|years?|hours?|minutes?|weeks?|duration|length|term|age|period|km|miles?|metres?|m)\b",
    re.IGNORECASE,
)
SINCE = re.compile(r"\b(?:since|from|start(?:ed)?|begin|began|opened|joined|hired)\b", re.IGNORECASE)
RATE = re.compile(r"\b(?:per|rate|unit|each|average|avg)\b|/", re.IGNORECASE)
TIME_WORDS = {"month": 7, "monthly": 7, "year": 4, "yearly": 4, "annum": 4, "day": 10, "daily": 10}
Group = tuple[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of an answer: words, and the row that stands behind them."""

    text: str
    row: Row | None = None


@dataclass(slots=True)
class Outcome:
    """What came out.

    Attributes:
        lead: The answer's first words.
        items: What follows, each with its row.
        tail: The answer's last words.
        rows: All rows it rests on, those of `items` first.
        separator: Between items.
        computed: Whether a number in it stands in no document.
        value: The number, if it is one.
        considered: All rows that were compared, where only some of them are `rows`.
        grouped: Whether it is given by group, as was asked.
    """

    lead: str
    items: list[Item] = field(default_factory=list)
    tail: str = ""
    rows: list[Row] = field(default_factory=list)
    separator: str = ", "
    computed: bool = True
    value: Decimal | None = None
    considered: list[Row] = field(default_factory=list)
    grouped: bool = False


class Task:
    """One plan over the rows it means.

    Args:
        plan: What to work out.
        match: What it means.
        terms: The index's analysis of text.
    """

    def __init__(self, plan: Plan, match: Match, terms: Terms) -> None:
        self.plan = plan
        self.match = match
        self.relation: Relation = match.relation
        self.rows = match.rows
        self.terms = terms
        self.asked = set(terms(plan.words))
        self.has_conditions = bool(match.filters or plan.limits or plan.periods)

    def measure(self) -> Column | None:
        """Return the column of numbers that the question means, None if it cannot be told."""
        usable = [c for c in self.relation.columns.values() if c.is_measure and self.valued(c)]
        if states_numbers_in_words(self.relation, [n for n in self.match.named if n != self.match.target]):
            usable = [c for c in usable if self.hits(c)]
        scored = sorted(usable, key=lambda c: (-self.hits(c), self.surplus(c)))
        if scored and self.hits(scored[0]):
            rivals = [
                c
                for c in scored[1:]
                if (self.hits(c), self.surplus(c)) == (self.hits(scored[0]), self.surplus(scored[0]))
            ]
            return scored[0] if not rivals else None
        wants_money = self.plan.hint == "money" or any(w.lower() in MONEY_WORDS for w in self.plan.words.split())
        if self.plan.said in ("most", "fewest", "least") and not wants_money:
            return None  # the most of what? rows, if of anything
        if self.plan.hint == "length":
            usable = [
                c for c in usable if LENGTH.search(c.name) or any(LENGTH.search(a.unit) for a in c.amounts.values())
            ]
        elif wants_money:
            usable = [c for c in usable if self.is_money(c)]
            usable = [c for c in usable if not RATE.search(c.name)] or usable
        if len(usable) == 1:
            return usable[0]
        if wants_money or self.plan.operation in ("max", "min"):
            money = [c for c in usable if self.is_money(c)]
            money = [c for c in money if not RATE.search(c.name)] or money
            if len(money) == 1:
                return money[0]
            named = [c for c in money if re.search(r"\b(?:total|amount|cost|value)\b", c.name, re.IGNORECASE)]
            if len(named) == 1:
                return named[0]
        return None

    def asks_when(self) -> bool:
        """Return whether the first noun of the question is a span of time: "which month had …"."""
        first = next((w.lower() for w in self.plan.words.split() if w.lower() not in ("the", "was", "is")), "")
        return first in TIME_WORDS or first in ("week", "quarter", "date")

    def has_period_each(self) -> bool:
        """Return whether every row is of a time of its own, which its first column states."""
        column = self.relation.columns[self.relation.names[0]]
        word = next((w.lower() for w in self.plan.words.split() if w.lower() in TIME_WORDS), "day")
        periods = [column.days[id(row)].text()[: TIME_WORDS[word]] for row in self.rows if id(row) in column.days]
        per_table = [column.kind == "date", len(periods) == len(self.rows), len(set(periods)) == len(periods)]
        return all(per_table)

    def is_money(self, column: Column) -> bool:
        """Return whether a column holds amounts of money, by its unit or by its name."""
        return any(is_money(self.relation.unit_at(column, row)) for row in self.valued(column)[:5]) or (
            MONEY_NAME.search(column.name) is not None and not column.unit
            and not any(a.unit for a in column.amounts.values())
        )  # fmt: skip

    def hits(self, column: Column) -> int:
        """Return how many words of a column's name the question has."""
        return len(set(self.terms(column.name)) & self.asked)

    def surplus(self, column: Column) -> int:
        """Return how many words of a column's name the question lacks."""
        return len(set(self.terms(IN_BRACKETS.sub("", column.name))) - self.asked)

    def valued(self, column: Column) -> list[Row]:
        """Return the rows that have a number in a column."""
        return [row for row in self.rows if id(row) in column.amounts]

    def groups(self, column: Column | None) -> list[tuple[str, list[Row]]] | str | None:
        """Return the rows by group, None if none is asked for, "unknown" if it cannot be told."""
        word = self.plan.group.lower()
        if not word:
            return None
        wanted = set(self.terms(word))
        for name in self.relation.names:
            if (
                wanted
                and wanted <= set(self.terms(name))
                and column is not self.relation.columns[name]
                and self.relation.columns[name].kind == "text"
            ):
                return self.grouped(partial(_cell, name))
        if word in TIME_WORDS:
            dates = [c for c in self.relation.columns.values() if c.kind == "date"]
            if not dates or (column and word in self.terms(column.name)):
                return "unknown" if not dates and self.plan.operation == "average" else None
            length = TIME_WORDS[word]
            groups = self.grouped(partial(_period, dates[0], length))
            return (
                groups
                if self.plan.operation in ("sum", "count")
                else None
                if all(len(rows) == 1 for _, rows in groups)
                else "unknown"
            )
        return None

    def grouped(self, key: Callable[[Row], str]) -> list[Group]:
        """Return the rows by key, in the order of first appearance."""
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row)
        return list(groups.items())

    def labels(self, rows: Sequence[Row], target: Column | None) -> list[str]:
        """Return what to call each row, with a second cell where the first does not tell them apart."""
        name = target.name if target and target.kind != "number" else self.relation.label
        labels = [row.cells.get(name) or self.described(row) for row in rows]
        if len(set(labels)) == len(labels) or (target and len({r.cells.get(name) for r in self.rows}) == len(rows)):
            return labels
        others = [
            n
            for n in self.relation.names
            if n != name and self.relation.columns[n].kind != "number" and not self.relation.columns[n].is_identifier
        ]
        best = max(others, key=lambda n: len({row.cells.get(n) for row in rows}), default=None)
        return [
            f"{label}, {row.cells[best]}" if best and best in row.cells else label
            for label, row in zip(labels, rows, strict=True)
        ]

    def described(self, row: Row) -> str:
        """Return the first cells of a row that say what it is."""
        telling = [c.name for c in self.relation.columns.values() if c.kind != "number" and not c.is_identifier]
        cells = [row.cells[name] for name in telling if name in row.cells]
        return ", ".join(cells[:2]) or next(iter(row.cells.values()))

    def place(self) -> str:
        """Return what to call the tables."""
        tables = (
            list({id(row.table): row.table for row in [*self.rows, *self.match.partial]}.values())
            or self.relation.tables
        )
        documents = list(dict.fromkeys(table.document for table in tables))
        sections = list(dict.fromkeys(table.section.rsplit(" › ", 1)[-1] for table in tables if table.section))
        name = " and ".join(f"“{section}”" for section in sections[:3]) if 0 < len(sections) <= 3 else ""
        where = documents[0] if len(documents) == 1 else f"{len(documents)} documents"
        return f"{name} of {where}" if name else where

    def conditions(self) -> str:
        """Return the conditions in brackets."""
        stated = list(dict.fromkeys(self.match.conditions))
        return f" ({'; '.join(stated)})" if stated else ""

    def is_plural(self, n_words: int = 2) -> bool:
        """Return whether one of the first words of the question's noun is a plural."""
        first = [w for w in self.plan.words.split()[:3] if w.lower() not in SILENT]
        return any(re.fullmatch(r"\w+[^s\W]s", w) for w in first[:n_words])


def _cell(name: str, row: Row) -> str:
    return row.cells.get(name, "–")


def _period(column: Column, length: int, row: Row) -> str:
    return column.days[id(row)].text()[:length] if id(row) in column.days else "–"
