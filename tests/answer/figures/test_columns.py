from __future__ import annotations

import pytest

from domaingpt.answer.figures.columns import Column, cells_under, columns, split_row
from domaingpt.answer.figures.periods import Day

JUNE, JUNE_BEFORE = Day(2022, 6, 25), Day(2021, 6, 26)
FOUR = [Column(JUNE, 3), Column(JUNE_BEFORE, 3), Column(JUNE, 9), Column(JUNE_BEFORE, 9)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Three Months Ended Nine Months Ended\nJune 25,\n2022\nJune 26,\n2021\nJune 25,\n2022\nJune 26,\n2021",
            FOUR,
        ),
        (
            "Three Months Ended Nine Months Ended\nJune 25, June 26, June 25, June 26,\n2022 2021 2022 2021",
            FOUR,
        ),
        (
            "Three Months Ended Nine Months Ended\n"
            "June 25,\n2022\nJune 26,\n2021 Change\nJune 25,\n2022\nJune 26,\n2021 Change",
            [FOUR[0], FOUR[1], None, FOUR[2], FOUR[3], None],
        ),
        (
            "Three Months Ended\nSeptember 30,\nPercentage\nChange\n\n2022 2021",
            [Column(Day(2022, 9, 30), 3), Column(Day(2021, 9, 30), 3), None],
        ),
        ("December 31,\n2022\nJune 30,\n2022", [Column(Day(2022, 12, 31)), Column(Day(2022, 6, 30))]),
        ("Six Months Ended December 31, 2022", [Column(Day(2022, 12, 31), 6)]),
        ("Gross Amount Net Amount", None),
        # Three dates cannot stand under two spans.
        ("Three Months Ended Nine Months Ended\n2022 2021 2020", None),
    ],
)
def test_columns_that_a_header_names(header: str, expected: list[Column | None] | None) -> None:
    assert columns(header) == expected


@pytest.mark.parametrize(
    ("row", "label", "cells"),
    [
        ("Products $ 63,355 $ 63,948", "Products", ["$ 63,355", "$ 63,948"]),
        ("Other income/(expense), net (10) 243", "Other income/(expense), net", ["(10)", "243"]),
        ("Change (10 )% 5 %", "Change", ["(10)%", "5 %"]),
        ("Cash $ 17,305 $ — —", "Cash", ["$ 17,305", "$ —", "—"]),
        ("Services (1) 19,604 17,486 12 %", "Services", ["19,604", "17,486", "12 %"]),
        ("Net of allowance of $485 and $633 35,833 44,261", "Net of allowance of $485 and", ["35,833", "44,261"]),
        ("2012 issuance of $2.3 billion 2.13% 454", "2012 issuance of $2.3 billion", ["2.13%", "454"]),
        ("Sales grew in every region.", "Sales grew in every region.".strip("."), []),
    ],
)
def test_a_row_is_split_into_label_and_cells(row: str, label: str, cells: list[str]) -> None:
    found, figures = split_row(row)
    assert (found, [cell.text for cell in figures]) == (label, cells)


def test_signs_and_marks_of_cells() -> None:
    _, (loss, share, amount) = split_row("Total (1,024) 8% $12")
    assert (loss.digits, loss.is_negative, loss.is_percent) == ("1,024", True, False)
    assert (share.digits, share.is_percent) == ("8", True)
    assert (amount.currency, amount.is_negative) == ("$", False)


def figures_under(row: str, named: list[Column | None]) -> list[str] | None:
    matched = cells_under(split_row(row)[1], named)
    return None if matched is None else [cell.digits for _, cell in matched]


def test_cells_stand_under_columns_only_when_they_are_as_many() -> None:
    two = [FOUR[0], FOUR[1]]
    assert figures_under("Sales 5 4", two) == ["5", "4"]
    assert figures_under("Sales 5", two) is None
    assert figures_under("Sales 5 4 3", two) is None


def test_columns_of_changes_and_notes_are_passed_over() -> None:
    two = [FOUR[0], FOUR[1]]
    assert figures_under("Sales 5 4 25%", [*two, None]) == ["5", "4"]
    assert figures_under("Sales 5 4 25%", two) == ["5", "4"]
    assert figures_under("Margin 5% 4% 25%", two) is None
    assert figures_under("Sales 12 1,450 1,480", two) == ["1,450", "1,480"]
    assert figures_under("Loan of 2017 2024 2.50% 1,450 1,480", two) == ["1,450", "1,480"]
