"""Text that wraps at the terminal's width as it arrives, with some of it emphasised.

Where stdout is no terminal nothing is wrapped, so that a paragraph stays one line for the next program.
"""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import click

MAX_COLUMNS = 100  # longer lines are hard to read
WORD = re.compile(r"\S+")

Span = tuple[int, int]


def line_width() -> int | None:
    """Return the number of columns to fill, None where nobody watches."""
    return min(shutil.get_terminal_size().columns, MAX_COLUMNS) if sys.stdout.isatty() else None


class Paragraph:
    """Writes words to stdout, going to the next line where one would not fit.

    Args:
        indent: Spaces before every line.
        dim: Whether all but the emphasised is shown faintly.
    """

    def __init__(self, indent: int = 0, *, dim: bool = False) -> None:
        self._indent = indent
        self._dim = dim
        self._width = line_width()
        self._column = 0  # 0: the line is still empty

    def write(self, text: str, emphasised: Sequence[Span] = ()) -> None:
        """Write the words of a text, which must be printable; the spans of it are shown bold."""
        for word in WORD.finditer(text):
            self._write_word(text, word.span(), emphasised)

    def end(self) -> None:
        """Finish the last line, if there is one."""
        if self._column:
            click.echo()
            self._column = 0

    def _write_word(self, text: str, span: Span, emphasised: Sequence[Span]) -> None:
        if self._column and not self._fits(1 + columns(text[slice(*span)])):
            self.end()
        elif self._column:
            self._echo(" ", 1)
        begin, end = span
        while begin < end:
            piece_end = self._room(text, begin, end)
            for start, stop, is_bold in _parts(begin, piece_end, emphasised):
                self._echo(text[start:stop], columns(text[start:stop]), is_bold=is_bold)
            begin = piece_end
            if begin < end:
                self.end()

    def _room(self, text: str, begin: int, end: int) -> int:
        """Return how far a word, or the rest of one that is longer than a line, fits here."""
        if self._width is None:
            return end
        room = max(self._width - (self._column or self._indent), 2)
        for position in range(begin, end):
            room -= columns(text[position])
            if room < 0:
                return position
        return end

    def _fits(self, n_columns: int) -> bool:
        return self._width is None or self._column + n_columns <= self._width

    def _echo(self, text: str, n_columns: int, *, is_bold: bool = False) -> None:
        if not self._column:
            click.echo(" " * self._indent, nl=False)
            self._column = self._indent
        styled = click.style(text, bold=True) if is_bold else click.style(text, dim=True) if self._dim else text
        click.echo(styled, nl=False)
        self._column += n_columns


def columns(text: str) -> int:
    """Return the number of terminal columns of a printable text: 2 for a Chinese character."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def _parts(begin: int, end: int, emphasised: Sequence[Span]) -> list[tuple[int, int, bool]]:
    """Return [begin, end) cut where emphasis begins or ends."""
    inside = [(max(s, begin), min(e, end)) for s, e in emphasised if s < end and e > begin]
    cuts = sorted({begin, end, *(edge for span in inside for edge in span)})
    return [(start, stop, any(s <= start and stop <= e for s, e in inside)) for start, stop in pairwise(cuts)]
