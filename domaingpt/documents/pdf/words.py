"""A page's text → its fragments: the words that stand together in one printed line, with their places.

More room between two words than words have in prose parts them; so do the marks of figures, since columns of
figures often touch. Nothing is known here of tables.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domaingpt.documents.pdf.line_kinds import VALUE
from domaingpt.documents.pdf.lines import PageLines, Piece

# Shares of a character's height, ascent and descent included. Guesses, checked by eye on filings.
CELL_SPACE_SHARE = 0.6  # More room than this is another cell; the space of prose has 0.25, justified up to 0.5.
FIGURE_SPACE_SHARE = 0.35  # More room than this between two figures: two cells.
SAME_BASELINE_SHARE = 0.4
MAX_WORDS = 8000  # on a page; ten times a full page of small print. More is a drawing, or an attack.
WORD = re.compile(r"\S+")
CURRENCY = re.compile(r"(?:[A-Z]{0,3}[$€£¥₹]|EUR|USD|GBP|CHF|SEK|NOK|DKK|JPY|CNY|CAD|AUD|INR)")
FIGURE = re.compile(rf"(?:{VALUE.pattern})|[—–-]+%?")
CLOSER = re.compile(r"[)\]%]+")


@dataclass(slots=True)
class Fragment:
    """Words that stand together, in a frame turned so that their line runs to the right.

    Attributes:
        start: First code point in the page's text.
        end: One past the last.
        left: Points, along the line.
        right: One past its end.
        baseline: Points, upward.
        height: Of its first character, from descent to ascent.
        turn: Quarter turns of the frame.
    """

    start: int
    end: int
    left: float
    right: float
    baseline: float
    height: float
    turn: int


@dataclass(slots=True)
class _Word:
    start: int
    end: int
    text: str
    left: float
    right: float


def page_fragments(textpage: pdfium.PdfTextPage, lines: PageLines) -> list[Fragment]:
    """Return the fragments of a page in the order of its text; none if they are too many for a page of text."""
    fragments: list[Fragment] = []
    n_words = 0
    for piece in lines.pieces:
        if piece.glyph is None:
            continue
        words = _words(textpage, piece, lines.raw)
        n_words += len(words)
        if n_words > MAX_WORDS:
            return []
        glyph = piece.glyph
        for group in _groups(words, glyph.height):
            first, last = group[0], group[-1]
            fragments.append(
                Fragment(first.start, last.end, first.left, last.right, glyph.baseline, glyph.height, glyph.turn)
            )
    return _rejoined(fragments)


def _words(textpage: pdfium.PdfTextPage, piece: Piece, raw: str) -> list[_Word]:
    words = []
    shift = piece.position - piece.start
    assert piece.glyph is not None
    for match in WORD.finditer(raw, piece.start, piece.end):
        first, last = (
            _edges(textpage, match.start(), piece.glyph.turn),
            _edges(textpage, match.end() - 1, piece.glyph.turn),
        )
        if first and last and math.isfinite(first[0] + last[1]):
            words.append(_Word(match.start() + shift, match.end() + shift, match[0], first[0], max(first[1], last[1])))
    return words


BOX = pdfium_c.FS_RECTF()  # Where PDFium writes its answers; a reader has one thread, and a page thousands of words.
BOX_POINTER = ctypes.byref(BOX)


def _edges(textpage: pdfium.PdfTextPage, position: int, turn: int) -> tuple[float, float] | None:
    """Return where a character begins and ends along its line."""
    index = pdfium_c.FPDFText_GetCharIndexFromTextIndex(textpage, position)
    if index < 0 or not pdfium_c.FPDFText_GetLooseCharBox(textpage, index, BOX_POINTER):
        return None
    match turn:
        case 0:
            return BOX.left, BOX.right
        case 1:
            return -BOX.top, -BOX.bottom
        case 2:
            return -BOX.right, -BOX.left
        case _:
            return BOX.bottom, BOX.top


def _groups(words: Sequence[_Word], height: float) -> Iterator[list[_Word]]:
    """Yield the words of one line that stand together."""
    group: list[_Word] = []
    for word in words:
        if group and _parts(group[-1], word, height):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _parts(before: _Word, word: _Word, height: float) -> bool:
    room = word.left - before.right
    if room > CELL_SPACE_SHARE * height or room < -height:
        return True
    if not FIGURE.fullmatch(before.text) or before.text.endswith(","):
        return False
    # "104,013 $ 23": the mark is that of the next column, if it stands apart from its figure at all.
    if CURRENCY.fullmatch(word.text):
        return True
    return room > FIGURE_SPACE_SHARE * height and FIGURE.fullmatch(word.text) is not None


def _rejoined(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Join fragments whose text goes on in the same place: raised characters, which PDFium parts from their line."""
    joined: list[Fragment] = []
    for fragment in fragments:
        before = joined[-1] if joined else None
        if (
            before
            and before.turn == fragment.turn
            and abs(before.baseline - fragment.baseline) < SAME_BASELINE_SHARE * max(before.height, fragment.height)
            and before.end + 1 >= fragment.start
            and -0.3 * before.height < fragment.left - before.right < FIGURE_SPACE_SHARE * before.height
            and min(before.height, fragment.height) < 0.9 * max(before.height, fragment.height)
        ):
            before.end, before.right = fragment.end, max(before.right, fragment.right)
            continue
        joined.append(fragment)
    return joined


def with_marks(line: Sequence[Fragment], text: str) -> list[Fragment]:
    """Return the fragments of one printed line, left to right, with lone marks joined to their figures.

    "$" to the figure after it, or before it where the line ends in one; ")" and "%" to the figure before.
    """
    ordered = sorted(line, key=lambda fragment: fragment.left)
    texts = [text[fragment.start : fragment.end] for fragment in ordered]
    follows = bool(texts) and CURRENCY.fullmatch(texts[-1]) is not None
    joined: list[Fragment] = []
    is_mark = False  # of the last one joined
    for fragment, words in zip(ordered, texts, strict=True):
        before = joined[-1] if joined else None
        is_currency = CURRENCY.fullmatch(words) is not None
        is_next = before is not None and before.end <= fragment.start and not text[before.end : fragment.start].strip()
        if before and is_next and (
            (is_mark and not follows and FIGURE.match(words))
            or CLOSER.fullmatch(words)
            or (is_currency and follows and FIGURE.fullmatch(text[before.start : before.end]))
        ):  # fmt: skip
            joined[-1] = Fragment(
                before.start, fragment.end, before.left, fragment.right, before.baseline, before.height, before.turn
            )
            is_mark = False
            continue
        joined.append(fragment)
        is_mark = is_currency
    return joined
