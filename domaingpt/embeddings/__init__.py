"""Stage 3: texts → vectors, theirs and their sentences'.

`load_embedder` returns the compiled engine of a model, building it once per machine; where a model
cannot be compiled, sentence-transformers itself encodes. Both give a text the same vector up to rounding;
a sentence's is pooled from the pass over the whole text by the one, and encoded by itself by the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from domaingpt import durable
from domaingpt.embeddings.compiled import CompiledEmbedder, Span, n_cores
from domaingpt.embeddings.engine import (
    Engine,
    build_engine,
    find_engine,
    note_failure,
    verify_engine,
    why_not_compiled,
)
from domaingpt.embeddings.pooling import FloatMatrix
from domaingpt.embeddings.recipe import Recipe, read_recipe, weight_files
from domaingpt.embeddings.sbert import SbertEmbedder
from domaingpt.embeddings.scripts import guess_languages
from domaingpt.errors import BadConfig, ModelLoadFailed
from domaingpt.models import EmbedderSpec

__all__ = [
    "Embedder",
    "EmbedderIdentity",
    "FloatMatrix",
    "Span",
    "find_engine",
    "load_embedder",
    "n_cores",
    "verify_engine",
]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes two embedders the same: vectors of equal key may be compared.

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
        """A hash of all that documents' vectors depend on, so not the query prompt: 16 hexadecimal digits."""
        facts = {key: value for key, value in asdict(self).items() if key != "name"} | {"query_prompt": ""}
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

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Return the vectors (n, d) of `encode_document`, and for each text unit vectors (s, d) of its spans.

        Args:
            texts: Any number, also none.
            spans: For each text the half-open spans of its parts, in code points; any number, also none.
        """

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[str], FloatMatrix]]:
        """Return for each text its tokens and their unit vectors (t, d'), special tokens left out.

        d' is the transformer's own width; projections and `truncate_dim` concern whole texts.
        """


class LocalEmbedder:
    """An embedder of this machine: an encoder (compiled, or sentence-transformers) with its identity."""

    def __init__(self, identity: EmbedderIdentity, engine: str, languages: tuple[str, ...], encoder: Any) -> None:
        self.identity = identity
        self.engine = engine
        self.languages = languages
        self.count_tokens = encoder.count_tokens
        self.encode_document = encoder.encode_document
        self.encode_query = encoder.encode_query
        self.encode_spans = encoder.encode_spans
        self.encode_tokens = encoder.encode_tokens


def load_embedder(spec: EmbedderSpec, notify: Callable[[str], None] = lambda _: None) -> Embedder:
    """Return an embedder, compiling it first if this machine has not done so yet.

    Args:
        spec: Which model; see `domaingpt.models.find_embedder`.
        notify: Is told about building, and about falling back to sentence-transformers.

    Raises:
        ModelLoadFailed: If the weights are not the expected ones, or the folder is malformed.
        BadConfig: If more dimensions are to be kept than the model has.
    """
    recipe = read_recipe(spec.folder)
    if (spec.truncate_dim or 0) > recipe.dim:
        raise BadConfig(
            f"[embedding] truncate_dim = {spec.truncate_dim}, but {spec.name} has {recipe.dim} dimensions.",
            f"Set truncate_dim to less than {recipe.dim}, or leave it out.",
        )
    engine = find_engine(spec) or _compiled(spec, recipe, notify)
    if engine is None:
        return _uncompiled(spec, recipe)
    encoder = CompiledEmbedder.from_files(
        spec.folder,
        document_file=engine.folder / "document.onnx",
        query_file=engine.folder / "query.onnx",
        query_prompt=spec.query_prompt,
        document_prompt=spec.document_prompt,
        truncate_dim=spec.truncate_dim,
    )
    identity = _identity(spec, [engine.weights_sha256, *engine.modules_sha256], engine.recipe)
    return LocalEmbedder(identity, f"onnx {engine.document_precision}", spec.languages or engine.languages, encoder)


def _compiled(spec: EmbedderSpec, recipe: Recipe, notify: Callable[[str], None]) -> Engine | None:
    """Compile an embedder and return its engine, None if that cannot be; the user hears which and why."""
    slower = "sentence-transformers runs it, which is slower."
    if not recipe.is_plain:
        notify(f"{spec.name} has modules that cannot be compiled; {slower}")
        return None
    if reason := why_not_compiled(spec):
        notify(f"{reason} So {slower}")
        return None
    try:
        engine = build_engine(spec, notify)
    except ModelLoadFailed as exc:
        note_failure(spec, exc.message)
        notify(f"{exc.message} So {slower}")
        return None
    _tell(spec, engine, notify)
    return engine


def _tell(spec: EmbedderSpec, engine: Engine, notify: Callable[[str], None]) -> None:
    """Say, once a machine, what of a model the user may want to set otherwise."""
    if spec.query_prompt or spec.document_prompt:
        notify(f"Queries begin with {spec.query_prompt!r} for it, documents with {spec.document_prompt!r}.")
    if not spec.languages:
        notify(f"It names no languages; its vocabulary has those of: {', '.join(engine.languages)}.")
    if engine.recipe.similarity != "cosine":
        notify(f"It was trained to be compared by {engine.recipe.similarity}; here it is compared by cosine.")
    if engine.document_precision != "int8":
        notify(f"Weights of 8 bits change the vectors of {spec.name} too much; documents take fp32, which is slower.")


def _uncompiled(spec: EmbedderSpec, recipe: Recipe) -> Embedder:
    """Return an embedder that sentence-transformers runs."""
    try:
        sha256s = [durable.sha256_file(path) for path in weight_files(spec.folder, recipe)]
    except OSError as exc:
        raise ModelLoadFailed(f"The weights of {spec.name} cannot be read: {exc}.") from exc
    languages = spec.languages or guess_languages(spec.folder / "tokenizer.json")
    return LocalEmbedder(_identity(spec, sha256s, recipe), "sentence-transformers", languages, SbertEmbedder(spec))


def _identity(spec: EmbedderSpec, weights_sha256s: list[str], recipe: Recipe) -> EmbedderIdentity:
    """Return the identity; one file of weights stands for itself, several for the hash of their hashes."""
    first = weights_sha256s[0]
    if spec.weights_sha256 and first != spec.weights_sha256:
        raise ModelLoadFailed(
            f"The weights of {spec.name} in {spec.folder} have SHA-256 {first[:12]}…, not {spec.weights_sha256[:12]}….",
            "Install the model again.",
        )
    several = hashlib.sha256("\n".join(weights_sha256s).encode()).hexdigest()
    return EmbedderIdentity(
        name=spec.name,
        weights_sha256=first if len(weights_sha256s) == 1 else several,
        dim=min(recipe.dim, spec.truncate_dim or recipe.dim),
        max_tokens=recipe.max_tokens,
        pooling=recipe.pooling,
        query_prompt=spec.query_prompt,
        document_prompt=spec.document_prompt,
    )
