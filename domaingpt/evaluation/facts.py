"""Chunks → facts that one can ask for: a sentence or table row, and the span of it that is the answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from domaingpt.answer.quantities import Quantity, quantities
from domaingpt.chunks import search_view
from domaingpt.index.corpus import Corpus
from domaingpt.retrieval.rows import in_words, named_cells
from domaingpt.types import Chunk, Sentence

GAP = "___"
MIN_WORDS, MAX_WORDS = 4, 45  # of a sentence that is asked for, figures not counted; guess, unmeasured
MIN_UNSPACED = 10  # characters of a sentence written without spaces
GOLDEN = 0.6180339887  # multiples of it, modulo 1, are spread evenly however many are taken (Weyl)
WORD = re.compile(r"[^\W\d_]{2,}")
BULLET = re.compile(r"^(?:[•·*▪◦–—-]|#+)\s+")
# A name of two words or more within a sentence; one capital alone is too often only a sentence's beginning.
NAME = re.compile(r"(?<=[a-z,] )[A-ZÄÖÜ][\w&'’-]+(?: [A-ZÄÖÜ][\w&'’-]+)+")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a document states.

    Attributes:
        chunk: Where it stands.
        text: The sentence or row on one line.
        answer: The span of it to be asked for; the whole sentence where none stands out.
        page: From 1; None where the format has no pages.
        label: For a row: what it is about; else "".
        column: For a row: the column that holds the answer; else "".
    """

    chunk: Chunk
    text: str
    answer: str
    page: int | None
    label: str = ""
    column: str = ""

    @property
    def document_name(self) -> str:
        """The file's name without folder and ending, dashes and underscores as spaces."""
        return re.sub(r"[-_]+", " ", PurePosixPath(self.chunk.document).stem).strip()


def spread_chunks(corpus: Corpus, chance: random.Random) -> Iterator[Chunk]:
    """Yield all chunks, one of each document in turn, those of a document from all over it."""
    documents = [document for document in corpus.documents if document.n_chunks]
    chance.shuffle(documents)
    orders = [_spread(document.n_chunks, chance.random()) for document in documents]
    while orders:
        for document, order in zip(list(documents), list(orders), strict=True):
            row = next(order, None)
            if row is None:
                documents.remove(document)
                orders.remove(order)
            else:
                yield corpus.chunks([document.first_row + row])[0]


def _spread(n: int, offset: float) -> Iterator[int]:
    """Yield each of 0 … n - 1 once, neighbours far apart in time."""
    seen: set[int] = set()
    step = 0
    while len(seen) < n:
        place = int((offset + step * GOLDEN) % 1 * n)
        step += 1
        while place in seen:
            place = (place + 1) % n
        seen.add(place)
        yield place


def fact_of(chunk: Chunk, chance: random.Random) -> Fact | None:
    """Return a fact of a chunk: one with a figure, date or name if there is any; None if nothing can be asked for."""
    plain: list[Fact] = []
    telling: list[Fact] = []
    for sentence in chunk.sentences:
        quote = chunk.text[sentence.start - chunk.start : sentence.end - chunk.start]
        cells = named_cells(quote, chunk)
        fact = _of_row(chunk, sentence, cells, chance) if cells else _of_sentence(chunk, sentence, search_view(quote))
        if fact is not None:
            (telling if fact.answer != fact.text else plain).append(fact)
    choice = telling or plain
    return chance.choice(choice) if choice else None


def _of_row(chunk: Chunk, sentence: Sentence, cells: Sequence[tuple[str, str]], chance: random.Random) -> Fact | None:
    """Return a cell of a table as a fact: the first cell says what the row is about."""
    label = cells[0][1]
    others = [(name, value) for name, value in cells[1:] if name and value != label]
    with_digits = [cell for cell in others if any(map(str.isdigit, cell[1]))]
    if not any(map(str.isalpha, label)) or not others:
        return None
    column, value = chance.choice(with_digits or others)
    return Fact(chunk, in_words(list(cells)), value, sentence.page, label, column.rstrip(" :"))


def _of_sentence(chunk: Chunk, sentence: Sentence, text: str) -> Fact | None:
    text = BULLET.sub("", text)
    n_words = len(WORD.findall(text))
    is_unspaced = len(text) >= MIN_UNSPACED and not text.isascii() and len(text.split()) < MIN_WORDS
    if not (MIN_WORDS <= n_words <= MAX_WORDS or is_unspaced):
        return None
    figures = [_unbracketed(text[item.start : item.end]) for item in quantities(text) if _tells(text, item)]
    names = [match[0] for match in NAME.finditer(text)]
    answer = next(iter(figures or names), text)
    return Fact(chunk, text, answer if text.count(answer) == 1 else text, sentence.page)


def _tells(text: str, item: Quantity) -> bool:
    """Return whether a quantity is worth asking for: no clause number, no "one" or "first", no part of a code."""
    if item.kind in ("day", "time"):
        return True
    span = text[item.start : item.end]
    if item.start and (text[item.start - 1].isalnum() or text[item.start - 1] in ".-_/"):
        return False
    n_digits = sum(map(str.isdigit, span))
    return item.kind == "number" and item.unit != "th" and item.start > 0 and n_digits >= (1 if item.unit else 2)


def _unbracketed(span: str) -> str:
    """Return a span without the half of a pair of brackets at its end."""
    return span.strip() if span.count("(") == span.count(")") else span.strip("() ")


def gapped(fact: Fact) -> str:
    """Return a question made from the fact by rule: its words, without the answer."""
    if fact.column:
        return f"What is “{fact.column}” of “{fact.label}” in “{fact.document_name}”?"
    if fact.answer == fact.text:
        return f"What does “{fact.document_name}” say about “{_beginning(fact)}”?"
    return f"What belongs in the gap, in “{fact.document_name}”: “{fact.text.replace(fact.answer, GAP)}”?"


def _beginning(fact: Fact) -> str:
    return fact.chunk.section.rsplit(" › ", 1)[-1] or " ".join(fact.text.split()[:6])
