"""How well the rows of tables answer the words of one question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from domaingpt.answer.figures.columns import Cell
from domaingpt.answer.figures.printed import Row, Table
from domaingpt.answer.figures.wording import (
    CHANGE,
    COUNT,
    PERCENT,
    RELATIONS,
    Terms,
    content_terms,
    is_same_stem,
    name_terms,
)

# Set on the tuning half of the questions in benchmarks/results/figures_asked.json.
HEADING_WEIGHT = 0.25  # of a word of a heading over a row, where a row's own weighs 1
TITLE_CREDIT = 0.8  # for a word of the question that only the table's title holds
MINOR = frozenset(["total", "net"])  # words of labels that questions leave out
MINOR_WEIGHT = 0.3
SHIFTED = 0.3  # taken off the precision of a figure of another kind than was asked for
PARENTHESES = re.compile(r"\([^()]*\)")
CENTS = re.compile(r"\.\d\d$")
Idf = Callable[[Sequence[str]], list[float]]
_Weighted = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Fit:
    """What a row says of what was asked.

    Attributes:
        held: Words of the question that the row or the headings over it hold.
        extra: Words of theirs that the question does not hold.
        needs_heading: Whether the headings hold words of the question that the row does not.
        needs_title: Whether only the table's title holds some of them.
        own: Share, 0 to 1, of the row's own words that the question holds.
        cover: Share, 0 to 1, of the question, rare words counting more, that row, headings and title hold.
        precision: Share, at most 1, of the row's words and the headings' that the question holds, less what
            is taken off for being a change where none is asked for.
    """

    held: frozenset[str]
    extra: frozenset[str]
    needs_heading: bool
    needs_title: bool
    own: float
    cover: float
    precision: float

    def outdoes(self, other: Fit) -> bool:
        """Return whether another row says no more of what was asked, and more of what was not, or less of both."""
        return (
            other.held <= self.held
            and other.extra >= self.extra
            and (other.held, other.extra) != (self.held, self.extra)
        )


class RowMatch:
    """Compares rows with one question.

    Args:
        question: In the user's words.
        needed: Its terms that a row should hold.
        optional: Its terms that a row may hold.
        terms: The index's analysis of text.
        idf: How rare each term is.
    """

    def __init__(
        self, question: str, needed: Sequence[str], optional: Sequence[str], *, terms: Terms, idf: Idf
    ) -> None:
        self._needed = list(needed)
        self._weights = [1 + weight for weight in idf(self._needed)]
        self._asked = frozenset([*needed, *optional])
        self._names = [term for term in name_terms(question, terms) if term in needed]
        self._terms = terms
        self._read_before: dict[str, _Weighted] = {}
        folded = question.lower()
        self._relations = {term for match in RELATIONS.finditer(folded) for term in terms(match[0])}
        self._relates = RELATIONS.search(folded) is not None
        self._changes = CHANGE.search(folded) is not None
        self._counts = COUNT.search(folded) is not None
        self._asks_percent = PERCENT.search(folded) is not None

    def fit(self, row: Row, table: Table) -> Fit | None:
        """Return how a row fits; None if it lacks a name of the question, or the relation asked for."""
        label, headings = self._read(row.label), self._read(" ".join(row.headings))
        own, above, titled = _words(label), _words(headings), _words(self._read(table.title))
        everywhere = own | above | titled
        if not all(_held(name, everywhere) for name in self._names):
            return None
        if self._relates and not all(_held(term, everywhere) for term in self._relations):
            return None
        own_or_aside = own | {t for part in PARENTHESES.findall(row.label) for t in _words(self._read(part[1:-1]))}
        in_row = [_held(word, own_or_aside | above) for word in self._needed]
        in_title = [_held(word, titled) and not held for word, held in zip(self._needed, in_row, strict=True)]
        held = frozenset(word for word in self._asked if _held(word, own_or_aside | above))
        headings = [(term, HEADING_WEIGHT * weight) for term, weight in headings if term not in own]
        precision = self._share([*label, *headings])
        if not self._changes and CHANGE.search(f"{row.label} {' '.join(row.headings)}"):
            precision -= SHIFTED
        return Fit(
            held=held,
            extra=frozenset(term for term in own | above if term not in MINOR and not _held(term, self._asked)),
            needs_heading=any(not _held(word, own_or_aside) for word in held),
            needs_title=any(in_title),
            own=self._share(label),
            cover=self._cover(in_row, in_title),
            precision=precision,
        )

    def is_of_kind(self, row: Row, cell: Cell) -> bool:
        """Return whether a cell is a percentage, or a count, if that is asked for, and no percentage if not."""
        if self._counts and (cell.currency or cell.is_percent or CENTS.search(cell.digits)):
            return False
        if cell.is_percent:
            return self._asks_percent
        return not self._asks_percent or PERCENT.search(f"{row.label} {' '.join(row.headings)}".lower()) is not None

    def _cover(self, in_row: Sequence[bool], in_title: Sequence[bool]) -> float:
        credits_ = [1 if row else TITLE_CREDIT * title for row, title in zip(in_row, in_title, strict=True)]
        total = sum(self._weights)
        return sum(c * w for c, w in zip(credits_, self._weights, strict=True)) / total if total else 0.0

    def _share(self, weighted: _Weighted) -> float:
        """Return the share of some words, by weight, that the question holds."""
        total = sum(weight for _, weight in weighted)
        return sum(weight for term, weight in weighted if _held(term, self._asked)) / total if total else 0.0

    def _read(self, text: str) -> _Weighted:
        """Return the terms of a label with their weights; what stands in parentheses is left out."""
        if text not in self._read_before:
            found = content_terms(PARENTHESES.sub(" ", text), self._terms)
            self._read_before[text] = [(term, MINOR_WEIGHT if term in MINOR else 1.0) for term in found]
        return self._read_before[text]


def _words(weighted: _Weighted) -> set[str]:
    return {term for term, _ in weighted}


def _held(term: str, among: AbstractSet[str]) -> bool:
    return term in among or any(is_same_stem(term, other) for other in among)
