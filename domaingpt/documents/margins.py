"""Headers and footers of pages: told once each, behind the text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domaingpt.documents.assembly import TextAssembly, one_line

PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*")


def add_margins(assembly: TextAssembly, headers: Iterable[str], footers: Iterable[str]) -> None:
    """Append headers and footers under a heading each; every section repeats them, and a page number says nothing."""
    for heading, texts in (("Headers", headers), ("Footers", footers)):
        unique = dict.fromkeys(text for text in map(one_line, texts) if text and not PAGE_NUMBER.fullmatch(text))
        if unique:
            assembly.add("heading", heading, level=1)
        for text in unique:
            assembly.add("paragraph", text)
