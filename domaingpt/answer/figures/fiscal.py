"""The fiscal calendar of a document, read off the dates of its own tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domaingpt.answer.figures.periods import DAYS_IN_MONTH, Day
from domaingpt.answer.figures.printed import Table
from domaingpt.types import Document

# "the third quarter of 2022", "Q3 2022": quarters of a year that is not called fiscal.
BARE_QUARTER = re.compile(
    r"\b(?:q[1-4]|(?:first|second|third|fourth) quarters?)(?: and first (?:six|nine) months)?,? (?:of )?"
    r"(?:19|20)\d\d\b",
    re.IGNORECASE,
)
FULL_YEAR = 12
THEN_AND_NOW = 2  # columns of a balance sheet
RARE = 4  # A date this many times rarer than the commonest is not the report's own. Guess, unmeasured.


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a document's dates say.

    Attributes:
        latest: The last day that its columns are of; None if it has none.
        year_end: Month in which its fiscal year ends; None if it cannot be told.
        says_quarter: Whether it writes "third quarter of 2022" for its own quarters.
    """

    latest: Day | None
    year_end: int | None
    says_quarter: bool


def calendar_of(document: Document, tables: Sequence[Table]) -> Calendar:
    """Return the calendar that a document's tables imply.

    A report of nine months to June has its year end in September; one whose balance sheet compares June
    with the September before, too. A report of three months alone tells it by its balance sheet only.
    """
    named = [[column for column in table.columns if column is not None] for table in tables]
    dates = Counter((c.end, c.months) for found in named for c in found if c.end is not None and c.end.day is not None)
    spans = {months for _, months in dates if months is not None}
    ends: Counter[Day] = Counter()
    for (end, months), n in dates.items():
        ends[end] += n if months is not None or not spans else 0
    usual = max(ends.values(), default=0)
    if not usual:
        return Calendar(None, None, says_quarter=False)
    latest = max((end for end, n in ends.items() if n * RARE >= usual), key=Day.number)
    balance = Counter(
        min((column.end for column in pair if column.end is not None), key=Day.number)
        for pair in named
        if len(pair) == THEN_AND_NOW and all(c.months is None and c.end is not None for c in pair)
    )
    year_end = None
    for before, _ in balance.most_common(1):
        elapsed = round((latest.nominal().number() - before.nominal().number()) / DAYS_IN_MONTH)
        if elapsed in (3, 6, 9, FULL_YEAR):
            year_end = before.nominal().month
    if year_end is None and spans and (longest := max(spans)) in (6, 9, FULL_YEAR):
        year_end = latest.nominal().plus_months(FULL_YEAR - longest).month
    return Calendar(latest, year_end, says_quarter=BARE_QUARTER.search(document.text) is not None)
