"""Two scores a chunk → one: a convex combination of standardised scores.

For the candidates of one query let z_d and z_l be the dense and lexical scores, each with its mean
subtracted and divided by its standard deviation over the candidates. The fused score is

    w · z_d + (1 - w) · z_l

Fusing scores keeps how far ahead a chunk is, which fusing ranks throws away (Bruch, Gai & Ingber,
"An analysis of fusion functions for hybrid retrieval", ACM TOIS 2023, section 4: a convex
combination beats reciprocal rank fusion in and out of domain, whatever the normalisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.index import Candidate


def fuse(candidates: Sequence[Candidate], dense_weight: float) -> npt.NDArray[np.float64]:
    """Return the fused score (n,) of each candidate; with one arm only, that arm's own score."""
    dense = _column([candidate.dense for candidate in candidates])
    lexical = _column([candidate.lexical for candidate in candidates])
    if dense is None or lexical is None:
        alone = dense if lexical is None else lexical
        return np.zeros(0) if alone is None else alone
    return dense_weight * standardised(dense) + (1 - dense_weight) * standardised(lexical)


def _column(scores: Sequence[float | None]) -> npt.NDArray[np.float64] | None:
    if not scores or scores[0] is None:
        return None
    return np.array(scores, np.float64)


def standardised(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the scores with mean 0 and deviation 1; all 0 where they do not differ."""
    deviation = scores.std() if scores.size else 0.0
    return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)
