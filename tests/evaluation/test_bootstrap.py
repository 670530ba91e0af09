"""Bootstrap intervals: against theory, another implementation, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from domaingpt.evaluation.bootstrap import Interval, interval, paired_difference


def test_interval_of_many_values_is_the_normal_one() -> None:
    """Mean ± 1.96 s / √n, by the central limit theorem."""
    values = np.random.default_rng(3).beta(2, 1, 2000)
    found = interval(values.tolist())
    margin = 1.96 * values.std() / math.sqrt(len(values))
    assert found.n == 2000
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - margin, abs=0.05 * margin)
    assert found.high == pytest.approx(values.mean() + margin, abs=0.05 * margin)


def test_interval_is_that_of_scipy() -> None:
    """The percentile method on a skewed sample."""
    values = np.random.default_rng(2).beta(0.5, 2, 60).tolist()
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(5)
    ).confidence_interval
    found = interval(values)
    assert (found.low, found.high) == (pytest.approx(theirs.low, abs=0.005), pytest.approx(theirs.high, abs=0.005))


def test_two_values_by_hand() -> None:
    """0 and 1 drawn twice give means 0, ½, ½, 1 equally often: the middle 95 % is [0, 1]."""
    assert interval([0.0, 1.0]) == Interval(0.5, 0.0, 1.0, 2)
    assert interval([0.25]) == Interval(0.25, 0.25, 0.25, 1)


def test_difference_is_paired() -> None:
    """What makes queries hard for both cancels out: a small gain on every query is sure."""
    random = np.random.default_rng(1)
    hard = {str(n): float(value) for n, value in enumerate(random.uniform(0, 0.9, 40))}
    better = {query: value + 0.05 for query, value in reversed(hard.items())}
    found = paired_difference(better, hard)
    assert found.mean == pytest.approx(0.05)
    assert (found.low, found.high) == (pytest.approx(0.05), pytest.approx(0.05))
    assert found.excludes_zero
    unpaired = [interval(list(values.values())) for values in (better, hard)]
    assert unpaired[0].low < unpaired[1].high


def test_no_difference_is_not_significant() -> None:
    """An interval that holds 0, on either side of it, or ends there."""
    assert not paired_difference({"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}).excludes_zero
    assert not Interval(0.1, 0.0, 0.2, 9).excludes_zero
    assert Interval(-0.1, -0.2, -0.01, 9).excludes_zero


def test_same_seed_same_interval() -> None:
    """Whatever was drawn before; another seed moves it a little."""
    values = np.random.default_rng(0).uniform(size=50).tolist()
    assert interval(values, seed=4) == interval(values, seed=4)
    assert interval(values, seed=4) != interval(values, seed=5)


def test_blocks_do_not_change_how_many_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory limit cuts the work, not the result."""
    values = [0.0, 1.0, 1.0]
    whole = interval(values, n_resamples=1000)
    monkeypatch.setattr("domaingpt.evaluation.bootstrap.BLOCK", 21)
    assert interval(values, n_resamples=1000) == whole


def test_systems_on_different_queries_are_refused() -> None:
    """A mean over other queries is no comparison."""
    with pytest.raises(ValueError, match="same queries"):
        paired_difference({"a": 1.0}, {"b": 1.0})
