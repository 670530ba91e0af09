"""A plan and a relation → which rows and columns the question means, if the relation explains all of its words.

A word is explained by the name of a column, by what names the tables (file, headings), or by the cells of some
rows, which then are the rows meant. A question one of whose words nothing explains is not answered from the
relation: what is not understood could change what is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from domaingpt.answer.whole.plan import Plan
from domaingpt.answer.whole.tables import Relation, Row
from domaingpt.answer.whole.values import is_money, unit_of_name

Terms = Callable[[str], list[str]]


@dataclass(slots=True)
class Filter:
    """A condition that some word of the question puts on the rows.

    Attributes:
        word: As in the question.
        rows: Ids of the rows that hold it.
        where: The column, or "" for what names the table.
        negated: Whether rows that hold it are left out.
        values: The cells in which it was found.
    """

    word: str
    rows: set[int]
    where: str
    negated: bool = False
    values: list[str] = field(default_factory=list)
    joined: bool = False


@dataclass(slots=True)
class Match:
    """What a plan means in one relation.

    Attributes:
        relation: The tables.
        rows: The rows meant, in order.
        named: Columns that the question names, in its order.
        target: The column that the question asks for by its first noun, or None.
        filters: Conditions by words.
        conditions: All conditions, as they are stated in the answer.
        score: How well the relation explains the question; higher is better.
        head: Whether the first noun is explained, and how: "column", "about", "cell" or "".
        is_whole: Whether every row of the tables concerned is meant.
        partial: Rows that fill few columns, of the tables meant.
        is_firm: Whether the question names a column and a condition on it, so that it need not name the rows.
    """

    relation: Relation
    rows: list[Row]
    named: list[str]
    target: str
    filters: list[Filter]
    conditions: list[str]
    score: float
    head: str
    is_whole: bool = False
    partial: list[Row] = field(default_factory=list)
    is_firm: bool = False


class Matcher:
    """Reads plans against one relation.

    Args:
        relation: The tables.
        terms: The index's analysis of text.
    """

    def __init__(self, relation: Relation, terms: Terms) -> None:
        self.relation = relation
        self.terms = terms
        self.names = {name: self._names(name) for name in relation.names}
        self.about = {id(table): set(terms(table.about)) for table in relation.tables}
        self.about_all = set.intersection(*self.about.values()) if self.about else set()
        self.cells = {
            id(row): {name: set(terms(cell)) for name, cell in row.cells.items()}
            for table in relation.tables
            for row in (*table.rows, *table.totals, *table.partial)
        }
        self.vocabulary = set().union(
            *self.names.values(),
            *self.about.values(),
            *(terms for row in self.cells.values() for terms in row.values()),
        )

    def match(self, plan: Plan, domain: frozenset[str] = frozenset()) -> Match | None:
        """Return what the plan means here, None if some word of it is not explained.

        Args:
            plan: What is asked.
            domain: Terms of the domain's own name and description, which tell no row from another.
        """
        from domaingpt.answer.whole.reading import Reading

        return Reading(self, plan, domain).result()

    def _names(self, name: str) -> set[str]:
        plain = name.replace("_", " ")
        unit = unit_of_name(name)
        return set(self.terms(plain)) | ({"monei"} if is_money(unit) else set())
