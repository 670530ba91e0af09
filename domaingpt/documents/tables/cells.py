"""Cell values → the text a spreadsheet program shows, without the noise of binary fractions."""

from __future__ import annotations

import datetime

from domaingpt.documents.tables.number_formats import displayed, shown_number

FIRST_YEAR, LAST_YEAR = 1900, 2099


class Amount(str):
    """The text of a cell that holds a number, also where its format adds words: "3.1x", "12 kg"."""

    __slots__ = ()


def shown_value(value: object, number_format: str = "General") -> str:
    """Return e.g. "5.75%", "2023-06-30", "2,560", "TRUE"; "" for None.

    Numbers are shown as in Excel; under a format that is not understood, or hides them, as stored.
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
    shown = None if number_format == "General" else displayed(value, number_format)
    text = shown_number(value) if shown is None else shown
    if FIRST_YEAR <= value <= LAST_YEAR and value == int(value):
        return text  # A year is more often a name than an amount.
    return Amount(text)


def _shown_moment(value: datetime.datetime) -> str:
    if value.microsecond >= 500_000:
        value += datetime.timedelta(seconds=1)
    value = value.replace(microsecond=0)
    if value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ", "minutes" if not value.second else "seconds")
