"""Cell text → a number with its unit, or a date. Exact: decimals, never binary fractions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from domaingpt.answer.quantities import CURRENCY, quantities

EMPTY = frozenset(["", "-", "–", "—", "n/a", "na", "none", "nil", "null", "?", "tbd", "tbc"])
MAX_UNIT_CHARACTERS = 18  # "square metres", "calendar days"; more beside a number and it is a text
PLAIN = re.compile(r"-?(?:[1-9]\d*|0)(?:\.\d+)?")  # 0100 is a code
SIMPLE = re.compile(r"(?P<money>[£$€])?(?P<whole>[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*|0)(?P<part>\.\d{1,2})?")
SUFFIXED = re.compile(
    r"(?P<sign>[-+−–])?(?P<digits>\d[\d.,]*)(?P<unit>"
    r"x|p|c|k?g|mg|t|[kcm]?m[²³]?|ha|[mck]?l|[kM]?Wh?|kWh|V|A?h|min|s|ms|°[CF]?|pts?|bps|px|[kMGT]B)"
)  # 3.1x, 20kg; but flat 1A is none
SLASHED = re.compile(r"(?<![\d/.])(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y>\d{4}|\d{2})(?![\d/])")
ISO_DAY = re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])")
HAS_YEAR = re.compile(r"[12]\d{3}")
MONTH_ONLY = re.compile(r"(?P<y>(?:19|20)\d\d)[-/](?P<m>0[1-9]|1[0-2])")
IN_BRACKETS = re.compile(r"\((?P<unit>[^()]{1,24})\)\s*$")
MONEY_UNIT = re.compile(CURRENCY)
SCALE_WORDS = re.compile(r"\b(?:thousands?|millions?|billions?|m|mn|bn|k)\b|'000s?", re.IGNORECASE)
SCALED_MONEY = re.compile(rf"(?P<money>{CURRENCY})\s(?P<scale>[A-Za-z]+)")
COUNT_UNITS = frozenset(["number", "no", "no.", "#", "count", "qty", "pcs", "units"])


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a cell states it.

    Attributes:
        number: Exactly.
        unit: "%", a currency ("£", "SEK"), another unit ("kWh"), or "".
        places: Decimal places as written.
    """

    number: Decimal
    unit: str
    places: int


@dataclass(frozen=True, slots=True)
class Day:
    """A date; month and day are 0 where the cell does not say them, or not for certain."""

    year: int
    month: int = 0
    day: int = 0

    def text(self) -> str:
        """Return it as sortable text."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


@lru_cache(maxsize=1 << 17)
def amount(cell: str) -> Amount | None:
    """Return the one number a cell consists of, None if it is a text, a range, a bound or a date."""
    cell = cell.strip().strip("*_").strip()
    if match := SIMPLE.fullmatch(cell):  # most cells, and much faster than all that could be
        return Amount(Decimal(match["whole"].replace(",", "") + (match["part"] or "")), match["money"] or "",
                      len(match["part"] or ".") - 1)  # fmt: skip
    if not any(map(str.isdigit, cell)) or len(cell) > 60:
        return None
    found = quantities(cell)
    if len(found) == 1 and found[0].kind == "number" and not found[0].bound:
        item = found[0]
        beside = cell[item.end :].strip(" )")
        if cell[: item.start].strip(" +(") or not PLAIN.fullmatch(item.value) or len(beside) > MAX_UNIT_CHARACTERS:
            return None
        if beside and not re.fullmatch(r"[^\W\d_][^\d|/]*", beside):
            return None
        digits = cell[item.start : item.end]
        return Amount(Decimal(item.value), item.unit or beside, _places(digits, item.value))
    if match := SUFFIXED.fullmatch(cell.replace(" ", "")):
        number = Decimal(match["digits"].replace(",", "").strip("."))
        sign = -1 if (match["sign"] or "+") in "-−–" else 1
        return Amount(sign * number, match["unit"], _places(match["digits"], str(number)))
    return None


def days(cells: Sequence[str]) -> list[Day | None]:
    """Return the dates of a column's cells; the column decides whether 01/02/2024 is in January or in February."""
    slashed = [SLASHED.search(cell) for cell in cells]
    firsts = [int(match["a"]) for match in slashed if match]
    seconds = [int(match["b"]) for match in slashed if match]
    order = "dm" if any(n > 12 for n in firsts) else "md" if any(n > 12 for n in seconds) else ""
    return [_slashed(match, order) if match else _plain_day(cell) for cell, match in zip(cells, slashed, strict=True)]


def unit_of_name(name: str) -> str:
    """Return the unit that a column's name states: "(£)" → "£", "Market value EUR" → "EUR", "(EUR m)" → "EUR m"."""
    if bracketed := IN_BRACKETS.search(name):
        unit = bracketed["unit"].strip()
        return "" if unit.casefold() in COUNT_UNITS or unit[:1].isdigit() else unit
    if found := MONEY_UNIT.search(name):
        scale = SCALE_WORDS.search(name)
        return f"{found[0]} {scale[0]}" if scale else found[0]
    return "%" if name.rstrip().endswith("%") else ""


def is_money(unit: str) -> bool:
    """Return whether a unit is a currency, scaled or not."""
    return bool(MONEY_UNIT.search(unit)) and "/" not in unit


def shown(number: Decimal, unit: str, places: int) -> str:
    """Return a number as people write it: "£7,140.00", "312,000,000 EUR", "18.6%"."""
    places = 2 if places == 1 and MONEY_UNIT.fullmatch(unit) else places
    text = f"{abs(number):,.{places}f}"
    sign = "-" if number < 0 and text.strip("0.,") else ""
    if unit == "%":
        return f"{sign}{text}%"
    if unit and re.fullmatch(r"[A-Z]{0,2}[$€£¥₹]", unit):
        return f"{sign}{unit}{text}"
    if scaled := SCALED_MONEY.fullmatch(unit):
        space = "" if scaled["money"] in "$€£¥₹" else " "
        return f"{sign}{scaled['money']}{space}{text} {scaled['scale']}"
    return f"{sign}{text} {unit}".rstrip()


def _places(digits: str, value: str) -> int:
    """Return how many decimals are written: the digits behind the last separator, if that is a decimal one."""
    stated = re.search(r"[.,](\d+)\D*$", digits)
    inside = len(value.partition(".")[2])
    if inside:
        return max(inside, len(stated[1]) if stated else 0)
    return len(stated[1]) if stated and set(stated[1]) == {"0"} and len(stated[1]) < 3 else 0


@lru_cache(maxsize=1 << 17)
def _plain_day(cell: str) -> Day | None:
    if match := ISO_DAY.fullmatch(cell):
        return Day(int(match["y"]), int(match["m"]), int(match["d"]))
    if not HAS_YEAR.search(cell):
        return None
    if match := MONTH_ONLY.fullmatch(cell.strip()):
        return Day(int(match["y"]), int(match["m"]))
    found = [item for item in quantities(cell) if item.kind == "day" and not item.value.startswith("*")]
    if len(found) != 1 or len(cell) > 60:
        return None
    year, month, day = found[0].value.split("-")
    return Day(int(year), int(month), 0 if day == "*" else int(day))


def _slashed(match: re.Match[str], order: str) -> Day:
    year = int(match["y"]) if len(match["y"]) == 4 else 2000 + int(match["y"])
    a, b = int(match["a"]), int(match["b"])
    if order == "md":
        return Day(year, a, b)
    # Written with points it is day.month everywhere; with bars nothing tells unless a number is above 12.
    return Day(year, b, a) if order == "dm" or "." in match[0] else Day(year)
