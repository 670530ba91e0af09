"""sentence-transformers itself: the reference, and the fallback for models that cannot be compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from domaingpt.embeddings.recipe import Recipe, read_recipe

if TYPE_CHECKING:
    from domaingpt.embeddings.compiled import FloatMatrix
    from domaingpt.models import EmbedderSpec

GROUP_SIZE = 256  # texts between two calls of `progress`


class SbertEmbedder:
    """Encodes with sentence-transformers; see the `Embedder` protocol for the contract."""

    def __init__(self, spec: EmbedderSpec) -> None:
        self._spec = spec
        self.recipe: Recipe = read_recipe(spec.folder)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens and prompts."""
        ids = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return [len(sequence) for sequence in ids]

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts."""
        parts = [np.zeros((0, self.recipe.dim), np.float32)]
        for start in range(0, len(texts), GROUP_SIZE):
            group = texts[start : start + GROUP_SIZE]
            parts.append(self._encode(group, self._spec.document_prompt))
            if progress:
                progress(len(group))
        return np.concatenate(parts)

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts."""
        return self._encode(texts, self._spec.query_prompt)

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[str], FloatMatrix]]:
        """Return for each text its tokens and their unit vectors (t, d), special tokens left out."""
        tokenizer = self._model.tokenizer
        results = []
        for text, matrix in zip(texts, self._model.encode(list(texts), output_value="token_embeddings"), strict=True):
            ids = tokenizer(text, truncation=True, max_length=self.recipe.max_tokens)["input_ids"]
            vectors = np.asarray(matrix.cpu(), np.float32)[: len(ids)]
            keep = [i for i, token in enumerate(ids) if token not in tokenizer.all_special_ids]
            unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            results.append((tokenizer.convert_ids_to_tokens([ids[i] for i in keep]), unit[keep]))
        return results

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatMatrix:
        vectors = self._model.encode(
            list(texts),
            prompt=prompt or None,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32).reshape(len(texts), self.recipe.dim)

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(self._spec.folder), device="cpu", local_files_only=True)
