"""Scanned pages of a PDF, with a fake engine and without one."""

from __future__ import annotations

import pytest
from pdf_files import make_pdf, text_stream

from domaingpt.documents import ocr, read_document
from domaingpt.documents.pdf import rendering, scans
from domaingpt.types import Page

IMAGE = "q 612 0 0 792 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q\n"
HINT = "pip install -c constraints.txt '.[ocr]'"


def test_without_the_extra_pages_are_named_with_the_command() -> None:
    document = read_document(make_pdf([text_stream("One"), IMAGE, IMAGE, text_stream("Two"), IMAGE]), "a.pdf")
    assert [page.status for page in document.pages] == ["text", "needs_ocr", "needs_ocr", "text", "needs_ocr"]
    assert document.notes == (f"pages 2-3, 5 need OCR: {HINT}",)


def test_poor_text_is_kept_where_nothing_better_can_be_had() -> None:
    document = read_document(
        make_pdf([text_stream("(cid:1) (cid:2)".replace("(", "\\(").replace(")", "\\)"))]), "a.pdf"
    )
    assert document.text == "(cid:1) (cid:2)"
    assert document.pages[0].status == "needs_ocr"
    assert document.notes == (f"page 1 needs OCR: {HINT}",)


def test_a_scan_is_read_and_a_page_with_text_is_not(recognizer) -> None:
    recognizer.say("Recognised", "text")
    document = read_document(make_pdf([text_stream("One"), IMAGE]), "a.pdf")
    assert document.text == "One\nRecognised\ntext"
    assert document.pages == (Page(1, 0, 3), Page(2, 4, 19, "ocr"))
    assert document.notes == (
        "page 2 read by OCR (English, Chinese, Japanese and other languages in Latin script; mean confidence 90%)",
    )
    (bitmap,) = recognizer.seen
    assert (bitmap.width, bitmap.height) == (1700, 2200)  # 8.5 by 11 inches at 200 dpi
    assert set(bitmap.pixels) == {0}


def test_a_page_where_nothing_is_read_is_empty_and_unsure_lines_are_counted(recognizer) -> None:
    recognizer.say("??", confidence=0.3)
    document = read_document(make_pdf([IMAGE]), "a.pdf")
    assert document.pages == (Page(1, 0, 0, "empty"),)
    assert document.notes == ("OCR found no text on page 1",)
    assert document.left_out == {"unsure lines of OCR": 1}


def test_poor_text_gives_way_to_better_only(recognizer) -> None:
    poor = make_pdf([text_stream("\\(cid:1\\) \\(cid:2\\)")])
    recognizer.say("(cid:3) (cid:4)")
    assert read_document(poor, "a.pdf").text == "(cid:1) (cid:2)"
    recognizer.say("Two words")
    assert read_document(poor, "a.pdf").text == "Two words"


def test_a_page_the_engine_fails_on_costs_only_itself(recognizer) -> None:
    recognizer.lines = ocr.RecognitionFailed("out of memory")
    document = read_document(make_pdf([IMAGE, text_stream("Two")]), "a.pdf")
    assert [page.status for page in document.pages] == ["needs_ocr", "text"]
    assert document.notes == ("page 1 needs OCR",)


def test_pages_beyond_the_limit_are_named(recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "MAX_PAGES", 1)
    recognizer.say("Text")
    document = read_document(make_pdf([IMAGE] * 3), "a.pdf")
    assert [page.status for page in document.pages] == ["ocr", "needs_ocr", "needs_ocr"]
    assert document.notes[1] == "pages 2-3 need OCR"


@pytest.mark.parametrize(
    ("box", "size"),
    [("0 0 14400 14400", (3163, 3163)), ("0 0 400000 50", None), ("0 0 72 144", (200, 400))],
)
def test_a_page_of_any_size_is_a_bitmap_of_bounded_size(box: str, size, recognizer) -> None:
    data = make_pdf([IMAGE]).replace(b"/MediaBox [0 0 612 792]", f"/MediaBox [{box}]".encode())
    read_document(data, "a.pdf")
    seen = [(bitmap.width, bitmap.height) for bitmap in recognizer.seen]
    assert seen == ([size] if size else [])
    assert all(width * height <= rendering.MAX_PIXELS * 1.001 for width, height in seen)


def test_a_page_is_drawn_as_its_rotation_says(recognizer) -> None:
    read_document(make_pdf([IMAGE], page_extra="/Rotate 90"), "a.pdf")
    assert [(bitmap.width, bitmap.height) for bitmap in recognizer.seen] == [(2200, 1700)]
