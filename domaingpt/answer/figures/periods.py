"""The time that a question asks about, and the time that a column of a table is of.

"June 25, 2022", "third quarter of fiscal 2022", "the nine months ended ...", "a year earlier" on one side;
"Three Months Ended", "Oct 1, 2022" on the other. A fiscal quarter becomes a date by the fiscal year of the
document that is read. English only, as in `domaingpt.index.calendar_terms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from domaingpt.index.calendar_terms import DATE, MONTHS, QUARTER_THEN_YEAR, QUARTERS, SHORT_QUARTER, YEAR_THEN_QUARTER
from domaingpt.index.terms import fold

# A fiscal quarter of whole weeks ends so near the end of its month: a week each way, and one that
# accumulates until a 53rd week is put in. Guess, unmeasured.
MAX_DRIFT_DAYS = 16
DAYS_IN_MONTH = 30.44
_NUMBERS = {"three": 3, "six": 6, "nine": 9, "twelve": 12, "3": 3, "6": 6, "9": 9, "12": 12}
_WEEKS = {"twelve": 3, "thirteen": 3, "fourteen": 3, "twenty-six": 6, "thirty-nine": 9, "fifty-two": 12}
_WEEKS |= {"fifty-three": 12, "12": 3, "13": 3, "14": 3, "26": 6, "27": 6, "39": 9, "40": 9, "52": 12, "53": 12}
SPAN = re.compile(
    rf"\b(?:(?P<months>{'|'.join(_NUMBERS)})[\s-]{{1,4}}months?|(?P<weeks>{'|'.join(_WEEKS)})[\s-]{{1,4}}weeks?"
    r"|(?P<quarter>quarter(?:ly)?(?:\s{1,4}period)?)|(?P<half>half[\s-]{1,4}year|half)|(?P<year>fiscal\s{1,4}year|years?))"
    r"(?:\s{1,4}(?:periods?\s{1,4})?(?P<ended>end(?:ed|ing)))?\b"
)
END_OF = re.compile(r"\b(?:at|by|as of)\s{1,4}(?:the\s{1,4})?(?:end|close)\b|\b(?:year|quarter)[\s-]end\b")
YEAR_EARLIER = re.compile(
    r"\b(?:(?:a|one|the)\s+year\s+(?:earlier|before|ago|prior)|(?:prior|previous|last|preceding)[\s-]+year(?:'s|’s)?"
    r"(?:\s+(?:period|quarter))?|year[\s-]ago)\b"
)
FIRST_MONTHS = re.compile(rf"\bfirst\s{{1,4}}(?P<n>{'|'.join(_NUMBERS)})\s{{1,4}}months\b")
FISCAL = re.compile(r"\b(?:fiscal|financial)\b|\bfy\s?'?\d")
LONE_YEAR = re.compile(r"\b(?P<year>(?:19|20)\d\d)\b")


MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """A date, or as much of it as is said."""

    year: int
    month: int | None = None
    day: int | None = None

    def number(self) -> float:
        """Return days on a scale where months are equally long; the end of the month if no day is said."""
        return ((self.year * 12 + (self.month or 12) - 1) + (self.day or 31) / 31) * DAYS_IN_MONTH

    def plus_months(self, n: int) -> Day:
        """Return the end of the month so many months later."""
        months = self.year * 12 + (self.month or 12) - 1 + n
        return Day(months // 12, months % 12 + 1)

    def nominal(self) -> Day:
        """Return the month whose end is nearest."""
        here = Day(self.year, self.month or 12)
        return min((here.plus_months(n) for n in (-1, 0)), key=lambda end: abs(end.number() - self.number()))


@dataclass(frozen=True, slots=True)
class Asked:
    """The time a question names.

    Attributes:
        end: Its date, or the last of its span; None if it names a fiscal quarter or no time at all.
        months: Length of the span; None if the question does not say, or asks for one moment.
        quarter: 1 to 4, with `year`.
        year: Of the quarter, or a year named by itself.
        is_fiscal: Whether it says that the year is a fiscal one.
        at: Whether it asks for a moment, not for a span.
        spans: Where these words stand in the folded question.
    """

    end: Day | None = None
    months: int | None = None
    quarter: int | None = None
    year: int | None = None
    is_fiscal: bool = False
    at: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether it names any time."""
        return self.end is not None or self.year is not None or self.quarter is not None


def asked_period(question: str) -> Asked | None:
    """Return the time a question names, an empty one if it names none; None if it names two, or one half."""
    text = fold(question)
    dates = {_day(match) for match in DATE.finditer(text)}
    spans = [match.span() for match in DATE.finditer(text)]
    quarters: set[tuple[int, int | None]] = set()
    for pattern in (YEAR_THEN_QUARTER, SHORT_QUARTER, QUARTER_THEN_YEAR):
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in spans):
                spans.append(match.span())
                quarters.add(_quarter(match))
    lengths = {months for match in SPAN.finditer(text) if (months := span_months(match, within=text)) is not None}
    spans += [match.span() for match in SPAN.finditer(text) if not match["year"]]
    rest = _without(text, spans)
    years = {int(match["year"]) for match in LONE_YEAR.finditer(rest)}
    spans += [match.span() for match in LONE_YEAR.finditer(rest)]
    if len(dates) > 1 or len(quarters) > 1 or len(lengths) > 1 or len(years) > 1:
        return None
    asked = _assembled(text, dates, quarters, lengths, years)
    if asked is None:
        return None
    earlier = YEAR_EARLIER.search(text)
    if earlier:
        spans.append(earlier.span())
        asked = _a_year_earlier(asked)
    return None if asked is None else replace(asked, spans=tuple(spans))


def _assembled(
    text: str, dates: set[Day], quarters: set[tuple[int, int | None]], lengths: set[int], years: set[int]
) -> Asked | None:
    at_end = bool(END_OF.search(text))
    months = next(iter(lengths), None)
    is_fiscal = bool(FISCAL.search(text))
    if dates:
        (end,) = dates
        before = text[: min(match.start() for match in DATE.finditer(text))].rstrip()
        at = months is None and (at_end or bool(re.search(r"\b(?:at|on|of|as of|as at|by)$", before)))
        return Asked(end=end, months=None if at_end else months, at=at or at_end)
    if quarters:
        ((quarter, year),) = quarters
        year = year or next(iter(years), None)
        if year is None:
            return None
        return Asked(
            months=None if at_end else (months if months is not None else 3),
            quarter=quarter, year=year, is_fiscal=is_fiscal, at=at_end,
        )  # fmt: skip
    first = FIRST_MONTHS.search(text)
    if years:
        (year,) = years
        if first and months:
            return Asked(months=months, quarter=months // 3, year=year, is_fiscal=is_fiscal)
        if months is not None and months != 12:
            return None
        return Asked(months=None if at_end else 12, year=year, is_fiscal=is_fiscal, at=at_end)
    return Asked(months=months, at=at_end)


def _a_year_earlier(asked: Asked) -> Asked | None:
    if asked.end is not None:
        return replace(asked, end=Day(asked.end.year - 1, asked.end.month))
    return replace(asked, year=asked.year - 1) if asked.year is not None else None


def span_months(match: re.Match[str], *, within: str) -> int | None:
    """Return how many months a match of SPAN is long; None if it only counts years or quarters."""
    if match["months"]:
        return _NUMBERS[match["months"]]
    if match["weeks"]:
        return _WEEKS[match["weeks"]]
    if match["quarter"]:
        return 3
    if match["half"]:
        return 6
    return 12 if match["ended"] and within else None


def _day(match: re.Match[str]) -> Day:
    day = match["before"] or match["after"]
    return Day(int(match["year"]), MONTHS[match["month"]], int(day) if day else None)


def _quarter(match: re.Match[str]) -> tuple[int, int | None]:
    groups = match.groupdict()
    number = int(groups.get("q") or QUARTERS[groups["nth"]])
    year = groups["year"]
    return number, None if not year else int(year if len(year) == 4 else f"20{year}")


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text with the spans blanked."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def without_period(question: str, asked: Asked) -> str:
    """Return a folded question without the words for its time."""
    return _without(fold(question), asked.spans)


def fits(asked: Asked, end: Day | None, months: int | None, year_end: int | None, *, says_quarter: bool) -> bool:
    """Return whether a column is of the time asked for.

    Args:
        asked: Names a time.
        end: The column's date.
        months: Its span; None if it is of a moment, or does not say.
        year_end: Month in which the document's fiscal year ends; None if unknown.
        says_quarter: Whether the document calls its quarters by the fiscal year without saying so.
    """
    if end is None or (asked.months is not None and months != asked.months):
        return False
    if asked.end is not None:
        return _same_day(asked.end, end)
    if asked.year is None:
        return False
    if asked.quarter is None:
        return _year_fits(asked.year, end, year_end)
    calendar = Day(asked.year, 3 * asked.quarter)
    if year_end is None:
        return False
    fiscal = Day(asked.year, year_end).plus_months(3 * (asked.quarter - 4))
    if asked.is_fiscal or says_quarter or fiscal == calendar:
        return _near(fiscal, end)
    return False


def _year_fits(year: int, end: Day, year_end: int | None) -> bool:
    if end.month is None:
        return end.year == year
    return year_end is not None and _near(Day(year, year_end), end)


def _same_day(asked: Day, end: Day) -> bool:
    if asked.day is not None and end.day is not None:
        return asked == end
    if asked.month is None or end.month is None:
        return False
    return (asked.year, asked.month) == (end.year, end.month) or _near(Day(asked.year, asked.month), end)


def _near(nominal: Day, end: Day) -> bool:
    return end.month is not None and abs(nominal.number() - end.number()) <= MAX_DRIFT_DAYS
