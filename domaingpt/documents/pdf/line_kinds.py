"""What one printed line says by its words: a row of figures, the names of periods, a unit. English dates only."""

from __future__ import annotations

import itertools
import re

# Guesses, checked by eye on filings, unless another source is given.
MAX_LABEL_CHARACTERS = 160  # A longer line that ends in figures is prose.
MAX_HEADING_CHARACTERS = 90  # A longer line above a table is prose; only its last sentence counts.

LINE = re.compile(r"[^\r\n\f\v\u2028\u2029\x85]+")
VALUE = re.compile(r"[(\[]?[-+–—]?[$€£¥]?[(]?\d[\d.,'’]*[)\]]?%?[)\]]?")
SIGN = re.compile(r"[$€£¥%()\[\]*†‡—–-]+|n/?[am]|nm|\([a-z0-9]\)|pts?|bps", re.IGNORECASE)
TELLING = re.compile(r"[$€£¥%(]|\d[.,]\d")  # what a lone figure needs to be a cell, and not a page number
FOOTNOTE_MARK = re.compile(r"\(\d{1,2}\)")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
DATE = re.compile(rf"\b{_MONTH}\s+\d{{1,2}}\b,?(?:\s+(?:19|20)\d\d\b)?|\b(?:19|20)\d\d\b", re.IGNORECASE)
UNIT = re.compile(
    r"\((?P<unit>(?:(?:all|amounts?|dollars?|shares?|figures?|tabular|u\.?s\.?|[$€£¥]) )*"
    r"(?:(?:are )?(?:expressed )?in )[^(),;]{1,60})[^()]{0,160}\)",
    re.IGNORECASE,
)
REMARK = re.compile(r"\((?:un)?audited\)", re.IGNORECASE)
SPAN_OF_TIME = re.compile(r"\b(?:months?|weeks?|quarters?|years?|periods?) end(?:ed|ing)\b", re.IGNORECASE)
PERIOD_NAME = re.compile(
    rf"(?:\w+\s+)?(?:months?|weeks?|quarters?|years?|periods?)\s+end(?:ed|ing)\b|{DATE.pattern}|\S+", re.IGNORECASE
)


def count_values(line: str) -> int:
    """Return how many figures the line ends in, if it reads as a row of cells, else 0."""
    words = DATE.sub(" ", line).split()
    cells = list(itertools.takewhile(lambda word: VALUE.fullmatch(word) or SIGN.fullmatch(word), reversed(words)))
    values = [word for word in cells if VALUE.fullmatch(word)]
    label = " ".join(words[: len(words) - len(cells)])
    if not label and all(FOOTNOTE_MARK.fullmatch(value) for value in values):
        return 0
    if len(values) > 1:
        return len(values) if len(label) <= MAX_LABEL_CHARACTERS else 0
    is_cell = TELLING.search(" ".join(cells)) and not (values and FOOTNOTE_MARK.fullmatch(" ".join(cells)))
    return int(bool(values and is_cell) and len(label) <= MAX_HEADING_CHARACTERS)


def is_column_line(text: str) -> bool:
    """Return whether a line names periods: it holds a date or a year, or the words for a span of time."""
    rest = DATE.sub("", text)
    if any(map(str.isdigit, rest)):
        return False
    words = re.findall(r"[^\W\d_]+", rest)
    return bool(SPAN_OF_TIME.search(rest) and len(words) <= 12) or (rest != text and len(words) <= 3)
