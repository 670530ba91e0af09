"""Printed tables → rows with a tab between cells and one name a column, through PDFium."""

from __future__ import annotations

import time

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaingpt.documents.pdf.lines import page_text
from domaingpt.documents.pdf.reader import read
from tests.documents.table_files import drawn, row, rows_of

SPANS = [(285, 740, "Three Months Ended"), (450, 740, "Six Months Ended")]
NAMES = row(726, "", "May 31,", "May 31,", "May 31,", "May 31,") + row(716, "", "2031", "2030", "2031", "2030")
INCOME = "Income › in thousands ›  | Three Months Ended May 31, 2031 | Three Months Ended May 31, 2030 | Six Months Ended May 31, 2031 | Six Months Ended May 31, 2030"  # fmt: skip


def income(*rows):
    page = [(50, 770, "The following table shows income (in thousands):"), *SPANS, *NAMES]
    return [*page, *(placed for each in rows for placed in each)]


def test_names_that_span_columns_are_a_part_of_each() -> None:
    """Wrapped dates are one name; the rows keep their characters."""
    pdf = drawn(
        income(row(700, "Tickets", "4,118", "3,902", "8,204", "7,655"), row(686, "Fuel", "(31)", "—", "9", "8"))
    )
    header = INCOME.replace("Income", "income")
    assert rows_of(pdf) == [("Tickets\t4,118\t3,902\t8,204\t7,655", header), ("Fuel\t(31)\t—\t9\t8", header)]


def test_empty_cell_leaves_two_tabs() -> None:
    """So the n-th cell stays that of the n-th name; at the end nothing is left to say."""
    pdf = drawn(
        row(740, "Site", "Level 1", "Level 2", "Level 3")
        + row(720, "Aldmoor", "412", "77", "9")
        + row(706, "Brinkley", "1,204", "", "31")
        + row(692, "Corran", "88", "16")
    )
    assert [text for text, _ in rows_of(pdf)] == ["Aldmoor\t412\t77\t9", "Brinkley\t1,204\t\t31", "Corran\t88\t16"]
    assert {header for _, header in rows_of(pdf)} == {"Site | Level 1 | Level 2 | Level 3"}


def test_row_without_a_label_has_names_from_its_first_cell_on() -> None:
    """A block does not begin with white space."""
    pdf = drawn(
        row(740, "Site", "Boats", "Crews")
        + row(720, "Aldmoor", "412", "77")
        + row(706, "Brinkley", "120", "31")
        + row(692, "", "532", "108")
    )
    assert rows_of(pdf)[-1] == ("532\t108", "Boats | Crews")


def test_currency_stands_with_its_figure_and_not_with_the_one_before() -> None:
    """In filings "$" is set a few points after the figure of the column before."""
    page = row(740, "Item", "2031", "2030")
    for y, label, one, two in ((720, "Rent", "5,100", "4,900"), (706, "Wages", "61", "58")):
        page += [*row(y, label, one, two), (262, y, "$"), (304, y, "$")]
    assert [text for text, _ in rows_of(drawn(page))] == ["Rent\t$ 5,100\t$ 4,900", "Wages\t$ 61\t$ 58"]


def test_table_drawn_column_by_column_is_put_in_printed_order() -> None:
    """Every row is one span of the text all the same, and no character is lost."""
    cells = row(740, "Item", "Boats", "Crews") + row(720, "Rent", "5.10", "4.90") + row(706, "Wages", "61.0", "58.0")
    by_column = sorted(cells, key=lambda placed: (placed[0], -placed[1]))
    pdf = drawn([(50, 780, "Costs"), *by_column])
    assert rows_of(pdf) == [("Rent\t5.10\t4.90", "Costs › Item | Boats | Crews"), ("Wages\t61.0\t58.0", "Costs › Item | Boats | Crews")]  # fmt: skip
    assert sorted("".join(read(pdf, "a.pdf", lambda: None).text.split())) == sorted(
        "CostsItemBoatsCrewsRent5.104.90Wages61.058.0"
    )


GRID = [(45, y, 445, y) for y in (755, 735, 705, 675, 645)] + [(x, 645, x, 755) for x in (45, 145, 295, 445)]
SERVICES = [
    (50, 742, "Service"), (150, 742, "Supplier"), (300, 742, "Remedy"),
    (50, 724, "Pump"), (50, 712, "inspection"), (150, 724, "Velthuis"), (300, 724, "a tenth of the fee"),
    (300, 712, "is returned"),
    (50, 694, "Towing"), (150, 694, "Okafor"), (150, 682, "and Sons"), (300, 694, "none"),
    (50, 664, "Survey"), (150, 664, "Velthuis"), (300, 664, "free of charge"),
]  # fmt: skip


@pytest.mark.parametrize("by_line", [False, True], ids=["cell by cell", "line by line"])
def test_ruled_table_of_words_has_each_cell_whole(by_line: bool) -> None:
    """Rules part rows and columns, in whatever order the lines of wrapped cells were drawn."""
    drawing = sorted(SERVICES, key=lambda placed: (-placed[1], placed[0])) if by_line else SERVICES
    header = "Schedule 2 › Service | Supplier | Remedy"
    assert rows_of(drawn([(50, 780, "Schedule 2"), *drawing], lines=GRID)) == [
        ("Pump inspection\tVelthuis\ta tenth of the fee is returned", header),
        ("Towing\tOkafor and Sons\tnone", header),
        ("Survey\tVelthuis\tfree of charge", header),
    ]


def test_words_without_rules_need_even_columns() -> None:
    """Three rows below each other, none of them prose."""
    page = [
        placed
        for y, cells in ((740, ("Name", "Duty", "Place")), (724, ("Ines", "master", "quay")),
                         (708, ("Tomas", "engineer", "dock")), (692, ("Wen", "watch", "mole")))
        for placed in zip((50, 200, 350), (y, y, y), cells, strict=True)
    ]  # fmt: skip
    assert rows_of(drawn(page)) == [
        ("Ines\tmaster\tquay", "Name | Duty | Place"),
        ("Tomas\tengineer\tdock", "Name | Duty | Place"),
        ("Wen\twatch\tmole", "Name | Duty | Place"),
    ]


def test_prose_in_two_columns_is_no_table() -> None:
    """Its lines stand beside each other, and were drawn column by column."""
    words = "ships that lie in the harbour over night pay"
    page = [(x, 740 - 12 * i, f"{words} {i}") for x in (50, 320) for i in range(12)]
    document = read(drawn(page), "a.pdf", lambda: None)
    assert not document.blocks
    assert "\t" not in document.text


def test_list_with_marks_is_no_table() -> None:
    """A mark and a text are no two cells."""
    page = [(x, 740 - 14 * i, text) for i in range(5) for x, text in ((50, "•"), (80, f"The hirer pays it, item {i}"))]
    assert not read(drawn(page), "a.pdf", lambda: None).blocks


def test_tables_beside_each_other_are_two() -> None:
    """Each was drawn whole."""
    one = row(740, "Berths", "Number", "Metres", right=150, step=60) + row(
        724, "North", "14", "180", right=150, step=60
    )
    one += row(710, "South", "9", "95", right=150, step=60)
    two = row(740, "Cranes", "Number", "Tonnes", left=330, right=430, step=60)
    two += row(724, "Gantry", "5", "40", left=330, right=430, step=60)
    two += row(710, "Mobile", "11", "16", left=330, right=430, step=60)
    found = rows_of(drawn([*one, *two]))
    assert ("North\t14\t180", "Berths | Number | Metres") in found
    assert ("Mobile\t11\t16", "Cranes | Number | Tonnes") in found


def test_table_goes_on_over_the_page_with_its_names() -> None:
    """The second page has none of its own."""
    first = row(100, "Site", "Boats", "Crews") + row(80, "Aldmoor", "4.12", "77") + row(66, "Brinkley", "1.20", "31")
    second = row(760, "Corran", "8.80", "16") + row(746, "Dunvale", "6.50", "24")
    assert rows_of(drawn(first, second))[-1] == ("Dunvale\t6.50\t24", "Site | Boats | Crews")


def test_turned_table_is_read_as_it_runs() -> None:
    """A table printed sideways."""
    page = row(540, "Site", "Boats", "Crews") + row(520, "Aldmoor", "4.12", "77") + row(506, "Brinkley", "1.20", "31")
    assert rows_of(drawn(page, turned=True))[0] == ("Aldmoor\t4.12\t77", "Site | Boats | Crews")


def test_date_over_groups_of_rows_is_said_of_those_below() -> None:
    """It stands among the labels."""
    page = [*row(740, "", "Level 1", "Level 2"), (50, 726, "May 31, 2031")]
    page += row(712, "Assets", "4.10", "7.70") + row(698, "Debts", "1.20", "3.10") + [(50, 684, "May 31, 2030")]
    page += row(670, "Assets", "4.00", "7.00") + row(656, "Debts", "1.00", "3.00")
    headers = [header for _, header in rows_of(drawn(page))]
    assert headers[0] == headers[1] == "May 31, 2031 ›  | Level 1 | Level 2"
    assert headers[2] == headers[3] == "May 31, 2030 ›  | Level 1 | Level 2"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(20, 560), st.floats(20, 780),
            st.sampled_from(["Cash", "$", "1,204", "(31)", "—", "2031", "May 31,", "Level 1", ")", "%", "Total cost"]),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_no_character_is_lost_wherever_words_stand(words) -> None:
    """White space and the order of a table's lines are all that is chosen."""
    pdf = drawn([(round(x), round(y), text) for x, y, text in words])
    document = read(pdf, "a.pdf", lambda: None)
    page = pypdfium2.PdfDocument(pdf)[0]
    # PDFium itself leaves out what is printed twice in one place.
    assert sorted("".join(document.text.split())) == sorted("".join(page_text(page.get_textpage()).split()))
    for block in document.blocks:
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end] != ""


def test_pages_made_to_be_slow_are_read_in_time() -> None:
    """Thousands of words and rules, each beside and over all the others."""
    page = [(20 + 7 * (i % 80), 790 - 10 * (i // 80), str(i % 10)) for i in range(6000)]
    lines = [(20 + i / 4, 10, 20 + i / 4, 790) for i in range(2000)] + [(20, 10 + i / 3, 580, 10 + i / 3) for i in range(1900)]  # fmt: skip
    start = time.process_time()
    read(drawn(page, lines=lines, size=4), "a.pdf", lambda: None)
    assert time.process_time() - start < 10
