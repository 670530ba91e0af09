"""A question for one figure + the documents found → the one cell of their tables that it asks for, or nothing.

No model is asked. The row whose label the question words best, in the column of the time it names, with the
unit that stands above: where any of the three has a rival of another value, nothing is said, and the answer is
left to the ordinary way. The figure is cited with its row and with the lines that name its column and unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from domaingpt.answer.columns import Cell, Column
from domaingpt.answer.fiscal import Calendar, calendar_of
from domaingpt.answer.periods import Asked, asked_period, fits, without_period
from domaingpt.answer.printed import Row, Table, printed_tables
from domaingpt.answer.wording import CHANGE, COUNT, PERCENT, RELATIONS, Terms, asked_terms, content_terms, is_same_stem, name_terms
from domaingpt.chunks import readable_name
from domaingpt.chunks.identity import identity
from domaingpt.types import Document

# Set on the tuning half of benchmarks/filings_questions.jsonl (benchmarks/results/figures_asked.json).
MIN_COVER = 0.75  # share of the question's words, by rarity, that row, headings and title hold
MIN_PRECISION = 0.5  # share of the row's words that the question holds
MARGIN = 0.12  # by which the best row leads those of another value
HEADING_WEIGHT, TITLE_CREDIT = 0.25, 0.8
MINOR = frozenset(["total", "net"])  # words of labels that questions leave out
MINOR_WEIGHT = 0.3
SHIFTED = 0.3  # taken off a figure of a span where a moment is asked for, and of a change where none is
MAX_DOCUMENTS = 4
PARENTHESES = re.compile(r"\([^()]*\)")
Idf = Callable[[Sequence[str]], list[float]]
Read = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell, with what it is of.

    Attributes:
        document: It stands in.
        table: Of it.
        row: Of it.
        column: Of it.
        cell: Itself.
        held: Words of the question that its row or the headings over it hold.
        needs_heading: Whether a heading over the row holds words of the question that the row does not.
        extra: Words of its row or the headings over it that the question does not hold.
        own: Share, 0 to 1, of the row's own words that the question holds.
        cover: Share, 0 to 1, of the question that the row answers to.
        precision: Share, 0 to 1, of the row's words and the headings' that the question holds.
    """

    document: Document
    table: Table
    row: Row
    column: Column
    cell: Cell
    held: frozenset[str]
    needs_heading: bool
    extra: frozenset[str]
    own: float
    cover: float
    precision: float

    @property
    def score(self) -> float:
        """How well the row fits; higher is better."""
        return self.cover + self.precision


def find_figure(question: str, paths: Sequence[str], read: Read, terms: Terms, idf: Idf) -> Figure | None:
    """Return the one figure that a question asks for; None if there is none, or a rival.

    Args:
        question: In the user's words.
        paths: Documents that retrieval found, best first, repeats allowed.
        read: Gives a document by its path.
        terms: The index's analysis of text.
        idf: How rare each term is.
    """
    ranked = sorted(_candidates(question, paths, read, terms, idf), key=lambda found: -found.score)
    if not ranked:
        return None
    best = ranked[0]
    if best.cover < MIN_COVER or best.own < MIN_PRECISION:
        return None
    rivals = (other for other in ranked[1:] if other.score > best.score - MARGIN and not _outdone(other, best))
    return None if any(_differ(best, other) for other in rivals) else best


def _candidates(question: str, paths: Sequence[str], read: Read, terms: Terms, idf: Idf) -> Iterator[Figure]:
    asked = asked_period(question)
    if asked is None:
        return
    words, optional = asked_terms(without_period(question, asked), terms)
    found = [read(path) for path in list(dict.fromkeys(paths))]
    names = [frozenset(_name_terms(document, terms)) for document in found]
    named = frozenset(words) & frozenset().union(*names)
    documents = [(d, own) for d, own in zip(found, names, strict=True) if d.pages and named <= own][:MAX_DOCUMENTS]
    if not asked.is_named and len(documents) != 1:
        return
    for document, own in documents:
        match = _Match([word for word in words if word not in own] or words, optional, question, terms, idf)
        tables = printed_tables(document)
        calendar = calendar_of(document, tables)
        for table in tables:
            if not any(column is not None and _is_asked(asked, column, calendar) for column in table.columns):
                continue
            for row in table.rows:
                cells = [(column, cell) for column, cell in row.cells if _is_asked(asked, column, calendar)]
                if cells and (fit := match.of(row, table)):
                    for column, cell in cells:
                        if cell.digits and match.kind_fits(row, cell):
                            *said, cover, precision = fit
                            if asked.at and column.months is not None:
                                precision -= SHIFTED
                            yield Figure(document, table, row, column, cell, *said, cover, precision)


def _is_asked(asked: Asked, column: Column, calendar: Calendar) -> bool:
    if not asked.is_named:
        return column.end == calendar.latest and asked.months in (None, column.months)
    return fits(asked, column.end, column.months, calendar.year_end, says_quarter=calendar.says_quarter)


class _Match:
    """How well rows fit the words of one question."""

    def __init__(self, words: Sequence[str], optional: Sequence[str], question: str, terms: Terms, idf: Idf) -> None:
        self._words = list(words)
        self._asked = frozenset([*words, *optional])
        self._weights = [1 + weight for weight in idf(self._words)]
        self._names = [term for term in name_terms(question, terms) if term in words]
        self._terms = terms
        self._cache: dict[str, list[tuple[str, float]]] = {}
        folded = question.lower()
        self._relations = {term for match in RELATIONS.finditer(folded) for term in terms(match[0])}
        self._relates = RELATIONS.search(folded) is not None
        self._changes = CHANGE.search(folded) is not None
        self._counts = COUNT.search(folded) is not None
        self._asks_percent = PERCENT.search(folded) is not None

    def of(self, row: Row, table: Table) -> tuple[frozenset[str], bool, frozenset[str], float, float, float] | None:
        """Return `Figure.held` and what follows it there; None if the question asks for a relation that the row is not of."""
        label, headings, title = self._read(row.label), self._read(" ".join(row.headings)), self._read(table.title)
        own = {term for term, _ in label}
        above = {term for term, _ in headings}
        if self._relates and not all(_held(term, own | above | {t for t, _ in title}) for term in self._relations):
            return None
        titled = {term for term, _ in title}
        if not all(_held(name, own | above | titled) for name in self._names):
            return None
        credit = 0.0
        aside = {term for part in PARENTHESES.findall(row.label) for term, _ in self._read(part[1:-1])}  # "(loss)"
        for word, weight in zip(self._words, self._weights, strict=True):
            if _held(word, own | above | aside):
                credit += weight
            elif _held(word, titled):
                credit += TITLE_CREDIT * weight
        total = sum(self._weights)
        headings = [(term, HEADING_WEIGHT * weight) for term, weight in headings if term not in own]
        own_share, precision = self._share(label), self._share([*label, *headings])
        if not self._changes and CHANGE.search(f"{row.label} {' '.join(row.headings)}"):
            precision -= SHIFTED
        here = frozenset(word for word in self._asked if _held(word, own | above | aside))
        extra = frozenset(term for term in own | above if term not in MINOR and not _held(term, self._asked))
        needs_heading = any(not _held(word, own | aside) for word in here)
        return here, needs_heading, extra, own_share, credit / total if total else 0.0, precision

    def _share(self, weighted: Sequence[tuple[str, float]]) -> float:
        """Return the share of some words, by weight, that the question holds."""
        total = sum(weight for _, weight in weighted)
        return sum(weight for term, weight in weighted if _held(term, self._asked)) / total if total else 0.0

    def kind_fits(self, row: Row, cell: Cell) -> bool:
        """Return whether a cell is a percentage, or a count, if that is asked for."""
        if self._counts and (cell.currency or cell.is_percent or re.search(r"\.\d\d$", cell.digits)):
            return False
        if cell.is_percent:
            return self._asks_percent
        return not self._asks_percent or PERCENT.search(f"{row.label} {' '.join(row.headings)}".lower()) is not None

    def _read(self, text: str) -> list[tuple[str, float]]:
        """Return the terms of a label with their weights; what stands in parentheses is left out."""
        if text not in self._cache:
            found = content_terms(PARENTHESES.sub(" ", text), self._terms)
            weights = [MINOR_WEIGHT if term in MINOR else 1.0 for term in found]
            self._cache[text] = list(zip(found, weights, strict=True))
        return self._cache[text]


def _held(term: str, among: frozenset[str] | set[str]) -> bool:
    return term in among or any(is_same_stem(term, other) for other in among)


def _name_terms(document: Document, terms: Terms) -> list[str]:
    text = f"{identity(document)} {document.title} {readable_name(document.path)}"
    return [term for term in content_terms(text, terms) if term.isalpha()]


def _outdone(one: Figure, best: Figure) -> bool:
    """Return whether a row says no more of what was asked than the best one, and more of what was not, or less of both."""
    return one.held <= best.held and one.extra >= best.extra and (one.held, one.extra) != (best.held, best.extra)


def _differ(one: Figure, other: Figure) -> bool:
    return (one.cell.digits, one.cell.is_percent) != (other.cell.digits, other.cell.is_percent)
