"""Systems: means, times, several domains as one, and one against the better of others."""

from __future__ import annotations

import pytest

from domaingpt.evaluation import Measure, Question
from domaingpt.evaluation.retrieved import Retrieved
from domaingpt.evaluation.systems import System, compare, from_run, percentile, pooled

R, PAGE = Measure("R", 5), Measure("page", 5)


def system(name: str, *values: float, ms: float = 1.0) -> System:
    results = [Retrieved(Question(n, "?"), (), ms + n) for n in range(len(values))]
    return System(name, {}, results, {R: {str(n): value for n, value in enumerate(values)}, PAGE: {}})


def test_means_and_times() -> None:
    """None where nothing was measured."""
    one = system("hybrid", 1.0, 0.0, 0.5)
    assert (one.mean(R), one.mean(PAGE), one.mean(Measure("P", 1))) == (0.5, None, None)
    assert (one.ms(0.5), one.ms(1.0)) == (2.0, 3.0)
    assert (percentile([], 0.5), percentile([1.0, 2.0], 0.5)) == (None, 1.5)


def test_run_from_a_file_has_no_pages_and_no_times() -> None:
    """Only documents."""
    from domaingpt.evaluation.judgements import judgements

    judged = judgements([Question(1, "?", documents=("a",), pages=(1,))], ["a"])
    one = from_run("old.run", {"1": {"b": 2.0, "a": 1.0}}, judged, [Measure("RR", 10), PAGE])
    assert (one.mean(Measure("RR", 10)), one.mean(PAGE), one.ms(0.5)) == (0.5, None, None)


def test_every_question_counts_the_same_when_pooled() -> None:
    """Not every domain; equal ids of two domains are two questions."""
    together = pooled({"a": system("hybrid", 1.0, 1.0, 1.0), "b": system("hybrid", 0.0)})
    assert together.mean(R) == 0.75
    assert len(together.results) == 4


def test_first_is_compared_with_the_best_other() -> None:
    """Query by query, for each measure that all have."""
    hybrid, dense = system("hybrid", 1.0, 1.0, 1.0, 0.8), system("dense", 0.0, 0.0, 1.0, 0.0)
    lexical = system("lexical", 0.5, 0.5, 0.5, 0.3)
    (one,) = compare([hybrid, dense, lexical], [R, PAGE])
    assert (one.measure, one.against) == (R, "lexical")
    assert {name: value.mean for name, value in one.means.items()} == {
        "hybrid": pytest.approx(0.95),
        "dense": 0.25,
        "lexical": pytest.approx(0.45),
    }
    assert one.difference.mean == pytest.approx(0.5)
    assert (one.difference.low, one.difference.high) == (pytest.approx(0.5), pytest.approx(0.5))
    assert one.difference.excludes_zero
