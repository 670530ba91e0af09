"""Suffixes, versions, and content that contradicts its suffix."""

from __future__ import annotations

import codecs
import io

import openpyxl
import pytest
from pdf_files import make_pdf, text_stream

from domaingpt.documents import FORMATS, reader_key, sniff

PDF = make_pdf([text_stream("x")])
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def workbook() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


def test_reader_keys_name_reader_and_version() -> None:
    """Cached text is reused by this key."""
    assert [reader_key(suffix) for suffix in (".pdf", ".htm", ".markdown")] == [
        "pdf/5",
        "web/3",
        "markdown/2",
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
        (b"BMW sold more cars.", ".txt", None),
        (b"{\\rtf1 x}", ".docx", "content is RTF, not Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".docx", None),
    ],
)
def test_content_that_contradicts_its_suffix_is_named(data: bytes, suffix: str, reason: str | None) -> None:
    """The reason says what to do where that is clear."""
    assert sniff(data, suffix) == reason


def test_a_workbook_behind_a_word_suffix_is_recognised() -> None:
    """Both are zip files; their parts tell them apart."""
    assert sniff(workbook(), ".docx") == "content is Excel, not Word: rename it to .xlsx"
    assert sniff(workbook(), ".xlsx") is None
