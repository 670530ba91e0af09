"""Systems: one arm, or a run from a file, measured on a set of questions, and compared with others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domaingpt.evaluation.bootstrap import Interval, interval, paired_difference
from domaingpt.evaluation.judgements import Judgements
from domaingpt.evaluation.measures import Measure, Run, Scores, document_scores, mean
from domaingpt.evaluation.retrieved import Retrieved, run_of, scores_of


@dataclass(frozen=True, slots=True)
class System:
    """What one way of searching found, and how good that is.

    Attributes:
        name: Of the arm, or of the run's file.
        run: Documents by score.
        results: Chunks; empty for a run from a file.
        scores: Every measure of every judged question.
    """

    name: str
    run: Run
    results: Sequence[Retrieved]
    scores: Scores

    def mean(self, measure: Measure) -> float | None:
        """Return the mean of a measure; None if no question has it."""
        return mean(self.scores.get(measure, {}))

    def ms(self, share: float) -> float | None:
        """Return the time, in milliseconds, that this share of the searches did not exceed; None without a search."""
        return percentile([result.ms for result in self.results], share)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of several systems.

    Attributes:
        measure: Which.
        means: System → mean with interval.
        against: The best of all but the first.
        difference: The first minus that one, query by query.
    """

    measure: Measure
    means: dict[str, Interval]
    against: str
    difference: Interval


def searched(name: str, results: Sequence[Retrieved], judged: Judgements, measures: Sequence[Measure]) -> System:
    """Return the system of search results."""
    run = run_of(results, judged.names)
    return System(name, run, results, scores_of(measures, judged, results, run))


def from_run(name: str, run: Run, judged: Judgements, measures: Sequence[Measure]) -> System:
    """Return the system of a run from a file, which knows no pages."""
    return System(name, run, (), document_scores(measures, judged.documents, run))


def pooled(systems: Mapping[str, System]) -> System:
    """Return several domains' systems of one name as one, every question counting the same."""
    first = next(iter(systems.values()))
    scores: Scores = {}
    for domain, system in systems.items():
        for measure, values in system.scores.items():
            scores.setdefault(measure, {}).update({f"{domain}/{query}": value for query, value in values.items()})
    results = [result for system in systems.values() for result in system.results]
    return System(first.name, {}, results, scores)


def compare(systems: Sequence[System], measures: Iterable[Measure], seed: int = 0) -> list[Comparison]:
    """Return, for each measure that all systems have, how the first compares with the best of the others.

    Args:
        systems: Two or more, measured on the same questions.
        measures: In the order of the result.
        seed: Of the bootstrap.
    """
    first, *others = systems
    comparisons = []
    for measure in measures:
        values = {system.name: system.scores.get(measure, {}) for system in systems}
        if not all(values.values()):
            continue
        means = {system.name: system.mean(measure) or 0.0 for system in others}
        against = max(means, key=means.__getitem__)
        comparisons.append(
            Comparison(
                measure,
                {name: interval(list(of.values()), seed=seed) for name, of in values.items()},
                against,
                paired_difference(values[first.name], values[against], seed=seed),
            )
        )
    return comparisons


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that a share, 0 to 1, of the values does not exceed, interpolated; None of none."""
    return float(np.quantile(values, share)) if values else None
