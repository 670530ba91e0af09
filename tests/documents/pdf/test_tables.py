"""Page texts → table rows, each with title, unit, periods and column names of its table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.documents.pdf.reader import read
from domaingpt.documents.pdf.tables import locate_rows
from domaingpt.types import Page
from tests.documents.pdf_files import make_pdf, text_stream

INCOME = """\
Acme Corp.

STATEMENTS OF INCOME (Unaudited)
(In thousands, except per share amounts)

Three Months Ended Six Months Ended
June 30,
2024
June 30,
2023
June 30,
2024
June 30,
2023
Net sales:
Products $ 1,204 $ 1,100 $ 2,400 $ 2,150
Services 310 250 600 480
Total net sales 1,514 1,350 3,000 2,630

Refer to the notes."""
INCOME_HEADER = "STATEMENTS OF INCOME › In thousands › Three Months Ended Six Months Ended June 30, 2024 June 30, 2023"


def rows_of(*pages):
    """Return (row, header) of every row of a document of these pages."""
    table, position = [], 0
    for number, page in enumerate(pages, start=1):
        table.append(Page(number, position, position + len(page)))
        position += len(page) + 1
    text = "\n".join(pages)
    return [(text[block.start : block.end], block.header) for block in locate_rows(text, table)]


def test_rows_carry_title_unit_and_periods_of_their_table():
    """A period that names several columns is said once; the label of a group is no row."""
    assert rows_of(INCOME) == [
        ("Products $ 1,204 $ 1,100 $ 2,400 $ 2,150", INCOME_HEADER),
        ("Services 310 250 600 480", INCOME_HEADER),
        ("Total net sales 1,514 1,350 3,000 2,630", INCOME_HEADER),
    ]


def test_sentence_that_introduces_a_table_is_its_title():
    """Without "The following table shows", and without the period that the columns name."""
    page = """\
Leases are recognized at their commencement, as described in note 1 of the annual report of the Company and below.

The following table shows net sales by category for the three- and six-month periods ended June 30, 2024 and
June 30, 2023 (dollars in millions):
June 30, 2024 June 30, 2023 Change
Pumps $ 4,211 $ 4,001 5 %
Valves 120 130 (8)%"""
    header = "net sales by category › dollars in millions › June 30, 2024 June 30, 2023 Change"
    assert rows_of(page) == [("Pumps $ 4,211 $ 4,001 5 %", header), ("Valves 120 130 (8)%", header)]


def test_period_of_an_introduction_stays_where_no_column_names_it():
    """It would be nowhere else."""
    page = (
        "The following table sets forth maturities of debt as of June 30, 2024:\n(In millions)\n2025 1,250\n2026 3,000"
    )
    assert rows_of(page)[0] == ("2025 1,250", "maturities of debt as of June 30, 2024 › In millions")


def test_tables_below_each_other_keep_their_own_headers():
    """A new unit line or new periods begin a new table; its title is the whole paragraph above, if short."""
    page = """\
NOTE 6 - INVENTORIES
The components of inventories were as follows:
(In millions)
June 30,
2024
Raw materials $ 1,143
Finished goods 3,074
NOTE 7 - DEBT
The components of debt were as follows:
(In thousands)
June 30,
2024
Notes $ 9,000
Bonds 8,000"""
    assert rows_of(page) == [
        ("Raw materials $ 1,143", "NOTE 6 - INVENTORIES The components of inventories › In millions › June 30, 2024"),
        ("Finished goods 3,074", "NOTE 6 - INVENTORIES The components of inventories › In millions › June 30, 2024"),
        ("Notes $ 9,000", "NOTE 7 - DEBT The components of debt › In thousands › June 30, 2024"),
        ("Bonds 8,000", "NOTE 7 - DEBT The components of debt › In thousands › June 30, 2024"),
    ]


def test_wrapped_label_is_one_row():
    """Its second line starts small, or holds nothing but figures."""
    page = INCOME.replace(
        "Services 310", "Change in fair value of marketable debt\nsecurities (55) 63 (19) 7\nServices 310"
    ).replace("Total net sales 1,514", "Total net sales of all the segments together\n1,514")
    rows = [row for row, _ in rows_of(page)]
    assert rows[1] == "Change in fair value of marketable debt\nsecurities (55) 63 (19) 7"
    assert rows[-1] == "Total net sales of all the segments together\n1,514 1,350 3,000 2,630"


def test_table_that_goes_on_over_the_page_keeps_its_header():
    """Running titles above and a page number below do not part it; a table of its own below has its own."""
    first = "Acme Corp.\n" + INCOME.removeprefix("Acme Corp.\n").removesuffix("\n\nRefer to the notes.") + "\n3"
    second = "Acme Corp.\nOperating expenses:\nResearch 400 380 790 750\nSelling 200 190 400 370\n4"
    third = "Acme Corp.\nThe following table shows cash:\n(In millions)\nJune 30, 2024\nBanks 14,000\nFunds 15,000"
    rows = rows_of(first, second, third)
    assert rows[3:5] == [("Research 400 380 790 750", INCOME_HEADER), ("Selling 200 190 400 370", INCOME_HEADER)]
    assert rows[5] == ("Banks 14,000", "cash › In millions › June 30, 2024")


def test_table_after_prose_does_not_inherit():
    """What ended on the page before has ended."""
    second = (
        "Prices rose, as they did in all of the markets that we serve, and volumes fell.\nPumps 400 380\nValves 200 190"
    )
    assert all(header != INCOME_HEADER for _, header in rows_of(INCOME, second)[3:])


def test_names_right_above_figures_are_the_header():
    """An invoice has no periods, and no unit."""
    page = "Invoice\n\nDescription Quantity Price Amount\nBoiler 1 3,140.00 3,140.00\nPipes 12 10.50 126.00"
    assert [header for _, header in rows_of(page)] == ["Description Quantity Price Amount"] * 2


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("Contents\nItem 1. Financial Statements 3\nItem 2. Risk Factors 14", id="table of contents"),
        pytest.param("(1) Level 1 inputs.\n(1)\n(2)\n(3)", id="footnote marks"),
        pytest.param("June 30,\n2024\nJune 30, 2023", id="dates alone"),
        pytest.param("It was 12.5\nand then it was 13", id="lines without a header"),
        pytest.param("", id="empty"),
    ],
)
def test_other_lines_are_no_rows(page):
    """They are prose to the chunker, as before."""
    assert rows_of(page) == []


def test_lone_line_of_figures_needs_columns_above_it():
    """With them it is a table of one row."""
    assert rows_of("(In millions)\n2024 2023\nResearch $ 6,628 $ 5,599 18%") == [
        ("Research $ 6,628 $ 5,599 18%", "In millions › 2024 2023")
    ]
    assert rows_of("Research $ 6,628 $ 5,599 18%") == []


def test_long_header_is_cut_after_a_word():
    """What stands beside every row has to stay short."""
    names = "Alpha Beta Gamma Delta Epsilon\n" * 12
    header = rows_of(f"(In millions)\nJune 30, 2024\n{names}Notes $ 1 2 3\nBonds 4 5 6")[0][1]
    assert len(header) <= 220
    assert header.startswith("In millions › June 30, 2024 › Alpha")
    assert header.split()[-1] in names.split()


def test_reader_gives_rows_with_their_header():
    """Through PDFium; offsets are the document's."""
    lines = ["BALANCE SHEET", "\\(In millions\\)", "March 31, 2024 March 31, 2023", "Cash $ 12 $ 9", "Debt 3,400 3,100"]
    document = read(make_pdf([text_stream(*lines)]), "a.pdf", lambda: None)
    assert [(document.text[b.start : b.end], b.header) for b in document.blocks] == [
        ("Cash $ 12 $ 9", "BALANCE SHEET › In millions › March 31, 2024 March 31, 2023"),
        ("Debt 3,400 3,100", "BALANCE SHEET › In millions › March 31, 2024 March 31, 2023"),
    ]


def test_heading_of_the_outline_is_no_row():
    """Where both claim a line it is a heading, and blocks do not overlap."""
    lines = ["2024 2023", "\\(In millions\\)", "Cash $ 12 $ 9", "Debt 3,400 3,100"]
    document = read(make_pdf([text_stream(*lines)], outline=[("Cash $ 12 $ 9", 0)]), "a.pdf", lambda: None)
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks] == [
        ("heading", "Cash $ 12 $ 9"),
        ("row", "Debt 3,400 3,100"),
    ]


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                "Cash 1,200 900;securities (5) 6;Net sales:;(In millions);June 30,;2024;;Acme;12;$ 5 % (3);— 4 —;"
                "The following table shows cash:;It rained all day, and all of the night, and on the day after that as "
                "well, as it had done for weeks.".split(";")
            ),
            max_size=12,
        ),
        max_size=4,
    )
)
def test_rows_are_in_order_and_do_not_overlap(pages):
    """For any lines; and no row begins or ends in white space."""
    texts = ["\r\n".join(lines) for lines in pages]
    table, position = [], 0
    for number, page in enumerate(texts, start=1):
        table.append(Page(number, position, position + len(page)))
        position += len(page) + 1
    text = "\n".join(texts)
    end = 0
    for block in locate_rows(text, table):
        assert end <= block.start < block.end
        assert text[block.start : block.end].strip() == text[block.start : block.end]
        assert block.header
        end = block.end
