"""Workbooks and separated values."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.documents.sheets.delimited import find_separator
from domaingpt.documents.tables.cells import shown_value
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document


def saved(*sheets: tuple[str, list[list[object]]], **states: str) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets:
        sheet = workbook.create_sheet(title)
        sheet.sheet_state = states.get(title, "visible")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def read_sheet(*rows: list[object]) -> Document:
    return read_document(saved(("S", list(rows))), "a.xlsx")


def test_each_row_names_its_columns() -> None:
    """A row found alone still says what its numbers are."""
    document = read_sheet(["Region", "Revenue", "Net\nincome"], ["North", 1200.0, 0.1 + 0.2], ["South", None, -5])
    assert document.text == ("S\n\nRegion: North | Revenue: 1200 | Net income: 0.3\nRegion: South | Net income: -5")
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 1),
        ("row", 0),
        ("row", 0),
    ]


def test_titles_stay_above_their_table_and_are_shown_with_its_rows() -> None:
    """The unit and the period stand there."""
    document = read_sheet(["In millions of CHF"], [None, 2023, 2022], ["Sales", 10, 9])
    assert block_texts(document) == ["S", "In millions of CHF", "Sales | 2023: 10 | 2022: 9"]
    assert document.blocks[2].header == "In millions of CHF"


def test_tables_between_blank_rows_have_their_own_headers() -> None:
    """A run of rows without one goes on under the header before."""
    document = read_sheet(
        ["Name", "Age", "City"], ["Ann", 30, "Rome"], [], ["Bob", 40, "Oslo"], [],
        ["Item", "Price", "Stock"], ["Pen", 2, 7],
    )  # fmt: skip
    assert block_texts(document)[1:] == [
        "Name: Ann | Age: 30 | City: Rome",
        "Name: Bob | Age: 40 | City: Oslo",
        "Item: Pen | Price: 2 | Stock: 7",
    ]


def test_a_header_apart_from_its_values_is_theirs() -> None:
    """Reports put a blank row below the column names."""
    document = read_sheet([None, "Sales", "Profit"], [], ["Zone A", 10, 2])
    assert block_texts(document)[1:] == ["Zone A | Sales: 10 | Profit: 2"]


def test_two_header_rows_are_read_as_one() -> None:
    """A name that spans columns stands before each name below it."""
    document = read_sheet(
        ["Group", "People", "Results", None], [None, None, "Accuracy", "Time"], ["Blind", 5, 34.5, 1199]
    )
    assert block_texts(document)[1:] == ["Group: Blind | People: 5 | Results Accuracy: 34.5 | Results Time: 1199"]


def test_pairs_of_name_and_value_are_not_given_a_header() -> None:
    """Two columns of words say nothing about which row is a header."""
    document = read_sheet(["Company", "ACME"], ["Seat", "Rome"])
    assert block_texts(document)[1:] == ["Company | ACME", "Seat | Rome"]
    assert document.blocks[2].header == "Company | ACME"
    assert block_texts(read_sheet(["Company:", "ACME"], ["Founded:", 1999]))[1:] == [
        "Company: | ACME",
        "Founded: | 1999",
    ]


def test_hidden_sheets_are_kept_with_a_note_and_empty_ones_are_not_text() -> None:
    """An empty workbook has no text at all."""
    document = read_document(saved(("A", [["x"]]), ("B", [["y"]]), ("C", []), B="hidden"), "a.xlsx")
    assert document.text == "A\n\nx\n\nB\n\ny"
    assert document.notes == ("sheet 'B' is hidden in Excel",)
    assert read_document(saved(("A", [])), "a.xlsx").text == ""


def test_numbers_shown_with_words_are_still_values() -> None:
    """Else a table of multiples would have no header; a year is a name."""
    book = openpyxl.Workbook()
    for row in (["Company", 2024, 2025], ["ACME", 9.04, 2560], ["Kestrel", 8.6, -1]):
        book.active.append(row)
    book.active["B1"].number_format = book.active["C1"].number_format = '"FY"0'
    for row in (2, 3):
        book.active[f"B{row}"].number_format = '0.0"x"'
        book.active[f"C{row}"].number_format = '#,##0" units"'
    stream = io.BytesIO()
    book.save(stream)
    assert block_texts(read_document(stream.getvalue(), "a.xlsx"))[1:] == [
        "Company: ACME | FY2024: 9.0x | FY2025: 2,560 units",
        "Company: Kestrel | FY2024: 8.6x | FY2025: -1 units",
    ]


def test_a_formula_without_a_stored_value_is_shown_itself() -> None:
    """Openpyxl writes formulas without values, as other programs do."""
    assert block_texts(read_sheet(["a", "b", "sum"], [1, 2, "=A2+B2"]))[1:] == ["a: 1 | b: 2 | sum: =A2+B2"]


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (0.0575, "0.00%", "5.75%"),
        (0.5, "0%", "50%"),
        (1234567.0, "#,##0.00", "1,234,567.00"),
        (1200.5, '"$"#,##0.00', "$1,200.50"),
        (3, '0" %"', "3 %"),
        (1.5, "# ?/?", "1.5"),
        (-7, "0;;", "-7"),
        (1e-7, "General", "0.0000001"),
        (1e20, "General", "1e+20"),
        (float("nan"), "General", "nan"),
        (float("inf"), "General", "inf"),
        (True, "General", "TRUE"),
        (datetime.datetime.fromisoformat("2023-06-30"), "yyyy-mm-dd", "2023-06-30"),
        (datetime.datetime.fromisoformat("2023-06-30T09:05"), "General", "2023-06-30 09:05"),
        (datetime.time(9, 5, 7), "General", "09:05:07"),
        (None, "General", ""),
        ("#REF!", "General", "#REF!"),
    ],
)
def test_values_are_shown_as_in_excel(value: object, number_format: str, expected: str) -> None:
    """Numbers by their format, or as stored without noise; dates as ISO."""
    assert shown_value(value, number_format) == expected


@given(st.floats(-1e300, 1e300))
def test_a_shown_number_reads_back_as_the_same_number(value: float) -> None:
    """To the 15 digits that Excel keeps."""
    assert float(shown_value(value)) == pytest.approx(value, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb, c\n1\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('"x;y",b\n"z;w",2\n', ","),
        ("one column\nonly\n", ","),
        ("", ","),
    ],
)
def test_the_separator_is_found(text: str, separator: str) -> None:
    """The one that splits the rows most evenly."""
    assert find_separator(text) == separator


def test_a_csv_of_another_encoding_and_separator_is_read() -> None:
    """German Excel writes semicolons in Windows-1252."""
    document = read_document("Straße;Größe;Preis\nMühlweg;12;9,50\n".encode("cp1252"), "a.csv")
    assert document.text == "Straße: Mühlweg | Größe: 12 | Preis: 9,50"
    assert document.notes[0].startswith("encoding guessed: ")
    assert read_document("名前,年齢,住所\n佐藤太郎,30,東京\n".encode("cp932"), "a.csv").text == (
        "名前: 佐藤太郎 | 年齢: 30 | 住所: 東京"
    )


def test_an_unclosed_quote_does_not_swallow_the_file() -> None:
    """Each line stays a row."""
    rows = "".join(f"row{number},{number},x\n" for number in range(300))
    document = read_document(f'name,n,note\n"open,1,x\n{rows}'.encode(), "a.csv")
    assert block_texts(document)[-1] == "name: row299 | n: 299 | note: x"


def test_excel_s_separator_line_is_obeyed_and_not_text() -> None:
    """`sep=;` is an instruction."""
    assert read_document(b"sep=;\r\na;b;c\r\n1;2;3\r\n", "a.csv").text == "a: 1 | b: 2 | c: 3"


def test_a_damaged_workbook_is_refused() -> None:
    """With a reason instead of a traceback."""
    with pytest.raises(UnreadableDocument, match="damaged Office file"):
        read_document(saved(("A", [["x"]]))[:1000], "a.xlsx")
    with pytest.raises(UnreadableDocument, match="damaged workbook"):
        read_document(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "a.xls")


def test_a_row_beyond_the_last_is_damage() -> None:
    """Openpyxl would give two thousand million empty rows before it."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(("Costs", [["Item", "Cost"], ["Roof", 4200]])))) as archive,
        zipfile.ZipFile(stream, "w") as changed,
    ):
        for name in archive.namelist():
            changed.writestr(name, archive.read(name).replace(b'<row r="2"', b'<row r="2147483647"'))
    with pytest.raises(UnreadableDocument, match="damaged workbook"):
        read_document(stream.getvalue(), "a.xlsx")
