"""Where a quote begins and ends."""

from __future__ import annotations

import pytest

from domaingpt.retrieval.quoting import MAX_QUOTE_CHARACTERS, quoted_stretch, with_neighbours
from domaingpt.types import Sentence


def quoted(*parts: str, place: int) -> str:
    """Return what is quoted of a text made of these sentences, for one of them."""
    text, sentences = "", []
    for part in parts:
        sentences.append(Sentence(len(text), len(text) + len(part)))
        text += part + " "
    start, end = with_neighbours(sentences, place, lambda s: text[s.start : s.end])
    return text[start:end]


FOUNDED = "The Office of Western Medicine is old."


@pytest.mark.parametrize(
    "sentence",
    [
        "It was founded in 1263.",
        "This is disputed.",
        "Their house stands.",
        "The latter moved.",
        "Es wurde 1263 gegründet.",
    ],
)
def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it(sentence: str) -> None:
    """What "it" is stands there."""
    assert quoted("Rain fell.", FOUNDED, sentence, place=2) == f"{FOUNDED} {sentence}"


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (FOUNDED, "Item 4 was founded in 1263."),
        (FOUNDED, "Thistles grow here."),
        ("Services 19,604 17,486", "It was founded in 1263."),  # a row: no sentence that is before
        ("X" * MAX_QUOTE_CHARACTERS + ".", "It was founded in 1263."),
    ],
)
def test_other_sentences_stand_by_themselves(before: str, sentence: str) -> None:
    """They name what they speak of, or there is nothing before them to name it."""
    assert quoted(before, sentence, place=1) == sentence


def test_an_announcement_is_quoted_with_what_it_announces() -> None:
    """As many of the items as there is room for, whole."""
    items = ["- civil offices", "- military offices", "- " + "x" * 250]
    assert quoted("The government has three parts:", *items, place=0) == " ".join(
        ["The government has three parts:", *items[:2]]
    )


def test_an_announced_table_is_not_run_on() -> None:
    """Its rows are quoted by themselves, with the names of their columns."""
    assert quoted("We asked for three quotations:", "| Firm | Price |", place=0) == "We asked for three quotations:"


def coverage(*words: str):
    return lambda text: sum(word in text for word in words) / len(words)


def test_a_stretch_of_short_clauses_is_filled_up_with_words() -> None:
    """ "Merit," alone would tell nothing: it goes on to the last whole word that fits."""
    text = "Merit, " + " ".join(["network"] * 60)
    start, end = quoted_stretch(text, coverage("Merit"))
    assert (start, text[start:end].split()[-1]) == (0, "network")
    assert MAX_QUOTE_CHARACTERS - len(" network") <= end <= MAX_QUOTE_CHARACTERS


def test_of_stretches_that_cover_the_same_the_longest_is_quoted() -> None:
    """The first clause and the rest hold one of the two words each."""
    text = "alpha " + "a" * 200 + ", beta " + "b" * 100 + ", " + "c" * 180
    assert quoted_stretch(text, coverage("alpha", "beta")) == (text.index("beta"), text.index("beta") + 287)


def test_a_short_sentence_is_quoted_whole() -> None:
    """Whatever it covers."""
    assert quoted_stretch("It rains; it pours.", coverage("sun")) == (0, 19)
