"""A segment: chunks that were written together, never changed, and may die one document at a time.

    segments/000004/
      corpus.sqlite      documents, pages, chunks (corpus.py)
      vectors.faiss      unit vectors in half precision (vectors.py)
      lists.faiss        from LISTS_FROM rows on: names candidates (lists.py)
      lexical/*.npy      inverted index (lexical.py)
      chunk_ids.npy      (n, 16) uint8   ids of the chunks
      vector_keys.npy    (n, 16) uint8   hashes of the embedded strings and of where their sentences stand
      sentence*.npy      vectors of the sentences of each chunk (sentence_vectors.py)
      documents.npy      (m,) int64      first row of each document that has chunks, ascending

Row i is the same chunk in all of them; documents stand in the order they were added. Which documents are
dead is written beside the segments, in the generation. A further array with one entry a row is written in
`SegmentWriter.finish` and copied in `SegmentWriter.copy`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domaingpt.errors import IndexCorrupt
from domaingpt.index.corpus import ChunkRow, CorpusFile, CorpusWriter, DocumentAccount, DocumentRow
from domaingpt.index.lexical import Postings
from domaingpt.index.lists import LISTS_FROM, write_lists
from domaingpt.index.postings import LexicalBuilder
from domaingpt.index.sentence_vectors import Bytes, SentenceVectors, write_sentence_vectors
from domaingpt.index.vectors import VectorIndex, write_vectors

CORPUS, VECTORS, LISTS, LEXICAL = "corpus.sqlite", "vectors.faiss", "lists.faiss", "lexical"
CHUNK_IDS, VECTOR_KEYS, DOCUMENTS = "chunk_ids.npy", "vector_keys.npy", "documents.npy"
KEY_BYTES = 16
COPY_ROWS = 1 << 16  # rows copied at once: 100 MB of vectors, 120 MB of their sentences' at 384 dimensions

# A commit rewrites every segment that is smaller than this many times what it writes anyway: so sizes grow
# geometrically, a million chunks are at most 6 segments above SMALL, and a chunk is rewritten at most so
# often. (Bentley & Saxe, "Decomposable searching problems", J. Algorithms 1980: the logarithmic method.)
GROWTH = 2
SMALL = 2000  # rows; such segments are always rewritten, which is quick, and no dead text stays; guess, unmeasured
MAX_DEAD_SHARE = 1 / 3  # of its rows; then a segment is rewritten without its dead; guess, unmeasured

Rows = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
NONE_DEAD = np.zeros((0, 3), np.int64)


class Segment:
    """One segment, open for reading.

    Args:
        folder: Where its files lie.
        dead: (m, 3) int64: id, first row and number of chunks of each document that counts no more.

    Raises:
        IndexCorrupt: If its files do not fit each other.
    """

    def __init__(self, folder: Path, dead: npt.NDArray[np.int64] = NONE_DEAD) -> None:
        self.folder = folder
        self.name = folder.name
        self.dead = dead
        self.corpus = CorpusFile(folder / CORPUS)
        self.lexical = Postings(folder / LEXICAL, _ranges(dead))
        self.chunk_ids = _load_keys(folder / CHUNK_IDS)
        self._vectors: VectorIndex | None = None
        n_rows = {self.corpus.n_rows, len(self.lexical), len(self.chunk_ids)}
        if len(n_rows) > 1:
            raise IndexCorrupt(f"The files of {folder} disagree on the number of chunks.")

    def __len__(self) -> int:
        return len(self.chunk_ids)

    @property
    def n_alive(self) -> int:
        """Number of chunks of living documents."""
        return len(self) - int(self.dead[:, 2].sum())

    @property
    def dead_ids(self) -> frozenset[int]:
        """The ids of the dead documents."""
        return frozenset(self.dead[:, 0].tolist())

    @cached_property
    def alive(self) -> Mask | None:
        """(n,) which rows belong to living documents; None if all do."""
        if not len(self.dead):
            return None
        alive = np.ones(len(self), np.bool_)
        for first, end in _ranges(self.dead):
            alive[first:end] = False
        return alive

    @property
    def vectors(self) -> VectorIndex:
        """The dense arm; loaded when first asked, so that a lexical search never waits for it."""
        if self._vectors is None:
            lists = self.folder / LISTS
            self._vectors = VectorIndex(self.folder / VECTORS, lists if lists.is_file() else None)
            if len(self._vectors) != len(self):
                raise IndexCorrupt(f"The files of {self.folder} disagree on the number of chunks.")
        return self._vectors

    @cached_property
    def sentences(self) -> SentenceVectors:
        """The vectors of the sentences; loaded when first asked."""
        sentences = SentenceVectors(self.folder)
        if len(sentences) != len(self):
            raise IndexCorrupt(f"The files of {self.folder} disagree on the number of chunks.")
        return sentences

    @cached_property
    def document_bounds(self) -> Rows:
        """(m+1,) first row of each document that has chunks, ascending, then the number of rows."""
        try:
            starts = np.load(self.folder / DOCUMENTS, allow_pickle=False)
        except (OSError, ValueError, EOFError) as exc:
            raise IndexCorrupt(f"{self.folder / DOCUMENTS} cannot be read: {exc}") from exc
        return np.append(starts, len(self)).astype(np.int64)

    def around(self, rows: Rows, width: int) -> tuple[Rows, Rows]:
        """Return for each row (m,) the first row (m,) and the end (m,) of its surroundings.

        Those are the row itself and at most `width` rows of the same document on either side.
        """
        bounds = self.document_bounds
        document = np.searchsorted(bounds, rows, "right") - 1
        return np.maximum(rows - width, bounds[document]), np.minimum(rows + width + 1, bounds[document + 1])

    def rows_of_chunks(self, ids: Keys) -> tuple[Rows, Rows]:
        """Return which of the chunk ids (m, 16) are alive here, and their rows."""
        which, rows = _find(ids, self.chunk_ids)
        if self.alive is not None:
            kept = self.alive[rows]
            which, rows = which[kept], rows[kept]
        return which, rows

    def rows_of_vectors(self, keys: Keys) -> tuple[Rows, Rows]:
        """Return which of the vector keys (m, 16) are here, dead or alive, and rows that have them."""
        return _find(keys, _load_keys(self.folder / VECTOR_KEYS))

    def without(self, documents: Sequence[DocumentRow], start: int) -> npt.NDArray[np.int64]:
        """Return `dead` with more documents of this segment, whose rows count from `start`."""
        more = [(document.id, document.first_row - start, document.n_chunks) for document in documents]
        dead = np.concatenate([self.dead, np.array(more, np.int64).reshape(-1, 3)])
        return np.asarray(dead[np.argsort(dead[:, 0])])

    def close(self) -> None:
        """Close its files."""
        self.corpus.close()


class SegmentWriter:
    """Writes a segment: first documents that are new, then those of earlier segments.

    Args:
        folder: Is created.
        dim: Width of the vectors.
    """

    def __init__(self, folder: Path, dim: int) -> None:
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.dim = dim
        self.corpus = CorpusWriter(folder / CORPUS)
        self._lexical = LexicalBuilder()
        self._ids: list[Keys] = []
        self._keys: list[Keys] = []
        self._n_chunks: list[int] = []  # of each document added
        self._copied: list[tuple[Segment, Rows]] = []

    @property
    def new_keys(self) -> Keys:
        """The vector keys (m, 16) of the documents added, in the order of their rows."""
        return np.concatenate([np.zeros((0, KEY_BYTES), np.uint8), *self._keys])

    def term_hashes(self, terms: Sequence[str]) -> npt.NDArray[np.uint64]:
        """Return the hashes (n,) that stand for a chunk's terms."""
        return self._lexical.hashes(terms)

    def add(
        self,
        content_key: str,
        title: str,
        account: DocumentAccount,
        *,
        path: str,
        rows: Sequence[ChunkRow],
        keys: Sequence[bytes],
        terms: Sequence[npt.NDArray[np.uint64]],
    ) -> None:
        """Add a document with its chunks as `chunk_row` gives them, their vector keys and `term_hashes`."""
        for chunk_terms in terms:
            self._lexical.add(chunk_terms)
        self._n_chunks.append(len(rows))
        self._ids.append(key_array([bytes.fromhex(chunk_id) for chunk_id, *_ in rows]))
        self._keys.append(key_array(keys))
        self.corpus.add_document(path, content_key, title, account, rows)

    def copy(self, segment: Segment) -> None:
        """Add the living documents of an earlier segment; no more documents may be added after."""
        alive = np.ones(len(segment), np.bool_) if segment.alive is None else segment.alive
        self.corpus.copy_documents(segment.corpus, segment.dead_ids)
        self._lexical.copy(segment.lexical, alive)
        self._copied.append((segment, np.flatnonzero(alive)))

    def finish(self, new_vectors: npt.NDArray[np.float16], new_sentences: Sequence[Bytes]) -> None:
        """Write everything but the corpus, which is finished before vectors are computed.

        Args:
            new_vectors: (m, d), of the documents added.
            new_sentences: Of each of their rows the vectors (s, d) of its sentences.
        """
        copied = [self._vectors_of(segment, rows) for segment, rows in self._copied]
        vectors = np.concatenate([new_vectors, *copied]) if copied else new_vectors
        ids = [*self._ids, *(segment.chunk_ids[rows] for segment, rows in self._copied)]
        keys = [self.new_keys, *(_load_keys(s.folder / VECTOR_KEYS)[rows] for s, rows in self._copied)]
        np.save(self.folder / CHUNK_IDS, np.concatenate([key_array([]), *ids]), allow_pickle=False)
        np.save(self.folder / VECTOR_KEYS, np.concatenate(keys), allow_pickle=False)
        np.save(self.folder / DOCUMENTS, self._document_starts(), allow_pickle=False)
        counts = np.array([len(of_row) for of_row in new_sentences], np.int64)
        sentences = [(segment.sentences.counts(rows), _blocks(segment, rows)) for segment, rows in self._copied]
        write_sentence_vectors(self.folder, [(counts, new_sentences), *sentences], self.dim)
        self._lexical.write(self.folder / LEXICAL)
        write_vectors(self.folder / VECTORS, vectors, self.dim)
        if len(vectors) >= LISTS_FROM:
            write_lists(self.folder / LISTS, vectors)

    def _document_starts(self) -> Rows:
        """Return the first row (m,) of each document that has chunks."""
        lengths = [np.array(self._n_chunks, np.int64)]
        for segment, rows in self._copied:
            alive = np.zeros(len(segment), np.bool_)
            alive[rows] = True
            bounds = segment.document_bounds
            lengths.append(np.diff(bounds)[alive[bounds[:-1]]])
        every = np.concatenate(lengths)
        every = every[every > 0]
        return np.asarray(np.cumsum(every) - every)

    def _vectors_of(self, segment: Segment, rows: Rows) -> npt.NDArray[np.float16]:
        vectors = np.empty((len(rows), self.dim), np.float16)
        for start in range(0, len(rows), COPY_ROWS):
            vectors[start : start + COPY_ROWS] = segment.vectors.reconstruct(rows[start : start + COPY_ROWS])
        return vectors


def _blocks(segment: Segment, rows: Rows) -> Iterator[Bytes]:
    """Yield the stored sentence vectors of the rows, some rows at a time."""
    for start in range(0, len(rows), COPY_ROWS):
        yield segment.sentences.stored(rows[start : start + COPY_ROWS])


def to_rewrite(n_rows: Sequence[int], n_alive: Sequence[int], n_new: int) -> list[int]:
    """Return which segments a commit writes anew, together with its new chunks, as one segment.

    Args:
        n_rows: Of each segment, dead ones included.
        n_alive: Of each segment.
        n_new: Chunks that are written anyway.
    """
    chosen = {
        i
        for i, (rows, alive) in enumerate(zip(n_rows, n_alive, strict=True))
        if alive < rows and (rows <= SMALL or rows - alive > MAX_DEAD_SHARE * rows)
    }
    total = n_new + sum(n_alive[i] for i in chosen)
    for i in sorted(range(len(n_rows)), key=lambda i: n_alive[i]):
        if i not in chosen and total and n_alive[i] <= max(SMALL, GROWTH * total):
            chosen.add(i)
            total += n_alive[i]
    return sorted(chosen)


def _ranges(dead: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the dead rows as (m, 2) first rows and ends, neighbours joined."""
    ranges = dead[dead[:, 2] > 0][:, 1:]
    if not len(ranges):
        return np.zeros((0, 2), np.int64)
    ranges = ranges[np.argsort(ranges[:, 0])]
    first, end = ranges[:, 0], ranges.sum(axis=1)
    is_begin = np.concatenate([[True], first[1:] != end[:-1]])
    is_end = np.concatenate([is_begin[1:], [True]])
    return np.stack([first[is_begin], end[is_end]], axis=1)


def _find(wanted: Keys, keys: Keys) -> tuple[Rows, Rows]:
    """Return which of the wanted keys (m, 16) are among the keys (n, 16), and the first row of each."""
    if not len(wanted) or not len(keys):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    mixed, all_mixed = _mixed(wanted), _mixed(keys)
    order = np.argsort(mixed, kind="stable")
    places = order[np.minimum(np.searchsorted(mixed[order], all_mixed), len(order) - 1)]  # (n,)
    rows = np.flatnonzero(mixed[places] == all_mixed)
    rows = rows[(keys[rows] == wanted[places[rows]]).all(axis=1)]
    found, at = np.unique(places[rows], return_index=True)
    return found, rows[at]


def _mixed(keys: Keys) -> npt.NDArray[np.uint64]:
    """Return one number (n,) for each key (n, 16); keys of one number are all but always the same."""
    halves = np.ascontiguousarray(keys).view(np.uint64)  # (n, 2)
    return np.asarray(halves[:, 0] * np.uint64(0x9E3779B97F4A7C15) + halves[:, 1])  # Fibonacci hashing


def key_array(keys: Sequence[bytes]) -> Keys:
    """Return keys of KEY_BYTES bytes each as (m, 16) uint8."""
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)


def _load_keys(path: Path) -> Keys:
    try:
        keys = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as exc:
        raise IndexCorrupt(f"{path} cannot be read: {exc}") from exc
    if keys.ndim != 2 or keys.shape[1] != KEY_BYTES or keys.dtype != np.uint8:
        raise IndexCorrupt(f"{path} does not hold keys.")
    return np.asarray(keys).view(np.ndarray)
