"""Ranking measures by the names of ir_measures: from the grades along a ranking to one number a query.

A ranking is what trec_eval makes of a run, whatever order the run's lines have: by score, higher first, as a
single-precision float; equal scores by document id, the greater first (by code point, which is the order of
UTF-8 bytes). A document stands once in a ranking; files that name it twice are refused on reading. A document
without a judgement counts as not relevant, and so does a grade below 1. A query that has judgements counts
even if the run does not have it (as 0: `trec_eval -c`), or if none of its documents is relevant; a query of
the run without judgements does not count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from domaingpt.errors import BadConfig

Qrels = Mapping[str, Mapping[str, int]]
"""Query id → document id → grade; a grade of at least 1 is relevant."""
Run = Mapping[str, Mapping[str, float]]
"""Query id → document id → score, higher is better."""
Scores = dict["Measure", dict[str, float]]
"""Measure → query id → value, 0 to 1."""

Kind = Literal["nDCG", "R", "RR", "Success", "P", "page"]
# What people write, in lower case, and what trec_eval and pytrec_eval call it.
KINDS: dict[str, Kind] = {
    "ndcg": "nDCG", "ndcg_cut": "nDCG",
    "r": "R", "recall": "R",
    "rr": "RR", "mrr": "RR", "recip_rank": "RR",
    "success": "Success",
    "p": "P", "precision": "P",
    "page": "page",
}  # fmt: skip
WITHOUT_CUTOFF = ("nDCG", "RR")
NAME = re.compile(r"(?P<kind>[a-z]+(?:_[a-z]+)?)(?:(?:@|_|\.)(?P<cutoff>[1-9]\d{0,3}))?", re.IGNORECASE)
KNOWN = "nDCG@10, R@5, RR@10, Success@1, P@5 and page@5, each with any cutoff; nDCG and RR also without"


@dataclass(frozen=True, slots=True, order=True)
class Measure:
    """One measure with its cutoff.

    Attributes:
        kind: As ir_measures calls it; "page" is ours: whether one of the first chunks is on a right page.
        cutoff: How far down the ranking it looks; None for all of it.
    """

    kind: Kind
    cutoff: int | None = None

    def __str__(self) -> str:
        return self.kind if self.cutoff is None else f"{self.kind}@{self.cutoff}"

    def value(self, grades: Sequence[int], judged: Iterable[int]) -> float:
        """Return the measure of one query, 0 to 1; 0 if nothing is relevant.

        With g_i the grade at rank i, counted as 0 where it is below 1, k the cutoff and n the number of
        relevant documents:

            nDCG     Σ_{i ≤ k} g_i / log2(i + 1), divided by its largest possible value [1]
            R        |{i ≤ k: g_i ≥ 1}| / n
            P        |{i ≤ k: g_i ≥ 1}| / k, even if fewer than k were found
            RR       1 / the first i ≤ k with g_i ≥ 1, else 0
            Success  1 if there is such an i, else 0; "page" likewise, on the grades of chunks

        Args:
            grades: Along the ranking, best first; 0 for a document without a judgement.
            judged: The grades of all judged documents of the query.

        [1] Järvelin & Kekäläinen, ACM TOIS 20(4), 2002, with the discount of trec_eval: gains are the grades.
        """
        top = [max(grade, 0) for grade in grades[: self.cutoff]]
        ideal = sorted((grade for grade in judged if grade >= 1), reverse=True)
        if not ideal:
            return 0.0
        n_found = sum(grade >= 1 for grade in top)
        match self.kind:
            case "nDCG":
                return _dcg(top) / _dcg(ideal[: self.cutoff])
            case "R":
                return n_found / len(ideal)
            case "P":
                return n_found / (self.cutoff or 1)
            case "RR":
                return next((1 / rank for rank, grade in enumerate(top, start=1) if grade >= 1), 0.0)
            case _:
                return float(n_found > 0)


def _dcg(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def parse_measure(name: str) -> Measure:
    """Return the measure of a name such as "nDCG@10", "Recall@5", "MRR@10", "ndcg_cut_10" or "recip_rank".

    Raises:
        BadConfig: If there is no such measure; the message names the known ones.
    """
    match = NAME.fullmatch(name.strip())
    kind = KINDS.get(match["kind"].lower()) if match else None
    cutoff = int(match["cutoff"]) if match and match["cutoff"] else None
    if kind is None or (cutoff is None and kind not in WITHOUT_CUTOFF):
        raise BadConfig(f"{name!r} is no measure that is known here.", f"Known are {KNOWN}.")
    return Measure(kind, cutoff)


def ranking(scores: Mapping[str, float]) -> list[str]:
    """Return the document ids of one query, best first, as trec_eval orders them (see above)."""
    single = {document: float(np.float32(score)) for document, score in scores.items()}
    return sorted(sorted(single, reverse=True), key=lambda document: -single[document])


def document_scores(measures: Iterable[Measure], qrels: Qrels, run: Run) -> Scores:
    """Return each measure of each judged query, in the order of the qrels.

    Args:
        measures: Those of kind "page" are left out: they need chunks, not documents.
        qrels: What is relevant.
        run: What was found.
    """
    wanted = [measure for measure in measures if measure.kind != "page"]
    scores: Scores = {measure: {} for measure in wanted}
    for query, judged in qrels.items():
        grades = [judged.get(document, 0) for document in ranking(run.get(query, {}))]
        for measure in wanted:
            scores[measure][query] = measure.value(grades, judged.values())
    return scores


def mean(values: Mapping[str, float]) -> float | None:
    """Return the mean over queries; None if there is none."""
    return math.fsum(values.values()) / len(values) if values else None
