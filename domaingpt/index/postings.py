"""Writes the inverted index of one segment; `lexical.py` has the layout and reads it.

Terms of chunks come in as rows grow, and are sorted in blocks; a block keeps 6 bytes a posting until the
end, when every posting is put in its place by counting. So 1M chunks with 100 terms each take some
600 MB while they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from domaingpt.index.terms import hash_term

if TYPE_CHECKING:
    from domaingpt.index.lexical import Postings

# Occurrences sorted at once: 2 MB of keys, and about 10 MB while they are sorted. Guess, unmeasured.
BLOCK = 1 << 18
MAX_KNOWN = 50_000  # Terms whose hashes are kept at hand; others are computed again. Guess, unmeasured.
MAX_FREQUENCY = np.iinfo(np.uint16).max


class _Run(NamedTuple):
    """Postings grouped by term, in any order of terms; rows ascend within a term and from run to run."""

    terms: npt.NDArray[np.uint64]  # (u,), each once
    counts: npt.NDArray[np.int64]  # (u,)
    rows: npt.NDArray[np.int32]  # (p,), p = Σ counts
    frequencies: npt.NDArray[np.uint16]  # (p,)


class LexicalBuilder:
    """Collects the terms of chunks row by row, then writes the arrays."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}  # term → its hash, of those that were met lately
        self._runs: list[_Run] = []
        self._pending: list[npt.NDArray[np.uint64]] = []
        self._n_pending = 0
        self._pending_lengths: list[int] = []
        self._lengths: list[npt.NDArray[np.int32]] = []
        self._n_rows = 0  # of the runs; the pending ones come after

    @property
    def n_rows(self) -> int:
        """How many chunks were added."""
        return self._n_rows + len(self._pending_lengths)

    def hashes(self, terms: Sequence[str]) -> npt.NDArray[np.uint64]:
        """Return the hashes (n,) of a chunk's terms; a document's chunks are held as these until all are cut."""
        known = self._known
        try:
            return np.array([known[term] for term in terms], np.uint64)
        except KeyError:
            if len(known) > MAX_KNOWN:
                known.clear()
            for term in terms:
                if term not in known:
                    known[term] = hash_term(term)
            return np.array([known[term] for term in terms], np.uint64)

    def add(self, hashes: npt.NDArray[np.uint64]) -> None:
        """Add the next chunk with the hashes (n,) of its terms, repeats included."""
        self._pending.append(hashes)
        self._n_pending += len(hashes)
        self._pending_lengths.append(len(hashes))
        if self._n_pending >= BLOCK:
            self._flush()

    def copy(self, postings: Postings, alive: npt.NDArray[np.bool_]) -> None:
        """Add the rows of an earlier segment that are alive (n,), in their order."""
        self._flush()
        target_of = np.cumsum(alive, dtype=np.int32) + np.int32(self._n_rows - 1)
        first = 0
        while first < len(postings.terms):
            least = int(postings.offsets[first]) + BLOCK
            last = max(first + 1, int(np.searchsorted(postings.offsets, least, "right")) - 1)
            start, end = int(postings.offsets[first]), int(postings.offsets[last])
            rows = np.asarray(postings.rows[start:end])
            kept = alive[rows]
            counts = np.add.reduceat(kept, np.asarray(postings.offsets[first:last]) - start, dtype=np.int64)
            is_there = counts > 0
            self._runs.append(
                _Run(
                    np.asarray(postings.terms[first:last])[is_there],
                    counts[is_there],
                    target_of[rows[kept]],
                    np.asarray(postings.frequencies[start:end])[kept],
                )
            )
            first = last
        self._lengths.append(np.asarray(postings.lengths)[alive])
        self._n_rows += int(alive.sum())

    def write(self, folder: Path) -> None:
        """Write the arrays of all chunks added into a new folder."""
        folder.mkdir(mode=0o700)
        self._flush()
        terms, starts = self._layout()
        n_postings = int(starts[-1])
        lengths = np.concatenate([np.zeros(0, np.int32), *self._lengths])
        rows = _new_array(folder / "rows.npy", n_postings, np.int32)
        frequencies = _new_array(folder / "frequencies.npy", n_postings, np.uint16)
        most = np.zeros(len(terms), np.uint16)
        least = np.full(len(terms), np.inf, np.float32)
        places = starts[:-1].copy()  # where the next posting of each term goes
        for run in self._runs:
            which = np.searchsorted(terms, run.terms)
            ends = np.cumsum(run.counts)
            # Posting i of the run is number i - (begin of its group) of its term's in this run.
            target = np.repeat(places[which] - (ends - run.counts), run.counts) + np.arange(len(run.rows))
            rows[target] = run.rows
            frequencies[target] = run.frequencies
            places[which] += run.counts
            begins = ends - run.counts
            ratios = lengths[run.rows] / run.frequencies.astype(np.float32)
            most[which] = np.maximum(most[which], np.maximum.reduceat(run.frequencies, begins))
            least[which] = np.minimum(least[which], np.minimum.reduceat(ratios, begins).astype(np.float32))
        arrays: dict[str, npt.NDArray[Any]] = {
            "terms": terms,
            "offsets": starts,
            "lengths": lengths,
            "most_frequent": most,
            "least_ratio": least,
        }
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    def _layout(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
        """Return all terms (V,) ascending, and where the postings of each begin (V+1,)."""
        terms = np.unique(np.concatenate([np.zeros(0, np.uint64), *(run.terms for run in self._runs)]))
        counts = np.zeros(len(terms) + 1, np.int64)
        for run in self._runs:
            counts[np.searchsorted(terms, run.terms) + 1] += run.counts
        return terms, np.cumsum(counts)

    def _flush(self) -> None:
        """Sort what is pending into a run."""
        lengths = np.array(self._pending_lengths, np.int32)
        if self._n_pending:
            rows = np.repeat(np.arange(len(lengths), dtype=np.int32) + np.int32(self._n_rows), lengths)
            hashes = np.concatenate(self._pending)
            order = np.argsort(hashes, kind="stable")  # rows ascend within a term
            hashes, rows = hashes[order], rows[order]
            is_first = np.concatenate([[True], (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])])
            begins = np.flatnonzero(is_first)
            frequencies = np.diff(np.append(begins, len(hashes)))
            terms, counts = np.unique(hashes[begins], return_counts=True)
            self._runs.append(
                _Run(terms, counts, rows[begins], np.minimum(frequencies, MAX_FREQUENCY).astype(np.uint16))
            )
        self._lengths.append(lengths)
        self._n_rows += len(lengths)
        self._pending, self._pending_lengths = [], []
        self._n_pending = 0


def _new_array(path: Path, size: int, dtype: type) -> npt.NDArray[Any]:
    """Return an array (size,) whose content is the file's, so that it need not fit into memory."""
    if not size:  # nothing can be mapped in an empty file
        np.save(path, np.zeros(0, dtype), allow_pickle=False)
        return np.zeros(0, dtype)
    return np.lib.format.open_memmap(path, "w+", dtype, (size,))
