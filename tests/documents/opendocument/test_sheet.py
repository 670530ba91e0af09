"""OpenDocument spreadsheets."""

from __future__ import annotations

from odf_files import flat, opendocument
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.documents.opendocument.sheet import column_name
from domaingpt.types import Document


def cell(text: str = "", kind: str = "string", more: str = "") -> str:
    paragraph = f"<text:p>{text}</text:p>" if text else ""
    return f'<table:table-cell office:value-type="{kind}" {more}>{paragraph}</table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def sheet(name: str, *rows: str, more: str = "") -> str:
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'


def read(*sheets: str, automatic: str = "") -> Document:
    return read_document(opendocument("spreadsheet", "".join(sheets), automatic=automatic), "a.ods")


def test_values_stand_as_displayed() -> None:
    """Dates as ISO 8601, as in Excel files; a number in a column too narrow for it as stored."""
    document = read(
        sheet(
            "Q1",
            row(cell("Item"), cell("Value")),
            row(cell("Date"), cell("30.06.23", "date", 'office:date-value="2023-06-30"')),
            row(cell("Moment"), cell("x", "date", 'office:date-value="2023-06-30T10:15:00"')),
            row(cell("Share"), cell("5.75%", "percentage", 'office:value="0.0575"')),
            row(cell("Narrow"), cell("###", "percentage", 'office:value="0.05"')),
            row(cell("Price"), cell("1.200,00 €", "currency", 'office:value="1200"')),
            row(cell("Wide"), cell("###", "float", 'office:value="123456789"')),
            row(cell("Paid"), cell("WAHR", "boolean", 'office:boolean-value="true"')),
            row(cell("Took"), cell("10:15", "time", 'office:time-value="PT10H15M00S"')),
            row(cell("Wrong"), cell("#DIV/0!", "string")),
        ),
        sheet("Empty", row(cell())),
    )
    assert block_texts(document) == [
        "Q1",
        "Item: Date | Value: 2023-06-30",
        "Item: Moment | Value: 2023-06-30 10:15",
        "Item: Share | Value: 5.75%",
        "Item: Narrow | Value: 5%",
        "Item: Price | Value: 1.200,00 €",
        "Item: Wide | Value: 123456789",
        "Item: Paid | Value: TRUE",
        "Item: Took | Value: 10:15",
        "Item: Wrong | Value: #DIV/0!",
    ]


def test_repeated_and_covered_cells_keep_their_columns() -> None:
    """The last row and column of a sheet are mostly empty and repeated to its end."""
    end = '<table:table-cell table:number-columns-repeated="16380"/>'
    document = read(
        sheet(
            "S",
            row(cell("Name"), cell("A"), cell("B"), cell("C"), end),
            row(
                cell("x"),
                '<table:table-cell table:number-columns-repeated="2"/>',
                cell("1", "float", 'office:value="1"'),
                end,
            ),
            row(cell("y"), cell("2", "float", 'office:value="2" table:number-columns-repeated="3"'), end),
            row(end, more='table:number-rows-repeated="1048570"'),
        )
    )
    assert block_texts(document) == ["S", "Name: x | C: 1", "Name: y | A: 2 | B: 2 | C: 2"]
    assert document.notes == ()


def test_repeats_without_end_are_cut_and_told() -> None:
    """A few hundred bytes could claim sixteen thousand million cells."""
    bomb = row(cell("b", more='table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1048576"')
    document = read(sheet("S", bomb, row(cell("after"), cell("all"))))
    # 61 rows of 16,384 cells, each with the name of its column, which stands in the first.
    assert document.text.count("b") == 60 * 16_384 * 2 + 2
    assert document.text.endswith("b: after | b: all")
    assert document.notes == ("1,048,515 repeats of rows or cells left out",)


def test_comments_name_their_cell_and_follow_the_sheet() -> None:
    """Between the rows they would part the table; blank rows count."""
    comment = (
        "<office:annotation><dc:creator>Jane</dc:creator><text:p>Check <text:s/>this.</text:p></office:annotation>"
    )
    value = (
        f'<table:table-cell office:value-type="float" office:value="5">{comment}<text:p>5</text:p></table:table-cell>'
    )
    six = cell("6", "float", 'office:value="6"')
    blank = row(cell(), more='table:number-rows-repeated="3"')
    document = read(sheet("S", blank, row(cell("Item"), cell("n")), row(cell("a"), value), row(cell("b"), six)))
    assert block_texts(document) == ["S", "Item: a | n: 5", "Item: b | n: 6", "Comment by Jane on B5 (5): Check this."]


def test_hidden_rows_are_read_and_told() -> None:
    """A filter hides what a question may be about."""
    hidden = 'table:visibility="filter"'
    document = read(sheet("S", row(cell("a"), cell("b"), more=hidden), row(cell(), more=hidden)))
    assert document.text == "S\n\na | b"
    assert document.notes == ("sheet 'S': 1 hidden row, read as well",)


def test_hidden_sheets_are_told_and_tables_of_shapes_are_not_rows() -> None:
    """As for Excel; a chart may hold a copy of its data."""
    automatic = '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>'
    chart = f"<table:shapes><draw:frame><draw:object>{sheet('local', row(cell('copy')))}</draw:object></draw:frame></table:shapes>"
    document = read(sheet("H", chart, row(cell("a"), cell("b")), more='table:style-name="ta1"'), automatic=automatic)
    assert block_texts(document) == ["H", "a | b"]
    assert document.notes == ("sheet 'H' is hidden in the spreadsheet",)


def test_a_flat_spreadsheet_is_read_alike() -> None:
    """Row by row as well."""
    assert read_document(flat("spreadsheet", sheet("S", row(cell("a"), cell("b")))), "a.fods").text == "S\n\na | b"


def test_columns_have_letters() -> None:
    """0 → A, 26 → AA, 16,383 → XFD."""
    assert [column_name(n) for n in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
