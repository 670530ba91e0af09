"""Where a quote begins and ends: a sentence is quoted whole; of a long one, what answers best.

A sentence that leans on the one before ("It was founded in 1868.") is quoted with it, one that announces what
follows ("There are three kinds:") with that, as far as MAX_QUOTE_CHARACTERS allow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from domaingpt.retrieval.rows import CELL_SEPARATOR
from domaingpt.types import Sentence

MAX_QUOTE_CHARACTERS = 300
# A stretch of whole clauses shorter than this is filled up with words of the next one: "Merit Network, Inc.," tells
# too little. Guess; it changes nothing measurable in how often quotes hold the answers of XQuAD en.
MIN_CLIPPED_CHARACTERS = 200
PROSE_END = re.compile(r"[.!?。！？]['\"”’)\]]*$")  # rows of tables and lines of lists do not lean on what is before
LEANS_ON = re.compile(
    r"(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|[Tt]his|[Tt]hese|[Tt]hose|[Tt]here|[Bb]oth|"
    r"The (?:former|latter)|Er|Sie|Es|Dies\w*)\b|[他她它这這此]|(?:これ|それ|彼)"
)
CLAUSE = re.compile(r"[,;:]\s+|\s[–—|]\s|[，；：、]|\r?\n")


def with_neighbours(sentences: Sequence[Sentence], place: int, text: Callable[[Sentence], str]) -> tuple[int, int]:
    """Return the span (start, end) of a sentence with those that it cannot be understood without.

    Args:
        sentences: Of a chunk, in order.
        place: Which of them.
        text: Returns the text of one.
    """
    start, end = sentences[place].start, sentences[place].end
    if place and LEANS_ON.match(text(sentences[place])):
        before = sentences[place - 1]
        if PROSE_END.search(text(before)) and end - before.start <= MAX_QUOTE_CHARACTERS:
            start = before.start
    if text(sentences[place]).endswith((":", "：")):
        for after in sentences[place + 1 :]:
            if after.end - start > MAX_QUOTE_CHARACTERS or CELL_SEPARATOR in text(after):
                break
            end = after.end
    return start, end


def quoted_stretch(text: str, coverage: Callable[[str], float]) -> tuple[int, int]:
    """Return the stretch (start, end) of a sentence to quote, at most MAX_QUOTE_CHARACTERS long.

    Args:
        text: The sentence, verbatim.
        coverage: The share of the question that a text covers; the stretch with the highest is taken, of
            several the longest, of these the first.
    """
    if len(text) <= MAX_QUOTE_CHARACTERS:
        return 0, len(text)
    start, end = max(_stretches(text), key=lambda span: (coverage(text[slice(*span)]), span[1] - span[0], -span[0]))
    quote = text[start:end]
    start += len(quote) - len(quote.lstrip())
    return start, start + len(quote.strip())


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches that begin with a clause and end with one, or at least with a word."""
    cuts = [0, *(match.end() for match in CLAUSE.finditer(text)), len(text)]
    for i, start in enumerate(cuts[:-1]):
        limit = start + MAX_QUOTE_CHARACTERS
        end = max((cut for cut in cuts[i + 1 :] if cut <= limit), default=start)
        if end - start < MIN_CLIPPED_CHARACTERS and end < len(text):
            end = max(end, text.rfind(" ", start, limit + 1))
        yield start, end if end > start else limit
