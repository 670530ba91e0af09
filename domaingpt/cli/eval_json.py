"""`domaingpt eval --json`: one object for each question, arm, comparison, weight and answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from domaingpt.cli.output import citation_json
from domaingpt.evaluation.answers import shares
from domaingpt.evaluation.measures import Measure
from domaingpt.evaluation.retrieved import placings
from domaingpt.evaluation.runs import plain_id
from domaingpt.evaluation.systems import compare, percentile

if TYPE_CHECKING:
    from domaingpt.evaluation.answers import Graded
    from domaingpt.evaluation.bootstrap import Interval
    from domaingpt.evaluation.evaluate import Evaluation
    from domaingpt.evaluation.systems import System

N_FOUND = 5  # chunks given for a question
DIGITS = 6


def records(evaluation: Evaluation, measures: Sequence[Measure]) -> Iterator[dict[str, Any]]:
    """Yield everything that was measured; `record` says what an object is."""
    for n, system in enumerate(evaluation.systems):
        if n == 0:
            yield from _questions(evaluation, system, measures)
        yield _system(evaluation, system, measures)
    if len(evaluation.systems) > 1:
        for one in compare(evaluation.systems, measures):
            yield {
                "record": "comparison",
                "domain": evaluation.name,
                "measure": str(one.measure),
                "arms": {name: _interval(value) for name, value in one.means.items()},
                "against": one.against,
                "difference": _interval(one.difference),
                "significant": one.difference.excludes_zero,
            }
    for row in evaluation.rows:
        yield {
            "record": "sweep",
            "domain": evaluation.name,
            "dense_weight": "auto" if row.weight is None else row.weight,
            "measures": {str(measure): _rounded(row.mean(measure)) for measure in measures},
            "in_first": {str(k): _rounded(share) for k, share in row.in_first.items()},
        }
    for line in evaluation.strictness:
        yield {
            "record": "strictness",
            "domain": evaluation.name,
            "strictness": line.point.strictness,
            "threshold": line.point.threshold,
            "own_refused": _rounded(line.point.own),
            "foreign_refused": _rounded(line.point.foreign),
            "answerable_refused": _rounded(line.answerable),
            "unanswerable_refused": _rounded(line.unanswerable),
        }
    for result in evaluation.graded:
        yield _graded(evaluation.name, result)
    if evaluation.graded:
        yield _shares(evaluation)


def _questions(evaluation: Evaluation, system: System, measures: Sequence[Measure]) -> Iterator[dict[str, Any]]:
    texts = {question.trec_id: question.text for question in evaluation.questions}
    results = {result.id: result for result in system.results}
    for placing in placings(evaluation.judged, system.run, system.results):
        query = placing.id
        result = results.get(query)
        yield {
            "record": "question",
            "domain": evaluation.name,
            "arm": system.name,
            "id": plain_id(query),
            "question": texts[query],
            "missed": placing.is_missed,
            "measures": {
                str(measure): _rounded(values[query])
                for measure in measures
                if query in (values := system.scores.get(measure, {}))
            },
            "relevant": [{"document": plain_id(document), "rank": rank} for document, rank in placing.ranks.items()],
            "pages": sorted({page for _, page in evaluation.judged.pages.get(query, ())}),
            "page_rank": placing.page_rank,
            "found": [
                {"rank": rank, "document": hit.document, "page": hit.page, "page_end": hit.page_end,
                 "score": _rounded(hit.score), "text": hit.text}
                for rank, hit in enumerate(result.found[:N_FOUND], start=1)
            ] if result else [],
            "ms": round(result.ms, 1) if result else None,
        }  # fmt: skip


def _system(evaluation: Evaluation, system: System, measures: Sequence[Measure]) -> dict[str, Any]:
    return {
        "record": "arm",
        "domain": evaluation.name,
        "arm": system.name,
        "n": len(evaluation.judged.documents),
        "n_pages": len(evaluation.judged.pages) if system.results else 0,
        "drafts": sum(question.draft for question in evaluation.questions),
        "measures": {str(measure): _rounded(system.mean(measure)) for measure in measures},
        "ms": {"p50": _rounded(system.ms(0.5), 1), "p95": _rounded(system.ms(0.95), 1)},
    }


def _graded(domain: str, result: Graded) -> dict[str, Any]:
    answer = result.answer
    return {
        "record": "answer",
        "domain": domain,
        "id": result.question.id,
        "question": result.question.text,
        "answerable": result.question.answerable,
        "good": result.is_good,
        "answer": answer.text,
        "abstained": answer.abstained,
        "holds_gold": result.holds_gold,
        "right_document": result.right_document,
        "right_page": result.right_page,
        "first": citation_json(answer.citations[0]) if answer.citations else None,
        "ms": answer.timings_ms.get("total"),
    }


def _shares(evaluation: Evaluation) -> dict[str, Any]:
    times = [result.answer.timings_ms["total"] for result in evaluation.graded]
    given = {
        name: _rounded(value) if isinstance(value, float) else value
        for name, value in asdict(shares(evaluation.graded)).items()
    }
    return {
        "record": "answers",
        "domain": evaluation.name,
        **given,
        "ms": {"p50": _rounded(percentile(times, 0.5), 1), "p95": _rounded(percentile(times, 0.95), 1)},
    }


def _interval(value: Interval) -> dict[str, float | None]:
    return {"mean": _rounded(value.mean), "low": _rounded(value.low), "high": _rounded(value.high)}


def _rounded(value: float | None, digits: int = DIGITS) -> float | None:
    return None if value is None else round(value, digits)
