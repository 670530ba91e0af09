"""Makes the file writers beside the tests importable, and OCR a matter of each test's own choice."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ocr_fakes import FakeRecognizer

from domaingpt.documents import ocr


@pytest.fixture(autouse=True)
def _without_ocr(request, monkeypatch):
    if "model" not in request.keywords:
        monkeypatch.setattr(ocr, "version", lambda: "")


@pytest.fixture
def recognizer(monkeypatch):
    """Install a fake engine."""
    fake = FakeRecognizer()
    monkeypatch.setattr(ocr, "version", lambda: "9.9")
    monkeypatch.setattr(ocr, "load_recognizer", lambda: fake)
    return fake
