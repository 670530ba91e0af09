"""The lines of a text with their places in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it starts in the text, and its characters without the line end."""

    start: int
    text: str

    @property
    def first(self) -> int:
        """The offset of its first character that is no white space."""
        return self.start + len(self.text) - len(self.text.lstrip())

    @property
    def last(self) -> int:
        """The offset behind its last character that is no white space."""
        return self.start + len(self.text.rstrip())

    def span(self, text: str) -> tuple[int, int]:
        """Return where a part of this line stands in the whole text."""
        start = self.start + (self.text.index(text) if text else 0)
        return start, start + len(text)


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text; a byte order mark belongs to none."""
    skip = 1 if text.startswith("\ufeff") else 0
    return [Line(match.start(), match.group().rstrip("\r\n")) for match in LINE.finditer(text, skip) if match.group()]
