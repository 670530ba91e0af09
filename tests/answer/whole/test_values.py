"""Cells → numbers with their units, and dates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domaingpt.answer.whole.values import Day, amount, days, shown, unit_of_name


@pytest.mark.parametrize(
    ("cell", "number", "unit", "places"),
    [
        ("£1,145.00", "1145", "£", 2),
        ("+5.0%", "5", "%", 1),
        ("−31", "-31", "", 0),
        ("(120)", "-120", "", 0),
        ("16848000", "16848000", "", 0),
        ("12 years", "12", "years", 0),
        ("3.1x", "3.1", "x", 1),
        ("EUR 38 million", "38000000", "€", 0),
    ],
)
def test_a_cell_that_is_one_number_is_read_exactly(cell: str, number: str, unit: str, places: int) -> None:
    """With its unit and its decimal places as written."""
    found = amount(cell)
    assert found is not None
    assert (found.number, found.unit, found.places) == (Decimal(number), unit, places)


@pytest.mark.parametrize("cell", ["", "BR-1041", "0100", "£500 to £900", "about 5", "Aldermere", "2024-08-31", "41/2"])
def test_a_cell_that_is_no_number_is_none(cell: str) -> None:
    """Codes, ranges, bounds and dates are no amounts."""
    assert amount(cell) is None


def test_the_column_decides_which_of_two_numbers_is_the_month() -> None:
    """A 14 can be a day only; without one nothing tells, and only the year is known."""
    assert days(["02/03/2024", "14/03/2024"]) == [Day(2024, 3, 2), Day(2024, 3, 14)]
    assert days(["02/03/2024", "03/14/2024"]) == [Day(2024, 2, 3), Day(2024, 3, 14)]
    assert days(["02/03/2024"]) == [Day(2024)]
    assert days(["1 Sep 2024", "2024-09", "no day"]) == [Day(2024, 9, 1), Day(2024, 9), None]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("Cost (£)", "£"), ("Market value EUR", "EUR"), ("Value (SEK billion)", "SEK billion"), ("Sales (number)", ""), ("Weight", "")],
)  # fmt: skip
def test_a_columns_name_states_its_unit(name: str, unit: str) -> None:
    """In brackets, or as a currency."""
    assert unit_of_name(name) == unit


def test_numbers_are_shown_as_people_write_them() -> None:
    """Currency signs in front, other units behind, cents in full."""
    assert shown(Decimal(7140), "£", 2) == "£7,140.00"
    assert shown(Decimal("740.5"), "£", 1) == "£740.50"
    assert shown(Decimal("-15.2"), "SEK billion", 1) == "-SEK 15.2 billion"
    assert shown(Decimal(13625), "kWh", 0) == "13,625 kWh"
