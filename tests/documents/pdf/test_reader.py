"""PDF files."""

from __future__ import annotations

import pytest
from pdf_files import encrypted, make_pdf, text_stream
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.documents.pdf import fallback
from domaingpt.documents.pdf import reader as pdf
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Block, Page


def test_pages_are_joined_and_their_table_excludes_the_separators() -> None:
    """Each page's slice is exactly its text."""
    steps: list[None] = []
    document = read_document(
        make_pdf([text_stream("First page", "second line"), "", text_stream("Third")]),
        "a.pdf",
        lambda: steps.append(None),
    )
    assert document.text == "First page\r\nsecond line\n\nThird"
    assert document.pages == (Page(1, 0, 23), Page(2, 24, 24, "empty"), Page(3, 25, 30))
    assert len(steps) == 3


def test_a_page_with_a_drawing_but_no_text_needs_ocr() -> None:
    """A blank page with one rule does not."""
    image = "BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI"
    rule = "0 0 m 100 0 l S\n"
    document = read_document(make_pdf([image, rule, rule * 9]), "scan.pdf")
    assert [page.status for page in document.pages] == ["needs_ocr", "empty", "needs_ocr"]


def test_outline_entries_become_headings_where_they_are_printed() -> None:
    """The block is the printed line, also when the outline lacks its number; others give none."""
    pages = [
        text_stream("1 Introduction", "text"),
        text_stream("Some text", "Long title that", "wraps", "end"),
    ]
    outline = [("Introduction", 0), ("Long title that wraps", 1), ("Not printed", 1)]
    document = read_document(make_pdf(pages, outline=outline), "a.pdf")
    assert block_texts(document) == ["1 Introduction", "Long title that\r\nwraps"]
    assert [block.level for block in document.blocks] == [1, 1]
    assert {block.kind for block in document.blocks} == {"heading"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Annual Report 2023", "Annual Report 2023"),
        ("Microsoft Word - contract.doc", ""),
        ("0000320193-22-000070", ""),
        ("a.pdf", ""),
        ("a", ""),
        ("untitled", ""),
        ("Rental agreement.docx", "Rental agreement.docx"),
    ],
)
def test_only_a_meaningful_title_is_taken(title: str, expected: str) -> None:
    """Residue of the writing program would be matched with every chunk."""
    assert read_document(make_pdf([text_stream("x")], title=title), "a.pdf").title == expected


def test_a_password_is_named_and_an_empty_one_is_tried() -> None:
    """Many filings are encrypted with an empty user password."""
    plain = make_pdf([text_stream("Secret plan")])
    assert read_document(encrypted(plain, ""), "a.pdf").text == "Secret plan"
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read_document(encrypted(plain, "pw"), "a.pdf")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_truncated_file_is_read_or_refused_with_a_reason(share: float) -> None:
    """PDFium repairs what it can; the rest is named as damaged."""
    whole = make_pdf([text_stream(f"Page {number}") for number in range(20)])
    try:
        document = read_document(whole[: int(len(whole) * share)], "a.pdf")
    except UnreadableDocument as error:
        assert error.message == "damaged PDF: the end is missing (truncated?)"
    else:
        assert document.text.startswith("Page 0")


def test_pypdf_reads_what_pdfium_cannot_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fallback gives text, outline and title, and says so."""

    def refuse(data: bytes) -> None:
        raise pdf.pdfium.PdfiumError("Failed to load document.", err_code=3)

    monkeypatch.setattr(pdf.pdfium, "PdfDocument", refuse)
    file = make_pdf([text_stream("Heading"), text_stream("Two")], outline=[("Heading", 0)], title="The title")
    document = read_document(file, "a.pdf")
    assert document.text == "Heading\nTwo"
    assert document.blocks == (Block("heading", 0, 7, 1),)
    assert document.title == "The title"
    assert document.notes == ("read by pypdf: PDFium could not open the file (Failed to load document.)",)
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read_document(encrypted(file, "pw"), "a.pdf")
    with pytest.raises(UnreadableDocument, match="truncated"):
        read_document(b"%PDF-1.7\n", "a.pdf")


def test_a_page_pdfium_fails_on_is_read_by_pypdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """One broken page costs neither itself nor its neighbours."""
    real = pdf._page_text

    def fail_on_second(opened: object, index: int, *rest: object, **options: object) -> pdf.PageText:
        if index == 1:
            raise pdf.pdfium.PdfiumError("Failed to load page.")
        return real(opened, index, *rest, **options)

    monkeypatch.setattr(pdf, "_page_text", fail_on_second)
    document = read_document(make_pdf([text_stream("One"), text_stream("Two")]), "a.pdf")
    assert document.text == "One\nTwo"
    assert document.notes == ("page 2 read by pypdf: Failed to load page.",)


@pytest.mark.parametrize("error", fallback.PYPDF_ERRORS)
def test_a_page_neither_engine_reads_costs_only_itself(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """The page needs OCR, and a note says why; whatever pypdf raised."""

    def refuse(*of: object, **options: object) -> None:
        raise pdf.pdfium.PdfiumError("Failed to load page.")

    def fail(data: bytes, index: int) -> None:
        raise error("bad")

    monkeypatch.setattr(pdf, "_page_text", refuse)
    monkeypatch.setattr(pdf.fallback, "read_page", fail)
    document = read_document(make_pdf([text_stream("One")]), "a.pdf")
    assert document.pages == (Page(1, 0, 0, "needs_ocr"),)
    assert document.notes[0] == "page 1 could not be read: Failed to load page."


def test_a_filled_form_field_is_text() -> None:
    """What a reader sees on the page is in the text, though it is an annotation."""
    appearance = "BT /F1 12 Tf 2 2 Td (Jane Doe) Tj ET"
    widget = "<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /Rect [72 600 272 620] /AP << /N 7 0 R >> >>"
    form = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 3 0 R >> >> "
        f"/Length {len(appearance)} >>\nstream\n{appearance}\nendstream"
    )
    data = make_pdf([text_stream("Name:")], page_extra="/Annots [6 0 R]", extra=(widget, form))
    assert read_document(data, "a.pdf").text == "Name:\r\nJane Doe"


def test_a_page_tree_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is checked before any page is read."""
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(UnreadableDocument, match="has 3 pages; at most 2 are read"):
        read_document(make_pdf(["", "", ""]), "a.pdf")
