"""Word files."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from properties import block_texts
from word_files import from_body_xml, saved

from domaingpt.documents import read_document
from domaingpt.documents.numerals import formatted
from domaingpt.errors import EncryptedDocument, UnreadableDocument


def kinds(data: bytes) -> list[tuple[str, int, str]]:
    document = read_document(data, "a.docx")
    return [(block.kind, block.level, text) for block, text in zip(document.blocks, block_texts(document), strict=True)]


def test_headings_paragraphs_and_tables_stand_in_page_order() -> None:
    """Title and heading styles give levels; a table names its columns in every row."""
    document = docx.Document()
    document.add_heading("Lease", level=0)
    document.add_heading("Rent", level=2)
    document.add_paragraph("Due monthly.")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, [("Month", "Rent"), ("May", "1,200"), ("June", "1,250")], strict=True):
        row.cells[0].text, row.cells[1].text = cells
    document.add_paragraph("After.")
    document.core_properties.title = "Lease of 12 Elm Street"
    data = saved(document)
    assert kinds(data) == [
        ("heading", 1, "Lease"),
        ("heading", 2, "Rent"),
        ("paragraph", 0, "Due monthly."),
        ("row", 0, "Month: May | Rent: 1,200"),
        ("row", 0, "Month: June | Rent: 1,250"),
        ("paragraph", 0, "After."),
    ]
    read = read_document(data, "a.docx")
    assert read.text == (
        "Lease\n\nRent\n\nDue monthly.\n\nMonth: May | Rent: 1,200\nMonth: June | Rent: 1,250\n\nAfter."
    )
    assert read.title == "Lease of 12 Elm Street"


def test_insertions_links_and_controls_are_kept_and_deletions_are_not() -> None:
    """The text is what the printed page shows."""
    data = from_body_xml(
        "<w:p><w:r><w:t>pay </w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>monthly</w:t></w:r></w:ins><w:r><w:tab/></w:r><w:hyperlink><w:r><w:t>here</w:t></w:r>"
        "</w:hyperlink><w:r><w:br/><w:t>next</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    )
    assert [text for _, _, text in kinds(data)] == ["pay monthly\there\nnext", "in a control"]


def test_a_text_box_is_read_once() -> None:
    """Word stores it twice: as Choice, and as Fallback for old versions."""
    inner = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>"
    data = from_body_xml(
        "<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><wps:txbx>{inner}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert [text for _, _, text in kinds(data)] == ["before", "boxed"]


def test_merged_and_nested_cells_give_their_text_once() -> None:
    """Columns stay in step with their header."""

    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    wide, tall = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>'
    nested = "<w:tc><w:tbl><w:tr>" + cell("x") + cell("y") + "</w:tr></w:tbl><w:p/></w:tc>"
    data = from_body_xml(
        "<w:tbl>"
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('Item')}{cell('Unit')}{cell('Price')}</w:tr>"
        f"<w:tr>{cell('wide', wide)}{cell('5')}</w:tr>"
        f"<w:tr>{cell('tall', tall)}{cell('kg')}{nested}</w:tr>"
        f"<w:tr>{cell('tall', '<w:vMerge/>')}{cell('g')}{cell('7')}</w:tr>"
        "</w:tbl>"
    )
    assert [text for _, _, text in kinds(data)] == [
        "Item: wide | Price: 5",
        "Item: tall | Unit: kg | Price: x, y",
        "Unit: g | Price: 7",
    ]


def test_automatic_numbers_are_printed() -> None:
    """Contracts are quoted by clause numbers that no paragraph holds."""
    document = docx.Document()
    for text in ("first", "second"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("dot", style="List Bullet")
    assert [text for _, _, text in kinds(saved(document))] == ["1. first", "2. second", "dot"]


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [(3, "decimal", "3"), (27, "lowerLetter", "aa"), (2, "upperLetter", "B"), (1994, "upperRoman", "MCMXCIV"),
     (4, "lowerRoman", "iv"), (7, "decimalZero", "07")],
)  # fmt: skip
def test_numbers_are_formatted_as_word_does(number: int, style: str, expected: str) -> None:
    """The formats that contracts use."""
    assert formatted(number, style) == expected


def test_headers_and_comments_stand_at_the_end() -> None:
    """What is outside the body is not lost, and not in the way."""
    document = docx.Document()
    document.add_paragraph("Body.")
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.add_comment(document.paragraphs[0].runs, text="Check this.", author="A")
    assert [text for _, _, text in kinds(saved(document))] == [
        "Body.",
        "Comments",
        "Check this.",
        "Headers",
        "Confidential",
    ]


def rewritten(data: bytes, name: str, content: bytes) -> bytes:
    """Return the package with one part replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return stream.getvalue()


def test_entity_declarations_are_refused() -> None:
    """Billion laughs and external entities never reach a parser."""
    hostile = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    for content in (hostile, hostile.decode().encode("utf-16")):
        with pytest.raises(UnreadableDocument, match=r"declares XML entities in word/document\.xml"):
            read_document(rewritten(saved(docx.Document()), "word/document.xml", content), "a.docx")


def test_a_zip_bomb_is_refused_before_it_is_parsed() -> None:
    """What an entry really inflates to is counted, not what it claims."""
    data = rewritten(saved(docx.Document()), "word/media/x.bin", bytes(80 << 20))
    with pytest.raises(UnreadableDocument, match="zip bomb"):
        read_document(data, "a.docx")


def test_damaged_and_foreign_packages_are_refused() -> None:
    """Each with its own reason."""
    whole = saved(docx.Document())
    with pytest.raises(UnreadableDocument, match="damaged Office file"):
        read_document(whole[:2000], "a.docx")
    package = "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read_document(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + package, "a.docx")
    with pytest.raises(UnreadableDocument, match="damaged Word file"):
        read_document(rewritten(whole, "word/document.xml", b"<x"), "a.docx")
