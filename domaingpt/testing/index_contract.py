"""What every index must do, as tests to subclass: the chunks and scores of a brute-force oracle."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domaingpt.chunks import chunk_id
from domaingpt.embeddings import FloatMatrix
from domaingpt.errors import DimensionMismatch
from domaingpt.index import AROUND, Arm, Candidate, Index
from domaingpt.index.lexical import TYPICAL_ROWS
from domaingpt.types import Chunk, Sentence

BYTE_ROUNDING = 1e-2  # how far one byte a component may move a cosine
HALF_ROUNDING = 1e-3  # how far half precision may move a cosine
SINGLE_ROUNDING = 1e-4  # how far single precision may move a BM25 score


class IndexContract(ABC):
    """What every index must do: the chunks and scores of a brute-force oracle.

    A subclass named Test… implements `build`. The oracle takes every inner product, and computes BM25
    term by term from its formula in double precision. Chunks of equal score may stand for each other.
    """

    DIM = 16
    QUERIES = ("rent deposit", "boiler", "rent rent garden 82959", "deposit absent", "absent")

    @abstractmethod
    def build(self, folder: Path, chunks: Sequence[Chunk], vectors: FloatMatrix) -> Index:
        """Return an index of English chunks and their vectors (n, d), which are of unit length.

        Args:
            folder: An empty folder to write into.
            chunks: Those of a document stand together.
            vectors: Row i belongs to chunk i; it is also the vector of each of the chunk's sentences.
        """

    @staticmethod
    def corpus() -> tuple[list[Chunk], FloatMatrix]:
        """Return 60 chunks of 6 documents in two folders, some of the same text, with unit vectors."""
        random = np.random.default_rng(7)
        words = ["rent", "deposit", "boiler", "garden", "roof", "cellar", "notary", "meter", "82959", "pacs.008"]
        frequencies = np.array([9, 7, 5, 4, 3, 3, 2, 2, 2, 1]) / 38
        chunks = []
        for document in range(6):
            path = f"{'leases' if document % 2 else 'offers'}/{document}.txt"
            position = 0
            for _ in range(10):
                text = " ".join(random.choice(words, random.integers(1, 30), p=frequencies))
                end = position + len(text)
                key = chunk_id(path, position, end, text)
                sentences = (Sentence(position, end),)
                chunks.append(Chunk(key, path, position, end, text, n_tokens=len(text.split()), sentences=sentences))
                position = end + 1
        vectors = random.standard_normal((len(chunks), IndexContract.DIM))
        vectors[7] = vectors[31]  # a tie
        return chunks, np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def test_scores_are_the_oracles(self, tmp_path: Path) -> None:
        """Every candidate has the exact score of each arm asked, whichever arm found it."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        oracle = _Bm25(index, chunks)
        for text, vector, k, arm in self._searches():
            dense, lexical = vectors @ vector, oracle.scores(text)
            row_of = {chunk.id: row for row, chunk in enumerate(chunks)}
            for candidate in index.search(None if arm == "lexical" else vector, text, k, arm, None):
                row = row_of[candidate.chunk_id]
                assert (candidate.dense is None) == (arm == "lexical")
                assert (candidate.lexical is None) == (arm == "dense")
                assert candidate.dense is None or abs(candidate.dense - dense[row]) < HALF_ROUNDING
                assert candidate.lexical is None or abs(candidate.lexical - lexical[row]) < SINGLE_ROUNDING

    def test_chunks_are_the_oracles(self, tmp_path: Path) -> None:
        """The k best of each arm asked and nothing else; the lexical arm gives only what shares a term."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        oracle = _Bm25(index, chunks)
        everything = np.ones(len(chunks), np.bool_)
        for text, vector, k, arm in self._searches():
            found = index.search(None if arm == "lexical" else vector, text, k, arm, None)
            lexical = oracle.scores(text)
            self._check_best(found, chunks, allowed=everything, dense=vectors @ vector, lexical=lexical, k=k, arm=arm)

    def test_only_is_applied_before_ranking(self, tmp_path: Path) -> None:
        """The k best of the allowed documents, however far down they are among all."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        oracle = _Bm25(index, chunks)
        for only in ("leases/*", "offers/2.txt", "nowhere/*"):
            allowed = np.array([fnmatchcase(chunk.document, only) for chunk in chunks])
            for text, vector, k, arm in self._searches():
                found = index.search(None if arm == "lexical" else vector, text, k, arm, only)
                lexical = oracle.scores(text)
                self._check_best(found, chunks, allowed=allowed, dense=vectors @ vector, lexical=lexical, k=k, arm=arm)

    def test_idf_is_the_oracles(self, tmp_path: Path) -> None:
        """ln(1 + (n - df + ½) / (df + ½)), also for a term that is nowhere."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        terms = index.terms("rent boiler pacs.008 absent")
        oracle = _Bm25(index, chunks)
        assert np.allclose(index.idf(terms), [oracle.idf(term) for term in terms], atol=SINGLE_ROUNDING)

    def test_surroundings_are_the_oracles(self, tmp_path: Path) -> None:
        """Mean cosine and BM25 of the chunk with its neighbours of the same document; the best sentence's cosine."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        oracle = _Bm25(index, chunks)
        row_of = {chunk.id: row for row, chunk in enumerate(chunks)}
        for text, vector, k, arm in self._searches():
            asked = None if arm == "lexical" else vector
            found = index.search(asked, text, k, arm, None)
            for candidate, nearby in zip(found, index.nearby(asked, text, found), strict=True):
                row = row_of[candidate.chunk_id]
                around = [
                    i
                    for i in range(max(0, row - AROUND), min(len(chunks), row + AROUND + 1))
                    if chunks[i].document == chunks[row].document
                ]
                (sentences,) = index.sentence_vectors([candidate.chunk_id])
                expected = (
                    None if arm == "lexical" else float((vectors[around] @ vector).mean()),
                    None if arm == "lexical" else float((sentences @ vector).max()),
                    None if arm == "dense" else oracle.score_together(text, around),
                )
                for actual, wanted in zip((nearby.dense, nearby.sentence, nearby.lexical), expected, strict=True):
                    assert (actual is None) == (wanted is None)
                    assert actual is None or wanted is None or abs(actual - wanted) < HALF_ROUNDING

    def test_sentence_vectors_are_those_of_the_chunks(self, tmp_path: Path) -> None:
        """(s, d) for each id in order, unit length."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        wanted = [chunks[40], chunks[3], chunks[59], chunks[3]]
        found = index.sentence_vectors([chunk.id for chunk in wanted])
        assert [len(of_chunk) for of_chunk in found] == [len(chunk.sentences) for chunk in wanted]
        for of_chunk, chunk in zip(found, wanted, strict=True):
            assert np.allclose(of_chunk @ vectors[chunks.index(chunk)], 1, atol=BYTE_ROUNDING)
        assert index.sentence_vectors([]) == []

    def test_chunks_come_back_whole_and_in_order(self, tmp_path: Path) -> None:
        """Every field, in the order of the ids, repeats kept."""
        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        wanted = [chunks[40], chunks[3], chunks[59], chunks[3]]
        assert index.chunks([chunk.id for chunk in wanted]) == wanted
        assert index.chunks([]) == []

    def test_unknown_id_is_a_key_error(self, tmp_path: Path) -> None:
        """Also beside known ones."""
        import pytest

        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        with pytest.raises(KeyError, match="unknown"):
            index.chunks([chunks[0].id, "unknown"])

    def test_vector_of_another_width_is_refused(self, tmp_path: Path) -> None:
        """Not cut, not padded."""
        import pytest

        chunks, vectors = self.corpus()
        index = self.build(tmp_path, chunks, vectors)
        with pytest.raises(DimensionMismatch, match=f"{self.DIM + 1}.*{self.DIM}"):
            index.search(np.ones(self.DIM + 1, np.float32), "rent", 5, "hybrid", None)

    def test_empty_index_finds_nothing(self, tmp_path: Path) -> None:
        """No candidates and no error, in any arm."""
        index = self.build(tmp_path, [], np.zeros((0, self.DIM), np.float32))
        vector = np.eye(self.DIM, dtype=np.float32)[0]
        assert index.search(vector, "rent", 5, "hybrid", None) == []
        assert index.search(vector, "rent", 5, "dense", "leases/*") == []
        assert index.search(None, "rent", 5, "lexical", None) == []
        assert index.chunks([]) == []

    def _searches(self) -> Iterator[tuple[str, FloatMatrix, int, Arm]]:
        """Yield text, unit vector (d,), k and arm; k also 1, and more than there are chunks."""
        random = np.random.default_rng(11)
        arms: tuple[Arm, ...] = ("hybrid", "dense", "lexical")
        for text in self.QUERIES:
            vector = random.standard_normal(self.DIM)
            for k in (1, 7, 1000):
                for arm in arms:
                    yield text, np.asarray(vector / np.linalg.norm(vector), np.float32), k, arm

    @staticmethod
    def _check_best(
        found: Sequence[Candidate],
        chunks: Sequence[Chunk],
        *,
        allowed: npt.NDArray[np.bool_],
        dense: npt.NDArray[np.float32],
        lexical: npt.NDArray[np.float64],
        k: int,
        arm: Arm,
    ) -> None:
        """Compare the candidates with the k best allowed rows of each arm."""
        row_of = {chunk.id: row for row, chunk in enumerate(chunks)}
        rows = [row_of[candidate.chunk_id] for candidate in found]
        assert len(set(rows)) == len(rows)
        assert all(allowed[row] for row in rows)
        may: set[int] = set()
        must: set[int] = set()
        n_least = 0
        for scores, rounding, counts, is_asked in (
            (dense, HALF_ROUNDING, allowed, arm != "lexical"),
            (lexical, SINGLE_ROUNDING, allowed & (lexical > 0), arm != "dense"),
        ):
            ranked = np.sort(scores[counts])[::-1]
            if not is_asked or not len(ranked):
                continue
            last = ranked[min(k, len(ranked)) - 1]  # the score that just makes it
            may |= set(np.flatnonzero(counts & (scores >= last - rounding)).tolist())
            must |= set(np.flatnonzero(counts & (scores > last + rounding)).tolist())
            n_least = max(n_least, min(k, len(ranked)))
            assert sum(scores[row] >= last - rounding and counts[row] for row in rows) >= min(k, len(ranked))
        assert must <= set(rows) <= may
        assert n_least <= len(rows) <= (k if arm != "hybrid" else 2 * k)


class _Bm25:
    """The lexical oracle: Σ_q idf(q) · f (k1 + 1) / (f + k1 (1 - b + b · length / mean length))."""

    K1, B = 1.2, 0.75

    def __init__(self, index: Index, chunks: Sequence[Chunk]) -> None:
        self._index = index
        self._counts = [Counter(index.terms(chunk.text)) for chunk in chunks]
        self._lengths = [count.total() for count in self._counts]
        self._known: dict[str, npt.NDArray[np.float64]] = {}

    def scores(self, text: str) -> npt.NDArray[np.float64]:
        """Return the score of every chunk (n,); a term of the query counts once."""
        if text not in self._known:
            self._known[text] = self._computed(text)
        return self._known[text]

    def score_together(self, text: str, rows: Sequence[int]) -> float:
        """Return the score of some chunks read as one."""
        mean = TYPICAL_ROWS * sum(self._lengths) / len(self._lengths)
        length = sum(self._lengths[row] for row in rows)
        score = 0.0
        for term in set(self._index.terms(text)):
            f = sum(self._counts[row][term] for row in rows)
            score += self.idf(term) * f * (self.K1 + 1) / (f + self.K1 * (1 - self.B + self.B * length / mean))
        return score

    def _computed(self, text: str) -> npt.NDArray[np.float64]:
        mean = sum(self._lengths) / len(self._lengths)
        scores = np.zeros(len(self._counts))
        for term in set(self._index.terms(text)):
            idf = self.idf(term)
            for row, (count, length) in enumerate(zip(self._counts, self._lengths, strict=True)):
                f = count[term]
                scores[row] += idf * f * (self.K1 + 1) / (f + self.K1 * (1 - self.B + self.B * length / mean))
        return scores

    def idf(self, term: str) -> float:
        """Return ln(1 + (n - df + ½) / (df + ½))."""
        n, df = len(self._counts), sum(term in count for count in self._counts)
        return math.log(1 + (n - df + 0.5) / (df + 0.5))
