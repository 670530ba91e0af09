"""What stands beside the text of a Word file: notes and comments at their place, headers and footers once."""

from __future__ import annotations

import docx
from docx.enum.section import WD_SECTION
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from properties import block_texts
from word_files import NAMESPACES, document_of, saved

from domaingpt.documents import read_document
from domaingpt.types import Document

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(document: object) -> Document:
    return read_document(saved(document), "a.docx")


def texts(document: object) -> list[str]:
    return block_texts(read(document))


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(run if run.startswith('<') else f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def cell(*runs: str) -> str:
    return f"<w:tc>{paragraph(*runs)}</w:tc>"


def refer(kind: str, number: int, attributes: str = "") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}" {attributes}/></w:r>'


def with_notes(document: object, kind: str, *notes: str, first: int = 1) -> None:
    """Give a document footnotes or endnotes with ids from `first`, after the separator that Word puts first."""
    entries = "".join(f'<w:{kind} w:id="{number}">{note}</w:{kind}>' for number, note in enumerate(notes, first))
    separator = f'<w:{kind} w:type="separator" w:id="-1">{paragraph("SEPARATOR")}</w:{kind}>'
    content = f"<w:{kind}s {NAMESPACES}>{separator}{entries}</w:{kind}s>".encode()
    kinds = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
    package = document.part.package
    part = Part(PackURI(f"/word/{kind}s.xml"), CONTENT_TYPE.XML, content, package)
    document.part.relate_to(part, kinds[kind])


def test_a_footnote_stands_after_the_paragraph_that_refers_to_it() -> None:
    """Numbered in the order of reference, whatever the ids; an endnote has numbers of its own."""
    document = document_of(
        paragraph("Rent is due", refer("footnote", 2), " monthly", refer("footnote", 1), "."),
        paragraph("Next", refer("endnote", 1), refer("footnote", 1), "."),
    )
    with_notes(document, "footnote", paragraph("By transfer."), paragraph("Without tax.") + paragraph("See 4."))
    with_notes(document, "endnote", paragraph("Act of 1999."))
    found = read(document)
    assert block_texts(found) == [
        "Rent is due monthly.",
        "Note 1: Without tax. See 4.",
        "Note 2: By transfer.",
        "Next.",
        "Endnote i: Act of 1999.",
    ]
    assert [block.kind for block in found.blocks] == ["paragraph", "item", "item", "paragraph", "item"]


def test_notes_are_numbered_as_the_file_says() -> None:
    """Style and start from the settings; a note with a mark of its own takes no number."""
    document = document_of(
        paragraph("a", refer("footnote", 1)),
        paragraph("b", refer("footnote", 2, 'w:customMarkFollows="1"'), "*"),
        paragraph("c", refer("footnote", 3)),
    )
    with_notes(document, "footnote", paragraph("A."), paragraph("B."), paragraph("C."))
    properties = document.settings.element.makeelement(document.settings.element.tag.replace("settings", "footnotePr"))
    for tag, value in (("numFmt", "upperLetter"), ("numStart", "3")):
        child = properties.makeelement(properties.tag.replace("footnotePr", tag))
        child.set(child.tag.replace(tag, "val"), value)
        properties.append(child)
    document.settings.element.append(properties)
    assert texts(document) == ["a", "Note C: A.", "b*", "Note: B.", "c", "Note D: C."]


def test_a_note_on_a_table_row_stands_in_its_line() -> None:
    """So that a figure and what limits it are found together; a note on a header stands before the rows."""
    document = document_of(
        "<w:tbl>"
        f"<w:tr>{cell('Item')}{cell('Price', refer('footnote', 1))}</w:tr>"
        f"<w:tr>{cell('Roof')}{cell('12', refer('footnote', 2))}</w:tr>"
        f"<w:tr>{cell('Door')}{cell('7')}</w:tr>"
        "</w:tbl>"
    )
    with_notes(document, "footnote", paragraph("In thousands."), paragraph("Estimate."))
    assert texts(document) == [
        "Note 1: In thousands.",
        "Item: Roof | Price: 12 | Note 2: Estimate.",
        "Item: Door | Price: 7",
    ]


def test_a_comment_stands_after_its_paragraph_with_its_author() -> None:
    """One that spans paragraphs after the last; headers and footers stand at the end."""
    document = docx.Document()
    first, second, third = (document.add_paragraph(text) for text in ("One.", "Two.", "Three."))
    document.add_comment([first.runs[0], second.runs[0]], text="Is this so?", author="Jane Doe")
    document.add_comment(third.runs, text="No.", author="")
    document.sections[0].header.paragraphs[0].text = "Confidential"
    assert texts(document) == [
        "One.", "Two.", "Comment by Jane Doe: Is this so?", "Three.", "Comment: No.", "Headers", "Confidential",
    ]  # fmt: skip


def test_deleted_text_takes_its_note_along_and_an_inserted_one_is_kept() -> None:
    """A note that nothing refers to is not lost: it stands at the end, under the heading of its kind."""
    document = document_of(
        paragraph("Kept", f"<w:ins>{refer('footnote', 1)}</w:ins>", f"<w:del>{refer('footnote', 2)}</w:del>")
    )
    deleted = "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    with_notes(document, "footnote", paragraph("Inserted."), deleted, paragraph("Alone."))
    assert texts(document) == ["Kept", "Note 1: Inserted.", "Footnotes", "Note: Alone."]


def test_notes_on_notes_end() -> None:
    """Each is said once, however many refer to it; a long chain of them is no recursion."""
    document = document_of(paragraph("a", refer("footnote", 1)), paragraph("b", refer("footnote", 1)))
    n_notes = 3000
    chain = [paragraph(f"n{number}", refer("footnote", number % n_notes + 1)) for number in range(1, n_notes + 1)]
    with_notes(document, "footnote", *chain)
    found = texts(document)
    assert found[:3] == ["a", "Note 1: n1", "Note 2: n2"]
    assert found[-2:] == [f"Note {n_notes}: n{n_notes}", "b"]


def test_a_note_in_a_text_box_stands_in_the_box() -> None:
    """Not twice: the box lies inside a paragraph."""
    box = f"<w:txbxContent>{paragraph('boxed', refer('footnote', 1))}</w:txbxContent>"
    document = document_of(
        paragraph("before", f"<w:r><wps:txbx>{box}</wps:txbx></w:r>", refer("footnote", 2)), paragraph("after")
    )
    with_notes(document, "footnote", paragraph("In the box."), paragraph("Outside."))
    assert texts(document) == ["before", "Note 1: Outside.", "boxed", "Note 2: In the box.", "after"]


def test_headers_and_footers_name_the_first_section_they_are_for() -> None:
    """The same text once; special pages are named."""
    document = docx.Document()
    document.add_paragraph("One.")
    document.sections[0].header.paragraphs[0].text = "ACME"
    document.sections[0].first_page_header.paragraphs[0].text = "Draft"
    second = document.add_section(WD_SECTION.NEW_PAGE)
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "ACME"
    second.footer.is_linked_to_previous = False
    second.footer.paragraphs[0].text = "Annex"
    assert texts(document) == [
        "One.", "Headers", "Section 1: ACME", "Section 1, first page: Draft", "Footers", "Section 2: Annex",
    ]  # fmt: skip


def test_a_chart_is_read_at_its_place() -> None:
    """Its figures lie in a part of their own."""
    c = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    document = document_of(
        paragraph("Before"), paragraph(f'<w:r><c:chart {c} {r} r:id="rIdChart"/></w:r>'), paragraph("After")
    )
    points = '<c:numLit><c:formatCode>0%</c:formatCode><c:pt idx="0"><c:v>0.5</c:v></c:pt></c:numLit>'
    space = f"<c:chartSpace {c}><c:chart><c:plotArea><c:pieChart><c:ser><c:val>{points}</c:val></c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>"
    part = Part(PackURI("/word/charts/chart1.xml"), CONTENT_TYPE.DML_CHART, space.encode(), document.part.package)
    document.part.rels.add_relationship(RELATIONSHIP_TYPE.CHART, part, "rIdChart")
    assert texts(document) == ["Before", "Category: 1 | Series 1: 50%", "After"]
    part._blob = b"<c"
    found = read(document)
    assert block_texts(found) == ["Before", "After"]
    assert found.notes[0].startswith("a chart could not be read: ")


def test_a_diagram_is_read_once_at_its_place() -> None:
    """Its texts lie in a part of their own."""
    d = 'xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    shown = f'<w:r><d:relIds {d} {r} r:dm="rIdData"/></w:r>'
    document = document_of(
        paragraph("Before"), paragraph(shown, shown), f"<w:tbl><w:tr>{cell('x', shown)}</w:tr></w:tbl>"
    )
    point = '<d:pt modelId="1"><d:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></d:t></d:pt>'
    model = f"<d:dataModel {d}><d:ptLst>{point}</d:ptLst></d:dataModel>".encode()
    part = Part(PackURI("/word/diagrams/data1.xml"), CONTENT_TYPE.XML, model, document.part.package)
    document.part.rels.add_relationship(f"{OFFICE}/diagramData", part, "rIdData")
    assert texts(document) == ["Before", "Plan", "x"]
