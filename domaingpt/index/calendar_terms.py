"""Dates and quarters → terms that do not depend on how they are written, for English text.

"June 25, 2022", "25 June 2022" and "Jun. 25, 2022" all give the term that "2022-06-25" gives by itself.
"third quarter of fiscal 2022", "Q3 FY22", "3Q22" and "2022 Q3" all give "q3", "2022" and "2022q3". The words
themselves stay terms besides. A date in figures alone (3/4/2022) is left: its order is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|"
        "october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
# White space is bounded: else a line of nothing but spaces would take the square of its length.
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_YEAR = r"(?:19|20)\d\d"
_FISCAL = r"(?:(?:fiscal|financial|calendar)\s{1,4})?(?:year\s{1,4})?(?:fy)?\s?'?’?"
_ORDINAL = "|".join(QUARTERS)
_QUARTER = rf"(?:q(?P<q>[1-4])|(?P<nth>{_ORDINAL})\s{{1,4}}(?:(?:fiscal|financial|calendar)\s{{1,4}})?quarter)"
DATE = re.compile(
    rf"\b(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,4}}(?:of\s{{1,4}})?)?{_MONTH}"
    rf"(?:\s{{1,4}}(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?=\s{{0,4}},|\s{{1,4}}\d{{4}}\b))?(?:\s{{0,4}},\s{{0,4}}|\s{{1,4}})(?:of\s{{1,4}})?(?P<year>{_YEAR})\b"
)
QUARTER_THEN_YEAR = re.compile(
    rf"\b{_QUARTER}(?:\s{{0,4}}[,/-]?\s{{0,4}}(?:(?:of|in)\s{{1,4}})?(?:the\s{{1,4}})?{_FISCAL}(?P<year>{_YEAR}|(?<=[y'’])\d\d)\b)?"
)
YEAR_THEN_QUARTER = re.compile(
    rf"\b{_FISCAL}(?P<year>{_YEAR}|(?<=[y'’])\d\d)(?:\s{{0,4}}[,/-]?\s{{0,4}}(?:the\s{{1,4}})?{_QUARTER})\b"
)
SHORT_QUARTER = re.compile(rf"\b(?P<q>[1-4])q\s?(?:fy)?'?’?(?P<year>{_YEAR}|\d\d)\b")
FISCAL_YEAR = re.compile(rf"\bfy\s?'?’?(?P<year>{_YEAR}|\d\d)\b")
# What the patterns above need somewhere; most texts have none of it, and are not tried by them.
ANY_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ANY_QUARTER = re.compile(r"quarter|q[1-4]|[1-4]q|fy")


def calendar_terms(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (term, start, end) for the dates and quarters of a folded text."""
    if ANY_YEAR.search(text):
        yield from _date_terms(text)
    if ANY_QUARTER.search(text):
        yield from _all_quarter_terms(text)


def _date_terms(text: str) -> Iterator[tuple[str, int, int]]:
    for match in DATE.finditer(text):
        day = match["before"] or match["after"]
        month = f"{match['year']}-{MONTHS[match['month']]:02}"
        yield month, *match.span()
        if day and 1 <= int(day) <= 31:
            yield f"{month}-{int(day):02}", *match.span()


def _all_quarter_terms(text: str) -> Iterator[tuple[str, int, int]]:
    taken = bytearray(len(text))  # 1 where a pattern has matched; an earlier one goes before a later one
    for pattern in (YEAR_THEN_QUARTER, SHORT_QUARTER, QUARTER_THEN_YEAR):
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                yield from _quarter_terms(match)
    for match in FISCAL_YEAR.finditer(text):
        yield _whole_year(match["year"]), *match.span()


def _quarter_terms(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    groups = match.groupdict()
    number = groups.get("q") or QUARTERS[groups["nth"]]
    if f"q{number}" not in match[0]:  # else it is a term as it stands
        yield f"q{number}", *match.span()
    if groups["year"]:
        yield f"{_whole_year(groups['year'])}q{number}", *match.span()


def _whole_year(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"
