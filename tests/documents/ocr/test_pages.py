"""A bitmap → the text of a page."""

from __future__ import annotations

import pytest
from ocr_fakes import FakeRecognizer, line

from domaingpt.documents.ocr import Bitmap
from domaingpt.documents.ocr.pages import RecognizedText, page_ranges, recognized_text

BITMAP = Bitmap(b"\xff" * 4, 2, 2)


def test_unsure_lines_are_dropped_whole_and_counted() -> None:
    """Confidence is the mean over characters: (0.9 · 6 + 0.8 · 2) / 8."""
    fake = FakeRecognizer()
    fake.lines = [
        line("abcdef", confidence=0.9),
        line("gh", top=40, confidence=0.8),
        line("ijk", top=80, confidence=0.49),
    ]
    found = recognized_text(BITMAP, fake, lambda: None)
    assert (found.text, found.n_left_out) == ("abcdef\ngh", 1)
    assert found.confidence == pytest.approx(0.875)


def test_no_lines_are_no_text() -> None:
    assert recognized_text(BITMAP, FakeRecognizer(), lambda: None) == RecognizedText("", 0.0, 0)


def test_a_lone_letter_must_be_surer_than_a_line() -> None:
    fake = FakeRecognizer()
    fake.lines = [line("C", confidence=0.79), line("C7", top=40, confidence=0.8), line("C70", top=80, confidence=0.5)]
    assert recognized_text(BITMAP, fake, lambda: None) == RecognizedText("C7\nC70", pytest.approx(0.62), 1)


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [([3, 4, 5, 6, 7, 12], "pages 3-7, 12"), ([1], "page 1"), ([1, 3], "pages 1, 3")],
)
def test_pages_are_named_by_ranges(numbers, shown) -> None:
    assert page_ranges(numbers) == shown
