"""Questions about documents as such: which of them mention something, how many there are, a list of a kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domaingpt.answer.whole.plan import DOCUMENT_NOUN, Plan
from domaingpt.answer.whole.reader import Reading
from domaingpt.answer.whole.vocabulary import SILENT
from domaingpt.index import LocalIndex
from domaingpt.index.corpus import DocumentRow
from domaingpt.retrieval.quoting import MAX_QUOTE_CHARACTERS
from domaingpt.retrieval.rows import CELL_SEPARATOR, is_header
from domaingpt.types import Chunk, Evidence, Sentence

ARTICLES = re.compile(
    r"^(?:an?|the|any|some|our|my|its|their)\s+(?:(?:words?|terms?|phrases?)\s+)?|^(?:words?|terms?|phrases?)\s+"
    r"|\s+(?:at all|anywhere|somewhere|in them)$",
    re.IGNORECASE,
)
# Chunks that are looked at for a word. More than hold a word of any use in a million. Guess, unmeasured.
MAX_CANDIDATES = 50_000
BATCH = 5_000


def topic_terms(topic: str, index: LocalIndex) -> list[str]:
    """Return the terms of a topic without what says nothing."""
    plain = " ".join(w for w in ARTICLES.sub("", topic.strip(" \"'“”")).split() if w.lower() not in SILENT)
    return list(dict.fromkeys(index.terms(plain or topic)))


def mentions(topic: str, index: LocalIndex, only: str | None) -> tuple[dict[str, list[Evidence]], bool]:
    """Return by document the sentences and rows that hold every term of a topic, and whether none was left unseen.

    Sentences that hold the topic as it is written come first.
    """
    terms = topic_terms(topic, index)
    if not terms:
        return {}, True
    words = {term: word for word in topic.split() for term in index.terms(word)}
    rarest = max(terms, key=lambda term: index.idf([term])[0])
    # The word itself is searched for: a term of a term may be another one ("telomeras" becomes "telomera").
    candidates = index.search(None, words.get(rarest, topic), MAX_CANDIDATES, "lexical", only)
    ids = [candidate.chunk_id for candidate in candidates]
    found: dict[str, list[Evidence]] = {}
    wanted = set(terms)
    for first in range(0, len(ids), BATCH):
        for chunk in index.chunks(ids[first : first + BATCH]):
            for sentence in _holding(chunk, wanted, index):
                found.setdefault(chunk.document, []).append(evidence_of(chunk, sentence.start, sentence.end, sentence))
    written = topic.lower()
    for quotes in found.values():
        quotes.sort(key=lambda item: (written not in item.quote.lower(), item.start))
    return dict(sorted(found.items())), len(ids) < MAX_CANDIDATES


def of_kind(plan: Plan, reading: Reading, index: LocalIndex) -> list[DocumentRow]:
    """Return the documents whose file, folder or title has the words of a noun; all for "documents"; none unknown.

    "invoices.csv" holds invoices and is none: a plural in the file's own name does not count.
    """
    words = [w for w in re.findall(r"[\w'-]+", plan.words) if w.lower() not in SILENT]
    words = [w for w in words if not re.fullmatch(DOCUMENT_NOUN, w, re.IGNORECASE)]
    if not words:
        return reading.documents
    wanted = set(index.terms(" ".join(words)))
    if not wanted:
        return []
    head = words[-1].lower()
    return [
        row
        for row in reading.documents
        if wanted <= reading.names[row.path] and not (_is_plural(head) and _holds(head, row.path))
    ]


def _holds(plural: str, path: str) -> bool:
    """Return whether a file is named after the many things it holds."""
    return plural in re.findall(r"[^\W\d_]+", path.rsplit("/", 1)[-1].lower())


def first_line(row: DocumentRow, index: LocalIndex) -> Evidence | None:
    """Return the first sentence of a document, to show that it is there."""
    for chunk in index.corpus.chunks_of(row):
        for sentence in chunk.sentences:
            if any(map(str.isalpha, chunk.text[sentence.start - chunk.start : sentence.end - chunk.start])):
                return evidence_of(chunk, sentence.start, sentence.end, sentence)
    return None


def evidence_of(chunk: Chunk, start: int, end: int, sentence: Sentence | None = None) -> Evidence:
    """Return a verbatim piece of a chunk as evidence, cut to the length of a quote at a cell or a word."""
    text = chunk.text[start - chunk.start : end - chunk.start]
    if len(text) > (most := MAX_QUOTE_CHARACTERS):
        cut = max(text.rfind(CELL_SEPARATOR, 0, most), text.rfind(" ", most // 2, most))
        text = text[: cut if cut > 0 else most]
    page = sentence.page if sentence else chunk.page
    return Evidence(chunk, start, start + len(text), text, 0.0, page, sentence.section if sentence else chunk.section)


def _holding(chunk: Chunk, wanted: set[str], index: LocalIndex) -> Sequence[Sentence]:
    if not wanted <= set(index.terms(chunk.text)):
        return []
    held = []
    for sentence in chunk.sentences:
        text = chunk.text[sentence.start - chunk.start : sentence.end - chunk.start]
        if wanted <= set(index.terms(text)):
            held.append(sentence)
    if held:
        return [
            s for s in held if not is_header(chunk.text[s.start - chunk.start : s.end - chunk.start], chunk)
        ] or held
    position = chunk.start
    for line in chunk.text.splitlines(keepends=True):  # a heading is no sentence, and still speaks of it
        if wanted <= set(index.terms(line)):
            start = position + len(line) - len(line.lstrip())
            return [Sentence(start, position + len(line.rstrip()), chunk.page, chunk.section)]
        position += len(line)
    return []


def _is_plural(word: str) -> bool:
    return word.lower().endswith("s") and not word.lower().endswith("ss")
