"""What a sentence-transformers folder says about turning text into a vector.

Reads the folder's JSON files only; loads no weights and imports nothing heavy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domaingpt.errors import ModelLoadFailed

# The ways to pool, in the order in which sentence-transformers puts several side by side.
MODES = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
# Older files have a flag for each: "pooling_mode_" before one of these.
MODE_FLAGS = {
    "cls_token": "cls", "max_tokens": "max", "mean_tokens": "mean",
    "mean_sqrt_len_tokens": "mean_sqrt_len_tokens", "weightedmean_tokens": "weightedmean", "lasttoken": "lasttoken",
}  # fmt: skip
ACTIVATIONS = ("Identity", "Tanh", "ReLU", "Sigmoid", "SiLU")  # of a Dense module, that NumPy has too
# Models that number positions from pad_token_id + 1, so that two positions of RoBERTa's 514 are never used:
# create_position_ids_from_input_ids in transformers/models/*/modeling_*.py.
OFFSET_MODELS = frozenset(
    ("roberta", "xlm-roberta", "xlm-roberta-xl", "roberta-prelayernorm", "camembert", "mpnet", "data2vec-text",
     "ibert", "xmod", "longformer", "luke", "esm")
)  # fmt: skip
UNLIMITED = 1_000_000  # tokenizers without a limit say 1e30 (transformers, VERY_LARGE_INTEGER)


@dataclass(frozen=True, slots=True)
class Layer:
    """A module behind the pooling.

    Attributes:
        kind: "Dense", "LayerNorm" or "Normalize".
        path: Of its folder, relative to the model's; weights in `model.safetensors`.
        activation: Of a Dense module, one of ACTIVATIONS.
        has_residual: Whether a Dense module adds its input to its output.
    """

    kind: str
    path: str
    activation: str = "Identity"
    has_residual: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How token embeddings become one vector, and how long a text may be.

    Attributes:
        dim: Width of the vectors.
        max_tokens: Most tokens of one input, special tokens included.
        pooling: All that is done with token embeddings, in words, as it goes into the embedder's identity:
            "mean", "cls", "mean+max without prompt, Dense Tanh 64"; "other" where `is_plain` is false.
        is_plain: Whether it can be compiled: Transformer → Pooling → any of Dense, LayerNorm, Normalize.
        modes: Of MODES; the vectors of several stand side by side.
        include_prompt: Whether the tokens of a prompt are pooled with the others.
        layers: What comes after the pooling.
        lower_case: Whether texts are lower-cased before the tokenizer sees them.
        similarity: What the model was trained to be compared by, under sentence-transformers' names; vectors
            of unit length have one order by all of them, so "cosine" where the last module normalises.
    """

    dim: int
    max_tokens: int
    pooling: str
    is_plain: bool
    modes: tuple[str, ...] = ("mean",)
    include_prompt: bool = True
    layers: tuple[Layer, ...] = ()
    lower_case: bool = False
    similarity: str = "cosine"


def read_recipe(folder: Path) -> Recipe:
    """Read the recipe of a sentence-transformers folder.

    Raises:
        ModelLoadFailed: If a file that the recipe needs is missing or malformed.
    """
    try:
        config = _read_json(folder / "config.json")
        sentence = _read_json(folder / "sentence_bert_config.json", default={})
        modules = _modules(folder)
        pooling = next((module for kind, _, module in modules if kind == "Pooling"), {})
        modes = _modes(pooling)
        layers = tuple(_layer(kind, path, module) for kind, path, module in modules[2:] if kind != "Dropout")
        plain = [kind for kind, _, _ in modules[:2]] == ["Transformer", "Pooling"] and all(layers) and bool(modes)
        known_layers = tuple(layer for layer in layers if layer)
        include_prompt = bool(pooling.get("include_prompt", True))
        dim = _hidden_size(config, pooling) * max(1, len(modes))
        dim = next((m["out_features"] for kind, _, m in reversed(modules) if kind == "Dense"), dim)
        return Recipe(
            dim=int(dim),
            max_tokens=_max_tokens(config, sentence, _read_json(folder / "tokenizer_config.json", default={})),
            pooling=_in_words(modes, known_layers, dim, include_prompt=include_prompt) if plain else "other",
            is_plain=plain,
            modes=modes,
            include_prompt=include_prompt,
            layers=known_layers,
            lower_case=bool(sentence.get("do_lower_case")),
            similarity=_similarity(folder, known_layers),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as exc:
        raise ModelLoadFailed(f"{folder} is not a sentence-transformers model: {exc!r}") from exc


def weight_files(folder: Path, recipe: Recipe) -> list[Path]:
    """Return the files of weights that vectors depend on: the transformer's, then those of other modules."""
    if recipe.is_plain:
        others = [folder / layer.path / "model.safetensors" for layer in recipe.layers if layer.kind != "Normalize"]
    else:
        others = sorted(folder.glob("*/model.safetensors"))
    return [folder / "model.safetensors", *others]


def _modules(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Return kind, path and settings of each module; a bare transformer is pooled by its mean, as upstream."""
    if not (folder / "modules.json").is_file():
        return [("Transformer", "", {}), ("Pooling", "", {"pooling_mode": "mean"})]
    modules = []
    for entry in _read_json(folder / "modules.json"):
        kind, path = str(entry["type"]).rsplit(".", 1)[-1], str(entry["path"])
        needed = kind in ("Pooling", "Dense")
        settings = {}
        if kind != "Transformer":
            settings = _read_json(folder / path / "config.json", default=None if needed else {})
        modules.append((kind, path, dict(settings.items())))
    return modules


def _modes(pooling: dict[str, Any]) -> tuple[str, ...]:
    """Return the pooling modes that are on; () if one is unknown or none is."""
    named = pooling.get("pooling_mode")
    if named is not None:
        modes = (named,) if isinstance(named, str) else tuple(named)
    else:
        prefix = "pooling_mode_"
        flags = [key.removeprefix(prefix) for key, on in pooling.items() if key.startswith(prefix) and on]
        modes = tuple(sorted((MODE_FLAGS.get(flag, flag) for flag in flags), key=lambda m: (*MODES, m).index(m)))
    return modes if all(mode in MODES for mode in modes) else ()


def _layer(kind: str, path: str, settings: dict[str, Any]) -> Layer | None:
    """Return a module behind the pooling, or None if only sentence-transformers can run it."""
    names = {settings.get(key) for key in ("module_input_name", "module_output_name")}
    if kind not in ("Dense", "LayerNorm", "Normalize") or not names <= {None, "sentence_embedding"}:
        return None
    if kind != "Dense":
        return Layer(kind, path)
    # What sentence-transformers takes where nothing, or nothing of torch, is named.
    named = str(settings.get("activation_function") or "")
    activation = named.rsplit(".", 1)[-1] if named.startswith("torch.") else "Tanh"
    if activation not in ACTIVATIONS:
        return None
    return Layer(kind, path, activation, bool(settings.get("use_residual")))


def _hidden_size(config: dict[str, Any], pooling: dict[str, Any]) -> int:
    """Return the width of a token's vector; DistilBERT calls it "dim", T5 "d_model"."""
    named = (pooling.get(key) for key in ("embedding_dimension", "word_embedding_dimension"))
    size = next((config[key] for key in ("hidden_size", "dim", "d_model", "n_embd") if key in config), None)
    return int(size or next(value for value in (*named, 0) if value is not None))


def _max_tokens(config: dict[str, Any], sentence: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    """Return the least of what the model was trained with and what its positions allow."""
    trained = sentence.get("max_seq_length") or tokenizer.get("model_max_length")
    positions = config.get("max_position_embeddings")
    if positions and config.get("model_type") in OFFSET_MODELS:
        pad = config.get("pad_token_id")
        positions -= (1 if pad is None else pad) + 1
    limits = [int(limit) for limit in (trained, positions, config.get("n_positions")) if limit and limit > 0]
    limits = [limit for limit in limits if limit < UNLIMITED]
    if not limits:
        raise ValueError("no file says how many tokens it takes; set max_seq_length in sentence_bert_config.json")
    return min(limits)


def _similarity(folder: Path, layers: tuple[Layer, ...]) -> str:
    settings = _read_json(folder / "config_sentence_transformers.json", default={})
    is_normal = bool(layers) and layers[-1].kind == "Normalize"
    return "cosine" if is_normal else str(settings.get("similarity_fn_name") or "cosine")


def _in_words(modes: tuple[str, ...], layers: tuple[Layer, ...], dim: int, *, include_prompt: bool) -> str:
    return ", ".join(["+".join(modes) + ("" if include_prompt else " without prompt"), *_layers_in_words(layers, dim)])


def _layers_in_words(layers: tuple[Layer, ...], dim: int) -> Iterator[str]:
    """Yield each layer but the normalisation at the end, which every vector gets here."""
    ends_normal = bool(layers) and layers[-1].kind == "Normalize"
    for layer in layers[:-1] if ends_normal else layers:
        residual = " residual" if layer.has_residual else ""
        yield f"Dense {layer.activation}{residual} {dim}" if layer.kind == "Dense" else layer.kind


def _read_json(path: Path, default: Any = None) -> Any:
    if default is not None and not path.is_file():
        return default
    return json.loads(path.read_text(encoding="utf-8"))
