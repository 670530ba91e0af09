"""OpenDocument presentations."""

from __future__ import annotations

from odf_files import opendocument
from properties import block_texts

from domaingpt.documents import read_document


def frame(text: str, kind: str = "outline") -> str:
    return (
        f'<draw:frame presentation:class="{kind}"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>'
    )


def test_a_slide_is_a_page_with_its_title_first() -> None:
    """Shapes in groups, tables and notes are read; numbers and feet of the master are not."""
    table = (
        "<draw:frame><table:table><table:table-row><table:table-cell><text:p>Year</text:p></table:table-cell>"
        "<table:table-cell><text:p>Sales</text:p></table:table-cell></table:table-row><table:table-row>"
        "<table:table-cell><text:p>2023</text:p></table:table-cell><table:table-cell><text:p>1,200</text:p>"
        "</table:table-cell></table:table-row></table:table></draw:frame>"
    )
    shape = "<draw:g><draw:custom-shape><text:p>in a shape</text:p></draw:custom-shape></draw:g>"
    notes = f"<presentation:notes><draw:page-thumbnail/>{frame('Say this.', 'notes')}{frame('9', 'page-number')}</presentation:notes>"
    body = (
        f"<draw:page>{frame('first')}{frame('Results', 'title')}{shape}{table}{frame('3', 'page-number')}{notes}</draw:page>"
        "<draw:page/>"
        f'<draw:page draw:style-name="dp1">{frame("Backup", "title")}</draw:page>'
    )
    automatic = (
        '<style:style style:name="dp1" style:family="drawing-page"><style:drawing-page-properties '
        'presentation:visibility="hidden"/></style:style>'
    )
    document = read_document(opendocument("presentation", body, automatic=automatic), "a.odp")
    assert block_texts(document) == [
        "Results",
        "first",
        "in a shape",
        "Year: 2023 | Sales: 1,200",
        "Notes",
        "Say this.",
        "Backup",
    ]
    assert [(page.number, page.status, document.text[page.start : page.end][-6:]) for page in document.pages] == [
        (1, "text", " this."),
        (2, "empty", ""),
        (3, "text", "Backup"),
    ]
    assert (document.title, document.notes) == ("Results", ("hidden in the show, and read: slide 3",))
