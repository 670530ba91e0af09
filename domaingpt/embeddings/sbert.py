"""sentence-transformers itself: the reference, and the fallback for models that cannot be compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from domaingpt.embeddings.recipe import Recipe, read_recipe
from domaingpt.errors import ModelLoadFailed

if TYPE_CHECKING:
    from domaingpt.embeddings.compiled import Span
    from domaingpt.embeddings.pooling import FloatMatrix
    from domaingpt.models import EmbedderSpec

GROUP_SIZE = 256  # texts between two calls of `progress`


class SbertEmbedder:
    """Encodes with sentence-transformers; see the `Embedder` protocol for the contract."""

    def __init__(self, spec: EmbedderSpec) -> None:
        self._spec = spec
        self.recipe: Recipe = read_recipe(spec.folder)
        self.dim = min(self.recipe.dim, spec.truncate_dim or self.recipe.dim)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens and prompts."""
        return [len(self._ids(text)) for text in texts]

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts."""
        parts = [np.zeros((0, self.dim), np.float32)]
        for start in range(0, len(texts), GROUP_SIZE):
            group = texts[start : start + GROUP_SIZE]
            parts.append(self._encode(group, self._spec.document_prompt))
            if progress:
                progress(len(group))
        return np.concatenate(parts)

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts."""
        return self._encode(texts, self._spec.query_prompt)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Return the texts' unit vectors (n, d), and for each text those of its spans (s, d), each read by itself."""
        pieces = [text[start:end] for text, of_text in zip(texts, spans, strict=True) for start, end in of_text]
        vectors = self.encode_document(pieces)
        ends = np.cumsum([len(of_text) for of_text in spans])[:-1]
        return self.encode_document(texts), [np.asarray(part) for part in np.split(vectors, ends)] if spans else []

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[str], FloatMatrix]]:
        """Return for each text its tokens and their unit vectors (t, d), special tokens left out."""
        tokenizer = self._model.tokenizer
        windows = self._windows(texts, "")
        pieces = [piece for _, piece in windows]
        matrices = self._model.encode(pieces, prompt="", output_value="token_embeddings", show_progress_bar=False)
        tokens: list[list[str]] = [[] for _ in texts]
        vectors: list[list[FloatMatrix]] = [[] for _ in texts]
        for (i, piece), matrix in zip(windows, matrices, strict=True):
            encoding = tokenizer(
                piece, truncation=True, max_length=self.recipe.max_tokens, return_special_tokens_mask=True
            )
            keep = [t for t, is_special in enumerate(encoding["special_tokens_mask"]) if not is_special]
            rows = np.asarray(matrix.cpu(), np.float32)[keep]
            tokens[i] += tokenizer.convert_ids_to_tokens([encoding["input_ids"][t] for t in keep])
            vectors[i].append(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))
        return [(tokens[i], np.concatenate(vectors[i])) for i in range(len(texts))]

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatMatrix:
        windows = self._windows(texts, prompt)
        # With prompt=None the model's default prompt would come before ours.
        vectors = self._model.encode(
            [piece for _, piece in windows],
            prompt=prompt,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
            truncate_dim=self.dim,
        )
        sums = np.zeros((len(texts), self.dim), np.float32)
        for (i, _), vector in zip(windows, vectors, strict=True):
            sums[i] += vector
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), np.float32)

    def _windows(self, texts: Sequence[str], prompt: str) -> list[tuple[int, str]]:
        """Return the texts with their number, those too long for the model in pieces: nothing is cut off."""
        tokenizer = self._model.tokenizer
        room = max(1, self.recipe.max_tokens - tokenizer.num_special_tokens_to_add() - len(self._ids(prompt)))
        windows: list[tuple[int, str]] = []
        for i, text in enumerate(texts):
            if len(ids := self._ids(text)) <= room:
                windows.append((i, text))
            else:
                groups = (ids[start : start + room] for start in range(0, len(ids), room))
                windows += [(i, tokenizer.decode(group)) for group in groups]
        return windows

    def _ids(self, text: str) -> list[int]:
        return list(self._model.tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"])

    @cached_property
    def _model(self) -> Any:
        return load_reference(self._spec.folder)


def load_reference(folder: Path, **model_kwargs: Any) -> Any:
    """Return the model as sentence-transformers loads it: offline, in single precision, running no code of its own.

    Raises:
        ModelLoadFailed: If it cannot be loaded, for whatever reason of the many that transformers has.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.float32, "use_safetensors": True, **model_kwargs},
        )
    except Exception as exc:
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0]
        raise ModelLoadFailed(
            f"sentence-transformers cannot load {folder}: {reason}",
            "Get the model again, with all its files; or choose another one: docs/embedders.md",
        ) from exc
    model.max_seq_length = read_recipe(folder).max_tokens
    return model.float()
