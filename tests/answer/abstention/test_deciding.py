"""Support → answered or refused, and why."""

from __future__ import annotations

import json

import pytest

from domaingpt.answer.abstention.deciding import (
    JUDGE_EASE,
    JUDGE_REFUSED,
    NOT_CLOSE,
    NOTHING,
    TYPICAL,
    UNSUPPORTED,
    WORDS_REACH,
    Calibration,
    curve,
    shift_of,
    threshold,
    why_abstain,
)
from domaingpt.testing import ScriptedGenerator

# Foreign: 0, .02 … .18, median .09, nine in ten below .18. Own: .1, .2 … 1, nine in ten below 1.
CALIBRATION = Calibration.of(
    [n / 10 for n in range(10, 0, -1)], [n / 50 for n in range(10)], seed=0, dense=True, n_chunks=5
)
# A third of the way from the typical curve to its own.
LOW, HIGH = 0.2 + (0.09 - 0.2) / 3, 0.7 + (1.0 - 0.7) / 3
HALF = (LOW + HIGH) / 2


def test_strictness_lies_between_foreign_and_own_questions() -> None:
    """At 0 the median foreign question, at 1 the best tenth of own ones, a third of it its own: half way .4817."""
    assert CALIBRATION.ends == pytest.approx((0.09, 1.0))
    assert TYPICAL[True] == (0.2, 0.7)
    assert threshold(CALIBRATION, 0.5, dense=True) == pytest.approx(HALF)


def test_the_ends_never_cross() -> None:
    """Where own questions fare worse than foreign ones, both ends are the foreign one."""
    upside_down = Calibration.of([0.1], [0.3], seed=0, dense=True, n_chunks=1)
    assert upside_down.ends == (0.3, 0.3)


@pytest.mark.parametrize("calibration", [None, CALIBRATION], ids=["none", "of the other kind"])
def test_a_question_the_curve_is_not_for_takes_that_of_a_typical_domain(calibration) -> None:
    """One in a language that the embedder does not cover, in a domain of one that it does."""
    low, high = TYPICAL[False]
    assert threshold(calibration, 0.5, dense=False) == pytest.approx(low + 0.5 * WORDS_REACH * (high - low))


@pytest.mark.parametrize(
    ("support", "shift", "reason"),
    [
        (HALF + 0.01, 0.0, None),
        (HALF - 0.01, 0.0, UNSUPPORTED),
        (0.17, 0.0, NOT_CLOSE),  # nine in ten foreign questions reach less than .18
        (HALF + 0.01, 0.2, UNSUPPORTED),
        (HALF + 0.2 * (HIGH - LOW) - 0.01, 0.2, UNSUPPORTED),
        (HALF + 0.2 * (HIGH - LOW) + 0.01, 0.2, None),
        (HALF - 0.1 * (HIGH - LOW) + 0.01, -0.1, None),
    ],
)
def test_the_reason_says_what_is_missing(evidence, support, shift, reason) -> None:
    """A shift of .2 moves the place up by a fifth of the curve."""
    items = [evidence("Some quote.")]
    given = why_abstain(support, items, CALIBRATION, 0.5, dense=True, shift=shift)
    assert given == reason


def test_nothing_found_has_a_reason_of_its_own(evidence) -> None:
    """Whatever the strictness; strictness 0 answers from whatever was found."""
    assert why_abstain(0.0, [], CALIBRATION, 0.0, dense=True) == NOTHING
    assert why_abstain(0.0, [evidence("Some quote.")], CALIBRATION, 0.0, dense=True) is None


def test_a_calibration_survives_the_manifest() -> None:
    """As JSON and back; one of another version, or none, is not used."""
    stored = json.loads(json.dumps(CALIBRATION.to_json()))
    assert Calibration.from_json(stored) == CALIBRATION
    assert Calibration.from_json({**stored, "version": 99}) is None
    assert Calibration.from_json(None) is None


def test_the_curve_counts_what_each_strictness_refuses() -> None:
    """At .5 the threshold is .4817: four of ten own questions lie below, and all foreign ones."""
    points = {point.strictness: point for point in curve(CALIBRATION)}
    assert (points[0.0].own, points[0.0].foreign) == (0.0, 0.0)
    assert (points[0.5].own, points[0.5].foreign) == (0.4, 1.0)
    assert (points[0.1].own, points[0.1].foreign) == (0.2, 1.0)  # threshold .227
    shares = [(point.own, point.foreign) for point in curve(CALIBRATION)]
    assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("dropped", "expected"),
    [
        (["Not found."], JUDGE_REFUSED),
        (["The facts do not mention a pool."], JUDGE_REFUSED),
        (["The pool was built in 1990."], -JUDGE_EASE),
        ([], -JUDGE_EASE),
    ],
)
def test_a_model_that_can_judge_has_a_say(dropped, expected) -> None:
    """Only a draft that says so is a refusal: one that failed verification may have had the right quote in mind."""
    judge, writer = ScriptedGenerator(["x"]), ScriptedGenerator(["x"])
    judge.judges = True
    assert shift_of(judge, dropped) == expected
    assert shift_of(writer, dropped) == shift_of(None, dropped) == 0.0
