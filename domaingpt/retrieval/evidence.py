"""Hits → evidence: the sentences and table rows that may hold the answer, best first.

A sentence is scored three ways: cosine with the question, share of the question's rare words it
holds, and the score of the chunk it lies in. The three are standardised over all sentences of the
hits and added; the vectors were stored with the chunks, so this costs a millisecond. Where several
sentences come out nearly as good as the best, late interaction [1] decides between them: each word of
the question looks for its nearest word in the sentence, rare words counting more.

[1] Khattab & Zaharia, "ColBERT", SIGIR 2020, section 3.2 (MaxSim); the weights by idf are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import Index
from domaingpt.retrieval.fusion import standardised
from domaingpt.retrieval.rows import is_header, readable
from domaingpt.types import Chunk, Evidence, Hit, Sentence

# Weights of the standardised scores, from a grid on XQuAD en (benchmarks/results/evidence.json).
DENSE, LEXICAL, CHUNK, LATE = 1.0, 1.0, 1.0, 1.0
# Sentences whose score is so near the best one's, and no more of them, are ordered by late interaction: that
# costs 10 to 40 ms. It is asked for a quarter of SciFact's queries and fewer of XQuAD's, where the best sentence
# holds the answer for 80.7 % of the questions (benchmarks/results/evidence.json; 80.9 % with .8).
UNDECIDED = 0.5
LATE_POOL = 4
MAX_QUOTE_CHARACTERS = 300
MIN_WORDS = 3  # "June 25," or a page number answers nothing by itself
MIN_UNSPACED = 6  # characters of a sentence written without spaces
CLAUSE = re.compile(r"[,;:]\s+|\s[–—|]\s|[，；：、]|\r?\n")


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
    found: list[tuple[Hit, Sentence]] = []
    cosines = np.zeros(0, np.float32)
    for hit, sentences, near in _worth_quoting(hits, index, vector):
        found += [(hit, sentence) for sentence in sentences]
        cosines = np.concatenate([cosines, near])
    if not found:
        return []
    texts = [readable(_text(hit.chunk, sentence.start, sentence.end), hit.chunk) for hit, sentence in found]
    weights = _idf_weights(question, index)
    terms = [set(index.terms(text)) for text in texts]
    scores = (
        DENSE * standardised(cosines)
        + LEXICAL * standardised(np.array([_covered(weights, held) for held in terms]))
        + CHUNK * standardised(np.array([hit.score for hit, _ in found]))
    )
    order = np.argsort(-scores, kind="stable")
    if vector is not None:
        best = order[:LATE_POOL]
        best = best[scores[best] >= scores[best[0]] - UNDECIDED]
        if len(best) > 1:
            late = _late_interaction(question, [texts[i] for i in best], embedder, index)
            scores[best] += LATE * standardised(late)
            order = np.argsort(-scores, kind="stable")
    evidence = []
    for i in order[:limit]:
        hit, sentence = found[i]
        start, end = _quote_span(hit.chunk, sentence, weights, index)
        evidence.append(
            Evidence(
                chunk=hit.chunk,
                start=start,
                end=end,
                quote=_text(hit.chunk, start, end),
                score=float(scores[i]),
                page=sentence.page,
                section=sentence.section,
                dense=float(cosines[i]),
                coverage=_covered(weights, terms[i].union(index.terms(hit.chunk.context))),
            )
        )
    return evidence


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


def _quote_span(chunk: Chunk, sentence: Sentence, weights: Mapping[str, float], index: Index) -> tuple[int, int]:
    """Return the span to quote: the sentence, or of a long one the stretch of clauses that covers most."""
    if sentence.end - sentence.start <= MAX_QUOTE_CHARACTERS:
        return sentence.start, sentence.end
    text = _text(chunk, sentence.start, sentence.end)
    cuts = [0, *(match.end() for match in CLAUSE.finditer(text)), len(text)]
    best = (0.0, 0, MAX_QUOTE_CHARACTERS)
    for i, left in enumerate(cuts[:-1]):
        right = max((cut for cut in cuts[i + 1 :] if cut - left <= MAX_QUOTE_CHARACTERS), default=0)
        right = right or left + MAX_QUOTE_CHARACTERS
        covered = _covered(weights, set(index.terms(text[left:right])))
        if covered > best[0]:
            best = (covered, left, right)
    _, left, right = best
    quote = text[left:right]
    start = sentence.start + left + len(quote) - len(quote.lstrip())
    return start, start + len(quote.strip())


def _late_interaction(question: str, texts: Sequence[str], embedder: Embedder, index: Index) -> npt.NDArray[np.float64]:
    """Return Σ_i w_i max_j q_i · s_j / Σ w_i for each text (n,): q_i, s_j unit token vectors, w_i idf."""
    (tokens, Q), *sentences = embedder.encode_tokens([question, *texts])
    weights = _token_weights(tokens, index)
    return np.array([_max_sim(Q, S, weights) for _, S in sentences])


def _max_sim(Q: FloatMatrix, S: FloatMatrix, weights: npt.NDArray[np.float64]) -> float:
    if not len(S) or not len(Q):
        return 0.0
    return float(weights @ (Q @ S.T).max(axis=1))  # (q,) @ (q, d) @ (d, s) -> (q, s) -> (q,) -> ()


def _token_weights(tokens: Sequence[str], index: Index) -> npt.NDArray[np.float64]:
    """Return the weights (q,) of a question's word pieces: the idf of their word, summing to 1."""
    words: list[str] = []
    word_of: list[int] = []
    for token in tokens:
        if token.startswith("##") and words:
            words[-1] += token[2:]
        else:
            words.append(token)
        word_of.append(len(words) - 1)
    idf = [max(index.idf(index.terms(word)), default=0.0) for word in words]
    weights = np.array([idf[i] for i in word_of], np.float64)
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(tokens), 1 / max(1, len(tokens)))
