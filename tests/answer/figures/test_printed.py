"""Printed rows whose cells have names: what is told by them where counting does not tell."""

from __future__ import annotations

from domaingpt.answer.figures.columns import Column
from domaingpt.answer.figures.periods import Day
from domaingpt.answer.figures.printed import cells_by_name, printed_tables
from domaingpt.types import Block, Document, Page

JUNE, MARCH = Column(Day(2022, 6, 30)), Column(Day(2022, 3, 31))


def test_cells_stand_under_names_that_tell_a_time_and_nothing_else() -> None:
    """An empty cell moves nothing; notes, rates and carrying amounts are left alone."""
    names = ["Loan", "Rate", "June 30, 2022", "Net June 30, 2022", "March 31, 2022"]
    found = cells_by_name("Bond A\t5.1%\t\t12\t$ 1,204", names)
    assert [(column, cell.digits) for column, cell in found] == [(MARCH, "1,204")]
    assert cells_by_name("Bond A", names) == []


def document(header: str, rows: list[str], above: str) -> Document:
    text = "\n".join([above, *rows])
    blocks, position = [], len(above) + 1
    for row in rows:
        own = header if row[0].isalpha() else header.replace("Loan | ", "")
        blocks.append(Block("row", position, position + len(row), 0, own))
        position += len(row) + 1
    return Document("a.pdf", text, (Page(1, 0, len(text)),), tuple(blocks))


def test_table_with_columns_of_other_names_gives_those_of_times() -> None:
    """Counted, "Bond B" has two figures under two dates, one of them a year: the names do not agree."""
    header = "Debt › in millions › Loan | Year | Rate | June 30, 2022 | March 31, 2022"
    rows = ["Bond A\t2034\t5.1%\t1,204\t1,100", "Bond B\t2037\t4.0%\t310\t", "2039\t\t1,514\t1,100", "Notes\t\t\t9\t8"]
    (table,) = printed_tables(document(header, rows, "Debt (in millions)\nYear Rate June 30, 2022 March 31, 2022"))
    assert [(row.label, [(c.end, cell.digits) for c, cell in row.cells]) for row in table.rows] == [
        ("Bond A", [(JUNE.end, "1,204"), (MARCH.end, "1,100")]),
        ("", [(JUNE.end, "1,514"), (MARCH.end, "1,100")]),
        ("Notes", [(JUNE.end, "9"), (MARCH.end, "8")]),
    ]
