"""Which questions are refused: answerable ones must not be, others should.

    python benchmarks/abstention.py [--data DIR]

Asks the questions of the starter domains (some of which their documents cannot answer), each domain's
questions in the two others. With DIR, which holds xquad.en.json and xquad.zh.json, also 300 English
questions of XQuAD in their own domain and in the house's, and 300 Chinese ones, which the embedder does not
cover, in their own half of the articles and in the other half. No language model takes part.
Writes benchmarks/results/abstention.json.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evidence import xquad
from harness import versions, write_result

from domaingpt.answer.compose import MIN_COVERAGE_WITHOUT_DENSE, MIN_SUPPORT, why_abstain
from domaingpt.domain import Domain
from domaingpt.evaluation import Question, read_questions
from domaingpt.evaluation.questions import QUESTIONS
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.workspace import Workspace

STARTERS = ("equities", "house", "payment")
DOMAINS = Path(__file__).parents[1] / "domains"


def support(domain: Domain, question: str) -> tuple[float, bool]:
    """Return what the decision rests on, the best cosine + coverage, and whether the question is refused."""
    index, embedder = domain.index, domain.embedder
    dense = covers(embedder, question)
    vector = embedder.encode_query([question])[0] if dense else None
    hits = retrieve(index, embedder, question, k=domain.config.retrieval.k, vector=vector)
    evidence = select_evidence(question, hits, embedder, index, limit=5, vector=vector)
    best = max((item.dense + item.coverage for item in evidence), default=0.0)  # dense is 0 where not covered
    return best, why_abstain(evidence, dense=dense) is not None


def summary(domain: Domain, questions: Iterable[str]) -> dict[str, Any]:
    """Return the share refused, and where the support of the questions lies."""
    scores, refused = zip(*(support(domain, question) for question in questions), strict=True)
    ordered = sorted(scores)
    at = {f"p{share}": round(ordered[int(share / 100 * (len(ordered) - 1))], 3) for share in (5, 50, 95)}
    return {"n": len(scores), "refused": round(sum(refused) / len(scores), 4), "support": at}


def starters(workspace: Workspace) -> tuple[dict[str, Domain], dict[str, list[Question]]]:
    """Return the starter domains, ingested, and their questions."""
    domains, questions = {}, {}
    for name in STARTERS:
        shutil.copytree(DOMAINS / name, workspace.path / "domains" / name)
        domains[name] = workspace.domain(name)
        domains[name].ingest()
        questions[name] = list(read_questions(DOMAINS / name / QUESTIONS))
    return domains, questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    result: dict[str, Any] = {
        "thresholds": {"support": MIN_SUPPORT, "coverage_without_dense": MIN_COVERAGE_WITHOUT_DENSE},
        "versions": versions(["domaingpt", "onnxruntime"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder))
        domains, questions = starters(workspace)
        for name, domain in domains.items():
            foreign = [q.text for other in STARTERS if other != name for q in questions[other]]
            result[name] = {
                "answerable": summary(domain, [q.text for q in questions[name] if q.answerable]),
                "unanswerable": summary(domain, [q.text for q in questions[name] if not q.answerable]),
                "foreign": summary(domain, foreign),
            }
        if arguments.data:
            own, items = xquad(arguments.data, workspace)
            sample = [question for question, _, _ in random.Random(1).sample(items, 300)]
            result["xquad_en"] = {"answerable": summary(own, sample), "foreign": summary(domains["house"], sample)}
            half, items = xquad(arguments.data, workspace, language="zh", articles=slice(24), name="zh-a")
            other, _ = xquad(arguments.data, workspace, language="zh", articles=slice(24, None), name="zh-b")
            sample = [question for question, _, _ in random.Random(1).sample(items, 300)]
            result["xquad_zh"] = {"answerable": summary(half, sample), "foreign": summary(other, sample)}
    for group in ("answerable", "unanswerable", "foreign"):
        parts = [part[group] for part in result.values() if isinstance(part, dict) and group in part]
        n = sum(part["n"] for part in parts)
        result[f"all_{group}_refused"] = round(sum(part["n"] * part["refused"] for part in parts) / n, 4)
    print(write_result("abstention", result))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
