"""Stage 4: vectors and chunks → a generation on disk, and back.

`LocalIndex` reads one generation: for each of its segments a dense arm in FAISS, a BM25 arm, and the verbatim chunks.
It speaks in chunk ids and scores, so that a vector server can stand behind the protocol one day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from domaingpt.documents import matches
from domaingpt.embeddings import FloatMatrix
from domaingpt.errors import IndexCorrupt
from domaingpt.index import generation as generations
from domaingpt.index.corpus import Corpus, CorpusFile
from domaingpt.index.generation import Generation, open_current
from domaingpt.index.lexical import RUN_ROWS, LexicalIndex
from domaingpt.index.segment import CORPUS, KEY_BYTES, NONE_DEAD, Mask, Rows, Segment
from domaingpt.index.terms import Analyzer
from domaingpt.index.vectors import VectorIndex
from domaingpt.types import Chunk

__all__ = ["Arm", "Candidate", "Index", "LocalIndex", "Nearby", "open_corpus", "open_index", "open_segments"]

Arm = Literal["hybrid", "dense", "lexical"]

# Chunks on either side that count as a chunk's surroundings. Best of 1, 2, 3 and 5 on the tuning halves of
# SciFact, XQuAD en and Chroma's evaluation together (benchmarks/results/ablations.json).
AROUND = RUN_ROWS // 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that one of the arms found, with its exact score in each arm that was asked."""

    chunk_id: str
    dense: float | None
    lexical: float | None


@dataclass(frozen=True, slots=True)
class Nearby:
    """What stands around a chunk, and inside it, scored for the same query.

    The surroundings of a chunk are itself and up to `AROUND` chunks of its document on either side.

    Attributes:
        dense: Mean cosine of the surroundings; None if that arm was not asked.
        sentence: Largest cosine of a sentence of the chunk; that of the chunk if it has none.
        lexical: BM25 score of the surroundings read as one text; None if that arm was not asked.
    """

    dense: float | None
    sentence: float | None
    lexical: float | None


class Index(Protocol):
    """What retrieval asks of an index. Scores: higher is better."""

    def search(self, vector: FloatMatrix | None, text: str, k: int, arm: Arm, only: str | None) -> list[Candidate]:
        """Return the union of the k best chunks of each arm asked, in no order that matters.

        A dense arm over very many chunks may miss some of the best; `only` always finds those it allows.

        Args:
            vector: (d,) float32, unit length; None if and only if the arm is "lexical".
            text: The query, analysed by the index.
            k: Per arm, not in total.
            arm: Which arms to ask.
            only: Glob on document paths; applied before ranking. None for all.

        Raises:
            DimensionMismatch: If the vector's width is not the index's.
        """

    def nearby(self, vector: FloatMatrix | None, text: str, candidates: Sequence[Candidate]) -> list[Nearby]:
        """Return what stands around each candidate of `search`, in their order.

        Args:
            vector: As given to `search`.
            text: As given to `search`.
            candidates: What it returned.
        """

    def sentence_vectors(self, ids: Sequence[str]) -> list[FloatMatrix]:
        """Return for each chunk the unit vectors (s, d) of its sentences, in the order of `Chunk.sentences`.

        Raises:
            KeyError: If an id is unknown.
        """

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of the ids, in that order.

        Raises:
            KeyError: If an id is unknown.
        """

    def terms(self, text: str) -> list[str]:
        """Return the terms of a text as the lexical arm knows them, in order, repeats kept."""

    def idf(self, terms: Sequence[str]) -> list[float]:
        """Return how rare each term is in the corpus, at least 0."""


class LocalIndex:
    """One generation, open for reading; see the `Index` protocol for the contract.

    A row is a number of this generation: rows of a segment follow those of the one before. Nothing that
    leaves depends on rows, so the same documents give the same results whatever the segments are; of
    chunks that score the same those of smaller id come first.

    Attributes:
        generation: Which generation it reads; all answers of one instance come from it.
        segments: Its segments.
        corpus: Its documents and chunks.
        lexical: Its lexical arm.
        analyzer: Turns text into the terms its lexical arm knows.
    """

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.segments = open_segments(generation)
        self.corpus = Corpus([segment.corpus for segment in self.segments], [s.dead_ids for s in self.segments])
        self.lexical = LexicalIndex([segment.lexical for segment in self.segments])
        self.analyzer = Analyzer(generation.manifest["language"])
        self._starts = np.concatenate([[0], np.cumsum([len(segment) for segment in self.segments])]).astype(np.int64)
        self._known_rows: dict[str, int] = {}  # of the last search's candidates, which are asked for next

    def search(self, vector: FloatMatrix | None, text: str, k: int, arm: Arm, only: str | None) -> list[Candidate]:
        """Return the union of the k best chunks of each arm asked."""
        masks = self._masks(only)
        terms = self.analyzer.terms(text) if arm != "dense" else None
        found = [np.zeros(0, np.int64)]
        if terms is not None:
            found.append(self._first(*self.lexical.best(terms, k, masks), k))
        if vector is not None:
            found.append(self._first(*self._nearest(vector, k, masks, is_filter=only is not None), k))
        rows = np.array(list(dict.fromkeys(np.concatenate(found).tolist())), np.int64)
        ids = self._ids(rows)
        self._known_rows = dict(zip(ids, rows.tolist(), strict=True))
        dense = [None] * len(ids) if vector is None else self._cosines(vector, rows).tolist()
        lexical = [None] * len(ids) if terms is None else self.lexical.scores_at(terms, rows).tolist()
        return [Candidate(*scored) for scored in zip(ids, dense, lexical, strict=True)]

    def nearby(self, vector: FloatMatrix | None, text: str, candidates: Sequence[Candidate]) -> list[Nearby]:
        """Return what stands around each candidate."""
        rows = np.array(self.rows_of([candidate.chunk_id for candidate in candidates]), np.int64)
        terms = None if not candidates or candidates[0].lexical is None else self.analyzer.terms(text)
        dense, sentence, lexical = (np.zeros(len(rows), np.float32) for _ in range(3))
        for i, here in self._split(rows):
            segment = self.segments[i]
            own = rows[here] - self._starts[i]
            first, end = segment.around(own, AROUND)
            if vector is not None:
                dense[here] = _means(segment.vectors, vector, first, end)
                sentence[here] = segment.sentences.best(vector, own)
            if terms is not None:
                lexical[here] = self.lexical.scores_between(terms, i, first, end)
        return [
            Nearby(
                None if vector is None else float(dense[i]),
                None if vector is None else (candidate.dense if np.isnan(sentence[i]) else float(sentence[i])),
                None if terms is None else float(lexical[i]),
            )
            for i, candidate in enumerate(candidates)
        ]

    def sentence_vectors(self, ids: Sequence[str]) -> list[FloatMatrix]:
        """Return for each chunk the unit vectors (s, d) of its sentences."""
        rows = np.array(self.rows_of(ids), np.int64)
        found: list[FloatMatrix] = [np.zeros((0, self.dim), np.float32)] * len(rows)
        for i, here in self._split(rows):
            of_rows = self.segments[i].sentences.of(rows[here] - self._starts[i])
            for place, vectors in zip(here.tolist(), of_rows, strict=True):
                found[place] = vectors
        return found

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of the ids, in that order."""
        return self.corpus.chunks(self.rows_of(ids))

    def terms(self, text: str) -> list[str]:
        """Return the terms of a text as the lexical arm knows them, in order, repeats kept."""
        return self.analyzer.terms(text)

    def idf(self, terms: Sequence[str]) -> list[float]:
        """Return how rare each term is in the corpus, at least 0."""
        return [self.lexical.idf(term) for term in terms]

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """Return the rows of the given chunk ids, in that order.

        Raises:
            KeyError: If an id is not in the index.
        """
        known = self._known_rows
        unknown = list(dict.fromkeys(chunk_id for chunk_id in ids if chunk_id not in known))
        if unknown:
            keys = np.array([_key(chunk_id) for chunk_id in unknown], np.uint8).reshape(-1, KEY_BYTES)
            known = dict(known)
            for start, segment in zip(self._starts.tolist(), self.segments, strict=False):
                which, rows = segment.rows_of_chunks(keys)
                known.update(zip([unknown[i] for i in which], (rows + start).tolist(), strict=True))
        return [known[chunk_id] for chunk_id in ids]

    def vectors_of(self, ids: Sequence[str]) -> FloatMatrix:
        """Return the stored vectors (m, d) of the given chunk ids, in that order.

        Raises:
            KeyError: If an id is not in the index.
        """
        rows = np.array(self.rows_of(ids), np.int64)
        vectors = np.zeros((len(rows), self.dim), np.float32)
        for i, here in self._split(rows):
            vectors[here] = self.segments[i].vectors.reconstruct(rows[here] - self._starts[i])
        return vectors

    @property
    def dim(self) -> int:
        """Width of the vectors; 0 if there are none."""
        return self.segments[0].vectors.dim if self.segments else 0

    def close(self) -> None:
        """Close its files."""
        self.corpus.close()

    def _nearest(
        self, vector: FloatMatrix, k: int, masks: Sequence[Mask | None], *, is_filter: bool
    ) -> tuple[Rows, FloatMatrix]:
        """Return the rows nearest to the vector, at least the k nearest of each segment, and their cosines."""
        rows, cosines = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for start, segment, mask in zip(self._starts, self.segments, masks, strict=False):
            found, near = segment.vectors.search(vector, k, mask, is_filter=is_filter)
            rows.append(found + start)
            cosines.append(near)
        return np.concatenate(rows), np.concatenate(cosines)

    def _cosines(self, vector: FloatMatrix, rows: Rows) -> FloatMatrix:
        cosines = np.zeros(len(rows), np.float32)
        for i, here in self._split(rows):
            cosines[here] = self.segments[i].vectors.cosines(vector, rows[here] - self._starts[i])
        return cosines

    def _first(self, rows: Rows, scores: FloatMatrix, k: int) -> Rows:
        """Return the k rows of the largest scores, best first, equals by id."""
        if k < len(rows):
            kept = scores >= np.partition(scores, -k)[-k]
            rows, scores = rows[kept], scores[kept]
        halves = np.ascontiguousarray(self._keys(rows)).view(">u8")  # (m, 2): compare as the ids do
        return rows[np.lexsort((halves[:, 1], halves[:, 0], -scores))][:k]

    def _ids(self, rows: Rows) -> list[str]:
        return [key.tobytes().hex() for key in self._keys(rows)]

    def _keys(self, rows: Rows) -> npt.NDArray[np.uint8]:
        keys = np.zeros((len(rows), KEY_BYTES), np.uint8)
        for i, here in self._split(rows):
            keys[here] = self.segments[i].chunk_ids[rows[here] - self._starts[i]]
        return keys

    def _split(self, rows: Rows) -> Iterator[tuple[int, Rows]]:
        """Yield for each segment that has some of the rows its number and the places of those rows."""
        segment_of = np.searchsorted(self._starts, rows, "right") - 1
        for i in np.unique(segment_of).tolist():
            yield i, np.flatnonzero(segment_of == i)

    def _masks(self, only: str | None) -> list[Mask | None]:
        """Return for each segment which of its rows count (n,), None for all."""
        if only is None:
            return [segment.alive for segment in self.segments]
        masks = [np.zeros(len(segment), np.bool_) for segment in self.segments]
        for document in self.corpus.documents:
            if matches(document.path, only):
                first = document.first_row - int(self._starts[document.segment])
                masks[document.segment][first : first + document.n_chunks] = True
        return list(masks)


def open_segments(generation: Generation) -> list[Segment]:
    """Open the segments of a generation."""
    return [
        Segment(generation.folder / generations.SEGMENTS / name, _dead(generation, name))
        for name in generation.manifest["segments"]
    ]


def open_corpus(generation: Generation) -> Corpus:
    """Open the documents and chunks of a generation, and nothing else of it."""
    names = generation.manifest["segments"]
    files = [CorpusFile(generation.folder / generations.SEGMENTS / name / CORPUS) for name in names]
    return Corpus(files, [frozenset(_dead(generation, name)[:, 0].tolist()) for name in names])


def open_index(index_folder: Path, domain: str, notify: Callable[[str], None] = lambda _: None) -> LocalIndex:
    """Open the newest good generation of a domain.

    Raises:
        IndexMissing: If the domain was never ingested.
        IndexCorrupt: If no generation is good.
        IndexStale: If it has another format.
    """
    return LocalIndex(open_current(index_folder, domain, notify))


def _means(vectors: VectorIndex, vector: FloatMatrix, first: Rows, end: Rows) -> FloatMatrix:
    """Return the mean cosine (m,) of the vector (d,) with the rows first … end - 1 of each run."""
    runs = first[:, None] + np.arange(RUN_ROWS)  # (m, w)
    is_in = runs < end[:, None]
    rows, places = np.unique(runs[is_in], return_inverse=True)  # surroundings overlap
    cosines = np.zeros(runs.shape, np.float32)
    cosines[is_in] = vectors.cosines(vector, rows)[places]
    return np.asarray(cosines.sum(axis=1) / is_in.sum(axis=1), np.float32)


def _dead(generation: Generation, name: str) -> npt.NDArray[np.int64]:
    """Return which documents of a segment are dead, as `Segment` takes them."""
    file = f"{generations.DEAD}/{name}.npy"
    if file not in generation.manifest["files"]:
        return NONE_DEAD
    try:
        return np.asarray(np.load(generation.folder / file, allow_pickle=False), np.int64).reshape(-1, 3)
    except (OSError, ValueError, EOFError) as exc:
        raise IndexCorrupt(f"{generation.folder / file} cannot be read: {exc}") from exc


def _key(chunk_id: str) -> list[int]:
    """Return the bytes of a chunk id."""
    try:
        key = bytes.fromhex(chunk_id)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyError(chunk_id)
    return list(key)
