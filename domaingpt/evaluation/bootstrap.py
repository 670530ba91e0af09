"""How sure a mean over queries is: percentile intervals from the paired bootstrap.

The queries are taken as a sample of all those that might be asked. Drawing n of the n queries with replacement,
B times, gives B means; the interval holds the middle 95 % of them (Efron & Tibshirani, "An Introduction to the
Bootstrap", 1993, section 13.3). For two systems the differences query by query are drawn, so that what makes
a query hard for both cancels out (Sakai, "Evaluating evaluation metrics based on the bootstrap", SIGIR 2006,
section 3.1: the paired case).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

N_RESAMPLES = 10_000  # the ends of an interval then move by about 1 % of its width from seed to seed
CONFIDENCE = 0.95
BLOCK = 4_000_000  # drawn numbers held at once: 32 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over n queries with the ends of its interval.

    Attributes:
        mean: Over the queries as they are.
        low: Lower end.
        high: Upper end.
        n: Number of queries.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside: of a difference, that it is significant at the 5 % level."""
        return self.low > 0 or self.high < 0


def interval(values: Sequence[float], *, seed: int = 0, n_resamples: int = N_RESAMPLES) -> Interval:
    """Return the mean of a measure with its 95 % interval.

    Args:
        values: (n,), one for each query, n ≥ 1.
        seed: The same seed gives the same interval.
        n_resamples: B.
    """
    sample = np.asarray(values, np.float64)
    means = _resampled_means(sample, np.random.default_rng(seed), n_resamples)
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [outside, 1 - outside])
    return Interval(float(sample.mean()), float(low), float(high), len(sample))


def paired_difference(
    first: Mapping[str, float], second: Mapping[str, float], *, seed: int = 0, n_resamples: int = N_RESAMPLES
) -> Interval:
    """Return the mean of first - second with its 95 % interval.

    Args:
        first: Query id → value.
        second: The same queries, in any order.
        seed: The same seed gives the same interval.
        n_resamples: B.

    Raises:
        ValueError: If the two do not have the same queries.
    """
    if first.keys() != second.keys():
        raise ValueError("the two systems were not measured on the same queries")
    return interval([value - second[query] for query, value in first.items()], seed=seed, n_resamples=n_resamples)


def _resampled_means(
    sample: npt.NDArray[np.float64], random: np.random.Generator, n_resamples: int
) -> npt.NDArray[np.float64]:
    """Return the means (B,) of B samples of n out of the n values (n,), drawn with replacement."""
    n = len(sample)
    rows = max(1, BLOCK // n)
    blocks = [
        sample[random.integers(0, n, (min(rows, n_resamples - done), n))].mean(axis=1)  # (b, n) -> (b,)
        for done in range(0, n_resamples, rows)
    ]
    return np.concatenate(blocks)
