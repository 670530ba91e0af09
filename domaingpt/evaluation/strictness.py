"""What each `[answer] strictness` refuses in a domain: by its calibration, and of the questions given.

No language model takes part; one that says "not found" refuses some more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domaingpt.answer.abstention.deciding import CurvePoint, curve, threshold
from domaingpt.answer.abstention.support import support
from domaingpt.domain import Domain
from domaingpt.evaluation.questions import Question
from domaingpt.evaluation.retrieved import Progress
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence

N_EVIDENCE = 5  # domaingpt.ask.MAX_EVIDENCE


@dataclass(frozen=True, slots=True)
class StrictnessRow:
    """One strictness.

    Attributes:
        point: What the domain's calibration expects of it.
        answerable: Share of the answerable questions that it refuses; None without any.
        unanswerable: Share of the unanswerable ones.
    """

    point: CurvePoint
    answerable: float | None = None
    unanswerable: float | None = None


def strictness_rows(
    domain: Domain, questions: Sequence[Question], progress: Progress = lambda *_: None
) -> list[StrictnessRow]:
    """Return a domain's curve; none if it was never calibrated.

    Args:
        domain: That has been ingested.
        questions: Are asked only if the documents do not answer some of them: there is no other side otherwise.
        progress: Hears how many of how many are done.
    """
    calibration = domain.calibration
    if calibration is None:
        return []
    asked = questions if any(not question.answerable for question in questions) else ()
    found = []
    for n, question in enumerate(asked, start=1):
        found.append((question.answerable, *supported(domain, question.text)))
        progress(n, len(asked))
    rows = []
    for point in curve(calibration):
        refused = [
            (answerable, point.strictness > 0 and value < threshold(calibration, point.strictness, dense=dense))
            for answerable, value, dense in found
        ]
        rows.append(StrictnessRow(point, _share(refused, of=True), _share(refused, of=False)))
    return rows


def supported(domain: Domain, question: str) -> tuple[float, bool]:
    """Return the support of a question as `ask` finds it, and whether the embedder covers its language."""
    index, embedder = domain.index, domain.embedder
    dense = covers(embedder, question)
    vector = embedder.encode_query([question])[0] if dense else None
    settings = domain.config.retrieval
    hits = retrieve(index, embedder, question, k=settings.k, dense_weight=settings.fixed_dense_weight, vector=vector)
    evidence = select_evidence(question, hits, embedder, index, limit=N_EVIDENCE, vector=vector)
    return support(question, evidence, embedder, index, dense=dense), dense


def _share(refused: Sequence[tuple[bool, bool]], *, of: bool) -> float | None:
    kind = [is_refused for answerable, is_refused in refused if answerable is of]
    return sum(kind) / len(kind) if kind else None
