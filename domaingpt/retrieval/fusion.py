"""The scores of a chunk → one: convex combinations of standardised scores.

For the candidates of one query let z(x) be a score with its mean over the candidates subtracted and divided
by its standard deviation there. With dense weight w the fused score is

    w · [D_OWN z(cosine) + D_SENTENCE z(best sentence) + D_AROUND z(surroundings)]
    + (1 - w) · [L_OWN z(BM25) + L_AROUND z(BM25 of the surroundings)]

Small chunks make exact quotes but tell little of their subject; the sentence that fits best and the chunks
around bring both back. Fusing scores keeps how far ahead a chunk is, which fusing ranks throws away (Bruch,
Gai & Ingber, "An analysis of fusion functions for hybrid retrieval", ACM TOIS 2023, section 4: a convex
combination beats reciprocal rank fusion in and out of domain, whatever the normalisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.index import Candidate, Nearby

# Shares of each arm's parts, chosen on the tuning halves of SciFact, XQuAD en and Chroma's evaluation
# together; what each part is worth: benchmarks/results/retrieval.json.
D_OWN, D_SENTENCE, D_AROUND = 0.4, 0.4, 0.2
L_OWN, L_AROUND = 0.25, 0.75


def fuse(candidates: Sequence[Candidate], nearby: Sequence[Nearby], dense_weight: float) -> npt.NDArray[np.float64]:
    """Return the fused score (n,) of each candidate; an arm that was not asked counts nothing.

    Args:
        candidates: What a search found.
        nearby: What stands around each, in the same order.
        dense_weight: 0 to 1.
    """
    dense = (
        D_OWN * _z([candidate.dense for candidate in candidates])
        + D_SENTENCE * _z([around.sentence for around in nearby])
        + D_AROUND * _z([around.dense for around in nearby])
    )
    lexical = L_OWN * _z([candidate.lexical for candidate in candidates]) + L_AROUND * _z(
        [around.lexical for around in nearby]
    )
    return dense_weight * dense + (1 - dense_weight) * lexical


def _z(scores: Sequence[float | None]) -> npt.NDArray[np.float64]:
    if not scores or scores[0] is None:
        return np.zeros(len(scores))
    return standardised(np.array(scores, np.float64))


def standardised(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the scores with mean 0 and deviation 1; all 0 where they do not differ."""
    deviation = scores.std() if scores.size else 0.0
    return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)
