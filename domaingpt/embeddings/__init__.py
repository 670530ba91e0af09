"""Stage 3: texts → vectors.

`load_embedder` returns the compiled engine of a model, building it once per machine; where a model
cannot be compiled, sentence-transformers itself encodes. Both give the same vectors up to rounding.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from domaingpt import durable
from domaingpt.embeddings.compiled import CompiledEmbedder, FloatMatrix, n_cores
from domaingpt.embeddings.engine import build_engine, find_engine, verify_engine
from domaingpt.embeddings.recipe import Recipe, read_recipe
from domaingpt.embeddings.sbert import SbertEmbedder
from domaingpt.errors import ModelLoadFailed
from domaingpt.models import EmbedderSpec

__all__ = [
    "Embedder",
    "EmbedderIdentity",
    "FloatMatrix",
    "find_engine",
    "load_embedder",
    "n_cores",
    "verify_engine",
]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes two embedders the same: vectors of equal identity may be compared.

    The engine that computed them is provenance, not identity, so an index moves between machines.
    """

    name: str
    weights_sha256: str
    dim: int
    max_tokens: int
    pooling: str
    query_prompt: str = ""
    document_prompt: str = ""

    @property
    def key(self) -> str:
        """A hash of all but the name: 16 hexadecimal digits."""
        facts = {key: value for key, value in asdict(self).items() if key != "name"}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


class Embedder(Protocol):
    """Turns texts into unit vectors. Rows are unit length, so an inner product is a cosine.

    Attributes:
        identity: What the vectors depend on.
        engine: What computes them, for the record, e.g. "onnx int8".
        languages: ISO 639-1 codes the model was trained for; ("*",) for many.
    """

    identity: EmbedderIdentity
    engine: str
    languages: tuple[str, ...]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens and prompts."""

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts.

        A text longer than `identity.max_tokens` is the mean of its windows; nothing is cut off.

        Args:
            texts: Any number, also none.
            progress: Is told how many texts each batch held; the numbers sum to at least n.
        """

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts, with the model's query prompt."""

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[str], FloatMatrix]]:
        """Return for each text its tokens and their unit vectors (t, d), special tokens left out."""


class LocalEmbedder:
    """An embedder of this machine: an encoder (compiled, or sentence-transformers) with its identity."""

    def __init__(self, identity: EmbedderIdentity, engine: str, languages: tuple[str, ...], encoder: Any) -> None:
        self.identity = identity
        self.engine = engine
        self.languages = languages
        self.count_tokens = encoder.count_tokens
        self.encode_document = encoder.encode_document
        self.encode_query = encoder.encode_query
        self.encode_tokens = encoder.encode_tokens


def load_embedder(spec: EmbedderSpec, notify: Callable[[str], None] = lambda _: None) -> Embedder:
    """Return an embedder, compiling it first if this machine has not done so yet.

    Args:
        spec: Which model; see `domaingpt.models.find_embedder`.
        notify: Is told about building, and about falling back to sentence-transformers.

    Raises:
        ModelLoadFailed: If the weights are not the expected ones, or the folder is malformed.
    """
    engine = find_engine(spec)
    if engine is None and read_recipe(spec.folder).is_plain:
        try:
            engine = build_engine(spec, notify)
        except ModelLoadFailed as exc:
            notify(f"{exc} Falling back to sentence-transformers, which is slower.")
    if engine is None:
        sha256 = durable.sha256_file(spec.folder / "model.safetensors")
        return LocalEmbedder(
            _identity(spec, sha256, read_recipe(spec.folder)),
            "sentence-transformers",
            spec.languages,
            SbertEmbedder(spec),
        )
    encoder = CompiledEmbedder.from_files(
        spec.folder,
        document_file=engine.folder / "document.onnx",
        query_file=engine.folder / "query.onnx",
        query_prompt=spec.query_prompt,
        document_prompt=spec.document_prompt,
    )
    identity = _identity(spec, engine.weights_sha256, engine.recipe)
    return LocalEmbedder(identity, f"onnx {engine.document_precision}", spec.languages, encoder)


def _identity(spec: EmbedderSpec, weights_sha256: str, recipe: Recipe) -> EmbedderIdentity:
    if spec.weights_sha256 and weights_sha256 != spec.weights_sha256:
        raise ModelLoadFailed(
            f"The weights of {spec.name} in {spec.folder} have SHA-256 {weights_sha256[:12]}…,"
            f" not {spec.weights_sha256[:12]}….",
            "Install the model again.",
        )
    return EmbedderIdentity(
        name=spec.name,
        weights_sha256=weights_sha256,
        dim=recipe.dim,
        max_tokens=recipe.max_tokens,
        pooling=recipe.pooling,
        query_prompt=spec.query_prompt,
        document_prompt=spec.document_prompt,
    )
