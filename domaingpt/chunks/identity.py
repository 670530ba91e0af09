"""What a paged document is, in a few words of its own: whose it is, and of which date or period.

A report, a statement or a contract says so once, on its first page; its paragraphs and tables do not
repeat it. The few words go into the context of every chunk, so that "Acme, second quarter" finds the
tables of that quarter's report. Documents without pages have none: their beginning is not a cover.
"""

from __future__ import annotations

import itertools
import re

from domaingpt.chunks.views import search_view
from domaingpt.types import Document

COVER_CHARACTERS = 4000  # A cover holds no more; a first page that does is searched as far. Guess, unmeasured.
MAX_NAME_CHARACTERS = 60  # A longer line is a sentence. Guess, unmeasured.
LINE = re.compile(r"[^\r\n]+")
# Forms: "(Exact name of registrant as specified in its charter)" stands under the name it explains.
NAME_CAPTION = re.compile(r"\(\s*(?:exact |full |legal )?name of [^)]*\)?", re.IGNORECASE)
LEGAL_FORM = re.compile(
    r"(?:^|[\s,&.])(?:inc|incorporated|corp|corporation|company|co|ltd|limited|llc|llp|l\.l\.c|l\.p|lp|plc|gmbh|ag|kg|se|"
    r"s\.a|sa|s\.p\.a|spa|n\.v|nv|b\.v|bv|a/s|oyj|ab|asa|k\.k|pty|bank|trust|foundation|university|association)\.?$",
    re.IGNORECASE,
)
SMALL_WORDS = frozenset("and of the for de et und y & /".split())
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH},?\s+\d{{4}}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)
# The period a report is of; failing that, the date a letter, a contract or a statement gives itself.
PERIODS = (
    re.compile(
        rf"\b(?:(?!the\b)\w+\s+)?(?:period|quarter|half[- ]year|year|months?|weeks?)\s+end(?:ed|ing):?\s+{_DATE}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_DATE}\s*(?:to|through|until|[-–—])\s*{_DATE}", re.IGNORECASE),
    re.compile(
        r"\b(?:as (?:of|at)|dated(?: as of)?|(?:(?:agreement|closing|effective|filing|invoice|issue|report|reporting|"
        rf"statement|valuation) )?date:?)\s+{_DATE}",
        re.IGNORECASE,
    ),
)


def identity(document: Document) -> str:
    """Return whose document it is and of when, as its first page says; "" where it does not say, or has no pages."""
    if not document.pages:
        return ""
    cover = document.text[document.pages[0].start : document.pages[0].end][:COVER_CHARACTERS]
    return ", ".join(part for part in (_name(cover), _period(cover)) if part)


def _name(cover: str) -> str:
    """Return the line above a caption that calls it a name, else the first line that ends like a company's name."""
    lines = [search_view(line) for line in LINE.findall(cover)]
    lines = [line for line in lines if line]
    for line, following in itertools.pairwise(lines):
        if NAME_CAPTION.match(following) and len(line) <= MAX_NAME_CHARACTERS:
            return line
    return next((line for line in lines if _is_company(line)), "")


def _is_company(line: str) -> bool:
    """Return whether a line of several words, all of them capitalised as in a name, ends in a legal form."""
    if len(line) > MAX_NAME_CHARACTERS or any(map(str.isdigit, line)) or not LEGAL_FORM.search(line):
        return False
    words = [word for word in line.split() if word.lower() not in SMALL_WORDS]
    return len(words) > 1 and not any(word[0].islower() for word in words)


def _period(cover: str) -> str:
    found = (match for pattern in PERIODS if (match := pattern.search(cover)))
    first = next(found, None)
    return search_view(first[0]) if first else ""
