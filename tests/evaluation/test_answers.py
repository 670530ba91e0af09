"""Grading of answers: what counts as holding the gold answer, and the shares."""

from __future__ import annotations

import pytest

from domaingpt.evaluation import Question
from domaingpt.evaluation.answers import AnswerShares, ask_all, graded, holds_answer, shares
from domaingpt.types import Answer, Citation


@pytest.mark.parametrize(
    ("text", "gold"),
    [
        pytest.param("It is due on 1 August 2049. [1]", "1 August 2049", id="verbatim"),
        pytest.param("THE Havgard East export-cable", "Havgard East export cable", id="case, hyphen, article"),
        pytest.param("the compliance officer [1] is Ruth Ekdahl", "compliance officer is Ruth Ekdahl", id="marks"),
        pytest.param("The backlog was SEK 41,300 million.", "SEK 41.3 billion", id="other scale"),
        pytest.param("5% of net assets", "5.0% of net assets", id="other decimals"),
        pytest.param("686 was generated", "680", id="within one per cent"),
        pytest.param("on 1 Aug 2049", "1 August 2049", id="date in another form"),
        pytest.param("It was £3,140.", "3140", id="a unit more"),
        pytest.param("最终付款日为2049年8月1日。", "2049年8月1日", id="chinese"),
        pytest.param("at least 60 days of holding", "at least 60 days", id="bound"),
    ],
)
def test_answer_holds_gold(text: str, gold: str) -> None:
    """By words one after the other, or by figures and words."""
    assert holds_answer(text, gold)


@pytest.mark.parametrize(
    ("text", "gold"),
    [
        pytest.param("690", "680", id="beyond one per cent"),
        pytest.param("It was 2024.", "2025", id="years are not rounded"),
        pytest.param("1,680", "680", id="part of a number"),
        pytest.param("EUR 41.3 billion", "SEK 41.3 billion", id="other currency"),
        pytest.param("60 days", "at least 60 days", id="bound missing"),
        pytest.param("5% of the shares", "5.0% of net assets", id="right figure of something else"),
        pytest.param("Ekdahl, Ruth", "Ruth Ekdahl", id="other order"),
        pytest.param("2 August 2049", "1 August 2049", id="other day"),
        pytest.param("anything", "—", id="empty gold"),
    ],
)
def test_answer_does_not_hold_gold(text: str, gold: str) -> None:
    """A rule of thumb, but not one that lets wrong figures pass."""
    assert not holds_answer(text, gold)


def answer(text: str | None, document: str = "a.pdf", page: int | None = 2) -> Answer:
    citation = Citation(1, document, page, "", "quote", 0, 5)
    cited = (citation,) if text is not None else ()
    return Answer("?", text, text is None, "quoted", cited, timings_ms={"total": 5.0})


QUESTION = Question(1, "?", answers=("12 days", "a fortnight"), documents=("a.pdf",), pages=(2, 3))


@pytest.mark.parametrize(
    ("given", "grades", "is_good"),
    [
        pytest.param(answer("12 days [1]"), (True, True, True), True, id="right"),
        pytest.param(answer("a fortnight [1]", page=3), (True, True, True), True, id="the other answer and page"),
        pytest.param(answer("13 days [1]"), (False, True, True), False, id="wrong answer"),
        pytest.param(answer("12 days [1]", page=4), (True, True, False), False, id="wrong page"),
        pytest.param(answer("12 days [1]", "b.pdf"), (True, False, False), False, id="wrong document"),
        pytest.param(answer(None), (False, None, None), False, id="refused"),
    ],
)
def test_grades_of_an_answerable_question(given: Answer, grades: tuple, is_good: bool) -> None:
    """Answer, document, page of the first citation."""
    result = graded(QUESTION, given)
    assert (result.holds_gold, result.right_document, result.right_page) == grades
    assert result.is_good is is_good


def test_what_a_question_does_not_say_is_not_graded() -> None:
    """No gold answer, no document, no page: any answer is as good."""
    result = graded(Question(1, "?"), answer("something [1]"))
    assert (result.holds_gold, result.right_document, result.right_page) == (None, None, None)
    assert result.is_good


def test_unanswerable_question_should_be_refused() -> None:
    """Whatever else is said."""
    question = Question(1, "?", answerable=False)
    assert graded(question, answer(None)).is_good
    assert not graded(question, answer("12 days [1]")).is_good
    assert graded(question, answer("12 days [1]")).right_document is None


def test_shares_by_hand() -> None:
    """Four answerable, one of them refused; one of two unanswerable refused."""
    told: list[tuple[int, int]] = []
    given = {
        "right": answer("12 days [1]"),
        "wrong page": answer("12 days [1]", page=9),
        "wrong": answer("13 days [1]", "b.pdf"),
        "refused": answer(None),
        "none": answer(None),
        "none, answered": answer("12 days [1]"),
    }
    questions = [
        Question(text, text, QUESTION.answers, QUESTION.documents, QUESTION.pages, answerable="none" not in text)
        for text in given
    ]
    results = ask_all(questions, given.__getitem__, lambda *numbers: told.append(numbers))
    assert shares(results) == AnswerShares(
        n_answerable=4,
        n_unanswerable=2,
        answered=3 / 4,
        holds_gold=2 / 4,
        right_document=2 / 3,
        right_page=1 / 3,
        refused=1 / 2,
    )
    assert told == [(n, 6) for n in range(7)]
    assert shares([]) == AnswerShares(0, 0, None, None, None, None, None)
