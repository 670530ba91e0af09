"""What stands beside the cells of a workbook."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from properties import block_texts
from xls_files import xls_of
from zip_files import part, strict, with_parts, with_relation

from domaingpt.documents import read_document
from domaingpt.documents.sheets.beside import Beside
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document

ROWS = [["Region", "Sales"], ["North", 12], ["South", 7]]
SHEET = "xl/worksheets/sheet1.xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = "S"
    for row in ROWS:
        book.active.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes) -> Document:
    return read_document(data, "a.xlsx")


def test_a_note_stands_in_the_line_of_its_row() -> None:
    """With its cell and author; on a name of a column it stands before the rows, on an empty row after them."""
    book = workbook()
    book.active["B2"].comment = Comment("Jane Doe:\nan estimate,\nsee contract", "Jane Doe")
    book.active["A2"].comment = Comment("since May", "")
    book.active["B1"].comment = Comment("in CHF million", "Kim")
    book.active["D9"].comment = Comment("to be done", "Kim")
    book.active["D10"].comment = Comment(" ", "Kim")
    assert block_texts(read(saved(book))) == [
        "S",
        "Note on B1 (Kim): in CHF million",
        "Region: North | Sales: 12 | Note on A2: since May | Note on B2 (Jane Doe): an estimate, see contract",
        "Region: South | Sales: 7",
        "Note on D9 (Kim): to be done",
    ]


def threaded(comments: str) -> bytes:
    """Return the workbook with threads on its cells, and the notes that Excel writes for old programs."""
    book = workbook()
    book.active["B2"].comment = Comment("[Threaded comment]\n\nYour version of Excel ...", "tc={1}")
    book.active["A3"].comment = Comment("kept", "Jane")
    space = 'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'
    kinds = "http://schemas.microsoft.com/office/2017/10/relationships"
    data = with_relation(saved(book), SHEET, f"{kinds}/threadedComment", "/xl/threadedComments/threadedComment1.xml")
    data = with_relation(data, "xl/workbook.xml", f"{kinds}/person", "persons/person.xml")
    return with_parts(
        data,
        {
            "xl/persons/person.xml": f'<personList {space}><person displayName="Kim" id="{{P}}"/></personList>',
            "xl/threadedComments/threadedComment1.xml": f"<ThreadedComments {space}>{comments}</ThreadedComments>",
        },
    )


def test_a_thread_is_read_instead_of_the_note_that_stands_in_for_it() -> None:
    """Replies follow; a note on another cell is kept."""
    data = threaded(
        '<threadedComment ref="B2" personId="{P}" id="{1}"><text>Source?</text></threadedComment>'
        '<threadedComment ref="B2" personId="{Q}" id="{2}" parentId="{1}"><text>The &amp; board</text></threadedComment>'
    )
    assert block_texts(read(data)) == [
        "S",
        "Region: North | Sales: 12 | Comment on B2 (Kim): Source? | Reply on B2: The & board",
        "Region: South | Sales: 7 | Note on A3 (Jane): kept",
    ]


def test_damaged_comments_cost_themselves_alone() -> None:
    """The cells are read, and the user is told."""
    document = read(threaded("<threadedComment"))
    assert block_texts(document) == ["S", "Region: North | Sales: 12", "Region: South | Sales: 7"]
    assert len(document.notes) == 1
    assert document.notes[0].startswith("sheet 'S': comments could not be read: ")


def test_hidden_rows_and_columns_are_read_and_counted() -> None:
    """A filter hides rows; columns beyond the last value do not count."""
    book = workbook()
    book.active.row_dimensions[2].hidden = True
    book.active.row_dimensions[9].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.active.column_dimensions.group("D", "XFD", hidden=True)
    document = read(saved(book))
    assert block_texts(document) == ["S", "Region: North | Sales: 12", "Region: South | Sales: 7"]
    assert document.notes == ("sheet 'S': 1 hidden row and 1 hidden column, read as well",)


def test_print_headers_stand_once_without_their_codes() -> None:
    """Numbers of pages, dates and fonts are no text."""
    book = workbook()
    for sheet in (book.active, book.create_sheet("T")):
        sheet["A1"] = "x"
        sheet.oddHeader.left.text = "R&D plan"
        sheet.oddHeader.center.text = '&"Arial,Bold"&12Confidential'
        sheet.oddFooter.right.text = "Page &P of &N"
    sheet.oddFooter.left.text = "Only on T"
    data = saved(book)
    data = with_parts(
        data,
        {name: part(data, name).replace("R&amp;D", "R&amp;&amp;D") for name in (SHEET, "xl/worksheets/sheet2.xml")},
    )
    found = block_texts(read(data))
    assert found[-3:] == ["T", "x", "Page footer: Only on T"]
    assert found.count("Page header: R&D plan, Confidential") == 1
    assert not any("Page of" in text or "&" in text.replace("R&D", "") for text in found)


def test_drawings_stand_below_the_cells() -> None:
    """Text boxes, the titles of charts, and what pictures are said to show; not what old programs are told."""
    book = workbook()
    chart = BarChart()
    chart.title = "Sales by region"
    book.active.add_chart(chart, "E2")
    data = saved(book)
    name = "xl/drawings/drawing1.xml"
    drawing = part(data, name)
    prefix = "" if "<wsDr" in drawing else "xdr:"
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

    def box(text: str) -> str:
        return f"<{prefix}sp><{prefix}txBody><a:p {a}><a:r><a:t>{text}</a:t></a:r></a:p></{prefix}txBody></{prefix}sp>"

    picture = f'<{prefix}pic><{prefix}nvPicPr><{prefix}cNvPr id="9" name="P" descr="Map of the regions"/></{prefix}nvPicPr></{prefix}pic>'
    choice = f"<mc:AlternateContent {mc}><mc:Choice>{box('Unaudited.')}</mc:Choice><mc:Fallback>{box('Not available.')}</mc:Fallback></mc:AlternateContent>"
    end = f"</{prefix}wsDr>"
    data = with_parts(data, {name: drawing.replace(end, f"{choice}{picture}{end}")})
    assert block_texts(read(data))[3:] == ["Chart: Sales by region", "Unaudited.", "Picture: Map of the regions"]


def test_a_sheet_of_a_chart_alone_has_its_title() -> None:
    """It has no cells."""
    book = workbook()
    chart = BarChart()
    chart.title = "Alone"
    book.create_chartsheet("Big chart").add_chart(chart)
    assert block_texts(read(saved(book)))[-2:] == ["Big chart", "Chart: Alone"]


def test_a_part_in_an_encoding_that_nobody_knows_is_damage() -> None:
    """Parsers raise an error of their own for it."""
    data = saved(workbook())
    xml = part(data, SHEET).replace("<worksheet", '<?xml version="1.0" encoding="true"?><worksheet', 1)
    with pytest.raises(UnreadableDocument, match="is in true, which no Office program writes"):
        read(with_parts(data, {SHEET: xml}))


def test_a_number_of_a_style_that_no_machine_holds_is_damage() -> None:
    """It is turned into a C integer."""
    data = saved(workbook())
    xml = part(data, "xl/styles.xml").replace('numFmtId="0"', 'numFmtId="99999999999999999999"')
    with pytest.raises(UnreadableDocument, match="damaged workbook: a part of it is too large"):
        read(with_parts(data, {"xl/styles.xml": xml}))


def test_a_strict_workbook_is_read_like_another() -> None:
    """ISO 29500 strict has its own namespaces."""
    book = workbook()
    book.active["B2"].comment = Comment("an estimate", "Kim")
    data = strict(saved(book))
    assert "purl.oclc.org" in part(data, SHEET)
    assert block_texts(read(data)) == [
        "S",
        "Region: North | Sales: 12 | Note on B2 (Kim): an estimate",
        "Region: South | Sales: 7",
    ]


def test_a_comments_part_that_all_sheets_claim_is_read_once() -> None:
    """Else a small file could ask for its size squared."""
    book = workbook()
    book.active["B2"].comment = Comment("once", "Kim")
    book.create_sheet("T").append(["x", "y"])
    data = with_relation(saved(book), "xl/worksheets/sheet2.xml", f"{OFFICE}/comments", "/xl/comments/comment1.xml")
    assert [text for text in block_texts(read(data)) if "once" in text] == [
        "Region: North | Sales: 12 | Note on B2 (Kim): once"
    ]


@pytest.mark.parametrize("tag", ["<row ", "<col ", '<row hidden="1"', "<f "])
def test_open_tags_without_end_take_no_time(tag: str) -> None:
    """The bytes of a sheet are searched before they are known to be XML."""
    content = (tag * (1_000_000 // len(tag))).encode()

    class Hostile:
        def related(self, *_names: str) -> list[str]:
            return []

        def target(self, *_names: str) -> str:
            return "sheet"

        def has(self, _name: str) -> bool:
            return True

        def content(self, _name: str) -> bytes:
            return content

        def root(self, _name: str) -> object:
            from lxml import etree

            return etree.fromstring(f"<workbook {SHEET_NAMESPACE}/>")

    facts = Beside(Hostile()).facts("S")
    assert (facts.is_uncalculated, facts.n_hidden_rows, facts.hidden_columns) == (False, 0, ())


def test_an_old_workbook_has_notes_and_hidden_rows_as_well() -> None:
    """In the same form."""
    data = xls_of(
        [["Region", "Head"], ["North", "Ann"], ["South", "Bob"], ["", ""]],
        notes={(0, 1): ("Kim", "since 2020"), (1, 1): ("Jane", "Jane:\nleaves in May"), (3, 0): ("", "to be done")},
        hidden_rows=[2, 3],
        hidden_columns=[1, 9],
    )
    document = read_document(data, "a.xls")
    assert block_texts(document) == [
        "S",
        "Region | Head | Note on B1 (Kim): since 2020",
        "North | Ann | Note on B2 (Jane): leaves in May",
        "South | Bob",
        "Note on A4: to be done",
    ]
    assert document.notes == ("sheet 'S': 1 hidden row and 1 hidden column, read as well",)


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".xltx", ".xltm"])
def test_templates_and_macros_are_read_like_others(suffix: str) -> None:
    """Macros are counted."""
    data = with_parts(saved(workbook()), {"xl/vbaProject.bin": b"\0"})
    document = read_document(data, f"a{suffix}")
    assert block_texts(document) == ["S", "Region: North | Sales: 12", "Region: South | Sales: 7"]
    assert document.left_out == {"macros": 1}


def test_an_old_workbook_cut_anywhere_is_read_or_refused() -> None:
    """Its records claim lengths, which xlrd trusts."""
    whole = xls_of([["North", "Ann"]], notes={(0, 1): ("Jane", "leaves in May")}, hidden_rows=[0])
    n_refused = 0
    for size in range(10, len(whole)):
        try:
            assert read_document(whole[:size], "a.xls").text in ("", "S\n\nNorth", "S\n\nNorth | Ann")
        except UnreadableDocument as exc:
            n_refused += 1
            assert str(exc).startswith("damaged workbook: ")
    assert n_refused > 100


def test_a_text_without_its_object_is_damage() -> None:
    """The library remembers the object before it, and trips where there is none."""
    data = xls_of([["North"]], notes={(0, 0): ("Jane", "x")})
    assert data.count(b"\x5d\x00\x16\x00") == 1
    with pytest.raises(UnreadableDocument, match="damaged workbook: "):
        read_document(data.replace(b"\x5d\x00\x16\x00", b"\xff\x7f\x16\x00"), "a.xls")
