"""Private folders for every test, and a hub on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # gguf_files and local_hub are this folder's own

from local_hub import LocalHub


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point every per-user folder to a fresh place; the models folder is returned."""
    folder = tmp_path / "user-models"
    monkeypatch.setenv("DOMAINGPT_MODELS_DIR", str(folder))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    return folder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """Return a running hub to which HF_ENDPOINT points."""
    monkeypatch.setattr("domaingpt.models.download.RETRY_AFTER_S", 0.0)
    with LocalHub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running
