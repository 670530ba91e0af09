"""The lexical arm: BM25 over an inverted index of memory-mapped arrays.

    terms.npy        (V,)   uint64  hashes of the terms, ascending
    offsets.npy      (V+1,) int64   postings of term v are offsets[v] … offsets[v+1]
    rows.npy         (P,)   int32   chunk rows, ascending within a term
    frequencies.npy  (P,)   uint16  occurrences of the term in the chunk
    lengths.npy      (n,)   int32   terms in each chunk, repeats counted

The score of chunk d for query terms q (Robertson & Zaragoza, "The Probabilistic Relevance Framework:
BM25 and Beyond", 2009, section 3.2, with the idf of Lucene, which is never negative):

    Σ_q ln(1 + (n - df + ½) / (df + ½)) · f (k1 + 1) / (f + k1 (1 - b + b · length / mean length))
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.errors import IndexCorrupt
from domaingpt.index.terms import hash_term

K1 = 1.2  # Robertson & Zaragoza 2009, section 3.2: reasonable values 1.2 < k1 < 2
B = 0.75  # the same: 0.5 < b < 0.8
ARRAYS = ("terms", "offsets", "rows", "frequencies", "lengths")


class LexicalBuilder:
    """Collects the terms of chunks, then writes the arrays."""

    def __init__(self) -> None:
        self._hashes: dict[str, int] = {}
        self._terms: list[npt.NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
        self._rows: list[npt.NDArray[np.int32]] = [np.zeros(0, np.int32)]
        self._frequencies: list[npt.NDArray[np.uint16]] = [np.zeros(0, np.uint16)]
        self._lengths: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]] = []

    def add(self, row: int, terms: Sequence[str]) -> None:
        """Add the terms of one chunk, repeats included."""
        hashes = self._hashes
        for term in terms:
            if term not in hashes:
                hashes[term] = hash_term(term)
        unique, counts = np.unique(np.array([hashes[term] for term in terms], np.uint64), return_counts=True)
        self._terms.append(unique)
        self._rows.append(np.full(len(unique), row, np.int32))
        self._frequencies.append(np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16))
        self._lengths.append((np.array([row]), np.array([len(terms)], np.int32)))

    def copy(self, index: LexicalIndex, sources: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> None:
        """Add rows of an earlier index: its row sources[i] becomes row targets[i]."""
        target_of = np.full(len(index.lengths), -1, np.int32)
        target_of[sources] = targets
        rows = target_of[index.rows]
        kept = rows >= 0
        self._terms.append(np.repeat(index.terms, np.diff(index.offsets))[kept])
        self._rows.append(rows[kept])
        self._frequencies.append(index.frequencies[kept])
        self._lengths.append((targets, index.lengths[sources]))

    def write(self, folder: Path, n_rows: int) -> None:
        """Write the arrays of chunks 0 … n_rows - 1 into a new folder."""
        folder.mkdir(mode=0o700)
        terms, rows = np.concatenate(self._terms), np.concatenate(self._rows)
        order = np.lexsort((rows, terms))
        unique, counts = np.unique(terms, return_counts=True)
        lengths = np.zeros(n_rows, np.int32)
        for targets, values in self._lengths:
            lengths[targets] = values
        arrays: dict[str, npt.NDArray[Any]] = {
            "terms": unique,
            "offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            "rows": rows[order],
            "frequencies": np.concatenate(self._frequencies)[order],
            "lengths": lengths,
        }
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", arrays[name], allow_pickle=False)


class LexicalIndex:
    """Scores chunks for query terms.

    Args:
        folder: Where the arrays lie.

    Raises:
        IndexCorrupt: If an array is missing, malformed, or does not fit the others.
    """

    def __init__(self, folder: Path) -> None:
        try:
            loaded = [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS]
        except (OSError, ValueError, EOFError) as exc:
            raise IndexCorrupt(f"The lexical index in {folder} cannot be read: {exc}") from exc
        self.terms, self.offsets, self.rows, self.frequencies, self.lengths = loaded
        fits = len(self.offsets) == len(self.terms) + 1 and len(self.rows) == len(self.frequencies)
        if not fits or (len(self.offsets) and int(self.offsets[-1]) != len(self.rows)):
            raise IndexCorrupt(f"The arrays of the lexical index in {folder} do not fit each other.")
        self._mean_length = float(self.lengths.mean()) if len(self.lengths) else 0.0

    def scores(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the BM25 score of every row: (n,) float32, 0 where no term occurs."""
        scores = np.zeros(len(self.lengths), np.float32)
        for term in dict.fromkeys(terms):
            rows, frequencies = self._postings(term)
            if len(rows):
                normalised = 1 - B + B * self.lengths[rows] / self._mean_length
                frequency = frequencies.astype(np.float32)
                scores[rows] += self.idf(term) * frequency * (K1 + 1) / (frequency + K1 * normalised)
        return scores

    def idf(self, term: str) -> float:
        """Return how rare a term is, at least 0."""
        df = len(self._postings(term)[0])
        return float(np.log(1 + (len(self.lengths) - df + 0.5) / (df + 0.5)))

    def _postings(self, term: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
        wanted = hash_term(term)
        position = int(np.searchsorted(self.terms, np.uint64(wanted)))
        if position == len(self.terms) or int(self.terms[position]) != wanted:
            return np.zeros(0, np.int32), np.zeros(0, np.uint16)
        start, end = int(self.offsets[position]), int(self.offsets[position + 1])
        return self.rows[start:end], self.frequencies[start:end]
