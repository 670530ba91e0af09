"""Questions → plans, or none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domaingpt.answer.whole.plan import detect


@pytest.mark.parametrize(
    ("question", "operation", "words"),
    [
        ("How many tenants are there?", "count", "tenants are there"),
        ("Could you tell me how many tenants there are?", "count", "tenants there are"),
        ("List all tenants", "list", "tenants"),
        ("What is the total cost of repairs?", "sum", "is the cost of repairs"),
        ("What did we spend on repairs altogether?", "sum", "did we spend on repairs"),
        ("How much did we spend on gas?", "sum", "did we spend on gas"),
        ("What is the average rent?", "average", "is rent"),
        ("What is the median rent?", "median", "is the rent"),
        ("Which repair was the most expensive?", "max", "repair was"),
        ("Which repair was the cheapest?", "min", "repair was"),
        ("Which company reports first?", "min", "company reports"),
        ("Which open actions belong to Ann?", "list", "open actions belong to Ann"),
    ],
)
def test_a_question_about_everything_gives_its_operation(question: str, operation: str, words: str) -> None:
    """And what is left of its words."""
    plan = detect(question)
    assert plan is not None
    assert (plan.operation, plan.words) == (operation, words)


@pytest.mark.parametrize(
    "question",
    [
        "When is the final payment due?",
        "What is the name of the quarterback who was 38?",
        "Why did the fan fail?",
        "Wie viele Mieter gibt es?",
        "有多少租户？",
    ],
)
def test_an_ordinary_question_gives_no_plan(question: str) -> None:
    """Nor does one in another language."""
    assert detect(question) is None


def test_conditions_are_taken_out_of_the_words() -> None:
    """Numbers with bounds and units; periods as days that sort."""
    plan = detect("How many tenants paid more than £1,000 between January and March 2024?")
    assert plan is not None
    (limit,) = plan.limits
    assert (limit.low, limit.high, limit.unit) == (Decimal(1000), None, "£")
    assert [limit.holds(Decimal(n)) for n in (999, 1000, 1001)] == [False, False, True]
    (period,) = plan.periods
    assert (period.low, period.high) == ("2024-01-00", "2024-03-99")
    assert plan.words == "tenants paid"


@pytest.mark.parametrize(
    ("words", "inside", "outside"),
    [
        ("in 2024", "2024-05-01", "2025-01-01"),
        ("in March 2024", "2024-03-31", "2024-04-01"),
        ("before 15 March 2024", "2024-03-14", "2024-03-15"),
        ("after 15 March 2024", "2024-03-16", "2024-03-15"),
        ("since March 2024", "2024-03-01", "2024-02-29"),
        ("after 2022", "2023-01-01", "2022-12-31"),
        ("before 2022", "2021-12-31", "2022-01-01"),
        ("in the second quarter of 2024", "2024-06-30", "2024-07-01"),
        ("between 1 and 10 March 2024", "2024-03-10", "2024-03-11"),
        ("from 5 January 2024 to 3 February 2024", "2024-02-03", "2024-02-04"),
    ],
)
def test_a_period_holds_its_days_and_no_others(words: str, inside: str, outside: str) -> None:
    """Whatever the preposition."""
    plan = detect(f"How many payments were made {words}?")
    assert plan is not None
    (period,) = plan.periods
    assert period.low <= inside <= period.high
    assert not period.low <= outside <= period.high


def test_the_kinds_of_questions_about_documents() -> None:
    """Which mention, where mentioned, how many there are, of a kind."""
    mention = detect("Which leases mention pets?")
    where = detect("Where is asbestos mentioned?")
    every = detect("How many documents are there?")
    kind = detect("Which insurance documents are there?")
    assert mention is not None and (mention.operation, mention.words, mention.topic) == ("documents", "leases", "pets")
    assert where is not None and (where.operation, where.topic) == ("documents", "asbestos")
    assert every is not None and (every.operation, every.counting) == ("documents", True)
    assert kind is not None and kind.words.strip() == "insurance"


def test_a_number_before_a_superlative_is_how_many() -> None:
    """And what is summed up first is summed, whatever superlative follows."""
    top = detect("What are the three largest positions?")
    total = detect("What is the total value of the largest projects?")
    assert top is not None and (top.operation, top.n) == ("max", 3)
    assert total is not None and total.operation == "sum"
