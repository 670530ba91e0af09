"""Which chunks of a large segment may be near a query: trained inverted lists of small codes.

The vectors of a segment are cut into cells by k-means; each is kept in its cell as a product-quantized
code of half a byte for every four numbers (Jégou, Douze & Schmid, "Product quantization for nearest
neighbor search", PAMI 2011; scanned as in André, Kermarrec & Le Scouarnec, PAMI 2021). A query looks into
the nearest cells and names candidates; `VectorIndex` takes their exact cosines.

How many cells are looked into is measured when the lists are written, on points midway between two random
chunks: like questions, these lie farther from every chunk than chunks do from each other, and so are harder
than chunks as queries (benchmarks/results/scale.json).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import FloatMatrix, n_cores
from domaingpt.index.vectors import WRITE_ROWS, read_faiss

FOURCC = b"IwPf"  # IndexIVFPQFastScan
# Where an exact scan takes twice what lists do: 4 ms of CPU at 100,000 rows and 32 ms at a million, against 4 ms
# by lists at a million (benchmarks/results/scale.json).
LISTS_FROM = 200_000
MAX_CELLS = 2048  # the power of two near √n and no more: training and filling cost rows × cells
TRAINED_ON = 50  # rows a cell; FAISS asks for 39 at least
TUNED_ON = 256  # points the number of cells is measured on
TUNED_K = 10
# Of these points' ten nearest. Real questions lose more than midpoints do: at .999 of these, .997 of theirs are
# found among a million chunks (benchmarks/results/scale.json); at .997, .985 (measured once, 300,000 chunks).
TARGET_RECALL = 0.999
LEAST_RECALL = 0.98  # if the codes themselves lose more than that, the vectors are scanned instead
# Codes alone rank too coarsely: 500 lose 2 % of the hundred nearest that 1000 keep (measured once, 300,000 chunks).
MIN_CANDIDATES = 1000
CANDIDATES_A_HIT = 10
SEED = 1234


def write_lists(path: Path, vectors: npt.NDArray[np.float16]) -> bool:
    """Train on unit vectors (n, d) and write their lists; return whether that reaches the recall.

    If it does not, nothing is written, and the vectors have to be scanned.
    """
    import faiss

    n_rows, dim = vectors.shape
    random = np.random.default_rng(SEED)
    n_cells = min(MAX_CELLS, 1 << round(np.log2(max(2.0, n_rows**0.5))))
    faiss.omp_set_num_threads(n_cores())
    quantizer = faiss.IndexFlatIP(dim)
    index: Any = faiss.IndexIVFPQFastScan(quantizer, dim, n_cells, _n_codes(dim), 4, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = index.pq.cp.seed = SEED
    sample = np.sort(random.choice(n_rows, min(n_rows, n_cells * TRAINED_ON), replace=False))
    index.train(np.ascontiguousarray(vectors[sample], np.float32))
    for start in range(0, n_rows, WRITE_ROWS):
        index.add(np.ascontiguousarray(vectors[start : start + WRITE_ROWS], np.float32))
    reached = _tune(index, vectors, random)
    faiss.omp_set_num_threads(1)
    if reached:
        faiss.write_index(index, str(path))
    return reached


class Lists:
    """The lists of one segment, open for reading.

    Raises:
        IndexCorrupt: If the file is not one that `write_lists` wrote.
    """

    def __init__(self, path: Path) -> None:
        self._index: Any = read_faiss(path, FOURCC, in_place=False)
        self.dim = int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def candidates(self, vector: FloatMatrix, k: int) -> npt.NDArray[np.int64]:
        """Return rows that may be among the k nearest to the vector (d,), in no order that matters."""
        return _candidates(self._index, vector[None, :], k)[0]


def _candidates(index: Any, queries: FloatMatrix, k: int) -> list[npt.NDArray[np.int64]]:
    """Return for each query (m, d) the rows its cells and codes name."""
    n_wanted = min(max(MIN_CANDIDATES, CANDIDATES_A_HIT * k), int(index.ntotal))
    rows = index.search(np.ascontiguousarray(queries, np.float32), n_wanted)[1]
    return [row[row >= 0] for row in rows]


def _n_codes(dim: int) -> int:
    """Return into how many parts a vector is cut: of four numbers each, or of the next width that fits."""
    return dim // next(width for width in range(min(4, dim), dim + 1) if dim % width == 0)


def _tune(index: Any, vectors: npt.NDArray[np.float16], random: np.random.Generator) -> bool:
    """Let the index look into as many cells as the recall needs, at least a sixteenth; return whether any do."""
    pairs = vectors[random.integers(0, len(vectors), (2, TUNED_ON))].astype(np.float32)
    points = pairs.sum(axis=0)  # (2, m, d) -> (m, d)
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-6)
    nearest = _nearest(vectors, points, TUNED_K)
    index.nprobe = max(1, index.nlist // 16)
    while True:
        found = _candidates(index, points, TUNED_K)
        hits = sum(len(np.intersect1d(rows, exact)) for rows, exact in zip(found, nearest, strict=True))
        if hits >= TARGET_RECALL * nearest.size or index.nprobe == index.nlist:
            return hits >= LEAST_RECALL * nearest.size
        index.nprobe = min(index.nlist, 1 + int(1.4 * index.nprobe))


def _nearest(vectors: npt.NDArray[np.float16], points: FloatMatrix, k: int) -> npt.NDArray[np.int64]:
    """Return the rows (m, k) nearest to each point (m, d), by all inner products."""
    best_rows = np.zeros((len(points), 0), np.int64)
    best = np.zeros((len(points), 0), np.float32)
    for start in range(0, len(vectors), WRITE_ROWS):
        block = vectors[start : start + WRITE_ROWS].astype(np.float32)
        cosines = points @ block.T  # (m, d) @ (d, b) -> (m, b)
        top = np.argpartition(-cosines, min(k, len(block)) - 1, axis=1)[:, :k]
        best_rows = np.concatenate([best_rows, top + start], axis=1)
        best = np.concatenate([best, np.take_along_axis(cosines, top, axis=1)], axis=1)
        order = np.argsort(-best, axis=1)[:, :k]
        best_rows, best = np.take_along_axis(best_rows, order, axis=1), np.take_along_axis(best, order, axis=1)
    return best_rows
