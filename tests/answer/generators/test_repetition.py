"""Drafts that go round in circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.answer.generators.repetition import MIN_SENTENCE, REPEAT_WINDOW, SaidTwice, repeats


@pytest.mark.parametrize("period", [1, 3, 7, 12, 20])
def test_the_same_again_is_noticed_whatever_its_length(period: int) -> None:
    """As soon as a whole period, and at least REPEAT_WINDOW tokens, stand twice."""
    tokens = (list(range(period)) * 100)[:300]
    first = next(n for n in range(300) if repeats(tokens[:n]))
    assert first == period + max(period, REPEAT_WINDOW)


def test_a_short_phrase_may_come_again() -> None:
    """A name stands in many sentences; only what is said twice in a row is a loop."""
    tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12]
    assert not any(repeats(tokens[:n]) for n in range(len(tokens) + 1))


@given(st.lists(st.integers(0, 3), max_size=60))
def test_repeats_agrees_with_its_definition(tokens: list[int]) -> None:
    """Against a plain search over all periods."""
    expected = any(
        len(tokens) >= max(REPEAT_WINDOW, p) + p
        and all(tokens[-1 - i] == tokens[-1 - i - p] for i in range(max(REPEAT_WINDOW, p)))
        for p in range(1, len(tokens) + 1)
    )
    assert repeats(tokens) == expected


def heard(text: str, size: int) -> int | None:
    """Return how much of a text is taken, in pieces of a size, until something is said twice; None if nothing is."""
    said = SaidTwice()
    for at in range(0, len(text), size):
        if said.hear(text[at : at + size]):
            return at + size
    return None


BOILER, ROOF = "The boiler is old.", "The roof leaked in 2019."


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_sentence_said_before_is_noticed_also_further_up(size: int) -> None:
    """In whatever pieces it comes, and however its letters are cased."""
    text = f"{BOILER} {ROOF} Ask the owner.\nThe boiler  is OLD. And so on"
    end = heard(text, size)
    assert end is not None
    assert end == size or text[: end - 1].endswith("OLD." if size == 1 else text[: end - 1][-4:])


def test_different_sentences_are_no_repetition() -> None:
    """Nor are numbers with points in them, or a sentence that only begins like another."""
    text = f"{BOILER} {ROOF} The boiler is old and new. It cost 1.50 pounds. It cost 1.55 pounds. "
    assert heard(text, 3) is None


def test_short_sentences_may_stand_twice() -> None:
    """Enumerations and yes are no loop."""
    short = "Yes. " * 5
    assert len("Yes.") < MIN_SENTENCE
    assert heard(short, 1) is None


def test_chinese_sentences_count_without_spaces() -> None:
    """Their marks end a sentence by themselves."""
    sentence = "最终付款日为二〇四九年八月一日星期五。"
    assert heard(sentence, 1) is None
    assert heard(sentence * 2, 1) == 2 * len(sentence)
