"""Which questions are refused: answerable ones must not be, others should.

    python benchmarks/abstention.py [--data DIR]

Asks the questions of the starter domains (some of which their documents cannot answer), each domain's
questions in the two others; there also, whether an abstention names the right domain. With DIR, which holds
xquad.en.json and xquad.zh.json, also XQuAD's: every second paragraph of each article goes into one domain, the
others into a second, and 300 English and 300 Chinese questions are asked in both. In one the answer is there; in
the other only paragraphs of the same article are; and all in the house's. No language
model takes part. Fits the weights of cosine and soft coverage to the English ones.
Writes benchmarks/results/abstention.json.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from harness import versions, write_result

from domaingpt.answer.abstention.calibration import calibrate
from domaingpt.answer.abstention.deciding import threshold
from domaingpt.answer.abstention.referral import better_fit
from domaingpt.answer.abstention.support import support
from domaingpt.config import AnswerConfig
from domaingpt.domain import Domain
from domaingpt.evaluation import Question, read_questions
from domaingpt.evaluation.questions import QUESTIONS
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.workspace import Workspace

STARTERS = ("equities", "house", "payment")
DOMAINS = Path(__file__).parents[1] / "domains"
DEFAULT = AnswerConfig().strictness
STRICTNESS = tuple(sorted({DEFAULT, *(n / 20 for n in range(21))}))

Scored = tuple[float, float, list[bool]]
"""Largest cosine, support, and whether each strictness refuses it."""


def scored(domain: Domain, question: str) -> Scored:
    """Return what the decision rests on."""
    index, embedder = domain.index, domain.embedder
    dense = covers(embedder, question)
    vector = embedder.encode_query([question])[0] if dense else None
    hits = retrieve(index, embedder, question, k=domain.config.retrieval.k, vector=vector)
    evidence = select_evidence(question, hits, embedder, index, limit=5, vector=vector)
    value = support(question, evidence, embedder, index, dense=dense)
    calibration = domain.calibration
    refused = [value < threshold(calibration, strictness, dense=dense) for strictness in STRICTNESS]
    return max((item.dense for item in evidence), default=0.0), value, refused


def summary(results: Iterable[Scored]) -> dict[str, Any]:
    """Return the share refused at the default strictness and along the curve, and where the supports lie."""
    everything = list(results)
    supports = sorted(value for _, value, _ in everything)
    curve = [round(statistics.mean(refused), 4) for refused in zip(*(r for _, _, r in everything), strict=True)]
    at = {f"p{share}": round(supports[int(share / 100 * (len(supports) - 1))], 3) for share in (5, 50, 95)}
    return {"n": len(supports), "refused": curve[STRICTNESS.index(DEFAULT)], "support": at, "curve": curve}


def starters(workspace: Workspace) -> tuple[dict[str, Domain], dict[str, list[Question]]]:
    """Return the starter domains, ingested, and their questions."""
    domains, questions = {}, {}
    for name in STARTERS:
        shutil.copytree(DOMAINS / name, workspace.path / "domains" / name)
        domains[name] = workspace.domain(name)
        domains[name].ingest()
        questions[name] = list(read_questions(DOMAINS / name / QUESTIONS))
    return domains, questions


def referrals(domains: dict[str, Domain], questions: dict[str, list[Question]]) -> dict[str, float]:
    """Return how often a question asked in a wrong domain is sent to the right one, and to the other wrong one."""
    sent = []
    for name, domain in domains.items():
        others = {other: domains[other].config for other in STARTERS if other != name}
        for right in others:
            texts = [question.text for question in questions[right]]
            sent += [better_fit(text, domain.config, others, domain.embedder) == right for text in texts]
            wrong = [better_fit(text, domain.config, others, domain.embedder) not in (right, None) for text in texts]
            sent += [None if is_wrong else False for is_wrong in wrong]
    n = len(sent) / 2
    return {"right": round(sent.count(True) / n, 4), "wrong": round(sent.count(None) / n, 4)}


def halves(folder: Path, workspace: Workspace, language: str) -> tuple[list[Domain], list[tuple[str, int, int]]]:
    """Return two domains of every second paragraph, and (question, its domain, its article)."""
    data = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    domains = [workspace.new(f"{language}-{name}") for name in "ab"]
    questions = []
    for a, article in enumerate(data):
        for p, paragraph in enumerate(article["paragraphs"]):
            half = (a + p) % 2
            path = domains[half].documents_folder / f"{a}-{p}.txt"
            path.write_text(paragraph["context"], encoding="utf-8")
            questions += [(qa["question"], half, a) for qa in paragraph["qas"]]
    for domain in domains:
        config = domain.folder / "domain.toml"
        config.write_text(f'language = "{language}"\n', encoding="utf-8")
    domains = [workspace.domain(domain.name) for domain in domains]
    for domain in domains:
        domain.ingest()
    return domains, questions


def fitted(own: Sequence[Scored], others: Sequence[Scored]) -> dict[str, float]:
    """Return the weights of cosine and soft coverage of a logistic model of whether a question is answerable."""
    rows = [(cosine, 2 * value - cosine) for cosine, value, _ in [*own, *others]]
    X = np.array([(1.0, c, h) for c, h in rows])  # (n, 3)
    y = np.array([1.0] * len(own) + [0.0] * len(others))
    w = np.zeros(3)
    for _ in range(50):  # Newton's method
        p = 1 / (1 + np.exp(-X @ w))
        w += np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X + 1e-6 * np.eye(3), X.T @ (y - p))
    return {"cosine": round(float(w[1]), 2), "soft_coverage": round(float(w[2]), 2)}


def seconds_to_calibrate(domain: Domain) -> float:
    """Return the wall time of one calibration, models loaded."""
    started = time.perf_counter()
    calibrate(domain.index, domain.embedder, language=domain.config.language, k=domain.config.retrieval.k)
    return round(time.perf_counter() - started, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    result: dict[str, Any] = {
        "strictness": DEFAULT,
        "curve_at": STRICTNESS,
        "versions": versions(["domaingpt", "onnxruntime"]),
    }
    groups: dict[str, dict[str, list[Scored]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder))
        domains, questions = starters(workspace)
        for name, domain in domains.items():
            foreign = [q.text for other in STARTERS if other != name for q in questions[other]]
            groups[name] = {
                "answerable": [scored(domain, q.text) for q in questions[name] if q.answerable],
                "unanswerable": [scored(domain, q.text) for q in questions[name] if not q.answerable],
                "foreign": [scored(domain, text) for text in foreign],
            }
        result["referrals"] = referrals(domains, questions)
        result["seconds_to_calibrate"] = {name: seconds_to_calibrate(domain) for name, domain in domains.items()}
        if arguments.data:
            for language in ("en", "zh"):
                two, items = halves(arguments.data, workspace, language)
                sample = random.Random(1).sample(items, 300)
                groups[f"xquad_{language}"] = {
                    "answerable": [scored(two[half], question) for question, half, _ in sample],
                    "close": [scored(two[1 - half], question) for question, half, _ in sample],
                    "foreign": [scored(domains["house"], question) for question, _, _ in sample],
                }
            result["fitted"] = fitted(groups["xquad_en"]["answerable"], groups["xquad_en"]["close"])
    result |= {name: {kind: summary(of) for kind, of in kinds.items()} for name, kinds in groups.items()}
    for kind in ("answerable", "unanswerable", "foreign"):
        part = [item for name in STARTERS for item in groups[name].get(kind, ())]
        result[f"starters_{kind}_refused"] = summary(part)["refused"]
    print(write_result("abstention", result))
    print(json.dumps({key: value for key, value in result.items() if key not in groups}, indent=1))


if __name__ == "__main__":
    main()
