"""Question and evidence → support."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from domaingpt.answer.abstention.support import support, supports, words_of
from domaingpt.index.terms import Analyzer


class Words:
    """An index of which only words and their rarity are asked."""

    def __init__(self, idf: dict[str, float]) -> None:
        self.terms = Analyzer("en").terms
        self._idf = idf

    def idf(self, terms: Sequence[str]) -> list[float]:
        """Return the idf given, 2 for unknown terms."""
        return [self._idf.get(term, 2.0) for term in terms]


class Tokens:
    """An embedder whose word vectors are given by angle in degrees; unknown words are at 90."""

    def __init__(self, angles: dict[str, float]) -> None:
        self._angles = angles

    def encode_tokens(self, texts: Sequence[str]):
        """Return each word of a text at its angle."""
        return [(words := text.rstrip("?.").split(), np.array([self._vector(w) for w in words])) for text in texts]

    def _vector(self, word: str) -> list[float]:
        angle = math.radians(self._angles.get(word.lower(), 90.0))
        return [math.cos(angle), math.sin(angle)]


INDEX = Words({"boiler": 1.0})


def test_held_words_and_near_words_count_by_rarity(evidence) -> None:
    """Boiler (idf 1) is held: 1; warranty (idf 2) is 60° from "guarantee": .5.

    h = (1 · 1 + 2 · .5) / 3 = .6667; with the cosine .4 the support is .5333.
    """
    embedder = Tokens({"boiler": 0.0, "warranty": 60.0, "guarantee": 0.0, "the": -90.0, "has": -90.0, "a": -90.0})
    items = [evidence("The boiler has a guarantee.", dense=0.3), evidence("Other.", dense=0.4)]
    given = support("boiler warranty?", items, embedder, INDEX, dense=True)
    assert given == pytest.approx((0.4 + 2 / 3) / 2)


def test_framing_words_do_not_count(evidence) -> None:
    """ "How many boilers does the author mention" is about boilers."""
    embedder = Tokens({"boiler": 0.0})
    items = [evidence("The boiler runs.", dense=1.0)]
    assert support("How many boilers mentioned author?", items, embedder, INDEX, dense=True) == pytest.approx(1.0)
    # With nothing else in the question, they are all there is: neither stands in the evidence, nor near it.
    unrelated = Tokens({"the": 0.0, "boiler": 0.0, "runs": 0.0})
    assert support("author mentioned", items, unrelated, INDEX, dense=True) == pytest.approx(0.5)


def test_the_chunk_and_its_context_hold_words_too(evidence) -> None:
    """Word by word alone: boiler (1) stands in the heading, "before" in the chunk, pool (2) nowhere: 3 of 5."""
    items = [evidence("It runs.", context="Boiler", dense=0.9)]
    assert support("boiler before pool", items, Tokens({}), INDEX, dense=False) == pytest.approx(0.0 + 1 / 3)
    assert support("boiler runs pool", items, Tokens({}), INDEX, dense=False) == pytest.approx(3 / 5)


def test_without_evidence_there_is_no_support(evidence) -> None:
    """Several questions at once keep their order."""
    items = [evidence("The boiler runs.", dense=1.0)]
    given = supports(["boiler", "boiler"], [[], items], Tokens({"boiler": 0.0}), INDEX, dense=True)
    assert given == pytest.approx([0.0, 1.0])
    assert supports(["boiler"], [[]], Tokens({}), INDEX, dense=False) == [0.0]


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (["h", "##100", "gp", "##u", "?"], [("h100", [0, 1]), ("gpu", [2, 3]), ("?", [4])]),
        (["▁Vor", "fall", "▁war"], [("Vorfall", [0, 1]), ("war", [2])]),
        (["Ġun", "known", "Ġname"], [("unknown", [0, 1]), ("name", [2])]),
        (["plain", "words"], [("plain", [0]), ("words", [1])]),
        ([], []),
    ],
    ids=["WordPiece", "SentencePiece", "byte BPE", "whole words", "none"],
)
def test_pieces_become_words(tokens, words) -> None:
    """Whatever the tokenizer marks: pieces that go on, or pieces that begin."""
    assert words_of(tokens) == words
