"""What a backed sentence must say to be an answer, and which evidence a draft points at."""

from __future__ import annotations

import pytest

from domaingpt.answer.relevance import POINTED_MARGIN, answers, pointed_first
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


def test_the_evidence_that_holds_the_news_of_a_draft_comes_first(evidence) -> None:
    """ "Lady Gaga performed" is no answer that passes, but it tells where to look."""
    items = [
        evidence("The anthem opened the game.", 3.0),
        evidence("Lady Gaga sang first.", 2.5),
        evidence("Rain.", 2.4),
    ]
    ordered = pointed_first("Lady Gaga performed the anthem.", items, "Who performed the anthem?", TERMS)
    assert ordered == [items[1], items[0], items[2]]


@pytest.mark.parametrize("draft", ["Beyonce performed the anthem.", "The anthem opened the game.", "", "The anthem."])
def test_a_draft_that_points_nowhere_else_changes_nothing(evidence, draft: str) -> None:
    """Its news is nowhere, or in the best evidence already, or there is none."""
    items = [evidence("The anthem opened the game.", 3.0), evidence("Lady Gaga sang first.", 2.5)]
    assert pointed_first(draft, items, "Who performed the anthem?", TERMS) == items


def test_evidence_far_behind_is_not_pointed_at(evidence) -> None:
    """However well it fits the draft."""
    items = [evidence("The anthem opened the game.", 3.0), evidence("Lady Gaga sang first.", 2.9 - POINTED_MARGIN)]
    assert pointed_first("Lady Gaga performed the anthem.", items, "Who performed the anthem?", TERMS) == items
