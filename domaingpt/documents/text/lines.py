"""The lines of a text with their places in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
LINES_PER_PROGRESS = 20_000  # About 20 ms.


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


def lines_of(text: str, progress: Callable[[], None] = lambda: None) -> list[Line]:
    """Return the lines of a text; a byte order mark belongs to none."""
    lines: list[Line] = []
    for match in LINE.finditer(text, 1 if text.startswith("\ufeff") else 0):
        if match.group():
            lines.append(Line(match.start(), match.group().rstrip("\r\n")))
            if len(lines) % LINES_PER_PROGRESS == 0:
                progress()
    return lines
