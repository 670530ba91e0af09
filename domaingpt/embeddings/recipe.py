"""What a sentence-transformers folder says about turning text into a vector.

Reads the folder's JSON files only; loads no weights and imports nothing heavy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from domaingpt.errors import ModelLoadFailed

Pooling = Literal["mean", "cls", "other"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How token embeddings become one vector, and how long a text may be.

    Attributes:
        dim: Width of the vectors.
        max_tokens: Most tokens of one input, special tokens included.
        pooling: "mean" or "cls"; "other" is left to sentence-transformers itself.
        is_plain: Whether Transformer → Pooling (→ Normalize) is all there is, so that it can be compiled.
    """

    dim: int
    max_tokens: int
    pooling: Pooling
    is_plain: bool


def read_recipe(folder: Path) -> Recipe:
    """Read the recipe of a sentence-transformers folder.

    Raises:
        ModelLoadFailed: If a file that the recipe needs is missing or malformed.
    """
    try:
        model = _read_json(folder / "config.json")
        modules = _read_json(folder / "modules.json", default=[])
        sentence = _read_json(folder / "sentence_bert_config.json", default={})
        kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
        pooling_folder = next((m["path"] for m, kind in zip(modules, kinds, strict=True) if kind == "Pooling"), None)
        pooling = _read_json(folder / pooling_folder / "config.json") if pooling_folder else {}
        limits = [sentence.get("max_seq_length"), model.get("max_position_embeddings")]
        max_tokens = min(limit for limit in limits if limit)
        dim = int(model["hidden_size"])
        pooling_kind = _pooling_kind(pooling)
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as exc:
        raise ModelLoadFailed(f"{folder} is not a sentence-transformers model: {exc!r}") from exc
    return Recipe(
        dim=dim,
        max_tokens=int(max_tokens),
        pooling=pooling_kind,
        is_plain=kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and pooling_kind != "other"
        and not sentence.get("do_lower_case")
        and (folder / "tokenizer.json").is_file(),
    )


def _pooling_kind(pooling: dict[str, Any]) -> Pooling:
    """Return the one pooling mode that is on; older files have a flag a mode, newer ones a name."""
    named = pooling.get("pooling_mode")
    modes = {named} if isinstance(named, str) else {key for key, on in pooling.items() if "_mode_" in key and on}
    if modes in ({"pooling_mode_mean_tokens"}, {"mean"}):
        return "mean"
    return "cls" if modes in ({"pooling_mode_cls_token"}, {"cls"}) else "other"


def _read_json(path: Path, default: Any = None) -> Any:
    if default is not None and not path.is_file():
        return default
    return json.loads(path.read_text(encoding="utf-8"))
