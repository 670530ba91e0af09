"""Stage 5: query → Hits → Evidence. Two arms, fused by score; then the sentences that matter."""

from __future__ import annotations

import numpy as np

from domaingpt.embeddings import Embedder
from domaingpt.index import Arm, Index
from domaingpt.retrieval.coverage import covered_share
from domaingpt.retrieval.fusion import fuse
from domaingpt.types import Hit

__all__ = ["covers", "retrieve"]

# Dense weight for a query whose every letter the embedder covers: best of 0.3 … 0.7 on SciFact and
# XQuAD en together: nDCG@10 .734 and .982 (script: benchmarks/fusion.py).
DENSE_WEIGHT = 0.6
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
) -> list[Hit]:
    """Return the k best chunks for a query, best first.

    Args:
        index: Where to look.
        embedder: The one the index was built with.
        query: In the user's words.
        k: At most so many hits.
        arm: "hybrid", or one arm alone.
        only: Glob on document paths, applied before ranking.
        dense_weight: 0 to 1; None follows how far the embedder covers the query's language.
    """
    weight = DENSE_WEIGHT * covered_share(query, embedder.languages) if dense_weight is None else dense_weight
    if arm == "hybrid" and dense_weight is None and not covers(embedder, query):
        arm = "lexical"
    vector = None if arm == "lexical" else embedder.encode_query([query])[0]
    candidates = index.search(vector, query, max(MIN_POOL, k), arm, only)
    if not candidates and arm == "lexical":  # no term in common: what a poor dense arm finds is better than nothing
        vector = embedder.encode_query([query])[0]
        candidates = index.search(vector, query, max(MIN_POOL, k), "dense", only)
    scores = fuse(candidates, weight)
    best = np.argsort(-scores, kind="stable")[:k]
    chunks = index.chunks([candidates[i].chunk_id for i in best])
    return [
        Hit(chunk, float(scores[i]), rank, candidates[i].dense, candidates[i].lexical)
        for rank, (i, chunk) in enumerate(zip(best, chunks, strict=True), start=1)
    ]
