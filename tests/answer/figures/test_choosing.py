from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import pytest

from domaingpt.answer.figures.answer import drafted
from domaingpt.answer.figures.choosing import find_figure
from domaingpt.answer.figures.fiscal import Calendar, calendar_of
from domaingpt.answer.figures.periods import Day
from domaingpt.answer.figures.printed import printed_tables
from domaingpt.index.terms import Analyzer
from domaingpt.types import Document
from tests.answer.figures.reports import CHIPWORKS, RIVERSTORE, SILICONIA, report

TERMS = Analyzer("en").terms
REPORTS = (RIVERSTORE, CHIPWORKS, SILICONIA)


def answer(question: str, *documents: Document) -> str | None:
    by_path = {document.path: document for document in documents or REPORTS}
    lines = [set(TERMS(line)) for document in by_path.values() for line in document.text.split("\n")]
    frequency = Counter(term for line in lines for term in line)

    def idf(terms: Sequence[str]) -> list[float]:
        return [math.log(1 + (len(lines) - frequency[term] + 0.5) / (frequency[term] + 0.5)) for term in terms]

    figure = find_figure(question, list(by_path), by_path.__getitem__, TERMS, idf)
    draft = drafted(figure) if figure else None
    return draft.text if draft else None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "What was Riverstore's net income in the third quarter of 2022?",
            "Net income (loss), three months ended September 30, 2022: $2,872 million [1] [2]",
        ),
        (
            "Operating income of Riverstore's Cloud segment for Q3 2022?",
            "Cloud: Operating income, three months ended September 30, 2022: $5,403 million [1] [2] [3]",
        ),
        (
            "Riverstore operating income, nine months ended September 30, 2022",
            "Operating income, nine months ended September 30, 2022: $8,363 million [1] [2]",
        ),
        (
            "How much did Riverstore spend on purchases of property and equipment in the twelve months ended "
            "September 30, 2022?",
            "Purchases of property and equipment, twelve months ended September 30, 2022: $(65,988) million [1] [2]",
        ),
        ("Riverstore inventories at December 31, 2021", "Inventories, December 31, 2021: $32,640 million [1] [2]"),
        (
            "What were Riverstore's diluted earnings per share for the nine months ended September 30, 2021?",
            "Diluted earnings per share, nine months ended September 30, 2021: $1.85 [1] [2]",
        ),
        (
            "How many diluted shares did Riverstore use for the three months ended September 30, 2022?",
            "Weighted-average shares used in computation of earnings per share: Diluted, "
            "three months ended September 30, 2022: 10,331 million shares [1] [2]",
        ),
        (
            "What was Riverstore's operating loss in International for the nine months ended September 30, 2022?",
            "International: Operating income (loss), nine months ended September 30, 2022: $(5,516) million [1] [2] [3]",
        ),
        (
            "What was Chipworks' revenue in the third quarter of fiscal year 2023?",
            "Revenue, three months ended October 30, 2022: $5,931 million [1] [2]",
        ),
        (
            "Chipworks Graphics revenue in the third quarter of fiscal 2023",
            "Graphics (Revenue by Reportable Segments), three months ended October 30, 2022: $2,115 million [1] [2]",
        ),
        (
            "Chipworks diluted net income per share in Q3 fiscal 2023",
            "Net income per share: Diluted, three months ended October 30, 2022: $0.27 [1] [2]",
        ),
        ("What was Siliconia's net revenue in Q3 2022?", "Net revenue, three months ended October 1, 2022: $15,338 million [1] [2]"),
        ("Siliconia total assets at December 25, 2021", "Total assets, December 25, 2021: $168,406 million [1] [2]"),
    ],
)  # fmt: skip
def test_the_cell_asked_for_is_the_answer(question: str, expected: str) -> None:
    assert answer(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Chipworks acquisition termination cost, three months ended October 30, 2022", id="a dash"),
        pytest.param("What was Siliconia's goodwill at October 30, 2022?", id="another company's date"),
        pytest.param("What was Riverstore's gross profit in Q3 2022?", id="no such row"),
        pytest.param("What was Riverstore's Podcast revenue in Q3 2022?", id="a name that no row has"),
        pytest.param("How did Chipworks revenue change from Q3 fiscal 2022 to Q3 fiscal 2023?", id="two periods"),
        pytest.param("What percentage did Chipworks Graphics revenue decline in Q3 fiscal 2023?", id="a change"),
        pytest.param("What was Chipworks' revenue in Q3 2022?", id="fiscal or not"),
        pytest.param("What was the net income for the nine months ended September 30, 2023?", id="no such period"),
        pytest.param("What were the net sales?", id="whose, and when"),
        pytest.param("Siliconia Notebook revenue in Q3 2022", id="columns that do not tell their dates"),
        pytest.param(
            "What were Riverstore's operating expenses in the six months ended September 30, 2022?", id="span"
        ),
    ],
)
def test_nothing_is_said_where_row_or_column_is_not_certain(question: str) -> None:
    assert answer(question) is None


def test_rivals_of_another_value_leave_it_undecided() -> None:
    page = "Results (in millions)\n\nJune 30, 2022 June 30, 2021\nGoods 5 4\nTotal 8 7\nHeld abroad\nGoods 3 2\n"
    document = report("a.pdf", page)
    assert answer("Goods on June 30, 2022", document) == "Goods, June 30, 2022: 5 million [1] [2]"
    twice = report("a.pdf", page.replace("Held abroad", "Total 9 9"))
    assert answer("Goods on June 30, 2022", twice) is None


def test_without_a_unit_no_figure_is_stated() -> None:
    page = "RESULTS\n\nJune 30, 2022 June 30, 2021\nGoods 5,000 4,000\nServices 2,000 1,000\n"
    assert answer("Goods on June 30, 2022", report("a.pdf", page)) is None


def test_a_period_that_is_not_named_is_that_of_the_only_report() -> None:
    expected = "Inventories, October 1, 2022: $12,831 million [1] [2]"
    assert answer("What were Siliconia's inventories?", SILICONIA) == expected


def test_every_number_stands_in_a_quote_that_is_verbatim() -> None:
    by_path = {RIVERSTORE.path: RIVERSTORE}
    question = "Operating income of Riverstore's Cloud segment for Q3 2022?"
    figure = find_figure(question, list(by_path), by_path.__getitem__, TERMS, lambda terms: [1.0] * len(terms))
    assert figure is not None
    draft = drafted(figure)
    assert draft is not None
    row, names, unit = draft.cited
    assert row.quote == "Operating income $ 4,883 $ 5,403 $ 13,239 $ 17,639"
    assert "September 30," in names.quote
    assert unit.quote == "(in millions)"
    assert all(RIVERSTORE.text[item.start : item.end] == item.quote for item in draft.cited)
    assert [item.page for item in draft.cited] == [5, 5, 5]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (RIVERSTORE, Calendar(Day(2022, 9, 30), 12, says_quarter=False)),
        (CHIPWORKS, Calendar(Day(2022, 10, 30), 1, says_quarter=False)),
        (SILICONIA, Calendar(Day(2022, 10, 1), 12, says_quarter=True)),
    ],
    ids=lambda value: getattr(value, "path", ""),
)
def test_the_fiscal_year_follows_from_the_tables(document: Document, expected: Calendar) -> None:
    assert calendar_of(document, printed_tables(document)) == expected


def test_a_sum_is_not_under_the_heading_of_the_rows_it_sums_up() -> None:
    flows = printed_tables(RIVERSTORE)[0]
    headings = {row.label: row.headings for row in flows.rows}
    assert headings["Inventories"] == ("Changes in operating assets and liabilities:",)
    assert headings["Net cash provided by (used in) operating activities"] == ()
    assert headings["Purchases of property and equipment"] == ("INVESTING ACTIVITIES:",)


def test_a_document_too_long_is_not_read_for_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Siliconia total assets at December 25, 2021"
    assert answer(question) is not None
    monkeypatch.setattr("domaingpt.answer.figures.choosing.MAX_CHARACTERS", len(SILICONIA.text) - 1)
    assert answer(question) is None
