"""The scores of a chunk → one.

For the candidates of one query let z(x) be a score with its mean over the candidates subtracted and divided
by its standard deviation there. Each arm becomes one score,

    D = z(D_OWN z(cosine) + D_SENTENCE z(best sentence) + D_AROUND z(surroundings))
    L = z(L_OWN z(BM25) + L_AROUND z(BM25 of the surroundings))

since small chunks make exact quotes but tell little of their subject: the sentence that fits best and the
chunks around bring both back. With dense weight w the fused score is

    w D + (1 - w) L - SURER · 4 w (1 - w) · min(D, L)

a convex combination of which a part goes to the arm that is surer of the chunk; with w = 0 or 1 one arm is
left. Fusing scores keeps how far ahead a chunk is, which fusing ranks throws away (Bruch, Gai & Ingber, "An
analysis of fusion functions for hybrid retrieval", ACM TOIS 2023, section 4: a convex combination beats
reciprocal rank fusion in and out of domain, whatever the normalisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.index import Candidate, Nearby

# Chosen on the tuning halves of SciFact, XQuAD en and Chroma's evaluation together: round numbers near the mean
# of the best 15 of 260 random settings. What each part is worth: benchmarks/results/ablations.json.
D_OWN, D_SENTENCE, D_AROUND = 0.35, 0.4, 0.25
L_OWN, L_AROUND = 0.25, 0.75
SURER = 0.2


def fuse(candidates: Sequence[Candidate], nearby: Sequence[Nearby], dense_weight: float) -> npt.NDArray[np.float64]:
    """Return the fused score (n,) of each candidate; an arm that was not asked counts nothing.

    Args:
        candidates: What a search found.
        nearby: What stands around each, in the same order.
        dense_weight: 0 to 1.
    """
    D = standardised(
        D_OWN * _z([candidate.dense for candidate in candidates])
        + D_SENTENCE * _z([around.sentence for around in nearby])
        + D_AROUND * _z([around.dense for around in nearby])
    )
    L = standardised(
        L_OWN * _z([candidate.lexical for candidate in candidates])
        + L_AROUND * _z([around.lexical for around in nearby])
    )
    w = dense_weight
    return w * D + (1 - w) * L - SURER * 4 * w * (1 - w) * np.minimum(D, L)


def _z(scores: Sequence[float | None]) -> npt.NDArray[np.float64]:
    if not scores or scores[0] is None:
        return np.zeros(len(scores))
    return standardised(np.array(scores, np.float64))


def standardised(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the scores with mean 0 and deviation 1; all 0 where they do not differ."""
    deviation = scores.std() if scores.size else 0.0
    return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)
