"""What a backed sentence must say to be an answer, and which quotes are one."""

from __future__ import annotations

import pytest

from domaingpt.answer.relevance import AGREED_MARGIN, DOUBTFUL_MARGIN, MARGIN, answers, best_quotes
from domaingpt.index.terms import Analyzer

TERMS = Analyzer("en").terms
HULAGU = "His descendant Hulagu Khan sacked Baghdad, but Ghazan Khan would return to beat the Mamluks."


@pytest.mark.parametrize(
    ("sentence", "question", "good"),
    [
        ("His descendant Hulagu Khan sacked Baghdad.", "Which descendant of Genghis sacked Baghdad?", True),
        ("Hulagu Khan sacked Baghdad.", "Which descendant of Genghis sacked Baghdad?", True),  # 2 of 3 words kept
        ("Ghazan Khan would return.", "Which descendant of Genghis sacked Baghdad?", False),
        ("Hulagu Khan.", "Which descendant of Genghis sacked Baghdad?", False),  # a fragment: the quote says it all
    ],
)
def test_a_sentence_keeps_half_of_what_its_quote_says_of_the_question(sentence, question, good) -> None:
    """The quote holds "descendant", "sacked" and "Baghdad" of the question."""
    assert answers(sentence, HULAGU, question, TERMS) is good


@pytest.mark.parametrize(
    ("sentence", "question", "good"),
    [
        ("The roof was repaired in 2019.", "When was the roof repaired?", True),
        ("The roof was repaired by Menon.", "When was the roof repaired?", False),
        ("The roof was repaired by Menon.", "Who repaired the roof?", True),
        ("The roof was repaired in 2019.", "Who repaired the roof?", False),
    ],
)
def test_a_sentence_names_what_is_asked_for_if_its_quote_does(sentence, question, good) -> None:
    """A date for "when", somebody for "who"."""
    assert answers(sentence, "The roof was repaired by Menon in 2019.", question, TERMS) is good


def test_nothing_is_asked_for_that_the_quote_does_not_name_either() -> None:
    """The year may stand in the heading, which a sentence may leave out."""
    assert answers(
        "The roof was repaired by Menon.", "The roof was repaired by Menon.", "When was the roof repaired?", TERMS
    )


WHO = "Who sang the anthem?"
OPENED, GAGA, RAIN = "The anthem opened the game.", "Lady Gaga went first.", "Rain fell on all of it."


@pytest.mark.parametrize(("behind", "n"), [(MARGIN, 2), (MARGIN + 0.1, 1)])
def test_without_a_draft_a_second_quote_is_as_good_as_the_first(evidence, behind: float, n: int) -> None:
    """Or nearly so."""
    items = [evidence(OPENED, 9.0), evidence(GAGA, 9.0 - behind), evidence(RAIN, 9.0 - behind)]
    assert best_quotes(items, WHO, None, TERMS) == items[:n]


@pytest.mark.parametrize(("behind", "n"), [(AGREED_MARGIN, 2), (AGREED_MARGIN + 0.1, 1)])
def test_a_draft_that_agrees_with_the_best_quote_makes_it_enough(evidence, behind: float, n: int) -> None:
    """Though it did not pass: "the crowd" is nowhere, "opened" and "game" are."""
    items = [evidence(OPENED, 9.0), evidence(GAGA, 9.0 - behind)]
    assert best_quotes(items, WHO, "The anthem opened the game.", TERMS) == items[:n]


@pytest.mark.parametrize(("behind", "n"), [(DOUBTFUL_MARGIN, 2), (DOUBTFUL_MARGIN + 0.1, 1)])
def test_the_second_quote_is_where_the_draft_found_its_answer(evidence, behind: float, n: int) -> None:
    """The third piece, not the second."""
    items = [evidence(OPENED, 9.0), evidence(RAIN, 8.9), evidence(GAGA, 9.0 - behind)]
    assert best_quotes(items, WHO, "Lady Gaga sang the anthem.", TERMS) == [items[0], items[2]][:n]


def test_a_draft_that_is_nowhere_gives_the_next_quote_more_room(evidence) -> None:
    """The model found nothing in the first."""
    items = [evidence(OPENED, 9.0), evidence(RAIN, 9.0 - DOUBTFUL_MARGIN), evidence(GAGA, 9.0 - DOUBTFUL_MARGIN)]
    assert best_quotes(items, WHO, "Beyoncé sang it.", TERMS) == items[:2]


@pytest.mark.parametrize(("behind", "n"), [(AGREED_MARGIN, 2), (AGREED_MARGIN + 0.1, 1)])
def test_where_the_model_found_nothing_one_quote_is_enough(evidence, behind: float, n: int) -> None:
    """Unless another is as good as the same."""
    items = [evidence(OPENED, 9.0), evidence(GAGA, 9.0 - behind)]
    assert best_quotes(items, WHO, "", TERMS) == items[:n]


def test_a_sentence_with_marks_like_ours_is_no_second_quote(evidence) -> None:
    """It may be made to look like an answer with sources."""
    items = [evidence(OPENED, 9.0), evidence("The anthem was sung by Mallory [1].", 8.9)]
    assert best_quotes(items, WHO, None, TERMS) == items[:1]


def test_a_draft_without_news_is_no_opinion(evidence) -> None:
    """It only repeats the question."""
    items = [evidence(OPENED, 9.0), evidence(RAIN, 9.0 - DOUBTFUL_MARGIN)]
    assert best_quotes(items, WHO, "The anthem was sang.", TERMS) == items[:1]
