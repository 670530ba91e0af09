"""What was tried on top of the search that ships, and did not pay for itself; `ablations.py` measures it.

Each way takes one query with what was found, and returns it, or what another query found, with an order of
its candidates. Shares and sizes are those tried; z is as in `domaingpt.retrieval.fusion`.
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from asked import Asked, Scores, ask, fused, ranked

from domaingpt.models import find_generator
from domaingpt.retrieval.fusion import standardised

Way = Callable[[Asked], tuple[Asked, list[int]]]
N_TERMS = 10  # of an expanded query
N_LATE, N_LLM = 50, 8  # best chunks that are read once more


def rocchio(asked: Asked, m: int, share: float) -> tuple[Asked, list[int]]:
    """Search again with (1 - share) q + share · mean of the vectors of the m best chunks."""
    if asked.vector is None:
        return asked, asked.order
    moved = (1 - share) * asked.vector + share * asked.vectors[asked.order[:m]].mean(axis=0)
    again = ask(asked.task, asked.id, np.asarray(moved / np.linalg.norm(moved), np.float32))
    return again, ranked(fused(again))


def expansion(asked: Asked, m: int, share: float) -> tuple[Asked, list[int]]:
    """Let BM25 of the ten terms that mark the m best chunks (frequency · idf) count in the lexical score."""
    index, known = asked.task.index, set(asked.task.index.terms(asked.text))
    counts = Counter(term for i in asked.order[:m] for term in index.terms(asked.chunks[i].text) if term not in known)
    weighed = dict(zip(counts, np.array(list(counts.values())) * index.idf(list(counts)), strict=True))
    terms = sorted(weighed, key=lambda term: -weighed[term])[:N_TERMS]
    rows = np.array(index.rows_of(asked.ids), np.int64)
    more = standardised(index.lexical.scores_at(terms, rows).astype(np.float64))
    return asked, ranked((1 - share) * standardised(asked.scores) + share * more)


def smoothed(asked: Asked, n: int, share: float) -> tuple[Asked, list[int]]:
    """Mix each score with the mean of its n nearest candidates' scores."""
    cosines = asked.vectors @ asked.vectors.T  # (n, d) @ (d, n) -> (n, n)
    np.fill_diagonal(cosines, -1)
    nearest = np.argpartition(-cosines, min(n, len(cosines) - 1), axis=1)[:, :n]
    return asked, ranked((1 - share) * asked.scores + share * asked.scores[nearest].mean(axis=1))


def without_duplicates(asked: Asked, cosine: float) -> tuple[Asked, list[int]]:
    """Drop what is nearer to something better than a cosine."""
    kept: list[int] = []
    for i in asked.order:
        if not kept or float((asked.vectors[kept] @ asked.vectors[i]).max()) <= cosine:
            kept.append(i)
    return asked, kept


def capped(asked: Asked, most: int, first: int = 10) -> tuple[Asked, list[int]]:
    """Let at most so many chunks of a document stand among the first ten; the others follow."""
    seen: dict[str, int] = defaultdict(int)
    kept: list[int] = []
    for i in asked.order:
        seen[asked.chunks[i].document] += 1
        if seen[asked.chunks[i].document] <= most and len(kept) < first:
            kept.append(i)
    return asked, kept + [i for i in asked.order if i not in set(kept)]


def joined(asked: Asked, hits: int) -> tuple[Asked, list[int]]:
    """Return so many best chunks, each joined with the one before and after; what overlaps becomes one."""
    index = asked.task.index
    spans: dict[str, list[list[int]]] = defaultdict(list)
    for i in asked.order[:hits]:
        row = index.rows_of([asked.ids[i]])[0]
        document = index.corpus.by_path[asked.chunks[i].document]
        first, end = max(row - 1, document.first_row), min(row + 2, document.first_row + document.n_chunks)
        around = index.corpus.chunks([first, end - 1])
        spans[document.path].append([around[0].start, around[-1].end])
    chunk = asked.chunks[asked.order[0]]
    again = copy.copy(asked)
    again.chunks = [
        replace(chunk, document=path, start=start, end=end)
        for path, of_path in spans.items()
        for start, end in _merged(sorted(of_path))
    ]
    return again, list(range(len(again.chunks)))


def _merged(spans: list[list[int]]) -> list[list[int]]:
    merged = spans[:1]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def reread(asked: Asked, score: Callable[[Asked, list[int]], Scores], n: int, share: float) -> tuple[Asked, list[int]]:
    """Order the n best chunks anew by (1 - share) z(score) + share · z(what another model says of them)."""
    top = asked.order[:n]
    again = standardised(score(asked, top))
    mixed = (1 - share) * standardised(asked.scores[top]) + share * again
    return asked, [top[i] for i in ranked(mixed)] + asked.order[n:]


def max_sim(asked: Asked, top: list[int]) -> Scores:
    """Return for each chunk the mean over the query's tokens of the largest cosine with one of its tokens."""
    (_, query), *texts = asked.task.embedder.encode_tokens([asked.text, *(asked.chunks[i].text for i in top)])
    return np.array([(query @ tokens.T).max(axis=1).mean() for _, tokens in texts], np.float64)


class Likelihood:
    """log P(query | chunk) by the language model that ships."""

    def __init__(self) -> None:
        from llama_cpp import Llama

        spec = find_generator("auto")
        assert spec is not None, "no language model is installed"
        self.llama: Any = Llama(
            str(spec.path),
            n_ctx=1024,
            n_batch=512,
            n_threads=1,
            n_threads_batch=1,
            logits_all=True,
            flash_attn=True,
            verbose=False,
        )

    def __call__(self, asked: Asked, top: list[int]) -> Scores:
        """Return that of the query for each chunk."""
        return np.array([self.of(asked.chunks[i].text, asked.text) for i in top], np.float64)

    def of(self, passage: str, query: str) -> float:
        """Return the mean log-probability of the query's tokens after the passage."""
        before = self.llama.tokenize(f"{passage[:2400]}\n\nThis passage answers the question: ".encode())
        tokens = self.llama.tokenize(query.encode(), add_bos=False)
        self.llama.reset()
        self.llama._logits_all = False  # what the passage predicts of itself is not wanted, and dear
        self.llama.eval(before[:-1])
        self.llama._logits_all = True
        self.llama.eval([before[-1], *tokens])
        logits = np.array(self.llama.scores[len(before) - 1 : len(before) + len(tokens) - 1], np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[np.arange(len(tokens)), tokens] - np.log(np.exp(logits).sum(axis=1))
        return float(chosen.mean())


class Kept:
    """A score of chunks that is dear: computed once a query, and used for every share.

    So the time of a way that uses it stands at the first share.
    """

    def __init__(self, score: Callable[[Asked, list[int]], Scores]) -> None:
        self.score = score
        self.known: dict[tuple[str, str], Scores] = {}

    def __call__(self, asked: Asked, top: list[int]) -> Scores:
        """Return the score of each chunk."""
        key = (asked.task.domain.name, asked.id)
        if key not in self.known:
            self.known[key] = self.score(asked, top)
        return self.known[key]


CHEAP: dict[str, Way] = {
    **{f"Rocchio, {m} chunks, {a}": partial(rocchio, m=m, share=a) for m in (3, 5, 10) for a in (0.1, 0.2, 0.3, 0.4)},
    **{f"terms of {m} chunks, {a}": partial(expansion, m=m, share=a) for m in (3, 5, 10) for a in (0.05, 0.1, 0.2)},
    **{f"smoothed over {n} near, {a}": partial(smoothed, n=n, share=a) for n in (3, 5) for a in (0.1, 0.2)},
    "near-duplicates dropped, cosine > .95": partial(without_duplicates, cosine=0.95),
    **{f"at most {n} chunks a document in ten": partial(capped, most=n) for n in (2, 3)},
}
JOINED: dict[str, Way] = {f"{n} best with their neighbours": partial(joined, hits=n) for n in (5, 3, 2)}


def late() -> dict[str, Way]:
    """Return late interaction at three shares, for the tokens of the best 50 chunks."""
    score = Kept(max_sim)
    return {f"late interaction, {a}": partial(reread, score=score, n=N_LATE, share=a) for a in (0.1, 0.2, 0.3)}


def likelihood() -> dict[str, Way]:
    """Return query likelihood at three shares, for the best eight chunks."""
    score = Kept(Likelihood())
    return {f"query likelihood, {a}": partial(reread, score=score, n=N_LLM, share=a) for a in (0.1, 0.2, 0.3)}
