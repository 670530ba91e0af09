"""Vectors of the sentences of each chunk, in one byte a component: what says which part of a chunk fits a query.

    sentences.npy        (s, d) int8     unit vectors, each scaled so that its largest component is ±127
    sentence_starts.npy  (n+1,) int64    the sentences of row i are sentence_starts[i] … sentence_starts[i+1]

The scale of a vector does not matter to a cosine, so none is stored. One byte changes a cosine by less than
0.01 (`tests/index/test_sentence_vectors.py`). Nothing is searched here: only rows that a search found are
read, and of a large file no page stays in memory, so that they cost disk and next to no memory.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import FloatMatrix
from domaingpt.embeddings.pooling import unit
from domaingpt.errors import IndexCorrupt

VECTORS, STARTS = "sentences.npy", "sentence_starts.npy"
LARGEST = 127  # of int8
KEPT_BYTES = 128 << 20  # of a larger file no page stays in memory

Bytes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]


def to_bytes(vectors: FloatMatrix) -> Bytes:
    """Return vectors (s, d) in one byte a component, each scaled to its largest; a zero vector stays zero."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    return np.asarray(np.rint(vectors * (LARGEST / np.maximum(largest, 1e-12))), np.int8)


def write_sentence_vectors(folder: Path, parts: Sequence[tuple[Rows, Iterable[Bytes]]], dim: int) -> None:
    """Write both files into a folder.

    Args:
        folder: Of the segment.
        parts: Of rows that follow each other: the number of sentences of each row (n,), and their vectors in
            order, in blocks (·, d) of any size.
        dim: Width of the vectors.
    """
    counts = np.concatenate([np.zeros(0, np.int64), *(part for part, _ in parts)])
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    np.save(folder / STARTS, starts, allow_pickle=False)
    with (folder / VECTORS).open("wb") as file:
        header = {"descr": "|i1", "fortran_order": False, "shape": (int(starts[-1]), dim)}
        np.lib.format.write_array_header_1_0(file, header)
        for _, blocks in parts:
            for block in blocks:
                file.write(np.ascontiguousarray(block).tobytes())


class SentenceVectors:
    """The sentence vectors of one segment.

    Raises:
        IndexCorrupt: If a file is missing, malformed, or does not fit the other.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._starts = np.load(folder / STARTS, allow_pickle=False)
            with (folder / VECTORS).open("rb") as file:
                np.lib.format.read_magic(file)
                shape, _, dtype = np.lib.format.read_array_header_1_0(file)
                self._pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._vectors = np.frombuffer(self._pages, dtype, offset=file.tell()).reshape(shape)
        except (OSError, ValueError, EOFError) as exc:
            raise IndexCorrupt(f"The sentence vectors in {folder} cannot be read: {exc}") from exc
        if dtype != np.int8 or len(shape) != 2 or not len(self._starts) or int(self._starts[-1]) != shape[0]:
            raise IndexCorrupt(f"The files of sentence vectors in {folder} do not fit each other.")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def counts(self, rows: Rows) -> Rows:
        """Return how many sentences each row (m,) has: (m,)."""
        return np.asarray(self._starts[rows + 1] - self._starts[rows])

    def stored(self, rows: Rows) -> Bytes:
        """Return the vectors of the sentences of the rows, one row after the other, as they are stored."""
        counts = self.counts(rows)
        ends = np.cumsum(counts)
        # 0 1 2 … within each row, from where its sentences start
        places = np.repeat(self._starts[rows] - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
        stored = np.asarray(self._vectors[places])
        if len(self._pages) > KEPT_BYTES and hasattr(self._pages, "madvise"):
            # Else the pages of every row that was ever asked for would stay mapped: with a million chunks, and
            # 16 pages mapped at each fault, 300 queries held 1.4 GB of them. It costs a query .5 ms.
            self._pages.madvise(mmap.MADV_DONTNEED)
        return stored

    def stored_of(self, rows: Rows) -> list[Bytes]:
        """Return for each row the vectors (s, d) of its sentences, as they are stored."""
        return np.split(self.stored(rows), np.cumsum(self.counts(rows))[:-1]) if len(rows) else []

    def of(self, rows: Rows) -> list[FloatMatrix]:
        """Return for each row the unit vectors (s, d) of its sentences."""
        return [unit(stored.astype(np.float32)) for stored in self.stored_of(rows)]

    def best(self, vector: FloatMatrix, rows: Rows) -> FloatMatrix:
        """Return the largest cosine (m,) of a sentence of each row with the vector (d,); NaN without sentences."""
        vectors = self.stored(rows).astype(np.float32)
        norms = np.sqrt(np.einsum("sd,sd->s", vectors, vectors))
        # Not a matrix product: how BLAS rounds a row depends on which rows stand beside it.
        cosines = np.einsum("sd,d->s", vectors, vector) / np.maximum(norms, 1e-12)
        best = np.full(len(rows), np.nan, np.float32)
        counts = self.counts(rows)
        held = counts > 0
        if held.any():
            best[held] = np.maximum.reduceat(cosines, (np.cumsum(counts) - counts)[held])
        return best
