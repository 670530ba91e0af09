"""What stands beside a row of a table → what is shown of it with a chunk: each thing once, since room is short.

A reader that knows the place of each cell gives one name a column ("In millions › Item | Three Months Ended
June 30, 2024 | Three Months Ended June 30, 2023"), and leaves the row as it is printed. In the context of a
chunk nothing counts cells, and "In millions › Item Three Months Ended June 30, 2024 June 30, 2023" says as much.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

SEPARATOR = " › "
NAME_MARK = "|"
MAX_CHARACTERS = 220  # of a header; about 55 tokens. As `MAX_HEADER_CHARACTERS` of the reader.
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
# A span of time and a date are one thing each: of "June 30, 2024" and "June 29, 2023" nothing is alike.
THING = re.compile(
    rf"(?:\w+\s+)?(?:months?|weeks?|quarters?|years?|periods?)\s+end(?:ed|ing)\b"
    rf"|{_MONTH}\s+\d{{1,2}}\b,?(?:\s+(?:19|20)\d\d\b)?|\S+",
    re.IGNORECASE,
)


def shown_header(header: str, row: str) -> str:
    """Return a row's header as it is shown; names are merged where the row itself has no marks between its cells."""
    if NAME_MARK not in header or NAME_MARK in row:
        return header
    *over, names = header.split(SEPARATOR)
    shown = SEPARATOR.join([*over, _each_once(names.split(NAME_MARK))])
    if len(shown) <= MAX_CHARACTERS:
        return shown
    return shown[: max(0, shown.rfind(" ", 0, MAX_CHARACTERS))].rstrip(", ")


def _each_once(names: Sequence[str]) -> str:
    """Return the names in a row, without what each has in common with the one before, and without repeats."""
    things = [[match[0] for match in THING.finditer(name)] for name in names]
    rests = []
    for before, own in itertools.pairwise([[], *things]):
        alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(before, own, strict=False))
        rests.append(" ".join(own[len(list(alike)) :]))
    return " ".join(dict.fromkeys(rest for rest in rests if rest))
