"""Questions about everything: counted, listed, summed, compared. Are the answers right, and is the coverage?

    python benchmarks/whole_corpus.py [--xquad FILE] [--filings WORKSPACE]

Asks the questions of benchmarks/whole_corpus.jsonl in the starter domains and in two invented ones
(whole_corpus_domains.py), without a language model. Right is an answer that holds every gold string, with the right
number of documents read, and of rows where the question names it. Batch 0 was
written with the code, batches 1 and 2 after it (what failed was then looked at), batch 3 last and never tuned on.
Then ordinary questions, which must stay with retrieval: those of the starter domains; with FILE (JSONL with
"question") and WORKSPACE (its domain "filings" ingested) also 200 of XQuAD and the 100 of filings_questions.jsonl.
Writes benchmarks/results/whole_corpus.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness import versions, write_result
from whole_corpus_domains import write_domains

from domaingpt.answer.whole import answer_whole
from domaingpt.answer.whole.plan import detect
from domaingpt.domain import Domain
from domaingpt.types import Answer
from domaingpt.workspace import Workspace

HERE = Path(__file__).parent
BATCHES = ("written with the code", "second, then looked at", "third, then looked at", "written last")
STARTERS = ("equities", "house", "payment")
DOCUMENTS = {"equities": (12, 12), "house": (13, 13), "payment": (10, 10), "lettings": (10, 11), "lab": (6, 6)}


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def plain(text: str) -> str:
    """Return a text as compared: lower case, no separators in numbers."""
    return text.replace(",", "").lower()


def judged(entry: dict[str, Any], answer: Answer, domain: Domain) -> dict[str, Any]:
    """Return whether an answer and its coverage are right, and whether every quote is verbatim."""
    coverage = answer.coverage
    text = plain(answer.text or "")
    holds = all(plain(gold) in text for gold in entry["gold"])
    covered = (
        coverage is not None
        and (coverage.documents_read, coverage.documents) == DOCUMENTS[entry["domain"]]
        and ("rows" not in entry or coverage.rows == entry["rows"])
    )
    texts = {c.document: domain.corpus.document(c.document).text for c in answer.citations}
    verbatim = all(texts[c.document][c.start : c.end] == c.quote for c in answer.citations)
    return {
        "id": entry["id"], "batch": entry["batch"], "right": holds and covered and verbatim, "holds_gold": holds,
        "covered": covered, "verbatim": verbatim, "answer": answer.text, "reason": answer.reason,
        "coverage": coverage.statement if coverage else None, "ms": answer.timings_ms["total"],
    }  # fmt: skip


def share(results: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return how many are right."""
    kept = list(results)
    return {"n": len(kept), "right": sum(result["right"] for result in kept)}


def hijacked(domain: Domain, questions: Iterable[str]) -> dict[str, Any]:
    """Return how many ordinary questions a plan took over."""
    asked = list(questions)
    taken = []
    slowest = 0.0
    for question in asked:
        started = time.perf_counter()
        answer = answer_whole(question, domain.config, domain.index, domain.embedder)
        slowest = max(slowest, time.perf_counter() - started)
        if answer is not None:
            taken.append({"question": question, "answer": answer.text, "reason": answer.reason})
    detected = sum(detect(question) is not None for question in asked)
    return {"n": len(asked), "detected": detected, "taken": taken, "slowest_ms": round(slowest * 1000, 1)}


def main() -> None:
    """Ask everything and write the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--xquad-workspace", type=Path)
    parser.add_argument("--filings", type=Path)
    arguments = parser.parse_args()
    entries = read_lines(HERE / "whole_corpus.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        domains = Path(folder) / "domains"
        workspace = Workspace.create(Path(folder))
        write_domains(domains)
        for name in STARTERS:
            shutil.copytree(HERE.parent / "domains" / name, domains / name)
        opened = {name: workspace.domain(name) for name in DOCUMENTS}
        for domain in opened.values():
            domain.ingest()
            domain.config = _without_model(domain)
        results = [judged(e, opened[e["domain"]].ask(e["question"]), opened[e["domain"]]) for e in entries]
        ordinary = {
            name: hijacked(opened[name], (q["question"] for q in read_lines(domains / name / "questions.jsonl")))
            for name in STARTERS
        }
    if arguments.xquad and arguments.xquad_workspace:
        questions = (q["question"] for q in read_lines(arguments.xquad))
        ordinary["xquad en"] = hijacked(Workspace(arguments.xquad_workspace).domain("xqen"), questions)
    if arguments.filings:
        questions = (q["question"] for q in read_lines(HERE / "filings_questions.jsonl"))
        ordinary["filings"] = hijacked(Workspace(arguments.filings).domain("filings"), questions)
    starter = {entry["id"] for entry in entries if entry["domain"] in STARTERS}
    summary = {
        group: {name: share(r for r in results if inside(r) and r["batch"] == n) for n, name in enumerate(BATCHES)}
        for group, inside in (
            ("starter domains", lambda r: r["id"] in starter),
            ("invented domains", lambda r: r["id"] not in starter),
        )
    }
    times = [result["ms"] for result in results if result["reason"] == "computed"]
    result = {
        "summary": summary, "ms": {"p50": statistics.median(times), "max": max(times)}, "ordinary": ordinary,
        "questions": results, "versions": versions(["domaingpt", "onnxruntime"]),
    }  # fmt: skip
    write_result("whole_corpus", result)
    print(json.dumps(summary, indent=1))
    for entry in results:
        if not entry["right"]:
            print(entry["id"], entry["holds_gold"], entry["covered"], entry["answer"], entry["coverage"])


def _without_model(domain: Domain) -> Any:
    from dataclasses import replace

    return replace(domain.config, answer=replace(domain.config.answer, model="quotes"))


if __name__ == "__main__":
    main()
