"""What every embedder and every generator must do, as tests to subclass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from domaingpt.embeddings import Embedder
from domaingpt.errors import PromptTooLong

if TYPE_CHECKING:
    from domaingpt.answer import Generator

HALF_ROUNDING = 1e-3  # how far half precision may move a cosine
SINGLE_ROUNDING = 1e-4  # how far single precision may move a component


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
