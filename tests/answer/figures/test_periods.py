from __future__ import annotations

import pytest

from domaingpt.answer.figures.periods import Asked, Day, asked_period, fits, without_period


def asked(question: str) -> tuple[object, ...] | None:
    found = asked_period(question)
    return found and (found.end, found.months, found.quarter, found.year, found.is_fiscal, found.at)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Sales in the three months ended June 25, 2022?", (Day(2022, 6, 25), 3, None, None, False, False)),
        ("Sales of the quarter ended 25 June 2022", (Day(2022, 6, 25), 3, None, None, False, False)),
        ("Sales, 39 weeks ended October 1, 2022", (Day(2022, 10, 1), 9, None, None, False, False)),
        ("Sales in the December 2022 quarter", (Day(2022, 12), 3, None, None, False, False)),
        ("Cash on June 25, 2022", (Day(2022, 6, 25), None, None, None, False, True)),
        ("Cash at the end of September 2023", (Day(2023, 9), None, None, None, False, True)),
        ("Sales in the third quarter of fiscal 2022", (None, 3, 3, 2022, True, False)),
        ("Cash at the end of Q3 2022", (None, None, 3, 2022, False, True)),
        ("Sales in the first six months of fiscal 2023", (None, 6, 2, 2023, True, False)),
        ("Sales in fiscal 2022", (None, 12, None, 2022, True, False)),
        ("Sales a year before the quarter ended June 25, 2022", (Day(2021, 6), 3, None, None, False, False)),
        ("What were its sales?", (None, None, None, None, False, False)),
        ("Did sales grow from June 25, 2022 to July 1, 2023?", None),
        ("Sales of the three and nine months ended June 25, 2022, nine months", (Day(2022, 6, 25), 9, None, None, False, False)),
        ("Sales for three months and nine months", None),
    ],
)  # fmt: skip
def test_the_time_a_question_names(question: str, expected: tuple[object, ...] | None) -> None:
    assert asked(question) == expected


def test_words_for_the_time_are_blanked() -> None:
    question = "iPad sales in the quarter ended June 25, 2022?"
    found = asked_period(question)
    assert found is not None
    assert without_period(question, found).split() == ["ipad", "sales", "in", "the", "?"]


THIRD = Asked(months=3, quarter=3, year=2023, is_fiscal=True)


@pytest.mark.parametrize(
    ("question", "end", "months", "year_end", "expected"),
    [
        # A fiscal year that ends in January 2023: its third quarter ends in October 2022.
        (THIRD, Day(2022, 10, 30), 3, 1, True),
        (THIRD, Day(2022, 10, 30), 9, 1, False),
        (THIRD, Day(2023, 10, 29), 3, 1, False),
        # In September: its third quarter ends in June, or a day into July.
        (THIRD, Day(2023, 7, 1), 3, 9, True),
        (THIRD, Day(2023, 7, 1), 3, None, False),
        (Asked(end=Day(2022, 6, 25)), Day(2022, 6, 25), 3, None, True),
        (Asked(end=Day(2022, 6, 25)), Day(2022, 6, 26), 3, None, False),
        (Asked(end=Day(2022, 6)), Day(2022, 7, 2), 3, None, True),
        (Asked(end=Day(2022, 6, 25)), Day(2022), None, None, False),
        (Asked(months=12, year=2022), Day(2022), 12, 6, True),
    ],
)
def test_which_columns_are_of_the_time_asked_for(
    question: Asked, end: Day, months: int | None, year_end: int | None, *, expected: bool
) -> None:
    assert fits(question, end, months, year_end, says_quarter=False) is expected


def test_a_quarter_not_called_fiscal_is_fiscal_only_where_the_document_says_so() -> None:
    bare = Asked(months=3, quarter=3, year=2022)
    june, september = Day(2022, 6, 25), Day(2022, 9, 30)
    assert fits(bare, june, 3, 9, says_quarter=True)
    assert not fits(bare, june, 3, 9, says_quarter=False)
    assert fits(bare, september, 3, 12, says_quarter=False)
