"""What a backed sentence must say to be an answer."""

from __future__ import annotations

import pytest

from domaingpt.answer.relevance import answers
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
