"""How long one file may take."""

from __future__ import annotations

import pytest

from domaingpt.documents import ocr
from domaingpt.documents.workers import process


@pytest.mark.parametrize(
    ("path", "version", "seconds"),
    [("a.PDF", "9.9", 20_000), ("a.png", "9.9", 20_000), ("a.docx", "9.9", 0), ("a.pdf", "", 0), ("a", "9.9", 0)],
)
def test_files_whose_pages_may_be_recognised_have_more_time(
    path: str, version: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "version", lambda: version)
    assert process._time_for_ocr(path) == seconds
