"""What in a question names a time, a number or a code, or somebody by name: the slots a follow-up can fill anew."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field

from domaingpt.dialogue.words import Token, tokens

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
MONTH_NAMES = _MONTHS.split("|")[:12]
_MONTH = rf"(?P<month>(?:{_MONTHS})\b)\.?"  # capitals count: "may" is a verb, "march" too
_YEAR = r"(?P<year>(?:19|20)\d\d(?:E|[/–-]\d{2,4})?)(?![\w.,]*\d)"
_NTH = r"(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|1st|2nd|3rd|4th|[Ll]ast)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_PATTERNS = [
    re.compile(rf"\b{_DAY}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?"),
    re.compile(rf"\b{_MONTH}\s{_DAY}(?!\d)(?:,?\s{_YEAR})?"),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)(?:-(?P<day>[0-3]\d))?\b"),
    re.compile(rf"\b{_MONTH}(?:,?\s(?:of\s)?{_YEAR})?"),
    re.compile(rf"\b(?P<quarter>[QH][1-4])(?:[\s/-]?(?:of\s)?(?:FY\s?)?{_YEAR})?\b"),
    re.compile(rf"\b{_YEAR}\s(?P<quarter>[QH][1-4])\b"),
    re.compile(
        rf"\b(?P<quarter>{_NTH}\s(?:fiscal\s)?(?:quarter|half(?:-year)?))\b(?:\s(?:of\s)?(?:fiscal\s)?{_YEAR})?"
    ),
    re.compile(rf"\b(?:FY\s?|fiscal\s(?:year\s)?)?{_YEAR}"),
    re.compile(r"\bFY\s?(?P<year>\d\d)\b"),
]
_NEAR = r"previous|prior|preceding|following|next"
RELATIVE = re.compile(
    rf"\b(?:(?:the\s)?(?P<side>{_NEAR})\s(?P<unit>year|quarter|month)"
    r"|(?:the|a|one)\s(?P<unit2>year|quarter|month)\s(?P<side2>before|after|earlier|later))(?:\sthat)?\b",
    re.IGNORECASE,
)
DEICTIC = re.compile(
    r"\b(?:(?:last|this)\s(?:year|quarter|month|week)|now|nowadays|today|yesterday|currently|at\spresent|at\sthe\smoment"
    r"|before\sthat|after\sthat|beforehand|afterwards|before|later)\b",
    re.IGNORECASE,
)
FULL_YEAR = re.compile(r"(?:the\s)?(?:full|whole|entire)\syear", re.IGNORECASE)
LATER = frozenset(["after", "later", "following", "next"])
# What stands before a time and belongs to it. Those that say when, not merely that, are strong.
_PREFIX = re.compile(
    r"(?:\b(?P<word>in|on|at|by|for|since|until|till|before|after|from|during|of|as\sof|to)\s)?"
    r"(?P<edge>the\s(?:end|beginning|start|close|middle)\sof\s)?(?P<det>the\s)?$",
    re.IGNORECASE,
)
STRONG = frozenset(["by", "since", "until", "till", "before", "after", "from", "as of"])
FIRMLY_HELD = frozenset(["of", "for", "to"])  # belong to the noun before: "the payment of 1 August"
LEVELS = ("day", "month", "quarter", "year")

NUMBER = re.compile(
    r"(?P<currency>(?:[€£$¥]|\b(?:EUR|GBP|USD|SEK|NOK|DKK|CHF)\s)\s?\d[\d,.]*\d(?:\s(?:million|billion|m|bn)\b)?"
    r"|(?:[€£$¥]|\b(?:EUR|GBP|USD|SEK|NOK|DKK|CHF)\s)\s?\d)"
    r"|(?P<percent>\b\d[\d.,]*(?:\s?%|\sper\scent\b))"
    r"|(?P<code>\b[A-Z]{1,5}[-–]?\d[\w-]*)"
    r"|(?P<number>\b\d[\d.,:]*\d\b|\b\d\b)"
)


@dataclass(frozen=True, slots=True)
class Time:
    """A date, month, quarter or year, as written.

    Attributes:
        start: First code point.
        end: One past the last.
        text: As written.
        parts: Of "day", "month", "quarter" and "year" those it names → (start, end) in the question.
        prefix: What stands before it and belongs to it, e.g. "at the end of ".
    """

    start: int
    end: int
    text: str
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    prefix: str = ""

    @property
    def level(self) -> str:
        """The finest it names."""
        return next((level for level in LEVELS if level in self.parts), "")

    @property
    def preposition(self) -> str:
        """The first word of its prefix in lower case; empty if that is none."""
        match = _PREFIX.fullmatch(self.prefix)
        return " ".join((match["word"] or "").lower().split()) if match else ""

    @property
    def phrase(self) -> str:
        """It with what belongs before it, e.g. "in the second quarter"."""
        is_spelled = self.text[:1].islower() and self.level == "quarter"
        return (self.prefix or ("in the " if is_spelled else "in ")) + self.text

    def part(self, level: str) -> str:
        """Return how it names its day, month, quarter or year; empty if it does not."""
        start, end = self.parts.get(level, (0, 0))
        return self.text[start - self.start : end - self.start]


@dataclass(frozen=True, slots=True)
class Slot:
    """A number, code or name: `kind` is "currency", "percent", "code", "number" or "name"."""

    kind: str
    start: int
    end: int
    text: str


def times(text: str) -> list[Time]:
    """Return the times a text names, in order, none within another."""
    found: list[Time] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < time.end and time.start < match.end() for time in found):
                continue
            parts = {level: match.span(level) for level, value in match.groupdict().items() if value}
            prefix = _PREFIX.search(text[: match.start()])
            found.append(Time(*match.span(), match[0], parts, prefix[0] if prefix else ""))
    return sorted(found, key=lambda time: time.start)


def merged(new: Time, old: Time) -> str:
    """Return the new time with what it leaves open taken from the old one.

    "Q2" after "Q3 2025" is "Q2 2025"; "2024" after "Q3 2025" is "Q3 2024"; "February" after "1 January 2025"
    is "February 2025".
    """
    old_year = old.part("year")
    if new.level == "year":
        if old.level == "year":
            return new.text
        if not old_year:
            return f"{old.text} {new.text}"
        start, end = (position - old.start for position in old.parts["year"])
        return old.text[:start] + new.part("year") + old.text[end:]
    if "year" in new.parts or not old_year:
        return new.text
    return f"{new.text}{' of ' if new.text.endswith(('quarter', 'half', 'half-year')) else ' '}{old_year}"


def neighbour(match: re.Match[str], old: Time) -> str:
    """Return what "the year before" means after an old time, e.g. "2024"; empty if that cannot be told."""
    unit = (match["unit"] or match["unit2"]).lower()
    step = 1 if (match["side"] or match["side2"]).lower() in LATER else -1
    year = old.part("year")
    if unit == "year" and year.isdigit():
        return old.text.replace(year, str(int(year) + step))
    if unit in MONTHS_OF and old.part("month") in MONTH_NAMES:
        return _months_on(old, step * MONTHS_OF[unit])
    if unit == "quarter" and old.part("quarter") in (quarters := [f"Q{n}" for n in range(1, 5)]):
        return _counted(old, "quarter", quarters, step)
    if unit == "quarter" and old.part("quarter") in (quarters := [f"{n} quarter" for n in _NTHS]):
        return _counted(old, "quarter", quarters, step)
    return ""


def _months_on(old: Time, n: int) -> str:
    """Return an old time n months further, the last day of a month as the last of the other."""
    if not old.part("year").isdigit() and old.part("year"):
        return ""
    year = int(old.part("year") or 2023)  # any that is no leap year, where none is said
    month = MONTH_NAMES.index(old.part("month")) + 1
    years, place = divmod(month - 1 + n, 12)
    there = (year + years, place + 1)
    if years and not old.part("year"):
        return ""
    text = old.text.replace(old.part("month"), MONTH_NAMES[place]).replace(str(year), str(there[0]))
    if day := old.part("day"):
        last = monthrange(*there)[1]
        is_last = int(day) == monthrange(year, month)[1]
        text = re.sub(rf"\b{day}(?=\D|$)", str(last if is_last else min(int(day), last)), text, count=1)
    return text


MONTHS_OF = {"month": 1, "quarter": 3}
_NTHS = ("first", "second", "third", "fourth")


def _counted(old: Time, level: str, names: list[str], step: int) -> str:
    """Return the old time a step of its level further, its year changed where that must be."""
    years, position = divmod(names.index(old.part(level)) + step, len(names))
    year = old.part("year")
    if years and not year.isdigit():
        return ""
    text = old.text.replace(old.part(level), names[position])
    return text.replace(year, str(int(year) + years)) if years else text


def numbers(text: str) -> list[Slot]:
    """Return the amounts, shares, codes and other numbers of a text that are no times."""
    taken = times(text)
    return [
        Slot(match.lastgroup or "number", *match.span(), match[0])
        for match in NUMBER.finditer(text)
        if not any(match.start() < time.end and time.start < match.end() for time in taken)
    ]


def names(text: str) -> list[Slot]:
    """Return the names of a text: runs of capitalised words, but no times, and the first word only if it runs on."""
    taken = times(text)
    words = tokens(text)
    return [
        Slot("name", run[0].start, run[-1].end, text[run[0].start : run[-1].end])
        for run in _runs(text, words)
        if not any(run[0].start < time.end and time.start < run[-1].end for time in taken)
    ]


def _runs(text: str, words: list[Token]) -> Iterator[list[Token]]:
    run: list[Token] = []
    for position, token in enumerate(words):
        is_name = is_capitalised(token) and (position > 0 or not token.is_function)
        if run and (not is_name or text[run[-1].end : token.start] != " " or run[-1].is_possessive):
            yield run
            run = []
        if is_name:
            run.append(token)
    if run:
        yield run


def is_capitalised(token: Token) -> bool:
    """Return whether a word looks like a name's, not like an abbreviation: "Norrvik", not "EBITDA" or "and"."""
    return (
        token.text[0].isupper() and any(c.islower() for c in CLITICLESS.sub("", token.text)) and not token.is_function
    )


CLITICLESS = re.compile(r"['’]s$")
