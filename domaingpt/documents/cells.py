"""Cell values → the text a spreadsheet program shows, without the noise of binary fractions."""

from __future__ import annotations

import datetime
import decimal
import re

# What a number format says outside quotes, escapes, colours and conditions.
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
DECIMALS = re.compile(r"\.([0#?]+)")
SIGNIFICANT_DIGITS = 15  # Excel stores and shows no more.


def shown_value(value: object, number_format: str = "General") -> str:  # noqa: PLR0911
    """Return e.g. "5.75%", "2023-06-30", "1200", "TRUE"; "" for None.

    Numbers keep their stored precision, except percentages: their format says how they are meant.
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _shown_number(value, number_format)
        case datetime.datetime():
            return _shown_moment(value)
        case datetime.time():
            return value.isoformat("minutes" if not value.second else "seconds")
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def _shown_number(value: float, number_format: str) -> str:
    section = LITERALS.sub("", number_format or "").split(";")[0]
    if "%" in section:
        decimals = DECIMALS.search(section)
        return f"{value * 100:.{len(decimals.group(1)) if decimals else 0}f}%"
    return shown_number(value)


def shown_number(value: float) -> str:
    """Return a number without float noise: 1200.0 → "1200", 0.30000000000000004 → "0.3"."""
    if isinstance(value, int) or (abs(value) < 1e15 and value == int(value)):
        return str(int(value))
    text = f"{value:.{SIGNIFICANT_DIGITS}g}"
    if "e" in text and 1e-9 < abs(value) < 1:
        return f"{decimal.Decimal(text):f}"
    return text


def _shown_moment(value: datetime.datetime) -> str:
    if value.microsecond >= 500_000:
        value += datetime.timedelta(seconds=1)
    value = value.replace(microsecond=0)
    if value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ", "minutes" if not value.second else "seconds")
