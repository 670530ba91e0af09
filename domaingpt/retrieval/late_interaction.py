"""Late interaction: each word of the question looks for its nearest word in a sentence, rare words counting more.

Khattab & Zaharia, "ColBERT", SIGIR 2020, section 3.2 (MaxSim); the weights by idf are ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import Index


def late_interaction(question: str, texts: Sequence[str], embedder: Embedder, index: Index) -> npt.NDArray[np.float64]:
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
