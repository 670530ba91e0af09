"""The dense arm of one segment: unit vectors in half precision in a memory-mapped FAISS file, row i = chunk i.

Small segments are scanned whole. Half precision changes a cosine by less than 1e-3 and halves the memory
traffic. Large ones have a second file beside the vectors (`lists.py`) that names candidates; their
cosines are then taken from the vectors themselves, so that every score is exact either way. FAISS is not
made for hostile files, so only a file whose SHA-256 is in the manifest is read, and only of the kinds that
we write.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import FloatMatrix
from domaingpt.errors import DimensionMismatch, IndexCorrupt

FOURCC = b"IxSQ"  # the only kind of file that is read here: a flat scalar quantizer
WRITE_ROWS = 1 << 16  # rows converted at once while writing: 100 MB at 384 dimensions
# A selector costs a scan of every row, a lookup about 1 µs a row: few allowed rows are looked up.
LOOKED_UP_SHARE = 0.01

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def write_vectors(path: Path, vectors: npt.NDArray[np.float16], dim: int) -> None:
    """Write (n, d) unit vectors as a FAISS file."""
    import faiss

    index = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    for start in range(0, len(vectors), WRITE_ROWS):
        index.add(np.ascontiguousarray(vectors[start : start + WRITE_ROWS], np.float32))
    faiss.write_index(index, str(path))


def read_faiss(path: Path, fourcc: bytes, *, in_place: bool) -> Any:
    """Return the FAISS index of a file that begins with these four bytes.

    Args:
        path: The file.
        fourcc: Any other beginning is refused, before FAISS sees the file.
        in_place: Map the file instead of reading it.

    Raises:
        IndexCorrupt: If it is of another kind or cannot be read.
    """
    import faiss

    # A query is one vector: a second thread would mostly wait (200,000 × 384 on two busy cores: 6 ms with
    # one thread, 16 ms with two).
    faiss.omp_set_num_threads(1)
    try:
        with path.open("rb") as file:
            if file.read(4) != fourcc:
                raise IndexCorrupt(f"{path} is not an index of the kind domaingpt writes.")
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if in_place else 0)
    except (OSError, RuntimeError) as exc:
        raise IndexCorrupt(f"{path} cannot be read: {exc}") from exc


class VectorIndex:
    """Scores the chunks of one segment by the cosine to a query.

    Args:
        path: What `write_vectors` wrote.
        lists: What `lists.write_lists` wrote for the same vectors; None to scan them all.

    Raises:
        IndexCorrupt: If a file is not one of those.
    """

    def __init__(self, path: Path, lists: Path | None = None) -> None:
        self._index: Any = read_faiss(path, FOURCC, in_place=True)
        self._lists = None
        if lists is not None:
            from domaingpt.index.lists import Lists

            self._lists = Lists(lists)
            if (len(self._lists), self._lists.dim) != (len(self), self.dim):
                raise IndexCorrupt(f"{lists} does not belong to {path}.")

    @property
    def dim(self) -> int:
        """Width of a vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, vector: FloatMatrix, k: int, allowed: Mask | None = None, *, is_filter: bool = True
    ) -> tuple[Rows, FloatMatrix]:
        """Return the k rows nearest to the vector (d,), all that are as near as the last, and their cosines.

        Args:
            vector: Unit length.
            k: At least so many rows are returned, if there are so many.
            allowed: (n,) which rows count; None for all. Applied before ranking, not after.
            is_filter: Whether few rows may be allowed: these are then always scanned. If not, candidates
                are named as if all were allowed, and the others left out.

        Returns:
            rows (k',) and cosines (k',), in no order that matters.
        """
        if vector.shape != (self.dim,):
            raise DimensionMismatch(f"The query has {vector.shape[-1]} dimensions, the index {self.dim}.")
        if self._lists is not None and (allowed is None or not is_filter):
            rows = self._lists.candidates(vector, k)
            if allowed is not None:
                rows = rows[allowed[rows]]
        elif allowed is not None and allowed.sum() <= LOOKED_UP_SHARE * len(self):
            rows = np.flatnonzero(allowed)
        else:
            rows = self._scan(vector, k, allowed)
        cosines = self.cosines(vector, rows)
        if k < len(rows):
            kept = cosines >= np.partition(cosines, -k)[-k]
            rows, cosines = rows[kept], cosines[kept]
        return rows, cosines

    def cosines(self, vector: FloatMatrix, rows: Rows) -> FloatMatrix:
        """Return the cosines (m,) of the vector (d,) with the given rows (m,)."""
        # Not a matrix product: how BLAS rounds a row depends on which rows stand beside it.
        return np.asarray((self.reconstruct(rows) * vector).sum(axis=1), np.float32)  # (m, d) * (d,) -> (m,)

    def reconstruct(self, rows: Rows) -> FloatMatrix:
        """Return the stored vectors (m, d) of the given rows, exactly as stored."""
        if not len(rows):
            return np.zeros((0, self.dim), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(rows, np.int64)), np.float32)

    def _scan(self, vector: FloatMatrix, k: int, allowed: Mask | None) -> Rows:
        """Return the nearest k rows by an exact scan, and at least all others that are as near as the last."""
        import faiss

        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg,arg-type]
        n_wanted = min(k + 1, len(self))
        while n_wanted:
            cosines, rows = self._index.search(vector[None, :], n_wanted, params=parameters)  # (1, d) -> (1, k)
            is_last = n_wanted == len(self) or rows[0, -1] < 0
            # The scan rounds otherwise than `cosines`; what it sees within this of the last may be as near.
            if is_last or cosines[0, -1] < cosines[0, k - 1] - SCAN_ROUNDING:
                return np.asarray(rows[0][rows[0] >= 0], np.int64)
            n_wanted = min(2 * n_wanted, len(self))
        return np.zeros(0, np.int64)


SCAN_ROUNDING = 1e-6  # of an inner product of unit vectors in single precision; guess, unmeasured
