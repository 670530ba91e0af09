"""How often do the best evidence sentences hold the answer, and what does finding them cost?

    python benchmarks/evidence.py --data DIR [--questions 300]

DIR holds xquad.en.json (github.com/google-deepmind/xquad). Its paragraphs become one file each of a
domain in a temporary folder; a sentence holds the answer if it contains one of the gold strings and is
of the right paragraph. Writes benchmarks/results/evidence.json.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path

from harness import versions, write_result

from domaingpt.domain import Domain
from domaingpt.index import LocalIndex
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.workspace import Workspace

DEPTHS = (1, 3, 5)


def xquad(
    folder: Path, workspace: Workspace, *, language: str = "en", articles: slice = slice(None), name: str = "xquad"
) -> tuple[Domain, list[tuple[str, str, str]]]:
    """Return a domain of the paragraphs of some articles, ingested, and (question, answer, file) of each question."""
    data = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    domain = workspace.new(name)
    questions = []
    paragraphs = [paragraph for article in data[articles] for paragraph in article["paragraphs"]]
    for n, paragraph in enumerate(paragraphs):
        (domain.documents_folder / f"{n}.txt").write_text(paragraph["context"], encoding="utf-8")
        questions += [(qa["question"], qa["answers"][0]["text"], f"{n}.txt") for qa in paragraph["qas"]]
    domain.ingest()
    return domain, questions


def measure(domain: Domain, questions: list[tuple[str, str, str]]) -> dict[str, object]:
    """Return the shares of questions whose answer is in the first sentences, and the time they took."""
    index: LocalIndex = domain.index
    found = dict.fromkeys(DEPTHS, 0)
    times = {"retrieve": [], "evidence": []}
    for question, answer, document in questions:
        started = time.perf_counter()
        vector = domain.embedder.encode_query([question])[0] if covers(domain.embedder, question) else None
        hits = retrieve(index, domain.embedder, question, k=domain.config.retrieval.k, vector=vector)
        retrieved = time.perf_counter()
        evidence = select_evidence(question, hits, domain.embedder, index, limit=max(DEPTHS), vector=vector)
        times["retrieve"].append((retrieved - started) * 1000)
        times["evidence"].append((time.perf_counter() - retrieved) * 1000)
        holds = [item.chunk.document == document and answer in item.quote for item in evidence]
        for depth in DEPTHS:
            found[depth] += any(holds[:depth])
    return {
        "n": len(questions),
        **{f"answer_in_best_{depth}": round(found[depth] / len(questions), 4) for depth in DEPTHS},
        **{f"{stage}_ms_median": round(statistics.median(ms), 1) for stage, ms in times.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=0, help="a random sample of so many; 0 for all")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        domain, questions = xquad(arguments.data, Workspace.create(Path(folder)))
        if arguments.questions:
            questions = random.Random(1).sample(questions, arguments.questions)
        result = measure(domain, questions)
    print(write_result("evidence", {"versions": versions(["domaingpt", "onnxruntime"]), "xquad_en": result}))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
