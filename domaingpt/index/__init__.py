"""Stage 4: vectors and chunks → a generation on disk, and back.

`LocalIndex` reads one generation: an exact dense arm in FAISS, a BM25 arm, and the verbatim chunks.
It speaks in chunk ids and scores, so that a vector server can stand behind the protocol one day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from domaingpt.documents import matches
from domaingpt.embeddings import FloatMatrix
from domaingpt.errors import IndexCorrupt
from domaingpt.index import generation as generations
from domaingpt.index.corpus import Corpus
from domaingpt.index.generation import Generation, open_current
from domaingpt.index.lexical import LexicalIndex
from domaingpt.index.terms import Analyzer
from domaingpt.index.vectors import VectorIndex
from domaingpt.types import Chunk

__all__ = ["Arm", "Candidate", "Index", "LocalIndex", "open_index"]

Arm = Literal["hybrid", "dense", "lexical"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that one of the arms found, with its exact score in each arm that was asked."""

    chunk_id: str
    dense: float | None
    lexical: float | None


class Index(Protocol):
    """What retrieval asks of an index. Scores: higher is better."""

    def search(self, vector: FloatMatrix | None, text: str, k: int, arm: Arm, only: str | None) -> list[Candidate]:
        """Return the union of the k best chunks of each arm asked, in no order that matters.

        Args:
            vector: (d,) float32, unit length; None if and only if the arm is "lexical".
            text: The query, analysed by the index.
            k: Per arm, not in total.
            arm: Which arms to ask.
            only: Glob on document paths; applied before ranking. None for all.

        Raises:
            DimensionMismatch: If the vector's width is not the index's.
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

    Attributes:
        generation: Which generation it reads; all answers of one instance come from it.
        corpus: Its documents and chunks.
        analyzer: Turns text into the terms its lexical arm knows.
    """

    def __init__(self, generation: Generation) -> None:
        folder = generation.folder
        self.generation = generation
        self.corpus = Corpus(folder / generations.CORPUS)
        self.lexical = LexicalIndex(folder / generations.LEXICAL)
        self.analyzer = Analyzer(generation.manifest["language"])
        self._vectors: VectorIndex | None = None
        if len(self.lexical.lengths) != self.corpus.n_chunks:
            raise IndexCorrupt(f"The files of {folder} disagree on the number of chunks.")

    @property
    def vectors(self) -> VectorIndex:
        """The dense arm; loaded when first asked, so that a lexical search never waits for it."""
        if self._vectors is None:
            self._vectors = VectorIndex(self.generation.folder / generations.VECTORS)
        return self._vectors

    def search(self, vector: FloatMatrix | None, text: str, k: int, arm: Arm, only: str | None) -> list[Candidate]:
        """Return the union of the k best chunks of each arm asked."""
        allowed = self._allowed_rows(only)
        rows: list[int] = []
        lexical = self.lexical.scores(self.analyzer.terms(text)) if arm != "dense" else None
        if lexical is not None:
            if allowed is not None:
                lexical = np.where(allowed, lexical, 0)
            rows += _best_rows(lexical, k).tolist()
        if vector is not None:
            rows += self.vectors.search(vector, k, allowed)[0].tolist()
        rows = list(dict.fromkeys(rows))
        dense = self.vectors.cosines(vector, np.array(rows, np.int64)) if vector is not None else None
        return [
            Candidate(
                chunk_id,
                None if dense is None else float(dense[i]),
                None if lexical is None else float(lexical[row]),
            )
            for i, (chunk_id, row) in enumerate(zip(self.corpus.chunk_ids(rows), rows, strict=True))
        ]

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of the ids, in that order."""
        return self.corpus.chunks(self.corpus.rows_of(ids))

    def terms(self, text: str) -> list[str]:
        """Return the terms of a text as the lexical arm knows them, in order, repeats kept."""
        return self.analyzer.terms(text)

    def idf(self, terms: Sequence[str]) -> list[float]:
        """Return how rare each term is in the corpus, at least 0."""
        return [self.lexical.idf(term) for term in terms]

    def close(self) -> None:
        """Close its files."""
        self.corpus.close()

    def _allowed_rows(self, only: str | None) -> npt.NDArray[np.bool_] | None:
        if only is None:
            return None
        allowed = np.zeros(self.corpus.n_chunks, np.bool_)
        for document in self.corpus.documents:
            if matches(document.path, only):
                allowed[document.first_row : document.first_row + document.n_chunks] = True
        return allowed


def open_index(index_folder: Path, domain: str, notify: Callable[[str], None] = lambda _: None) -> LocalIndex:
    """Open the newest good generation of a domain.

    Raises:
        IndexMissing: If the domain was never ingested.
        IndexCorrupt: If no generation is good.
        IndexStale: If it has another format.
    """
    return LocalIndex(open_current(index_folder, domain, notify))


def _best_rows(scores: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.int64]:
    """Return the rows of the k largest scores above 0, best first, ties by row."""
    rows = np.flatnonzero(scores > 0)
    if k < len(rows):
        least = np.partition(scores[rows], -k)[-k]  # the k-th largest; all its equals stay until they are sorted
        rows = rows[scores[rows] >= least]
    return np.asarray(rows[np.lexsort((rows, -scores[rows]))][:k], np.int64)
