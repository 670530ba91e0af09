"""Text → units: the sentences, rows, lines and headings that chunking packs and answers quote.

Extracted text breaks lines for two reasons: the line was full, or the writer meant it. A line was
full when the next line's first word would not have fitted; then the sentence flows on. Every other
line break ends a unit. This one rule tells wrapped prose from tables, lists and headings without
knowing the format.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from domaingpt.types import Block, Document


class Break(IntEnum):
    """How strongly the text parts before a unit."""

    NONE = 0  # inside a sentence: only where a sentence is longer than a chunk may be
    SENTENCE = 1
    LINE = 2  # a row, a list item, a line on its own
    PARAGRAPH = 3
    HEADING = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """A span that is not to be divided further: one sentence, row, line or heading.

    Attributes:
        start: First code point in the document's text.
        end: One past the last; no white space at either end.
        before: How the text parts before it.
        is_heading: Whether it names what follows, and so must not be the last of a chunk.
        header: Column names of its table, where the row does not name them itself.
        is_running_title: Whether it stands at the edge of most pages, and so is not worth quoting.
    """

    start: int
    end: int
    before: Break
    is_heading: bool = False
    header: str = ""
    is_running_title: bool = False


# Wrapped text is narrow. Wider lines are whole paragraphs, and each line break is meant.
# Guess, unmeasured: a landscape page in 8 pt holds about 200 characters.
MAX_WRAP_WIDTH = 220
# A line counts as full from this share of the width on: glyphs differ in width, so in proportional
# type a full line may have fewer characters than the widest. Guess, checked by eye on filings.
FULL_LINE_SHARE = 0.85
MAX_HEADING_CHARACTERS = 90
# A line is a running title if it is among the first or last three of half the pages, two at least,
# numbers aside. Guesses, checked on filings and letters.
EDGE_LINES = 3
RUNNING_SHARE = 0.5
MIN_RUNNING_PAGES = 2
DIGITS = re.compile(r"\d+")

LINE = re.compile(r"[^\r\n\f\v\u2028\u2029\x85]+")
BLANK_LINE = re.compile(r"(?:\r?\n[ \t\u3000]*){2,}|\f")
ENUMERATOR = re.compile(r"(?:[•·▪◦‣●○■□–—*+-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s")
NUMBER = re.compile(r"\(?[-+]?[$€£¥]?\d[\d.,:/]*\)?%?")
STATEMENT = re.compile(r"[:：]\s*[^\s:：]|[^\W\d_][.!?]\s+[^\W\d_]{2}|[。！？]")  # label and value, or two sentences
NUMBERED = frozenset(  # words that a number belongs to: "Article 5" stands for what follows
    "annex appendix art article chapter clause exhibit figure item note part schedule sec section table".split()
)
SENTENCE_END = re.compile(
    # Only the first of a run of marks is tried, and without backtracking: else a line of dots costs n² steps.
    r"""(?P<latin>(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s))  # a space must follow: 3.5 and example.org go on
      | (?P<cjk>[。！？｡][」』”’）】〉》]*)                 # no space follows
      | (?P<other>[।॥؟۔።]+)""",
    re.VERBOSE,
)
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr vs etc e.g i.e eg ie cf al no nos vol fig figs eq sec art ch approx est dept "
    "inc corp ltd co llc plc bros gmbh ca bzw vgl nr abb abs jan feb mar apr jun jul aug sep sept oct nov dec "
    "u.s u.k u.n d.c a.m p.m ph.d p pp".split()
)
MIN_UNCASED = 20  # characters; a shorter stretch says nothing of how a text uses capitals. Guess, unmeasured
LAST_WORD = re.compile(r"([^\s(\[\"“'‘]+?)[.!?…]+[\"'”’»)\]]*$")


def split_units(document: Document) -> list[Unit]:
    """Return the units of a document in order; together they hold every visible character."""
    return list(iterate_units(document))


def iterate_units(document: Document) -> Iterator[Unit]:
    """Yield the units of a document in order, without holding them."""
    text = document.text
    layout = _layout(document)
    position = 0
    for block in itertools.chain(document.blocks, [Block("paragraph", len(text), len(text))]):
        yield from _units_of_prose(text, position, block.start, layout)
        if block.kind == "heading":
            yield Unit(block.start, block.end, Break.HEADING, is_heading=True)
        elif block.kind == "row":
            yield Unit(block.start, block.end, Break.LINE, header=block.header)
        elif block.kind == "item":
            before = Break.LINE
            for start, end in split_sentences(text, block.start, block.end):
                yield Unit(start, end, before)
                before = Break.SENTENCE
        elif block.start < block.end:
            within = _units_of_prose(text, block.start, block.end, layout)
            first = next(within)
            yield Unit(first.start, first.end, Break.PARAGRAPH)
            yield from within
        position = max(position, block.end)


def split_sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences in `text[start:end]`, without surrounding white space."""
    end = len(text) if end is None else end
    sentence_start = start
    for match in SENTENCE_END.finditer(text, start, end):
        if _ends_sentence(text, sentence_start, match, end):
            yield from _stripped(text, sentence_start, match.end())
            sentence_start = match.end()
    yield from _stripped(text, sentence_start, end)


def _ends_sentence(text: str, sentence_start: int, match: re.Match[str], end: int) -> bool:
    if match["latin"] is None:
        return True
    following = text[match.end() : min(end, match.end() + 40)].lstrip()
    if not following:
        return True
    if following[0].islower() and not _is_without_capitals(text[sentence_start : match.start()]):
        return False
    if match["latin"][0] != ".":
        return True
    word = LAST_WORD.search(text, max(sentence_start, match.start() - 40), match.end())
    if word is None:
        return True
    token = word[1].lower()
    is_initial = len(token) == 1 and token.isalpha()
    is_enumerator = not text[sentence_start : match.start()].strip().rstrip(token) and token.isdigit()
    return not (is_initial or is_enumerator or token in ABBREVIATIONS)


def _is_without_capitals(text: str) -> bool:
    """Return whether a text is long enough to begin with a capital or name something, and does neither."""
    return len(text) >= MIN_UNCASED and text == text.lower()


def _units_of_prose(text: str, start: int, end: int, layout: _Layout) -> Iterator[Unit]:
    """Yield the units of a span whose structure no reader told us."""
    for run_start, run_end, strength in _runs(text, start, end, layout):
        run = text[run_start:run_end]
        if layout.is_running_title(run):
            yield Unit(run_start, run_end, Break.LINE, is_running_title=True)
            continue
        if strength >= Break.LINE and _looks_like_heading(run):
            yield Unit(run_start, run_end, Break.HEADING, is_heading=True)
            continue
        before = strength
        for sentence_start, sentence_end in split_sentences(text, run_start, run_end):
            yield Unit(sentence_start, sentence_end, before)
            before = Break.SENTENCE


def _runs(text: str, start: int, end: int, layout: _Layout) -> Iterator[tuple[int, int, Break]]:
    """Yield maximal runs of lines that flow into each other, with the break before each run."""
    run_start: int | None = None
    previous: re.Match[str] | None = None
    strength = Break.PARAGRAPH
    for line in LINE.finditer(text, start, end):
        if not line[0].strip():
            continue
        if previous is not None and run_start is not None:
            gap = text[previous.end() : line.start()]
            paragraph = BLANK_LINE.search(gap) is not None
            is_edge = layout.is_running_title(previous[0]) or layout.is_running_title(line[0])
            if paragraph or is_edge or not _flows_on(previous[0], line[0], layout.wrap_width(previous.start())):
                yield from ((s, e, strength) for s, e in _stripped(text, run_start, previous.end()))
                run_start, strength = line.start(), Break.PARAGRAPH if paragraph else Break.LINE
        else:
            run_start = line.start()
        previous = line
    if run_start is not None and previous is not None:
        yield from ((s, e, strength) for s, e in _stripped(text, run_start, previous.end()))


def _flows_on(line: str, following: str, width: int) -> bool:
    """Return whether the sentence goes on over the line break between the two lines."""
    line, following = line.strip(), following.strip()
    if ENUMERATOR.match(following) or (_looks_like_row(line) and _looks_like_row(following)):
        return False
    if line[-1] in "\ufffe\u0002\u00ad" or (line[-1] == "-" and following[0].islower()):
        return True
    if not width:
        return False
    words = following.split(maxsplit=1)[0] if following[0].isascii() else following[0]
    was_full = len(line) + 1 + len(words) >= FULL_LINE_SHARE * width
    return was_full or (following[0].islower() and line[-1] not in ".!?:;")


def _looks_like_row(line: str) -> bool:
    """Return whether the line is a table row: cells with bars between, or numbers of which one is last."""
    if " | " in line:
        return True
    words = line.split()
    numbers = sum(1 for word in words if NUMBER.fullmatch(word))
    return numbers >= 2 and bool(NUMBER.fullmatch(words[-1]) or words[-1] in "%)—-")


def _looks_like_heading(run: str) -> bool:
    """Return whether the line stands for what follows: short, no closing mark, starting big or numbered.

    A line that itself says something, such as "Purchase price: 450,000" or "Boiler installed 2009",
    is none, so that it can be quoted.
    """
    if len(run) > MAX_HEADING_CHARACTERS or "\n" in run or run[-1] in ".,;!?。，；！？|":
        return False
    if _looks_like_row(run) or STATEMENT.search(run):
        return False
    first, *others = run.split()
    if first.lower() in NUMBERED:
        others = others[1:]
    if (NUMBER.fullmatch(first) and not others) or any(NUMBER.fullmatch(word.rstrip(",;")) for word in others):
        return False
    return run[0].isupper() or run[-1] == ":" or bool(re.match(r"\d+(\.\d+)*\.?\s+[^\W\d_]", run))


class _Layout:
    """How lines stand on the pages: where they are wrapped, and which are titles that run through.

    A text without pages is one region for wrapping, and has no running titles.
    """

    def __init__(self, starts: list[int], widths: list[int], running_titles: frozenset[str]) -> None:
        self._starts = starts
        self._widths = widths
        self._running_titles = running_titles

    def wrap_width(self, offset: int) -> int:
        """Return the wrap width in characters around an offset; 0 where lines are not wrapped."""
        return self._widths[max(0, bisect_right(self._starts, offset) - 1)]

    def is_running_title(self, line: str) -> bool:
        """Return whether the line stands at the edge of most pages, but for its numbers."""
        return bool(self._running_titles) and _without_numbers(line) in self._running_titles


def _layout(document: Document) -> _Layout:
    regions = [(page.start, page.end) for page in document.pages] or [(0, len(document.text))]
    widths = []
    edges: Counter[str] = Counter()
    for start, end in regions:
        # A text without pages is one region: its lines are counted, not held.
        lines = (stripped for line in LINE.finditer(document.text, start, end) if (stripped := line[0].strip()))
        lengths: Counter[int] = Counter()
        first: list[str] = []
        last: deque[str] = deque(maxlen=EDGE_LINES)
        for line in lines:
            lengths[len(line)] += 1
            last.append(line)
            if len(first) < EDGE_LINES:
                first.append(line)
        width = _quantile(lengths, 0.95)
        widths.append(width if width <= MAX_WRAP_WIDTH else 0)
        edges.update({_without_numbers(line) for line in [*first, *last]})
    enough = max(MIN_RUNNING_PAGES, RUNNING_SHARE * len(regions))
    running_titles = frozenset(line for line, n_pages in edges.items() if n_pages >= enough)
    return _Layout([start for start, _ in regions], widths, running_titles)


def _quantile(counts: Counter[int], share: float) -> int:
    """Return the value below which this share of counted values lies; 0 for fewer than two."""
    n = counts.total()
    position = int(share * (n - 1))
    for value in sorted(counts) if n > 1 else ():
        position -= counts[value]
        if position < 0:
            return value
    return 0


def _without_numbers(line: str) -> str:
    return DIGITS.sub("#", line.strip())


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span without white space at its ends, if anything is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    if left < len(piece):
        yield start + left, start + len(piece.rstrip())
