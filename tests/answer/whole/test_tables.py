"""Stored documents → tables with named cells, totals and remainders apart."""

from __future__ import annotations

import pytest

from domaingpt.answer.whole.tables import relations, row_cells, tables_of
from domaingpt.documents import read_document
from domaingpt.types import Block, Document


def table_of(path: str, text: str):
    (table,) = tables_of(read_document(text.encode(), path))
    return table


@pytest.mark.parametrize(
    ("text", "header", "cells"),
    [
        ("Work: Drain: relined | Cost (£): 890", "", {"Work": "Drain: relined", "Cost (£)": "890"}),
        ("| Roof | poor | |", "Room | Condition | Remark", {"Room": "Roof", "Condition": "poor"}),
        ("Gold mine 3.9 2027–2029 0%", "Project Value (SEK bn) Deliveries Progress",
         {"Project": "Gold mine", "Value (SEK bn)": "3.9", "Deliveries": "2027–2029", "Progress": "0%"}),
        ("5 1 Jan 2025 2,121.55 1,392.82", "No. Due Payment (£) Interest (£)",
         {"No. Due": "5 1 Jan 2025", "Payment (£)": "2,121.55", "Interest (£)": "1,392.82"}),
        # Figures that no name could be given: the header has fewer names than the row has values.
        ("Consumer debit 0.95% + €0.10 0.25% + €0.08", "Card Blended Margin", {}),
        ("Room | Condition", "Room | Condition", {}),
    ],
)  # fmt: skip
def test_a_rows_cells_are_named_by_the_row_or_its_header(text: str, header: str, cells: dict[str, str]) -> None:
    """Whatever the reader left: names in the row, bars under a header, or a printed line."""
    assert row_cells(text, header) == cells


def test_a_total_row_is_set_apart_by_its_name() -> None:
    """It is no item."""
    table = table_of("costs.csv", "Item,Cost (£)\nPaint,10\nBrush,5\nTotal,15\n")
    assert [row.cells["Item"] for row in table.rows] == ["Paint", "Brush"]
    assert [row.cells["Cost (£)"] for row in table.totals] == ["15"]


def test_a_total_row_is_set_apart_by_its_sum() -> None:
    """ "Net assets" sums up all rows above it, also the remainder, which is no item either."""
    text = "Company,Ticker,Sector,Value\nA,AA,Oil,1200\nB,BB,Gas,800\nC,CC,Oil,500\nOthers,,,300\nNet assets,,,2800\n"
    table = table_of("fund.csv", text)
    assert [row.cells["Company"] for row in table.rows] == ["A", "B", "C"]
    assert [row.cells["Company"] for row in table.partial] == ["Others"]
    assert [row.cells["Company"] for row in table.totals] == ["Net assets"]


def test_a_name_that_begins_with_total_is_an_item_where_rows_follow() -> None:
    """ "Total floor area" in the middle of a table sums up nothing."""
    table = table_of("facts.csv", "Item,Value\nRooms,5\nTotal floor area,118\nGarages,1\n")
    assert [row.cells["Item"] for row in table.rows] == ["Rooms", "Total floor area", "Garages"]


def test_tables_of_the_same_columns_are_one_relation() -> None:
    """Also where one of them leaves a column empty."""
    first = table_of("jan.csv", "Date,Payee,Amount,Note\n2024-01-02,Ann,5,late\n2024-01-03,Bob,6,\n")
    second = table_of("feb.csv", "Date,Payee,Amount,Note\n2024-02-02,Ann,7,\n2024-02-03,Bob,8,\n")
    other = table_of("rooms.csv", "Room,Floor,Size\nA,1,20\nB,2,30\n")
    joined, rooms = relations([first, second, other])
    assert len(joined.rows) == 4
    assert {name: column.kind for name, column in joined.columns.items()} == {
        "Date": "date", "Payee": "text", "Amount": "number", "Note": "text",
    }  # fmt: skip
    assert (joined.label, rooms.label) == ("Payee", "Room")


def test_numbers_that_name_rows_are_no_measure() -> None:
    """A column that counts, and years."""
    table = table_of("steps.csv", "No.,Built,Cost\n1,1999,10\n2,2004,30\n3,2011,20\n")
    (relation,) = relations([table])
    assert [name for name, column in relation.columns.items() if column.is_measure] == ["Cost"]


def test_rows_of_a_pdf_have_their_cells_by_tabs_under_names_that_are_no_times() -> None:
    """A price list is a list of items; a statement is none."""
    text = "Rope\t5 litres\t3,40 €\nLamp\t\t215,50 €\nCash\t12\t9"
    header, statement = "Prices › Article | Unit | Price", "Cash › Item | June 30, 2024 | June 30, 2023"
    starts = [0, text.index("Lamp"), text.index("Cash")]
    ends = [text.index("\n"), text.rindex("\n"), len(text)]
    blocks = tuple(
        Block("row", start, end, 0, header if start < starts[2] else statement)
        for start, end in zip(starts, ends, strict=True)
    )
    (table,) = tables_of(Document("a.pdf", text, blocks=blocks))
    assert [row.cells for row in table.rows] == [
        {"Article": "Rope", "Unit": "5 litres", "Price": "3,40 €"},
        {"Article": "Lamp", "Price": "215,50 €"},
    ]
