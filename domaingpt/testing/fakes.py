"""Stand-ins for models: an embedder that hashes words, a generator that follows a script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from domaingpt.embeddings import EmbedderIdentity, FloatMatrix, Span
from domaingpt.errors import PromptTooLong

CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
TOKEN = re.compile(rf"[{CJK}]|[^\s{CJK}]+")  # a word between spaces, or one Chinese, Japanese or Korean character
PIECE = re.compile(r"\s*\S+\s*$|\s*\S+")


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
