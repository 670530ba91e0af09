"""Two scores a chunk → one, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from domaingpt.index import Candidate
from domaingpt.retrieval.fusion import fuse, standardised


def test_standardised_scores_have_mean_0_and_deviation_1() -> None:
    """1, 2, 3: mean 2, deviation √(2/3); so -1.2247, 0, 1.2247."""
    assert standardised(np.array([1.0, 2.0, 3.0])) == pytest.approx([-1.2247, 0, 1.2247], abs=1e-4)


@pytest.mark.parametrize("scores", [[2.0, 2.0], [5.0], []])
def test_scores_that_do_not_differ_are_all_0(scores: list[float]) -> None:
    """No division by zero; none at all give none."""
    assert standardised(np.array(scores)).tolist() == [0.0] * len(scores)


def test_fused_score_is_the_weighted_sum_of_both_arms() -> None:
    """Dense .9 .5 .1 → 1.2247 0 -1.2247; lexical 0 4 8 → the reverse.

    With weight .6: .6 · 1.2247 - .4 · 1.2247 = .2449 for the first, 0, and -.2449 for the last.
    """
    candidates = [Candidate("a", 0.9, 0.0), Candidate("b", 0.5, 4.0), Candidate("c", 0.1, 8.0)]
    assert fuse(candidates, 0.6) == pytest.approx([0.2449, 0, -0.2449], abs=1e-4)


@pytest.mark.parametrize(("weight", "best"), [(0.0, "c"), (1.0, "a")])
def test_a_weight_of_0_or_1_leaves_one_arm(weight: float, best: str) -> None:
    """The other arm does not count at all."""
    candidates = [Candidate("a", 0.9, 0.0), Candidate("b", 0.5, 4.0), Candidate("c", 0.1, 8.0)]
    assert candidates[int(np.argmax(fuse(candidates, weight)))].chunk_id == best


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([Candidate("a", 0.9, None), Candidate("b", 0.5, None)], [0.9, 0.5]),
        ([Candidate("a", None, 3.0), Candidate("b", None, 7.0)], [3.0, 7.0]),
        ([], []),
    ],
    ids=["dense", "lexical", "none"],
)
def test_one_arm_alone_keeps_its_own_scores(candidates: list[Candidate], expected: list[float]) -> None:
    """They are not standardised: a cosine stays a cosine."""
    assert fuse(candidates, 0.6).tolist() == expected
