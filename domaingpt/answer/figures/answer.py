"""The cell that a question asks for → the answer: what it is of, the figure with its unit, and its citations.

Every number of the answer stands in a quote: the figure in its row, the date in the lines that name the column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domaingpt.answer.compose import Draft
from domaingpt.answer.figures.choosing import MAX_CHARACTERS, Figure, Read, find_figure
from domaingpt.answer.figures.periods import MONTH_NAMES, Day
from domaingpt.answer.figures.printed import REMARK, SCALE
from domaingpt.chunks import chunk_id, page_at, section_paths
from domaingpt.index import Index
from domaingpt.retrieval.quoting import MAX_QUOTE_CHARACTERS
from domaingpt.types import Chunk, Document, Evidence, Hit

SPANS = {3: "three months", 6: "six months", 9: "nine months", 12: "twelve months"}
PER_SHARE = re.compile(r"\bper (?:\w+ )?(?:shares?|units?|rsu|ads)\b|\beps\b", re.IGNORECASE)
COUNTED = re.compile(r"\b(?:shares|units|rsus|stock units)\b", re.IGNORECASE)
# As in: In millions, except number of shares which are reflected in thousands.
SHARES_SCALE = re.compile(
    r"\b(?:shares?|units?)\b[^,;()]{0,60}?\bin (?P<scale>thousand|million|billion)s", re.IGNORECASE
)
DECIMALS = re.compile(r"\.\d\d+$")
DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def figure_answer(question: str, hits: Sequence[Hit], index: Index, read: Read) -> Draft | None:
    """Return the answer to a question for one figure of a table; None if no one figure is certain.

    Args:
        question: In the user's words.
        hits: What retrieval found, best first.
        index: For terms and their rarity.
        read: Gives a document by its path.
    """
    paths = [hit.chunk.document for hit in hits if hit.chunk.end <= MAX_CHARACTERS]
    figure = find_figure(question, paths, read, index.terms, index.idf)
    return None if figure is None else drafted(figure)


def drafted(figure: Figure) -> Draft | None:
    """Return the answer that states a figure; None if its unit is not known, or a number would stand in no quote."""
    amount = _amount(figure)
    spans = _spans(figure)
    if amount is None or any(end - start > MAX_QUOTE_CHARACTERS for start, end in spans):
        return None
    said = ", ".join(filter(None, [_name(figure), _period(figure)]))
    cited = tuple(_evidence(figure.document, start, end, figure.score) for start, end in spans)
    text = f"{said}: {amount}"  # the figure stands last, so that nothing hides it
    quoted = set(NUMBER.findall(" ".join(item.quote for item in cited)))
    if not set(NUMBER.findall(text)) <= quoted:
        return None
    return Draft(text + "".join(f" [{n}]" for n in range(1, len(cited) + 1)), cited, written=False)


def _name(figure: Figure) -> str:
    """Return the row's label, with the heading over it and the table's title where these answer to the question."""
    name = " ".join(figure.row.label.split())
    over = [heading.rstrip(" :") for heading in figure.row.headings if not DIGIT.search(heading)]
    if over and figure.fit.needs_heading:
        name = f"{over[-1]}: {name}"
    title = " ".join(REMARK.sub(" ", figure.table.title).split()).rstrip(" :")
    return f"{name} ({title})" if figure.fit.needs_title and not DIGIT.search(title) else name


def _period(figure: Figure) -> str:
    column = figure.column
    if column.end is None:
        return ""
    date = _date(column.end)
    return f"{SPANS[column.months]} ended {date}" if column.months in SPANS else date


def _date(day: Day) -> str:
    if day.month is None:
        return str(day.year)
    month = MONTH_NAMES[day.month - 1]
    return f"{month} {day.day}, {day.year}" if day.day else f"{month} {day.year}"


def _amount(figure: Figure) -> str | None:
    """Return the figure with its unit; None if the unit is not said."""
    row, table, cell = figure.row, figure.table, figure.cell
    number = re.sub(r"\s+", "", cell.text)
    if cell.is_percent:
        return number
    over = f"{row.label} {' '.join(row.headings)} {table.title}"
    currency = "" if cell.currency else table.currency
    if PER_SHARE.search(over) and DECIMALS.search(cell.digits):
        return currency + number
    counted = COUNTED.search(f"{row.label} {' '.join(row.headings)}")
    is_count = counted is not None and not any(other.currency for _, other in row.cells)
    scale = (SHARES_SCALE.search(table.unit) if is_count else None) or SCALE.search(table.unit)
    if scale is None:  # in a sheet an amount with its currency is whole; on a printed page it may be cut
        return number if cell.currency and not figure.document.pages else None
    number = f"{number} {scale['scale'].lower()}"
    return f"{number} {counted[0].lower()}" if counted and is_count else currency + number


def _spans(figure: Figure) -> list[tuple[int, int]]:
    """Return where the row, the names of its columns and its unit stand in the document."""
    row, table, text = figure.row, figure.table, figure.document.text
    start, end = table.header
    while end - start > MAX_QUOTE_CHARACTERS and (cut := text.find("\n", start, end)) >= 0:
        rest = text[cut + 1 : end]
        start = end - len(rest.lstrip())
    spans = [(row.start, row.end), (start, end)][: 1 if start == end else 2]  # a row may hold its columns' names
    if table.unit_span is not None and not figure.cell.is_percent:
        spans.append(table.unit_span)
    return spans


def _evidence(document: Document, start: int, end: int, score: float) -> Evidence:
    text = document.text[start:end]
    page, section = page_at(document.pages, start), section_paths(document)(start)
    chunk = Chunk(chunk_id(document.path, start, end, text), document.path, start, end, text, page, page, section)
    return Evidence(chunk, start, end, text, score, page, section)
