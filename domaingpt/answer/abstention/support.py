"""How far evidence supports answering a question: one number, from 0 (nothing to do with it) to 1.

    support = (c + h) / 2        h = Σ_i w_i max(held_i, near_i) / Σ_i w_i

c is the largest cosine of the question with a piece of evidence. The sum runs over the words of the question
that say what it is about; w_i is the idf of word i, so that a name which stands nowhere in the domain weighs
most. held_i is 1 if the chunk of the best evidence holds the word, else 0; near_i is how near the word comes to
a word of the best evidence, by late interaction. What the embedder does not cover has support h, of held_i alone.

Words that only frame a question ("how many", "the author", "mentioned") are left out: that a story never says
"author" says nothing of whether it answers. Both halves weigh the same. A logistic model fitted to questions of
XQuAD en with and without their paragraph comes to 6.2 c + 12.3 h (benchmarks/results/abstention.json), but with a
third to half of the weight on c the same share of questions is refused at the same price.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from domaingpt.chunks import SECTION_SEPARATOR
from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import Index
from domaingpt.retrieval.rows import readable
from domaingpt.types import Evidence

BATCH = 8  # texts whose tokens are encoded together
# English words that shape a question without saying what it is about. Those of other languages count as any
# word; with an idf of their own that costs little, since calibration sees it too.
FRAMING = frozenset(
    """
    many much long often far old large big kind kinds type types sort sorts form forms name names named called
    make makes made making get gets got give gives given take takes taken use uses used using say says said tell
    tells told happen happens happened mean means meaning thing things way ways reason reasons example examples part
    parts number amount author narrator text article document paper passage story script page section book film
    movie game other others another mentioned mention described describe discussed stated listed list following main
    key important best most more less least first last here would could should can may might must shall different
    difference differences differ compare compared like look feel think consider considered need needs needed want
    wanted been being i me my we our us you your he him his she her hers them its one two year years day days time
    times place people person someone something anything else also only just some any all each every both about
    between during while after before since until than contain contains include includes included including involve
    involved affect affected cause caused become became come came go goes went know known see seen find found help
    helped allow allowed provide provided work worked set currently now new recommended recommend chosen choose added
    add introduced introduce available advantage advantages disadvantage disadvantages purpose role result results
    effect effects
    """.split()
)


def support(question: str, evidence: Sequence[Evidence], embedder: Embedder, index: Index, *, dense: bool) -> float:
    """Return the support of a question, 0 without evidence.

    Args:
        question: In the user's words.
        evidence: Best first.
        embedder: The one the index was built with.
        index: For the rarity of words.
        dense: Whether the embedder covers the question's language.
    """
    return supports([question], [evidence], embedder, index, dense=dense)[0]


def supports(
    questions: Sequence[str],
    evidence: Sequence[Sequence[Evidence]],
    embedder: Embedder,
    index: Index,
    *,
    dense: bool,
) -> list[float]:
    """Return the support of each of several questions with evidence of its own; see `support`."""
    held = [_terms_around(items[0], index) if items else frozenset() for items in evidence]
    if not dense:
        return [_held(question, of, index) for question, of in zip(questions, held, strict=True)]
    texts = [_readable(items[0]) if items else "" for items in evidence]
    tokens = _encoded([*questions, *texts], embedder)
    results = []
    for (pieces, Q), (_, S), of, items in zip(tokens, tokens[len(questions) :], held, evidence, strict=False):
        cosine = max((item.dense for item in items), default=0.0)
        h = _held_or_near(pieces, _nearest(Q, S), of, index)
        results.append((min(1.0, max(0.0, cosine)) + h) / 2 if items else 0.0)
    return results


def _encoded(texts: Sequence[str], embedder: Embedder) -> list[tuple[list[str], FloatMatrix]]:
    """Return what `encode_tokens` gives, asked for texts of like length together: a batch costs its longest."""
    encoded: dict[int, tuple[list[str], FloatMatrix]] = {}
    by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(texts), BATCH):
        group = by_length[start : start + BATCH]
        encoded |= zip(group, embedder.encode_tokens([texts[i] for i in group]), strict=True)
    return [encoded[i] for i in range(len(texts))]


def _terms_around(best: Evidence, index: Index) -> frozenset[str]:
    """Return the terms of a piece of evidence, its chunk and what is known of that."""
    return frozenset(term for text in (best.chunk.text, best.chunk.context, best.quote) for term in index.terms(text))


def _readable(best: Evidence) -> str:
    """Return a piece of evidence with the heading right above it."""
    text = readable(best.quote, best.chunk)
    section = best.section.rsplit(SECTION_SEPARATOR, 1)[-1]
    return f"{section}: {text}" if section else text


def _held(question: str, held: AbstractSet[str], index: Index) -> float:
    words = dict.fromkeys(question.split())
    terms = {term for word in words if not _frames(word) for term in index.terms(word)} or set(index.terms(question))
    ordered = sorted(terms)
    idf = index.idf(ordered)
    return sum(w for term, w in zip(ordered, idf, strict=True) if term in held) / (sum(idf) or 1.0)


def _frames(word: str) -> bool:
    return word.strip("?!.,;:'\"’").lower() in FRAMING


def _nearest(Q: FloatMatrix, S: FloatMatrix) -> FloatMatrix:
    """Return for each token of Q (q, d) the largest cosine with a token of S (s, d): (q,)."""
    if not len(Q) or not len(S):
        return np.zeros(len(Q), np.float32)
    return np.asarray(np.clip((Q @ S.T).max(axis=1), 0.0, 1.0), np.float32)


def _held_or_near(tokens: Sequence[str], near: FloatMatrix, held: AbstractSet[str], index: Index) -> float:
    """Return h of the module's docstring.

    Args:
        tokens: Of the question, as `encode_tokens` gives them.
        near: (t,) of each.
        held: Terms of the best evidence and its chunk.
        index: For the rarity of words.
    """
    words = [(word, index.terms(word), float(near[places].mean())) for word, places in words_of(tokens)]
    about = [found for found in words if found[1] and found[0].lower() not in FRAMING]
    total = supported = 0.0
    for _, terms, nearness in about or [found for found in words if found[1]]:
        weight = max(index.idf(terms))
        total += weight
        supported += weight * (1.0 if any(term in held for term in terms) else nearness)
    return supported / total if total else 0.0


def words_of(tokens: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return the words that a tokenizer's pieces make up, with the places of their pieces.

    Pieces that go on are marked by "##" (WordPiece), or those that begin by "▁" or "Ġ" (SentencePiece, byte BPE);
    where no piece is marked each is a word.
    """
    marks_beginning = any(token.startswith(("▁", "Ġ")) for token in tokens)
    words: list[tuple[str, list[int]]] = []
    for place, token in enumerate(tokens):
        goes_on = not token.startswith(("▁", "Ġ")) if marks_beginning else token.startswith("##")
        piece = token.removeprefix("##").lstrip("▁Ġ")
        if goes_on and words:
            words[-1] = (words[-1][0] + piece, [*words[-1][1], place])
        else:
            words.append((piece, [place]))
    return words
