"""Hits → evidence: the sentences and table rows that may hold the answer, best first.

A sentence is scored three ways: cosine with the question, share of the question's rare words that it
and, to a lesser part, the sentence before it hold, and the score of the chunk it lies in. The three are
standardised over all sentences of the hits and added; the vectors were stored with the chunks, so this
costs a millisecond. A sentence that names what is asked for, a number or a person, gets more. Where several
sentences come out nearly as good as the best, late interaction decides between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import Index
from domaingpt.retrieval.expected import expected_kind, names_one
from domaingpt.retrieval.fusion import standardised
from domaingpt.retrieval.late_interaction import late_interaction
from domaingpt.retrieval.quoting import PROSE_END, quoted_stretch, with_neighbours
from domaingpt.retrieval.rows import is_header, readable
from domaingpt.types import Chunk, Evidence, Hit, Sentence

# Weights of the standardised scores, from a grid on XQuAD en (benchmarks/results/evidence.json).
DENSE, LEXICAL, CHUNK, LATE = 1.0, 1.0, 1.0, 1.0
# Of the words of the question that only the sentence before holds so much counts for a sentence, since "It was
# founded in 1868." does not name what it speaks of; and so much a number counts where one is asked for. Best of
# .2 to .8 and of .5 to 1.5 on the questions of XQuAD en outside the 200 that answers are measured on.
BEFORE, EXPECTED = 0.4, 1.0
# Off a sentence that is a question itself, and off one that says nothing beyond the question, as headings do that a
# reader did not know for such: a single word more, and no number. Guesses; no change on XQuAD en, which has none, and
# .364 to .374 in token F1 of the best sentence over the 40 single-passage questions of STICI-note.
ASKS, SAYS_NOTHING = 2.0, 1.5
MIN_NEWS = 2
# Sentences whose score is so near the best one's, and no more of them, are ordered by late interaction: that
# costs 10 to 40 ms. It is asked for a quarter of SciFact's queries and fewer of XQuAD's, where the best sentence
# holds the answer for 80.7 % of the questions (benchmarks/results/evidence.json; 80.9 % with .8).
UNDECIDED = 0.5
LATE_POOL = 4
MIN_WORDS = 3  # "June 25," or a page number answers nothing by itself
MIN_UNSPACED = 6  # characters of a sentence written without spaces


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be evidence: where it stands, its text on one line, and what it is scored by."""

    hit: Hit
    sentence: Sentence
    text: str
    cosine: float
    terms: frozenset[str]
    terms_before: frozenset[str]


def select_evidence(
    question: str,
    hits: Sequence[Hit],
    embedder: Embedder,
    index: Index,
    *,
    limit: int,
    vector: FloatMatrix | None,
) -> list[Evidence]:
    """Return the sentences of the hits that fit the question best, best first.

    Args:
        question: In the user's words.
        hits: What retrieval found.
        embedder: The one the index was built with.
        index: For the rarity of words.
        limit: At most so many.
        vector: (d,) that of the question; None if the embedder does not cover its language: then words
            alone decide.
    """
    found = list(_candidates(hits, index, vector))
    if not found:
        return []
    weights = _idf_weights(question, index)
    scores = _scores(question, found, weights)
    if vector is not None:
        _decide(question, found, scores, embedder, index)
    order = np.argsort(-scores, kind="stable")
    evidence: list[Evidence] = []
    for i in order:
        item = _evidence(found[i], float(scores[i]), weights, index)
        if not any(_overlap(item, taken) for taken in evidence):
            evidence.append(item)
        if len(evidence) == limit:
            break
    return evidence


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.chunk.document == other.chunk.document and one.start < other.end and other.start < one.end


def _candidates(hits: Sequence[Hit], index: Index, vector: FloatMatrix | None) -> Iterator[_Candidate]:
    for hit, sentences, cosines in _worth_quoting(hits, index, vector):
        before: frozenset[str] = frozenset()
        for sentence, cosine in zip(sentences, cosines, strict=True):
            text = readable(_text(hit.chunk, sentence.start, sentence.end), hit.chunk)
            terms = frozenset(index.terms(text))
            yield _Candidate(hit, sentence, text, float(cosine), terms, before)
            before = terms if PROSE_END.search(text) else frozenset()


def _scores(question: str, found: Sequence[_Candidate], weights: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Return the score (n,) of each candidate before late interaction."""
    own = np.array([_covered(weights, item.terms) for item in found])
    read_on = np.array([_covered(weights, item.terms | item.terms_before) for item in found])
    scores: npt.NDArray[np.float64] = (
        DENSE * standardised(np.array([item.cosine for item in found]))
        + LEXICAL * standardised(own + BEFORE * (read_on - own))
        + CHUNK * standardised(np.array([item.hit.score for item in found]))
    )
    scores -= ASKS * np.array([item.text.endswith(("?", "？")) for item in found])
    scores -= SAYS_NOTHING * np.array([_says_nothing(item, weights) for item in found])
    if kind := expected_kind(question):
        scores += EXPECTED * np.array([names_one(kind, item.text, question) for item in found])
    return scores


def _says_nothing(item: _Candidate, asked: Mapping[str, float]) -> bool:
    return len(item.terms - asked.keys()) < MIN_NEWS and not any(character.isdigit() for character in item.text)


def _decide(
    question: str, found: Sequence[_Candidate], scores: npt.NDArray[np.float64], embedder: Embedder, index: Index
) -> None:
    """Add late interaction to the scores (n,) of the best candidates where they are nearly equal."""
    best = np.argsort(-scores, kind="stable")[:LATE_POOL]
    best = best[scores[best] >= scores[best[0]] - UNDECIDED]
    if len(best) > 1:
        late = late_interaction(question, [found[i].text for i in best], embedder, index)
        scores[best] += LATE * standardised(late)


def _evidence(item: _Candidate, score: float, weights: Mapping[str, float], index: Index) -> Evidence:
    chunk, sentence = item.hit.chunk, item.sentence
    left, right = sentence.start, sentence.end
    if sentence in chunk.sentences:  # else it is the whole chunk
        place = chunk.sentences.index(sentence)
        left, right = with_neighbours(chunk.sentences, place, lambda s: _text(chunk, s.start, s.end))
        sentence = next(s for s in chunk.sentences if s.start == left)
    whole = _text(chunk, left, right)
    first, last = quoted_stretch(whole, lambda text: _covered(weights, set(index.terms(text))))
    start, end = left + first, left + last
    return Evidence(
        chunk=chunk,
        start=start,
        end=end,
        quote=whole[first:last],
        score=score,
        page=sentence.page,
        section=sentence.section,
        dense=item.cosine,
        coverage=_covered(weights, item.terms.union(index.terms(chunk.context))),
    )


def _worth_quoting(
    hits: Sequence[Hit], index: Index, vector: FloatMatrix | None
) -> Iterator[tuple[Hit, list[Sentence], FloatMatrix]]:
    """Yield each hit with the sentences that can answer something, the whole chunk if there are none, and their
    cosines (s,) with the vector (d,), 0 without one.
    """
    ids = [hit.chunk.id for hit in hits]
    known = index.sentence_vectors(ids) if vector is not None else [np.zeros((0, 0), np.float32)] * len(ids)
    for hit, vectors in zip(hits, known, strict=True):
        chunk = hit.chunk
        texts = [_text(chunk, sentence.start, sentence.end) for sentence in chunk.sentences]
        worth = [i for i, text in enumerate(texts) if _says_something(text) and not is_header(text, chunk)]
        if not worth:
            whole = Sentence(chunk.start, chunk.end, chunk.page, chunk.section)
            yield hit, [whole], np.array([hit.dense or 0.0], np.float32)
        else:
            near = np.zeros(len(worth), np.float32) if vector is None else vectors[worth] @ vector
            yield hit, [chunk.sentences[i] for i in worth], near


def _says_something(sentence: str) -> bool:
    return len(sentence.split()) >= MIN_WORDS or (len(sentence) >= MIN_UNSPACED and not sentence.isascii())


def _text(chunk: Chunk, start: int, end: int) -> str:
    return chunk.text[start - chunk.start : end - chunk.start]


def _idf_weights(question: str, index: Index) -> dict[str, float]:
    """Return the question's terms with their idf, scaled to sum to 1."""
    terms = list(dict.fromkeys(index.terms(question)))
    idf = index.idf(terms)
    total = sum(idf) or 1.0
    return {term: value / total for term, value in zip(terms, idf, strict=True)}


def _covered(weights: Mapping[str, float], held: AbstractSet[str]) -> float:
    """Return the share, 0 to 1, of the question's weight that the held terms carry."""
    return sum(weight for term, weight in weights.items() if term in held)
