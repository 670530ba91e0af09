"""Two scores a chunk → one, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from domaingpt.index import Candidate, Nearby
from domaingpt.retrieval.fusion import D_AROUND, D_OWN, D_SENTENCE, L_AROUND, L_OWN, SURER, fuse, standardised


def test_standardised_scores_have_mean_0_and_deviation_1() -> None:
    """1, 2, 3: mean 2, deviation √(2/3); so -1.2247, 0, 1.2247."""
    assert standardised(np.array([1.0, 2.0, 3.0])) == pytest.approx([-1.2247, 0, 1.2247], abs=1e-4)


@pytest.mark.parametrize("scores", [[2.0, 2.0], [5.0], []])
def test_scores_that_do_not_differ_are_all_0(scores: list[float]) -> None:
    """No division by zero; none at all give none."""
    assert standardised(np.array(scores)).tolist() == [0.0] * len(scores)


FALLING, RISING, LEVEL = (0.9, 0.5, 0.1), (0.0, 4.0, 8.0), (1.0, 1.0, 1.0)


def given(dense=LEVEL, sentence=LEVEL, dense_around=LEVEL, lexical=LEVEL, lexical_around=LEVEL):
    """Return three candidates a, b and c with these scores, and what stands around them."""
    candidates = [Candidate(name, d, x) for name, d, x in zip("abc", dense, lexical, strict=True)]
    nearby = [Nearby(d, s, x) for d, s, x in zip(dense_around, sentence, lexical_around, strict=True)]
    return candidates, nearby


Z = np.array([1.2247, 0, -1.2247])  # of .9 .5 .1


@pytest.mark.parametrize(
    ("part", "weight"),
    [("dense", 0.6), ("sentence", 0.6), ("dense_around", 0.6), ("lexical", 0.4), ("lexical_around", 0.4)],
)
def test_each_part_counts_for_its_arm(part: str, weight: float) -> None:
    """The only part that differs makes the whole of its arm, 1.2247 0 -1.2247; the other arm is level.

    So the fused score is the weight times that, less .2 · 4 · .6 · .4 = .192 of the smaller arm's.
    """
    fused = fuse(*given(**{part: FALLING}), 0.6)
    assert fused == pytest.approx(weight * Z - SURER * 0.96 * np.minimum(Z, 0), abs=1e-4)


def test_parts_of_an_arm_count_their_shares() -> None:
    """The chunk itself falls, its surroundings rise: 1.2247 · (.25 - .75) is their sum, standardised -1.2247."""
    fused = fuse(*given(lexical=FALLING, lexical_around=RISING), 0.0)
    assert fused == pytest.approx(-Z * np.sign(L_AROUND - L_OWN), abs=1e-4)
    sentence, dense, around = fuse(
        *given(dense=(0, 1, 0), sentence=(1, 0, 0), dense_around=(0, 0, 1)), 1.0
    )  # one part each: the order is that of the shares
    assert sentence > dense > around


def test_a_chunk_that_one_arm_is_sure_of_beats_one_that_both_are_half_sure_of() -> None:
    """D = z(3, 2, 1, 0) and L = z(0, 1, 2, 3) sum to 0 everywhere; the smaller is least at both ends."""
    candidates = [Candidate(name, d, x) for name, d, x in zip("abcd", (3, 2, 1, 0), (0, 1, 2, 3), strict=True)]
    nearby = [Nearby(c.dense, c.dense, c.lexical) for c in candidates]
    fused = fuse(candidates, nearby, 0.5)
    assert fused[0] == pytest.approx(fused[3])
    assert fused[0] > fused[1] == pytest.approx(fused[2])


def test_shares_of_an_arm_sum_to_one() -> None:
    """So that the weight alone says what the arms count."""
    assert pytest.approx(1) == D_OWN + D_SENTENCE + D_AROUND
    assert pytest.approx(1) == L_OWN + L_AROUND


@pytest.mark.parametrize(("weight", "best"), [(0.0, 2), (1.0, 0)])
def test_a_weight_of_0_or_1_leaves_one_arm(weight: float, best: int) -> None:
    """The other arm does not count at all."""
    assert int(np.argmax(fuse(*given(FALLING, FALLING, FALLING, RISING, RISING), weight))) == best


@pytest.mark.parametrize("silent", ["dense", "lexical"])
def test_an_arm_that_was_not_asked_counts_nothing(silent: str) -> None:
    """The order is that of the other."""
    nothing = (None, None, None)
    if silent == "dense":
        fused = fuse(*given(nothing, nothing, nothing, RISING, RISING), 0.0)
    else:
        fused = fuse(*given(RISING, RISING, RISING, nothing, nothing), 1.0)
    assert fused.argsort().tolist() == [0, 1, 2]


def test_no_candidates_have_no_scores() -> None:
    """Not an error."""
    assert fuse([], [], 0.6).tolist() == []
