r"""A page's text by PDFium → the same characters with line breaks where the printed page has them.

PDFium breaks a line at every raised or lowered character, and gives no blank line between paragraphs.
Both are mended from the positions of each line's first and last character. White space is all that changes.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

# All shares are of the taller of two characters. The constants were set by eye on LaTeX books and SEC filings;
# the score of the GeoTopo book (py-pdf/benchmarks) moves by .001 at most when each is changed by a quarter.
SHIFT_SHARE = 0.55  # Baselines nearer than this are one printed line with a superscript or subscript.
TOUCH_SHARE = 0.25  # Less room than this is no space.
WORD_SPACE_SHARE = 0.8  # More room than this is another column or cell; between, words of one line.
OVERLAP_SHARE = 0.3  # How far slanted characters may reach into each other.
PARAGRAPH_GAP = 1.3  # A paragraph begins where the drop from line to line is this many times the usual one.
USUAL_DROP_QUANTILE = 0.25  # Of the drops, by characters of text: leading inside prose is the smallest common one.
MIN_DROPS = 3  # With fewer, no drop is usual.
MIN_EVEN_DROPS = 5  # So many equal drops in a row are a table: rows, not paragraphs.
EVEN = 0.03  # Relative difference up to which two drops are equal.
LINE = re.compile(r"[^\s](?:[^\r\n]*[^\s])?")
ONE_LETTER = re.compile(r"(?:^|[\W\d_])[^\W\d_]$")
CLOSING = frozenset(".,;:!?)]}’”")
HYPHENS = "\ufffe\x02-"


@dataclass(frozen=True, slots=True)
class Glyph:
    """Where a character stands, in a frame turned so that its line runs to the right.

    Attributes:
        turn: Quarter turns of the frame.
        baseline: Upward.
        left: Along the line, like `right`.
        right: Of its advance, not its ink.
        height: From the font's descent to its ascent.
    """

    turn: int
    baseline: float
    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of PDFium's, which may be a part of a printed one.

    Attributes:
        position: Of its first character in the text with printed lines.
        start: Of its first character in PDFium's text.
        end: One past its last, there.
        glyph: Of its first character; None if that is not known.
    """

    position: int
    start: int
    end: int
    glyph: Glyph | None


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's text with its printed lines, PDFium's text, and its lines; none if their places are not known."""

    text: str
    raw: str
    pieces: list[Piece]


@dataclass(slots=True)
class _Line:
    """One line of PDFium's, or several joined; `glyphs` are their first and last ones."""

    start: int
    end: int
    glyphs: list[Glyph | None]

    def first(self) -> Glyph | None:
        return self._tallest_beside(self.glyphs[0])

    def last(self) -> Glyph | None:
        return self._tallest_beside(self.glyphs[-1])

    def _tallest_beside(self, end: Glyph | None) -> Glyph | None:
        """Return the glyph that has the line's own baseline where `end` may be a superscript."""
        beside = [glyph for glyph in self.glyphs if glyph and end and _same_line(glyph, end)]
        return max(beside, key=lambda glyph: glyph.height, default=None)


def page_text(textpage: pdfium.PdfTextPage) -> str:
    """Return a page's text with its printed lines; U+FFFE stands for a hyphen that only breaks a line."""
    return page_lines(textpage).text


def page_lines(textpage: pdfium.PdfTextPage) -> PageLines:
    """Return a page's text as `page_text` does, and where PDFium's lines stand in it."""
    # The bounded call leaves out what lies off the page, but also line breaks, so that a number and its
    # footnote mark become one number, and it gives U+0002 for a line's hyphen.
    bounded: str = textpage.get_text_bounded()
    text = whole_text(textpage)
    if _visible(text) != _visible(bounded):
        return PageLines(bounded, text, [])
    joined, pieces = joined_pieces(text, lambda position: glyph_of(textpage, text, position))
    return PageLines(joined, text, pieces)


def printed_lines(text: str, glyph_at: Callable[[int], Glyph | None]) -> str:
    """Join what is printed in one line, and put a blank line where a paragraph begins.

    Args:
        text: Lines as PDFium breaks them.
        glyph_at: From an offset in `text`; None where the position is not known.
    """
    return joined_pieces(text, glyph_at)[0]


def joined_pieces(text: str, glyph_at: Callable[[int], Glyph | None]) -> tuple[str, list[Piece]]:
    """Do as `printed_lines`, and return PDFium's lines as they now stand besides."""
    lines: list[_Line] = []
    gaps: list[str] = []  # White space between PDFium's lines; those within a printed line become "" or " ".
    ends: list[int] = []  # Indices of the gaps that end a printed line.
    pieces = [match.span() for match in LINE.finditer(text)]
    glyphs: list[Glyph | None] = []
    for start, end in pieces:
        glyphs.append(glyph_at(start))
        piece = _Line(start, end, [glyphs[-1], glyph_at(end - 1)])
        space = _joining_space(text, lines[-1], piece) if lines else None
        if lines and space is not None:
            gaps.append(space)
            lines[-1].end = end
            lines[-1].glyphs += piece.glyphs
            continue
        if lines:
            ends.append(len(gaps))
            gaps.append(text[lines[-1].end : start])
        lines.append(piece)
    if not lines:
        return text, []
    for index in _paragraph_ends(lines):
        gap = gaps[ends[index]]
        if gap.count("\n") == 1:
            gaps[ends[index]] = gap.replace("\n", "\n\r\n")
    parts = [text[: pieces[0][0]]]
    position = pieces[0][0]
    placed: list[Piece] = []
    for (start, end), glyph, gap in zip(pieces, glyphs, [*gaps, text[pieces[-1][1] :]], strict=True):
        parts += text[start:end], gap
        placed.append(Piece(position, start, end, glyph))
        position += end - start + len(gap)
    return "".join(parts), placed


def _joining_space(text: str, line: _Line, piece: _Line) -> str | None:
    """Return the white space between two pieces of one printed line; None if they are two lines."""
    before, after = line.glyphs[-1], piece.glyphs[0]
    if not before or not after or not _same_line(before, after) or text[line.end - 1] in HYPHENS:
        return None
    height = max(before.height, after.height)
    room = after.left - before.right
    if not -OVERLAP_SHARE * height < room < WORD_SPACE_SHARE * height:
        return None
    if room < TOUCH_SHARE * height:
        following = text[piece.start]
        # "x²" is one word. A longer word and a number keep a space: 5,112³ is not 51123, nor is "sales¹" "sales1".
        is_variable = following.isalnum() and ONE_LETTER.search(text, max(line.start, line.end - 2), line.end)
        if is_variable or following in CLOSING:
            return ""
    return " "


def _paragraph_ends(lines: Sequence[_Line]) -> list[int]:
    """Return the indices of the lines after which the page has clearly more room than usual."""
    drops = [_drop(line, following) for line, following in itertools.pairwise(lines)]
    weighted = sorted(
        (drop, min(line.end - line.start, following.end - following.start))
        for drop, (line, following) in zip(drops, itertools.pairwise(lines), strict=True)
        if drop
    )
    if len(weighted) < MIN_DROPS:
        return []
    limit = PARAGRAPH_GAP * _quantile(weighted, USUAL_DROP_QUANTILE)
    even = _even_runs(drops)
    return [index for index, drop in enumerate(drops) if drop > limit and even[index] < MIN_EVEN_DROPS]


def _drop(line: _Line, following: _Line) -> float:
    """Return how far the next line is below this one; 0 if it is not below."""
    upper, lower = line.last(), following.first()
    if not upper or not lower or upper.turn != lower.turn or _same_line(upper, lower):
        return 0
    return max(0, upper.baseline - lower.baseline)


def _quantile(weighted: Sequence[tuple[float, int]], share: float) -> float:
    """Return the first of the sorted values that has this share of the weight up to it."""
    wanted = share * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        wanted -= weight
        if wanted <= 0:
            return value
    return weighted[-1][0]


def _even_runs(drops: Sequence[float]) -> list[int]:
    """Return for each drop how many equal ones in a row it belongs to."""
    runs: list[int] = []
    start = 0
    for end in range(1, len(drops) + 1):
        if end == len(drops) or abs(drops[end] - drops[start]) > EVEN * drops[start]:
            runs += [end - start] * (end - start)
            start = end
    return runs


def _same_line(one: Glyph, other: Glyph) -> bool:
    shift = abs(one.baseline - other.baseline)
    return one.turn == other.turn and shift < SHIFT_SHARE * max(one.height, other.height)


def _visible(text: str) -> str:
    return "".join(text.replace("\x02", "\ufffe").split())


def whole_text(textpage: pdfium.PdfTextPage) -> str:
    """Return all text of a page; pypdfium2's `get_text_range` recurses once per character left out."""
    n_characters = pdfium_c.FPDFText_CountChars(textpage)
    if n_characters <= 0:
        return ""
    buffer = (ctypes.c_ushort * (2 * n_characters + 2))()
    n_written = pdfium_c.FPDFText_GetText(textpage, 0, n_characters, buffer)
    return bytes(memoryview(buffer)[: max(0, n_written - 1)]).decode("utf-16-le", "ignore")


def glyph_of(textpage: pdfium.PdfTextPage, text: str, position: int) -> Glyph | None:
    """Return where a character stands; None if it is unknown or its line is slanted."""
    index = pdfium_c.FPDFText_GetCharIndexFromTextIndex(textpage, position)
    # PDFium counts in wchar_t, which on Windows is not a code point.
    if index < 0 or pdfium_c.FPDFText_GetUnicode(textpage, index) != ord(text[position]):
        return None
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFText_GetCharOrigin(textpage, index, x, y):
        return None
    if not pdfium_c.FPDFText_GetLooseCharBox(textpage, index, box):
        return None
    turns = pdfium_c.FPDFText_GetCharAngle(textpage, index) / (math.pi / 2)
    match round(turns, 2) % 4:
        case 0:
            return Glyph(0, y.value, box.left, box.right, box.top - box.bottom)
        case 1:  # Clockwise: the line runs down the page.
            return Glyph(1, x.value, -box.top, -box.bottom, box.right - box.left)
        case 2:
            return Glyph(2, -y.value, -box.right, -box.left, box.top - box.bottom)
        case 3:
            return Glyph(3, -x.value, box.bottom, box.top, box.right - box.left)
        case _:
            return None
