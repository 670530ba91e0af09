"""Stage 5: query → Hits → Evidence. Two arms, fused by score; then the sentences that matter."""

from __future__ import annotations

import numpy as np

from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import Arm, Index
from domaingpt.index.calendar_terms import calendar_terms
from domaingpt.index.terms import fold
from domaingpt.retrieval.coverage import covered_share
from domaingpt.retrieval.fusion import fuse
from domaingpt.types import Hit

__all__ = ["covers", "retrieve"]

# Dense weight for a query whose every letter the embedder covers, chosen with the shares in `fusion.py`.
DENSE_WEIGHT = 0.52
# Of that for a query that names a date or a quarter: to the embedder all dates are nearly the same. Best of .55,
# .7, .85 and 1 on the tuning half of the questions on filings (benchmarks/results/ablations.json).
DATED = 0.7
MIN_POOL = 100  # candidates of each arm; below, a chunk that both arms rank in the middle is missed
# Below this share of covered letters the dense arm says nothing and is left out.
MIN_COVERED_SHARE = 0.2


def covers(embedder: Embedder, query: str) -> bool:
    """Return whether the embedder's cosines say anything about a query in this language."""
    return covered_share(query, embedder.languages) >= MIN_COVERED_SHARE


def retrieve(
    index: Index,
    embedder: Embedder,
    query: str,
    *,
    k: int,
    arm: Arm = "hybrid",
    only: str | None = None,
    dense_weight: float | None = None,
    vector: FloatMatrix | None = None,
) -> list[Hit]:
    """Return the k best chunks for a query, best first.

    Args:
        index: Where to look.
        embedder: The one the index was built with.
        query: In the user's words.
        k: At most so many hits.
        arm: "hybrid", or one arm alone: chunks by their own cosine or BM25 score, and nothing else.
        only: Glob on document paths, applied before ranking.
        dense_weight: 0 to 1; None follows how far the embedder covers the query's language, and whether it
            names a date.
        vector: (d,) that of the query, if it is known already.
    """
    pool = max(MIN_POOL, k)
    weight = _dense_weight(embedder, query) if dense_weight is None else dense_weight
    asked: Arm = "lexical" if arm == "hybrid" and dense_weight is None and not covers(embedder, query) else arm
    if asked == "lexical":
        vector = None
    elif vector is None:
        vector = embedder.encode_query([query])[0]
    candidates = index.search(vector, query, pool, asked, only)
    if not candidates and asked != arm:  # no term in common: what a poor dense arm finds is better than nothing
        vector, weight = embedder.encode_query([query])[0], 1.0
        candidates = index.search(vector, query, pool, "dense", only)
    if arm == "hybrid":
        scores = fuse(candidates, index.nearby(vector, query, candidates), weight)
    else:
        scores = np.array([c.dense if arm == "dense" else c.lexical for c in candidates], np.float64)
    best = np.argsort(-scores, kind="stable")[:k]
    chunks = index.chunks([candidates[i].chunk_id for i in best])
    return [
        Hit(chunk, float(scores[i]), rank, candidates[i].dense, candidates[i].lexical)
        for rank, (i, chunk) in enumerate(zip(best, chunks, strict=True), start=1)
    ]


def _dense_weight(embedder: Embedder, query: str) -> float:
    weight = DENSE_WEIGHT * covered_share(query, embedder.languages)
    is_dated = next(calendar_terms(fold(query)), None) is not None
    return DATED * weight if is_dated else weight
