"""A question for one figure + the documents found → the one cell of their tables that it asks for, or nothing.

No model is asked. The row that the question words best, in the column of the time it names: where either has a
rival of another value nothing is said, and the answer is left to the ordinary way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from domaingpt.answer.figures.columns import Cell, Column
from domaingpt.answer.figures.fiscal import Calendar, calendar_of
from domaingpt.answer.figures.named import named_tables
from domaingpt.answer.figures.periods import Asked, asked_period, fits, without_period
from domaingpt.answer.figures.printed import Row, Table, printed_tables
from domaingpt.answer.figures.row_match import SHIFTED, Fit, Idf, RowMatch
from domaingpt.answer.figures.wording import Terms, asked_terms, content_terms
from domaingpt.chunks import readable_name
from domaingpt.chunks.identity import identity
from domaingpt.types import Document

# Set on the tuning half of the questions in benchmarks/results/figures_asked.json.
MIN_COVER = 0.75
MIN_OWN = 0.5
MARGIN = 0.12  # by which the best row leads those of another value
MAX_DOCUMENTS = 4  # read for one question; a report's figures stand in it and in the next year's
# A longer document is not read for its tables: reading costs about a second a million characters on a loaded
# machine; the longest quarterly report at hand has a quarter of this. Guess, unmeasured beyond that.
MAX_CHARACTERS = 1_000_000
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
        fit: Of the row, to the question.
        score: Comparable within one question; higher is better.
    """

    document: Document
    table: Table
    row: Row
    column: Column
    cell: Cell
    fit: Fit
    score: float


def find_figure(question: str, paths: Sequence[str], read: Read, terms: Terms, idf: Idf) -> Figure | None:
    """Return the one figure that a question asks for; None if there is none, or a rival.

    Args:
        question: In the user's words.
        paths: Documents that retrieval found, best first, repeats allowed.
        read: Gives a document by its path.
        terms: The index's analysis of text.
        idf: How rare each term is.
    """
    ranked = sorted(candidates(question, paths, read, terms, idf), key=lambda found: -found.score)
    if not ranked or ranked[0].fit.cover < MIN_COVER or ranked[0].fit.own < MIN_OWN:
        return None
    best = ranked[0]
    rivals = (other for other in ranked if other.score > best.score - MARGIN and not best.fit.outdoes(other.fit))
    return best if all(_is_same(best.cell, other.cell) for other in rivals) else None


def candidates(question: str, paths: Sequence[str], read: Read, terms: Terms, idf: Idf) -> Iterator[Figure]:
    """Yield the figures of the time that a question names, of documents that bear the names it gives."""
    asked = asked_period(question)
    if asked is None:
        return
    needed, optional = asked_terms(without_period(question, asked), terms)
    documents = _documents(needed, paths, read, terms)
    if not asked.is_named and len(documents) != 1:
        return  # "What was its net income?": of which report is not said
    for document, names in documents:
        match = RowMatch(question, [w for w in needed if w not in names] or needed, optional, terms=terms, idf=idf)
        tables = printed_tables(document) if document.pages else named_tables(document)
        calendar = calendar_of(document, tables)
        for table in tables:
            if any(column is not None and _is_asked(asked, column, calendar) for column in table.columns):
                yield from _of_table(document, table, asked, calendar, match)


def _of_table(document: Document, table: Table, asked: Asked, calendar: Calendar, match: RowMatch) -> Iterator[Figure]:
    for row in table.rows:
        cells = [
            (column, cell)
            for column, cell in row.cells
            if cell.digits and _is_asked(asked, column, calendar) and match.is_of_kind(row, cell)
        ]
        fit = match.fit(row, table) if cells else None
        if fit is not None:
            for column, cell in cells:
                is_shifted = asked.at and column.months is not None  # "at June 30" asks for no flow to June 30
                score = fit.cover + fit.precision - is_shifted * SHIFTED
                yield Figure(document, table, row, column, cell, fit, score)


def _documents(
    needed: Sequence[str], paths: Sequence[str], read: Read, terms: Terms
) -> list[tuple[Document, frozenset[str]]]:
    """Return the documents, with the words of their names, that bear each name a question gives of any."""
    found = [(document, _names(document, terms)) for document in map(read, dict.fromkeys(paths))]
    asked = frozenset(needed) & frozenset(name for _, names in found for name in names)
    return [(d, names) for d, names in found if asked <= names and len(d.text) <= MAX_CHARACTERS][:MAX_DOCUMENTS]


def _is_asked(asked: Asked, column: Column, calendar: Calendar) -> bool:
    if not asked.is_named:
        return column.end is not None and column.end == calendar.latest and asked.months in (None, column.months)
    return fits(asked, column.end, column.months, calendar.year_end, says_quarter=calendar.says_quarter)


def _names(document: Document, terms: Terms) -> frozenset[str]:
    """Return the words by which a document is called: whose it is, its title, its file's name."""
    text = f"{identity(document)} {document.title} {readable_name(document.path)}"
    return frozenset(term for term in content_terms(text, terms) if term.isalpha())


def _is_same(one: Cell, other: Cell) -> bool:
    return (one.digits, one.is_percent) == (other.digits, other.is_percent)
