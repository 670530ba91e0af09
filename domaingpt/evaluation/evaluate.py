"""One domain, measured on its questions: searching, and if asked sweeping and answering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domaingpt.domain import Domain
from domaingpt.evaluation.answers import Graded, ask_all
from domaingpt.evaluation.judgements import Judgements
from domaingpt.evaluation.measures import Measure
from domaingpt.evaluation.questions import Question
from domaingpt.evaluation.retrieved import DEPTH, Search, retrieve_all
from domaingpt.evaluation.strictness import StrictnessRow, strictness_rows
from domaingpt.evaluation.sweep import SweepRow, sweep
from domaingpt.evaluation.systems import System, searched
from domaingpt.index import Arm
from domaingpt.retrieval import retrieve

ARMS: tuple[Arm, ...] = ("hybrid", "dense", "lexical")

Stages = Callable[[str, int, int], None]
"""Hears of a stage ("searching", "asking" or "weighing"), and how many of how many steps of it are done."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        name: Of the domain.
        questions: All of them.
        judged: What is relevant to those that name documents.
        systems: The one asked for, then those it is compared with; none if no question is judged.
        graded: Every question with its answer, if answers were asked for.
        rows: One for each dense weight, if a sweep was asked for.
        strictness: What each strictness refuses; none if the domain was never calibrated.
    """

    name: str
    questions: Sequence[Question]
    judged: Judgements
    systems: Sequence[System]
    graded: Sequence[Graded] = field(default_factory=tuple)
    rows: Sequence[SweepRow] = field(default_factory=tuple)
    strictness: Sequence[StrictnessRow] = field(default_factory=tuple)


def evaluate(
    domain: Domain,
    questions: Sequence[Question],
    judged: Judgements,
    measures: Sequence[Measure],
    *,
    arm: Arm = "hybrid",
    k: int = DEPTH,
    with_others: bool = False,
    with_sweep: bool = False,
    with_answers: bool = False,
    progress: Stages = lambda *_: None,
) -> Evaluation:
    """Measure a domain that has been ingested.

    Args:
        domain: What answers.
        questions: What is asked.
        judged: What is relevant; only the questions it has are searched for.
        measures: What to measure of every search.
        arm: How to search.
        k: How many chunks are ranked for a question.
        with_others: Whether the other arms are measured too.
        with_sweep: Whether all dense weights are.
        with_answers: Whether every question is also asked.
        progress: Hears how far it is.
    """
    asked = [question for question in questions if question.trec_id in judged.documents]

    def search_with(weight: float | None) -> Search:
        return lambda query: retrieve(domain.index, domain.embedder, query, k=k, dense_weight=weight)

    def told(stage: str) -> Callable[[int, int], None]:
        return lambda done, total: progress(stage, done, total)

    arms = [arm, *(other for other in ARMS if with_others and other != arm)] if asked else []
    return Evaluation(
        domain.name,
        questions,
        judged,
        systems=[
            searched(one, retrieve_all(asked, search_in(domain, one, k), told("searching")), judged, measures)
            for one in arms
        ],
        rows=sweep(asked, judged, measures, search_with, told("searching")) if with_sweep and asked else (),
        graded=ask_all(questions, domain.ask, told("asking")) if with_answers else (),
        strictness=strictness_rows(domain, questions, told("weighing")),
    )


def search_in(domain: Domain, arm: Arm, k: int) -> Search:
    """Return the search of a domain as its users have it, with its own settings."""
    return lambda query: domain.search(query, k=k, arm=arm)[0]
