"""Folders outside the workspace: compiled engines, pulled models, and small per-user state.

Each can be moved with an environment variable. Nothing is created by importing or asking.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """Return where compiled embedders live (DOMAINGPT_CACHE_DIR); safe to delete at any time."""
    return _folder("DOMAINGPT_CACHE_DIR", platformdirs.user_cache_dir("domaingpt", appauthor=False))


def models_dir() -> Path:
    """Return where pulled models live (DOMAINGPT_MODELS_DIR)."""
    return _folder("DOMAINGPT_MODELS_DIR", platformdirs.user_data_dir("domaingpt", appauthor=False) + "/models")


def state_dir() -> Path:
    """Return where confirmations and the last answer's citations are kept (DOMAINGPT_STATE_DIR)."""
    return _folder("DOMAINGPT_STATE_DIR", platformdirs.user_state_dir("domaingpt", appauthor=False))


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default).expanduser()
