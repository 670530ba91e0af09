"""The lexical arm: BM25 over inverted indexes of memory-mapped arrays, one for each segment.

    terms.npy          (V,)   uint64   hashes of the terms, ascending
    offsets.npy        (V+1,) int64    postings of term v are offsets[v] … offsets[v+1]
    rows.npy           (P,)   int32    chunk rows, ascending within a term
    frequencies.npy    (P,)   uint16   occurrences of the term in the chunk
    lengths.npy        (n,)   int32    terms in each chunk, repeats counted
    most_frequent.npy  (V,)   uint16   max f over the term's postings
    least_ratio.npy    (V,)   float32  min length / f over the term's postings

The score of chunk d for query terms q (Robertson & Zaragoza, "The Probabilistic Relevance Framework:
BM25 and Beyond", 2009, section 3.2, with the idf of Lucene, which is never negative):

    Σ_q ln(1 + (n - df + ½) / (df + ½)) · f (k1 + 1) / (f + k1 (1 - b + b · length / mean length))

n, df and the mean length are those of all living chunks, so a chunk scores the same however the index is
cut into segments. The last two arrays bound what a term can add to any score, whatever the mean:
f / (f + k1 (…)) = 1 / (1 + k1 ((1 - b) / f + b / mean · length / f)). With these bounds the best k are found
without looking at every chunk that holds a common word (MaxScore: Turtle & Flood, "Query evaluation:
strategies and optimizations", IP&M 1995), and are exactly those of a full scan.

A chunk with its surroundings, a run of rows, is scored as one text: f and length are sums over the run, and the
mean length is that of a typical run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from domaingpt.errors import IndexCorrupt
from domaingpt.index.terms import hash_term

K1 = 1.2  # Robertson & Zaragoza 2009, section 3.2: reasonable values 1.2 < k1 < 2
B = 0.75  # the same: 0.5 < b < 0.8
RUN_ROWS = 5  # the most chunks that are scored as one
# So many chunks of mean length are as long as a run is typically. 3 is what a document of SciFact has; with 5
# nDCG@10 and IoU of the tuning halves differ by less than .002 (benchmarks/results/ablations.json).
TYPICAL_ROWS = 3
ARRAYS = ("terms", "offsets", "rows", "frequencies", "lengths", "most_frequent", "least_ratio")
# A posting read in a run costs about an eighth of one looked up by bisection in a list of 100,000
# (numpy, one core; guess from single timings).
LOOKUP_COST = 8
SLACK = 1e-4  # relative: how far sums in single precision may lie above the bound of their parts

Rows = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class _QueryTerm(NamedTuple):
    """A term of the query, with what every segment must agree on."""

    hash: int
    weight: np.float32  # idf · (k1 + 1)


class Postings:
    """The arrays of one segment.

    Args:
        folder: Where they lie.
        dead: (m, 2) int64: first row and end of each run of rows that count no more, ascending.

    Raises:
        IndexCorrupt: If an array is missing, malformed, or does not fit the others.
    """

    def __init__(self, folder: Path, dead: npt.NDArray[np.int64] | None = None) -> None:
        try:
            loaded = [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS]
        except (OSError, ValueError, EOFError) as exc:
            raise IndexCorrupt(f"The lexical index in {folder} cannot be read: {exc}") from exc
        # Plain views: a numpy.memmap costs microseconds more at every slice.
        arrays = [np.asarray(array).view(np.ndarray) for array in loaded]
        self.terms, self.offsets, self.rows, self.frequencies, self.lengths, self.most_frequent, self.least_ratio = (
            arrays
        )
        same = {len(self.terms), len(self.most_frequent), len(self.least_ratio), len(self.offsets) - 1}
        fits = len(same) == 1 and len(self.rows) == len(self.frequencies)
        if not fits or (len(self.offsets) and int(self.offsets[-1]) != len(self.rows)):
            raise IndexCorrupt(f"The arrays of the lexical index in {folder} do not fit each other.")
        self.dead = np.zeros((0, 2), np.int64) if dead is None else dead
        self._norms: tuple[float, Scores] | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def total_length(self) -> int:
        """Return the number of terms in the living chunks."""
        total = int(self.lengths.sum(dtype=np.int64))
        return total - sum(int(self.lengths[start:end].sum(dtype=np.int64)) for start, end in self.dead)

    def document_frequency(self, term: int) -> int:
        """Return how many living chunks hold a term."""
        start, end, _ = self._find(term)
        rows = self.rows[start:end]
        if not len(self.dead) or not len(rows):
            return len(rows)
        first, last = np.searchsorted(rows, self.dead.astype(np.int32).T)
        return len(rows) - int((last - first).sum())

    def best(self, query: Sequence[_QueryTerm], k: int, mean: float, mask: Mask | None, least: float) -> _Best:
        """Return the rows that may be among the k best of the index, with their scores.

        All rows of score s are left out only if k rows of this segment score more than s, or s < least.

        Args:
            query: Rarest first.
            k: At least 1.
            mean: Length of a chunk.
            mask: (n,) which rows count; None for all.
            least: A score that k other rows are known to reach.
        """
        lists = [self._list(term, mean) for term in query]
        # The most that the terms from each on can add to a score; with them alone a row scores no more.
        rest = np.append(np.cumsum([one.bound for one in lists][::-1])[::-1], 0.0) * (1 + SLACK)
        scores = np.zeros(len(self), np.float32)
        touched: list[Rows] = [np.zeros(0, np.int32)]
        done = 0
        while done < len(lists) and rest[done] >= least:
            touched.append(self._add(scores, lists[done], mean, mask))
            done += 1
            if done < len(lists) and rest[done] <= rest[0] - rest[done]:
                least = max(least, _kth(scores, touched, k, least))
        rows = np.concatenate(touched)
        for i in range(done, len(lists)):
            rows = rows[scores[rows] + np.float32(rest[i]) >= np.float32(least)]
            if len(rows) * LOOKUP_COST < len(lists[i].rows):
                scores[rows] = self._added(scores[rows], rows, lists[i], mean)
            else:
                self._add(scores, lists[i], mean, None)
        least = max(least, _kth(scores, [rows], k, least))
        kept = scores[rows] >= np.float32(least)
        return _Best(rows[kept], scores[rows[kept]], least)

    def scores_at(self, query: Sequence[_QueryTerm], rows: Rows, mean: float) -> Scores:
        """Return the scores (m,) of the given rows (m,), bit for bit those of `best`."""
        scores = np.zeros(len(rows), np.float32)
        for term in query:
            scores = self._added(scores, rows, self._list(term, mean), mean)
        return scores

    def scores_between(
        self, query: Sequence[_QueryTerm], first: Rows, end: Rows, *, width: int, typical: float
    ) -> Scores:
        """Return the scores (m,) of the runs of rows first … end - 1, each read as one chunk.

        Args:
            query: The terms.
            first: (m,) where each run begins.
            end: (m,) where it ends.
            width: The most rows of a run.
            typical: Terms of a run that is neither long nor short.
        """
        runs = first[:, None] + np.arange(width)  # (m, width)
        is_in = runs < end[:, None]
        lengths = np.where(is_in, self.lengths[np.minimum(runs, len(self) - 1)], 0).sum(axis=1)
        norms = K1 * (1 - B + B * lengths.astype(np.float32) / np.float32(typical))
        scores = np.zeros(len(first), np.float32)
        for term in query:
            start, stop, _ = self._find(term.hash)
            if start == stop:
                continue
            held, counts = self.rows[start:stop], self.frequencies[start:stop]
            places = np.searchsorted(held, first)[:, None] + np.arange(width)  # (m, width): rows ascend
            places = np.minimum(places, len(held) - 1)
            found = held[places]
            is_held = (found >= first[:, None]) & (found < end[:, None])
            # The last posting stands for all places beyond it, but counts once.
            is_held[:, 1:] &= places[:, 1:] > places[:, :-1]
            frequency = np.where(is_held, counts[places], 0).sum(axis=1).astype(np.float32)
            scores += term.weight * frequency / (frequency + norms)
        return scores

    def _list(self, term: _QueryTerm, mean: float) -> _List:
        """Return the postings of a term with the most it can add to the score of a chunk."""
        start, end, position = self._find(term.hash)
        bound = 0.0
        if position >= 0:
            most, ratio = float(self.most_frequent[position]), float(self.least_ratio[position])
            bound = float(term.weight) / (1 + K1 * ((1 - B) / most + B * ratio / mean))
        return _List(term.weight, self.rows[start:end], self.frequencies[start:end], bound)

    def _find(self, term: int) -> tuple[int, int, int]:
        """Return where the postings of a term begin and end, and its position, -1 if it has none."""
        position = int(np.searchsorted(self.terms, np.uint64(term)))
        if position == len(self.terms) or int(self.terms[position]) != term:
            return 0, 0, -1
        return int(self.offsets[position]), int(self.offsets[position + 1]), position

    def _add(self, scores: Scores, postings: _List, mean: float, mask: Mask | None) -> Rows:
        """Add a term to the scores (n,) of its rows; return those that had none yet and count."""
        rows = postings.rows
        before = scores[rows]
        scores[rows] = before + self._impacts(postings.weight, rows, postings.frequencies, mean)
        is_new = before == 0  # what a term adds is above 0
        if mask is not None:
            is_new &= mask[rows]
        return np.asarray(rows[is_new])

    def _added(self, scores: Scores, rows: Rows, postings: _List, mean: float) -> Scores:
        """Return the scores (m,) of some rows (m,) with a term added."""
        held = postings.rows
        if not len(held) or not len(rows):
            return scores
        places = np.minimum(np.searchsorted(held, rows), len(held) - 1)
        is_there = held[places] == rows
        added = scores.copy()
        frequencies = postings.frequencies[places[is_there]]
        added[is_there] += self._impacts(postings.weight, rows[is_there], frequencies, mean)
        return added

    def _impacts(self, weight: np.float32, rows: Rows, frequencies: npt.NDArray[np.uint16], mean: float) -> Scores:
        """Return what a term adds to the score of each row: (p,)."""
        if self._norms is None or self._norms[0] != mean:
            self._norms = (mean, K1 * (1 - B + B / np.float32(mean) * self.lengths.astype(np.float32)))
        frequency = frequencies.astype(np.float32)
        return np.asarray(weight * frequency / (frequency + self._norms[1][rows]), np.float32)


class _List(NamedTuple):
    """The postings of one term in one segment."""

    weight: np.float32
    rows: Rows
    frequencies: npt.NDArray[np.uint16]
    bound: float


class _Best(NamedTuple):
    """Rows of one segment with their scores, and a score that k rows are now known to reach."""

    rows: Rows
    scores: Scores
    least: float


class LexicalIndex:
    """Scores chunks of all segments for query terms; rows of a segment follow those of the one before."""

    def __init__(self, segments: Sequence[Postings]) -> None:
        self._segments = list(segments)
        self._starts = np.concatenate([[0], np.cumsum([len(segment) for segment in segments])]).astype(np.int64)
        n_dead = sum(int((segment.dead[:, 1] - segment.dead[:, 0]).sum()) for segment in segments)
        self.n_chunks = int(self._starts[-1]) - n_dead
        self._mean: float | None = None
        self._frequencies: dict[str, int] = {}

    def best(self, terms: Sequence[str], k: int, masks: Sequence[Mask | None]) -> tuple[npt.NDArray[np.int64], Scores]:
        """Return the rows of the k best chunks and all that score like the last of them, with their scores.

        Only chunks that hold a term are returned, in no order that matters.

        Args:
            terms: A repeated term counts once.
            k: At least 1.
            masks: For each segment which of its rows count; None for all. Dead rows must not.
        """
        query = self._query(terms)
        least = 0.0
        rows, scores = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for start, segment, mask in zip(self._starts, self._segments, masks, strict=False):
            found = segment.best(query, k, self._mean_length, mask, least)
            least = found.least
            rows.append(found.rows + start)
            scores.append(found.scores)
        every_row, every_score = np.concatenate(rows), np.concatenate(scores)
        if k < len(every_row):
            kept = every_score >= np.partition(every_score, -k)[-k]
            every_row, every_score = every_row[kept], every_score[kept]
        return every_row, every_score

    def scores_at(self, terms: Sequence[str], rows: npt.NDArray[np.int64]) -> Scores:
        """Return the scores (m,) of the given rows (m,), 0 where no term occurs."""
        query = self._query(terms)
        scores = np.zeros(len(rows), np.float32)
        for i, segment in enumerate(self._segments):
            start, end = self._starts[i], self._starts[i + 1]
            here = np.flatnonzero((rows >= start) & (rows < end))
            if len(here):
                scores[here] = segment.scores_at(query, (rows[here] - start).astype(np.int32), self._mean_length)
        return scores

    def scores_between(
        self, terms: Sequence[str], segment: int, first: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
    ) -> Scores:
        """Return the scores (m,) of runs of rows of one segment, each read as one chunk.

        Args:
            terms: A repeated term counts once.
            segment: Its number; rows count from its first.
            first: (m,) where each run begins.
            end: (m,) where it ends, at most RUN_ROWS later.
        """
        query = self._query(terms)
        postings = self._segments[segment]
        return postings.scores_between(
            query,
            first.astype(np.int32),
            end.astype(np.int32),
            width=RUN_ROWS,
            typical=TYPICAL_ROWS * self._mean_length,
        )

    def idf(self, term: str) -> float:
        """Return how rare a term is, at least 0."""
        df = self._document_frequency(term)
        return float(np.log(1 + (self.n_chunks - df + 0.5) / (df + 0.5)))

    def _query(self, terms: Sequence[str]) -> list[_QueryTerm]:
        """Return the known terms, rarest first: in this order scores are summed up everywhere."""
        known = [term for term in dict.fromkeys(terms) if self._document_frequency(term)]
        by_rarity = sorted(known, key=lambda term: (self._document_frequency(term), term))
        return [_QueryTerm(hash_term(term), np.float32(self.idf(term) * (K1 + 1))) for term in by_rarity]

    def _document_frequency(self, term: str) -> int:
        df = self._frequencies.get(term)
        if df is None:
            wanted = hash_term(term)
            df = sum(segment.document_frequency(wanted) for segment in self._segments)
            self._frequencies[term] = df
        return df

    @property
    def _mean_length(self) -> float:
        if self._mean is None:
            total = sum(segment.total_length() for segment in self._segments)
            self._mean = total / self.n_chunks if total else 1.0
        return self._mean


def _kth(scores: Scores, touched: Sequence[Rows], k: int, least: float) -> float:
    """Return the k-th largest score of the touched rows, or what is known of it if they are fewer."""
    held: Any = scores[np.concatenate(touched)]
    held = held[held >= np.float32(least)]
    return float(np.partition(held, -k)[-k]) if len(held) >= k else least
