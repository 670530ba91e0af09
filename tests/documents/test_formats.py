"""Suffixes, versions, and content that contradicts its suffix."""

from __future__ import annotations

import codecs
import io

import openpyxl
import pytest
from epub_files import make_epub
from pdf_files import make_pdf, text_stream

from domaingpt.documents import FORMATS, ocr, reader_key, sniff
from domaingpt.documents.formats import HTML, MARKDOWN
from domaingpt.documents.formats import PDF as PDF_FORMAT

PDF = make_pdf([text_stream("x")])
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def workbook() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


def test_reader_keys_name_reader_and_version() -> None:
    """Cached text is reused by this key."""
    assert [reader_key(suffix) for suffix in (".pdf", ".htm", ".markdown")] == [
        f"pdf/{PDF_FORMAT.version}" + (f"+ocr{ocr.version()}" if ocr.available() else ""),
        f"web/{HTML.version}",
        f"markdown/{MARKDOWN.version}",
    ]
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in FORMATS)


@pytest.mark.parametrize(
    ("data", "suffix", "reason"),
    [
        (PDF, ".pdf", None),
        (b"\n\n" + PDF, ".pdf", None),
        (PDF, ".docx", "content is PDF, not Word: rename it to .pdf"),
        (PDF, ".txt", "content is PDF, not text: rename it to .pdf"),
        (PNG, ".pdf", "content is a PNG image, not PDF"),
        (PNG, ".md", "content is a PNG image, not Markdown"),
        (b"hello there", ".pdf", "content is text, not PDF"),
        (b"<!DOCTYPE html><p>x", ".pdf", "content is HTML, not PDF: rename it to .html"),
        (b"<html><table>", ".xls", "content is HTML, not Excel 97: rename it to .html"),
        (b"\x00\x01\x02", ".pdf", "content is not PDF"),
        (b"some\x00binary\x00\x00", ".txt", "content is binary, not text"),
        (codecs.BOM_UTF16_LE + "häl".encode("utf-16-le"), ".txt", None),
        ("hello world".encode("utf-16-be"), ".txt", None),
        (make_epub({"a.xhtml": "x"}), ".epub", None),
        (make_epub({"a.xhtml": "x"}), ".docx", "content is EPUB, not Word: rename it to .epub"),
        (workbook(), ".epub", "content is Excel, not EPUB: rename it to .xlsx"),
        (b"BMW sold more cars.", ".txt", None),
        (b"{\\rtf1 x}", ".docx", "content is RTF, not Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".docx", None),
    ],
)
def test_content_that_contradicts_its_suffix_is_named(data: bytes, suffix: str, reason: str | None) -> None:
    """The reason says what to do where that is clear."""
    assert sniff(data, suffix) == reason


def test_the_part_that_comes_first_tells_what_a_zip_is() -> None:
    """A presentation may hold a workbook, and a workbook a presentation."""
    deck = b"PK\x03\x04 ppt/presentation.xml xl/workbook.xml"
    assert sniff(deck, ".pptx") is None
    assert sniff(deck, ".xlsx") == "content is PowerPoint, not Excel: rename it to .pptx"
    assert sniff(b"PK\x03\x04 xl/workbook.xml ppt/presentation.xml", ".xlsx") is None


def test_a_workbook_behind_a_word_suffix_is_recognised() -> None:
    """Both are zip files; their parts tell them apart."""
    assert sniff(workbook(), ".docx") == "content is Excel, not Word: rename it to .xlsx"
    assert sniff(workbook(), ".xlsx") is None
