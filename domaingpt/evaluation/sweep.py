"""Measures by the weight of the dense arm and by how many chunks are looked at: how to set both by data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domaingpt.evaluation.judgements import Judgements
from domaingpt.evaluation.measures import Measure, Scores, mean
from domaingpt.evaluation.questions import Question
from domaingpt.evaluation.retrieved import Progress, Retrieved, Search, retrieve_all, scores_of

WEIGHTS: tuple[float | None, ...] = (*(tenth / 10 for tenth in range(11)), None)  # None: "auto"
CHUNKS = (1, 2, 3, 5, 8, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What one weight of the dense arm gives.

    Attributes:
        weight: 0 to 1; None follows the query ("auto").
        scores: Every measure of every question.
        in_first: k → share of the questions with a right place among the first k chunks: a right page
            where the question names pages, else a right document.
    """

    weight: float | None
    scores: Scores
    in_first: dict[int, float]

    def mean(self, measure: Measure) -> float | None:
        """Return the mean of a measure; None if no question has it."""
        return mean(self.scores.get(measure, {}))


def sweep(
    questions: Sequence[Question],
    judged: Judgements,
    measures: Sequence[Measure],
    search_with: Callable[[float | None], Search],
    progress: Progress = lambda *_: None,
) -> list[SweepRow]:
    """Search for every question with every weight.

    Args:
        questions: Those that are judged, or more.
        judged: What is relevant.
        measures: What to measure.
        search_with: Returns the search with a given dense weight; None for "auto".
        progress: Hears how many of how many searches are done.
    """
    rows = []
    n = len(questions)
    for i, weight in enumerate(WEIGHTS):
        results = retrieve_all(questions, search_with(weight))
        progress((i + 1) * n, len(WEIGHTS) * n)
        rows.append(SweepRow(weight, scores_of(measures, judged, results), share_in_first(judged, results)))
    return rows


def share_in_first(judged: Judgements, results: Sequence[Retrieved]) -> dict[int, float]:
    """Return for each k the share of the judged questions with a right place among the first k chunks."""
    ranks = [_first_right(judged, result) for result in results if result.id in judged.documents]
    n = max(1, len(ranks))
    return {k: sum(rank is not None and rank <= k for rank in ranks) / n for k in CHUNKS}


def _first_right(judged: Judgements, result: Retrieved) -> int | None:
    """Return the rank of the first chunk on a right page, or of a right document where no page is named."""
    pages = judged.pages.get(result.id)
    grades = judged.documents[result.id]
    for rank, found in enumerate(result.found, start=1):
        is_right = found.is_on(pages) if pages else grades.get(judged.names(found.document), 0) >= 1
        if is_right:
            return rank
    return None
