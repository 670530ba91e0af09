"""Text → the numbers, dates, times and codes it states, each in one comparable form.

"£3,140", "3 140 GBP" and "£3.14 thousand" state the same, "3,140 %" does not; "1 August 2049" is
"2049-08-01". What cannot be told for certain (is 01/02/2024 in January?) stays as written and equals only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

ONES = "one|two|three|four|five|six|seven|eight|nine"
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
NTHS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
WORDS = {word: n for n, word in enumerate(f"zero|{ONES}|{TEENS}".split("|"))}
WORDS |= {word: 10 * n for n, word in enumerate(TENS.split("|"), start=2)}
ORDINALS = {word: str(n) for n, word in enumerate(NTHS.split("|"), start=1)}
SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "mio": 6, "mn": 6, "millionen": 6, "billion": 9, "bn": 9, "mrd": 9,
    "milliarden": 9, "trillion": 12, "tn": 12, "万": 4, "萬": 4, "亿": 8, "億": 8, "兆": 12,
}  # fmt: skip
SHORT_SCALES = {"k": 3, "m": 6, "b": 9}  # also metres and bytes: a scale only beside a currency
CURRENCIES = {
    "us$": "$", "usd": "$", "dollar": "$", "dollars": "$", "eur": "€", "euro": "€", "euros": "€", "gbp": "£",
    "jpy": "¥", "yen": "¥", "円": "¥", "inr": "₹",
}  # fmt: skip
CURRENCY = (
    r"(?:(?:\b[A-Z]{1,3})?\$|[€£¥₹₩₽元円]|\b(?:USD|EUR|GBP|JPY|CNY|CHF|SEK|NOK|DKK|PLN|INR|AUD|CAD|NZD|HKD|SGD|KRW|BRL|ZAR)\b"
    r"|\b(?i:dollars?|euros?|yen)\b)"
)
MONTH_NAMES = (
    "January Jan Januar|February Feb Februar|March Mar März|April Apr|May Mai|June Jun Juni|July Jul Juli|August Aug|"
    "September Sept Sep|October Oct Oktober Okt|November Nov|December Dec Dezember Dez"
)
MONTHS = {name: n for n, names in enumerate(MONTH_NAMES.split("|"), start=1) for name in names.split()}
M = rf"(?P<m>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
D = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:])"
Y = r"(?P<y>[12]\d{3})(?!\d)"
DATES = [
    re.compile(rf"(?<![\w.-]){pattern}")
    for pattern in (
        rf"{Y}-(?P<m>[01]\d)-(?P<d>[0-3]\d)(?![\w-])",  # 2049-08-01
        rf"(?:{Y}\s?年\s?)?(?P<m>1?\d)\s?月(?:\s?(?P<d>[0-3]?\d)\s?日)?",  # 2049年8月1日
        rf"(?P<d>[0-3]?\d)\.(?P<m>[01]?\d)\.{Y}",  # 1.8.2049
        rf"{D}\.?\s(?:of\s)?{M}(?:,?\s{Y})?",  # 1 August 2049
        rf"{M}\s{D}\b(?!\s?%|[.,]\d)(?:,?\s{Y})?",  # August 1, 2049
        rf"{M}\s{Y}",  # August 2049
    )
]
TIME = re.compile(
    r"(?<![\d:.])(?P<hour>[0-2]?\d)(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[aApP])\.?[mM]\b\.?"
    r"|(?<![\d:.])(?P<hour24>[0-2]?\d):(?P<minute24>[0-5]\d)(?::\d\d)?(?![\d:])"
)
CODE = re.compile(
    r"(?<!\w)(?:[A-Za-z]+\d[A-Za-z0-9]*|\d+(?:[/:]\d+)+|\d+(?:-\d+){2,}|(?!\d{1,3}(?:\.\d{3})+\b)\d+(?:\.\d+){2,})(?:[-/]\w+)*"
)
NUMBER = re.compile(
    rf"""(?P<open>\()?
    (?P<minus>(?<![\w)%])[-−–](?=\s?{CURRENCY}?\s?\d))?
    (?:(?P<before>{CURRENCY})\s?(?P<inner_minus>[-−](?=\d))?)?
    (?:(?P<digits>\d+(?:[.,'’\u00a0\u2009\u202f]\d+)*)
      |\b(?P<tens>(?i:{TENS}))(?:[-\s](?P<units>(?i:{ONES})))?\b
      |\b(?P<word>(?i:zero|{ONES}|{TEENS}))\b
      |\b(?P<nth>(?i:{NTHS}))\b)
    (?:(?P<ordinal>st|nd|rd|th)\b
      |[-\s]?(?P<scale>(?i:hundred|thousand|million|mio|mn|millionen|billion|bn|mrd|milliarden|trillion|tn)\b|[万萬亿億兆])
      |\s?(?P<short>[kKmMbB])\b)?
    (?P<percent>\)?\s?%(?!-)|\s(?i:percent|per\ cent|prozent)\b)?
    (?:\s?(?P<after>{CURRENCY})(?!\s?\d))?
    (?P<suffix>[a-zA-Z]+[²³]?\b)?
    (?P<close>\))?""",
    re.VERBOSE,
)
# What stands right before or behind a quantity and changes what it says.
BOUNDS = {
    "≥": r"at least|n(?:o|ot) (?:less|fewer|earlier) than|minimum of|since|mindestens|ab|seit",
    "≤": r"at most|up to|n(?:o|ot) (?:more|later) than|not exceeding|maximum of|until|till|höchstens|bis",
    ">": r"(?:more|greater|later) than|over|above|exceed(?:s|ing)|after|mehr als|über|nach",
    "<": r"(?:less|fewer|earlier) than|under|below|before|prior to|nearly|almost|weniger als|unter|vor",
    "~": r"about|around|approximately|roughly|some|circa|ca\.?|etwa|rund",
}
BEFORE = {bound: re.compile(rf"\b(?:{words})(?:\s(?:the|a|an))?\s*$", re.IGNORECASE) for bound, words in BOUNDS.items()}
BEHIND = {
    "≥": re.compile(r"\+(?!\w)|\s(?:or|and) (?:more|above|over)\b"),
    "≤": re.compile(r"\sor (?:less|fewer|below)\b"),
}
RANGE = re.compile(r"\s?(?:[-–—~〜]|\bto\b|\bbis\b|\bthrough\b)\s?")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
FROM = re.compile(r"\b(?:from|von)\s+$", re.IGNORECASE)
BETWEEN = re.compile(r"\bbetween\s+$", re.IGNORECASE)
FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)}


Kind = Literal["number", "day", "time", "code"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something countable that a text states.

    Attributes:
        kind: "number", "day" (a date, perhaps without its year or day), "time" or "code" (Q3, 14b, 1.2.3).
        value: A plain decimal, "low..high", "2049-08-01" with "*" for what is not said, "14:45", or the code.
        unit: "%", "th", a currency, or "".
        bound: "≥", "≤", ">", "<", "~", or "" for exactly.
        start: First character in the text.
        end: One past the last.
    """

    kind: Kind
    value: str
    unit: str = ""
    bound: str = ""
    start: int = 0
    end: int = 0


def quantities(text: str, *, ends: bool = False) -> list[Quantity]:
    """Return the quantities of a text in order.

    Args:
        text: Any; full-width digits count as digits.
        ends: Also return both ends of "from 10 to 15", beside the range: true of the text, though not said by it.
    """
    text = text.translate(FULL_WIDTH)
    found: list[Quantity] = []
    for item in _scanned(text):
        joined = _range(text, found[-1], item) if found else None
        if joined is None:
            found.append(_bounded(text, item))
            continue
        low = found.pop()
        if ends and FROM.search(text[max(0, low.start - 8) : low.start]):
            found += [replace(low, unit=joined.unit), replace(item, unit=joined.unit)]
        found.append(joined)
    return found


def agrees(claim: Quantity, held: Sequence[Quantity], years: Sequence[str] = ()) -> bool:
    """Return whether a claimed quantity is among those that a text holds.

    A claim may say less (no currency, a month without its day), never something else.

    Args:
        claim: From a drafted sentence.
        held: From the evidence.
        years: Years that the headings above the evidence name, for dates written without one.
    """
    if claim.kind == "day":
        wanted = claim.value.split("-")
        days = [item.value.split("-") for item in held if item.kind == "day" and item.bound == claim.bound]
        return any(
            all(w in ("*", h) or (h == "*" and w in years) for w, h in zip(wanted, day, strict=True)) for day in days
        )
    if any(
        (item.kind, item.value, item.bound) == (claim.kind, claim.value, claim.bound)
        and (item.unit == claim.unit or (not claim.unit and item.unit not in ("%", "th")))
        for item in held
    ):
        return True
    is_year = claim.kind == "number" and not claim.unit and not claim.bound
    return is_year and any(item.kind == "day" and item.value.split("-")[0] == claim.value for item in held)


def scaled(value: str, power: int) -> str:
    """Return a plain decimal times 10 ** power, exactly; what is no plain decimal stays as it is."""
    if not power or not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return value
    sign, value = value[: value.startswith("-")], value.removeprefix("-")
    whole, _, part = value.partition(".")
    part = part.ljust(power, "0")
    whole = (whole + part[:power]).lstrip("0") or "0"
    return f"{sign}{whole}.{part[power:]}".rstrip("0").rstrip(".") if part[power:].strip("0") else sign + whole


def _scanned(text: str) -> Iterator[Quantity]:
    """Yield dates, times, codes and numbers from left to right; where several begin, in this order."""
    found: list[re.Match[str] | None] = [pattern.search(text) for _, pattern in PATTERNS]
    position = 0
    while True:
        for i, match in enumerate(found):
            if match and match.start() < position:  # it lies in what was taken already
                found[i] = PATTERNS[i][1].search(text, position)
        starts = [(_first_digit(match), i) for i, match in enumerate(found) if match]
        if not starts:
            return
        _, i = min(starts)
        if taken := found[i]:
            yield _quantity(taken, PATTERNS[i][0])
            position = taken.end()


PATTERNS: list[tuple[Kind, re.Pattern[str]]] = [
    *(("day", pattern) for pattern in DATES),
    ("time", TIME),
    ("code", CODE),
    ("number", NUMBER),
]


def _first_digit(match: re.Match[str]) -> int:
    """Return where a match begins, of a number without the bracket, sign and currency before it."""
    return next((match.start(n) for n in ("digits", "tens", "word", "nth") if match.groupdict().get(n)), match.start())


def _quantity(match: re.Match[str], kind: Kind) -> Quantity:
    start, end = match.span()
    parts = match.groupdict()
    if kind == "day":
        year, month, day = parts.get("y") or "*", parts["m"], parts.get("d")
        number = MONTHS.get(month) or int(month)
        return Quantity("day", f"{year}-{number:02}-{f'{int(day):02}' if day else '*'}", start=start, end=end)
    if kind == "time":
        hour, minute = int(parts["hour"] or parts["hour24"]), int(parts["minute"] or parts["minute24"] or 0)
        if parts["half"]:
            hour = hour % 12 + (12 if parts["half"] in "pP" else 0)
        return Quantity("time", f"{hour:02}:{minute:02}", start=start, end=end)
    if kind == "code":
        return Quantity("code", match[0].casefold(), start=start, end=end)
    return _number(match)


def _number(match: re.Match[str]) -> Quantity:
    parts = match.groupdict()
    start, end = match.span()
    currency = (parts["before"] or parts["after"] or "").lower()
    unit = "%" if parts["percent"] else CURRENCIES.get(currency, currency.upper())
    if parts["suffix"] or (parts["short"] and not currency):
        return Quantity("code", re.sub(r"[\s(]", "", match[0].rstrip(")")).casefold(), start=start, end=end)
    if parts["nth"] or parts["ordinal"]:
        value = ORDINALS[parts["nth"].lower()] if parts["nth"] else parts["digits"]
        return Quantity("number", value, "th", start=start, end=end)
    if parts["digits"]:
        value = _decimal(parts["digits"])
    else:
        value = str(WORDS[(parts["word"] or parts["tens"]).lower()] + WORDS.get((parts["units"] or "").lower(), 0))
    power = SCALES.get((parts["scale"] or "").lower(), 0) or SHORT_SCALES.get((parts["short"] or "").lower(), 0)
    value = scaled(value, power)
    # Accounts write a loss in brackets. A bracketed year is no loss; a bracketed count is taken for one, to be safe.
    bracketed = parts["open"] and ")" in match[0] and parts["digits"] and not YEAR.fullmatch(parts["digits"])
    is_negative = bool(bracketed or parts["minus"] or parts["inner_minus"])
    return Quantity("number", "-" + value if is_negative and value != "0" else value, unit, start=start, end=end)


def _decimal(digits: str) -> str:
    """Return digits with separators as a plain decimal; what follows no known grouping stays as written."""
    plain = re.sub(r"['’\u00a0\u2009\u202f]", "", digits)
    if "," in plain and "." in plain:
        plain = plain.replace(*((",", "") if plain.rindex(".") > plain.rindex(",") else (".", ""))).replace(",", ".")
    elif re.fullmatch(r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:\.\d{3}){2,}", plain):
        plain = re.sub("[.,]", "", plain)
    elif plain.count(",") == 1:
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"(?:[1-9]\d*|0)(?:\.\d+)?", plain):  # 007 is not 7
        return plain
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _bounded(text: str, item: Quantity) -> Quantity:
    """Return the quantity with the bound that stands beside it, which then belongs to its span."""
    for bound, pattern in BEHIND.items():
        if match := pattern.match(text, item.end):
            return replace(item, bound=bound, end=match.end())
    before = text[max(0, item.start - 32) : item.start]
    for bound, pattern in BEFORE.items():
        if match := pattern.search(before):
            return replace(item, bound=bound, start=item.start - len(match[0]))
    return item


def _range(text: str, low: Quantity, high: Quantity) -> Quantity | None:
    """Return two numbers as one range if the text joins them: "10–15", "10 to 15", "between 10 and 15"."""
    if low.kind != "number" or high.kind != "number" or ".." in low.value or low.unit == "th":
        return None
    gap, start = text[low.end : high.start], low.start
    if gap.strip() == "and" and (match := BETWEEN.search(text[max(0, start - 12) : start])):
        start -= len(match[0])
    elif not RANGE.fullmatch(gap):
        return None
    return Quantity("number", f"{low.value}..{high.value}", high.unit or low.unit, low.bound, start, high.end)
