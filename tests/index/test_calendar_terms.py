"""Dates and quarters → the same terms however they are written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.index.calendar_terms import calendar_terms
from domaingpt.index.terms import Analyzer, fold


def found(text):
    return [term for term, _, _ in calendar_terms(fold(text))]


@pytest.mark.parametrize(
    "text",
    ["June 25, 2022", "25 June 2022", "Jun. 25, 2022", "the 25th of June 2022", "June 25,\r\n2022", "JUNE 25, 2022"],
)
def test_date_is_one_term_however_written(text):
    """It is the term that 2022-06-25 gives by itself, and its month besides."""
    assert found(text) == ["2022-06", "2022-06-25"]
    assert "2022-06-25" in Analyzer("en").terms("2022-06-25")


@pytest.mark.parametrize("text", ["September 2022", "Sept. 2022", "the September 2022 quarter", "September of 2022"])
def test_month_with_a_year_is_a_term(text):
    """Without a day there is no day's term."""
    assert found(text) == ["2022-09"]


@pytest.mark.parametrize(
    "text",
    [
        "third quarter of fiscal 2022",
        "third quarter of fiscal year 2022",
        "third fiscal quarter of 2022",
        "3rd quarter 2022",
        "fiscal 2022 third quarter",
        "3Q22",
        "the third quarter of the fiscal year 2022",
    ],
)
def test_quarter_in_words_is_the_quarter_in_short(text):
    """q3 for itself, and together with its year."""
    assert found(text) == ["q3", "2022q3"]


@pytest.mark.parametrize("text", ["Q3 2022", "2022 Q3", "2022-Q3", "q3 of 2022", "Q3, 2022"])
def test_short_quarter_is_not_said_twice(text):
    """Its q3 is a word of the text already."""
    assert found(text) == ["2022q3"]
    assert Analyzer("en").terms(text).count("q3") == 1


def test_fiscal_year_in_short_is_a_year():
    """FY22 and FY2022 are 2022; Q3 FY22 is all three."""
    assert found("FY22") == found("FY2022") == ["2022"]
    assert found("Q3 FY22") == ["2022q3", "2022"]
    assert found("Q2 '23") == ["2023q2"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May 5",
        "we may 2 say",
        "decide 2022",
        "quarter of a mile",
        "25 2022",
        "Q5 2022",
        "3/4/2022",
        "march on Rome",
        "q1",
    ],
)
def test_other_text_gives_nothing(text):
    """No year, no date; no number of a quarter, no quarter; figures alone have no known order."""
    assert found(text) == []


def test_years_beside_each_other_stay_apart():
    """Two quarters that are compared are two terms."""
    assert found("first quarter of 2023 compared to the first quarter of 2022") == ["q1", "2023q1", "q1", "2022q1"]


def test_analyzer_counts_a_date_once_and_keeps_its_words():
    """Repeating it says no more; the words are counted as they stand."""
    assert Analyzer("en").terms("June 25, 2022 and June 25, 2022").count("2022-06-25") == 1
    assert Analyzer("en").terms("June 25, 2022") == ["june", "25", "2022", "2022-06", "2022-06-25"]


def test_other_languages_are_left_alone():
    """The words are English; German text gets no terms from them."""
    assert Analyzer("de").terms("April 25, 2022") == ["april", "25", "2022"]


@given(st.text(alphabet="q1234 fy'0289-,ofthird quarterjune.", max_size=60))
def test_spans_lie_in_the_text(text):
    """Half-open, not empty, inside."""
    assert all(0 <= start < end <= len(text) for _, start, end in calendar_terms(text))


@pytest.mark.parametrize("text", ["q3 " * 60_000, f"q3{' ' * 200_000}2022", f"june{' ' * 200_000}2022", "fy " * 60_000])
def test_long_runs_take_no_square_of_their_length(text):
    """Once minutes; the bound is generous for a busy machine."""
    started = time.process_time()
    list(calendar_terms(text + " 2022"))
    assert time.process_time() - started < 5
