"""Public fakes, and contract tests to subclass.

`HashEmbedder` and `ScriptedGenerator` stand in for models: no weights, same result on every machine.
`EmbedderContract`, `GeneratorContract` and `IndexContract` hold what every implementation of a seam must
do; the index is compared, score by score, with a brute-force oracle. The contracts need pytest.
"""

from __future__ import annotations

import hashlib
import math
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from domaingpt.chunks import chunk_id
from domaingpt.embeddings import Embedder, EmbedderIdentity, FloatMatrix, Span
from domaingpt.errors import DimensionMismatch, PromptTooLong
from domaingpt.index import AROUND, Arm, Candidate, Index
from domaingpt.index.lexical import TYPICAL_ROWS
from domaingpt.types import Chunk, Sentence

if TYPE_CHECKING:
    from domaingpt.answer import Generator

__all__ = ["EmbedderContract", "GeneratorContract", "HashEmbedder", "IndexContract", "ScriptedGenerator"]

CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
TOKEN = re.compile(rf"[{CJK}]|[^\s{CJK}]+")  # a word between spaces, or one Chinese, Japanese or Korean character
PIECE = re.compile(r"\s*\S+\s*$|\s*\S+")
BYTE_ROUNDING = 1e-2  # how far one byte a component may move a cosine
HALF_ROUNDING = 1e-3  # how far half precision may move a cosine
SINGLE_ROUNDING = 1e-4  # how far single precision may move a BM25 score


class HashEmbedder:
    """Embeds a text as the sum of one fixed random vector a word: texts that share words are near.

    Args:
        dim: Width of the vectors.
        max_tokens: What it claims to take; nothing is ever cut.
        name: Goes into the identity, together with all else: embedders of two names do not compare.

    Attributes:
        encoded: Every text given to `encode_document`, in order.
    """

    engine = "hash"

    def __init__(
        self, dim: int = 16, max_tokens: int = 256, name: str = "hash", languages: tuple[str, ...] = ("*",)
    ) -> None:
        weights_sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.identity = EmbedderIdentity(name, weights_sha256, dim, max_tokens, "mean")
        self.languages = languages
        self.encoded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words and CJK characters of each text."""
        return [len(TOKEN.findall(text)) for text in texts]

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts, and record the texts."""
        self.encoded.extend(texts)
        if progress:
            progress(len(texts))
        return self.encode_query(texts)

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts."""
        vectors = np.zeros((len(texts), self.identity.dim), np.float32)
        for row, text in enumerate(texts):
            # The empty word stands in every text, as a model's special tokens do: no vector is zero.
            vectors[row] = sum((self._word_vector(word) for word in TOKEN.findall(text)), self._word_vector(""))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Return the texts' unit vectors (n, d), and for each text those of its spans (s, d) by themselves."""
        parts = [[text[start:end] for start, end in of_text] for text, of_text in zip(texts, spans, strict=True)]
        return self.encode_document(texts), [self.encode_query(of_text) for of_text in parts]

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[str], FloatMatrix]]:
        """Return for each text its tokens and their unit vectors (t, d)."""
        results = []
        for text in texts:
            tokens = TOKEN.findall(text)
            vectors = np.zeros((len(tokens), self.identity.dim), np.float32)
            for row, token in enumerate(tokens):
                vector = self._word_vector(token)
                vectors[row] = vector / np.linalg.norm(vector)
            results.append((tokens, vectors))
        return results

    def _word_vector(self, word: str) -> FloatMatrix:
        key = f"{self.identity.name}\x00{word.casefold().strip('.,;:!?()[]')}".encode("utf-8", "surrogatepass")
        seed = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little")
        return np.random.default_rng(seed).standard_normal(self.identity.dim, np.float32)


class ScriptedGenerator:
    """Writes drafts from a script, word by word.

    Args:
        drafts: What to write, one draft a call; the last is repeated.
        name: Shown with the answer.
        n_ctx: Tokens that prompt and answer may have together; a token is a word.

    Attributes:
        prompts: The system and the user text of every call, in order.
    """

    def __init__(self, drafts: Sequence[str], name: str = "scripted", n_ctx: int = 2048) -> None:
        self.name = name
        self.n_ctx = n_ctx
        self.prompts: list[tuple[str, str]] = []
        self._drafts = list(drafts)

    def count_tokens(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split())

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Yield the words of the next draft, white space kept, at most `max_tokens` of them."""
        n_tokens = self.count_tokens(system) + self.count_tokens(user)
        if n_tokens + max_tokens > self.n_ctx:
            raise PromptTooLong(
                f"The prompt has {n_tokens} tokens and the answer may have {max_tokens}, of {self.n_ctx} in all."
            )
        draft = self._drafts[min(len(self.prompts), len(self._drafts) - 1)]
        self.prompts.append((system, user))
        yield from PIECE.findall(draft)[:max_tokens]


class EmbedderContract:
    """What every embedder must do. A subclass named Test… gives a fixture `embedder`."""

    TEXTS = (
        "The buyer pays a deposit of ten per cent within fourteen days.",
        "OK",
        "Net sales rose 8 % to $82,959 million in the third quarter.",
        "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
        "今年的房贷利率下降了。",
    )

    def test_rows_are_unit_vectors_in_single_precision(self, embedder: Embedder) -> None:
        """(n, d) float32, every row of length 1."""
        for encode in (embedder.encode_document, embedder.encode_query):
            vectors = encode(self.TEXTS)
            assert vectors.shape == (len(self.TEXTS), embedder.identity.dim)
            assert vectors.dtype == np.float32
            assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        """(0, d), not an error."""
        assert embedder.encode_document([]).shape == (0, embedder.identity.dim)
        assert embedder.encode_query([]).shape == (0, embedder.identity.dim)
        assert embedder.encode_tokens([]) == []
        assert list(embedder.count_tokens([])) == []

    def test_rows_come_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        """Row i is text i's, though batches may be sorted by length."""
        together = embedder.encode_document(self.TEXTS)
        alone = np.concatenate([embedder.encode_document([text]) for text in self.TEXTS])
        assert (together @ alone.T).argmax(axis=1).tolist() == list(range(len(self.TEXTS)))

    def test_same_text_gives_the_same_vector(self, embedder: Embedder) -> None:
        """An ingest that resumes gets what it would have got."""
        assert np.array_equal(embedder.encode_document(self.TEXTS), embedder.encode_document(self.TEXTS))

    def test_query_is_nearest_to_its_own_text(self, embedder: Embedder) -> None:
        """Queries and documents share a space."""
        scores = embedder.encode_query(self.TEXTS) @ embedder.encode_document(self.TEXTS).T  # (n, n)
        assert scores.argmax(axis=1).tolist() == list(range(len(self.TEXTS)))

    def test_long_text_is_not_cut(self, embedder: Embedder) -> None:
        """What comes after `max_tokens` moves the vector, and is counted."""
        words = "the boiler in the cellar was inspected " * (embedder.identity.max_tokens // 4)
        ending = "photosynthesis of marine algae under ultraviolet light " * 40
        counts = embedder.count_tokens([words, words + ending])
        assert embedder.identity.max_tokens < counts[0] < counts[1]
        plain, ended, only_ending = embedder.encode_document([words, words + ending, ending])
        assert plain @ ended < 1 - HALF_ROUNDING
        assert plain @ only_ending < ended @ only_ending

    def test_no_tokens_are_counted_in_no_text(self, embedder: Embedder) -> None:
        """Special tokens are not counted."""
        assert list(embedder.count_tokens(["", "house", "house and garden"])) == [0, 1, 3]

    def test_progress_hears_of_every_text(self, embedder: Embedder) -> None:
        """The numbers told sum to at least n."""
        told: list[int] = []
        embedder.encode_document(self.TEXTS, told.append)
        assert sum(told) >= len(self.TEXTS)

    def test_spans_have_a_unit_vector_each(self, embedder: Embedder) -> None:
        """The texts' own vectors, and beside them (s, d) for the spans of each."""
        boiler, roof = "The boiler in the cellar is old.", "A heavy storm damaged the roof tiles."
        text = f"{boiler} {roof}"
        spans = [(0, len(boiler)), (len(boiler) + 1, len(text)), (len(text), len(text))]
        vectors, (of_spans, of_none) = embedder.encode_spans([text, roof], [spans, []])
        assert np.allclose(vectors, embedder.encode_document([text, roof]), atol=SINGLE_ROUNDING)
        assert of_spans.shape == (3, embedder.identity.dim)
        assert of_none.shape == (0, embedder.identity.dim)
        assert np.allclose(np.linalg.norm(of_spans, axis=1), 1, atol=1e-5)
        assert not np.allclose(of_spans[0], of_spans[1], atol=HALF_ROUNDING)

    def test_no_texts_have_no_spans(self, embedder: Embedder) -> None:
        """(0, d) and an empty list, not an error."""
        vectors, of_spans = embedder.encode_spans([], [])
        assert vectors.shape == (0, embedder.identity.dim)
        assert of_spans == []

    def test_tokens_have_a_unit_vector_each(self, embedder: Embedder) -> None:
        """(t, d) for each text, special tokens left out."""
        results = embedder.encode_tokens(self.TEXTS)
        assert [len(tokens) for tokens, _ in results] == list(embedder.count_tokens(self.TEXTS))
        for tokens, vectors in results:
            assert vectors.shape == (len(tokens), results[0][1].shape[1])
            assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


class GeneratorContract:
    """What every generator must do. A subclass named Test… gives a fixture `generator`."""

    SYSTEM = "You answer from the evidence."
    USER = "Evidence: the boiler dates from 2009. How old is the boiler?"

    def test_pieces_make_a_text(self, generator: Generator) -> None:
        """Strings, none of them empty."""
        pieces = list(generator.generate(self.SYSTEM, self.USER, 32))
        assert pieces
        assert all(isinstance(piece, str) and piece for piece in pieces)

    def test_no_more_tokens_than_asked(self, generator: Generator) -> None:
        """A piece is a token, or several that make one character."""
        assert len(list(generator.generate(self.SYSTEM, self.USER, 2))) <= 2

    def test_closing_the_iterator_frees_the_generator(self, generator: Generator) -> None:
        """The next call is not blocked."""
        pieces = generator.generate(self.SYSTEM, self.USER, 32)
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert next(generator.generate(self.SYSTEM, self.USER, 32))

    def test_prompt_that_does_not_fit_is_refused(self, generator: Generator) -> None:
        """Nothing is cut off; counted with the answer's share."""
        import pytest

        with pytest.raises(PromptTooLong, match="token"):
            next(generator.generate(self.SYSTEM, self.USER, generator.n_ctx))
        with pytest.raises(PromptTooLong, match="token"):
            next(generator.generate(self.SYSTEM, "boiler " * (generator.n_ctx + 1), 1))

    def test_tokens_are_counted(self, generator: Generator) -> None:
        """None in no text, more in more."""
        assert generator.count_tokens("") == 0
        assert 0 < generator.count_tokens("The boiler") < generator.count_tokens("The boiler dates from 2009.")


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
