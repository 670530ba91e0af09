"""How long a question takes up to its evidence, once everything is loaded: embedding, both arms, fusion, evidence.

--data is a folder with scifact in BEIR layout, or any other with a corpus.jsonl and a queries.jsonl under
scifact/. Every document is one .txt file. The queries of the test set are asked in one process by
`domaingpt ask --questions`, with quotes for answers, so that no language model takes part; the times are those
that the command reports. The first ten questions, which load things, are left out.

    python benchmarks/warm.py --data DIR [--domaingpt VENV/bin/domaingpt]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
from harness import run_measured, versions, write_result

WARM_UP = 10
STAGES = ("retrieve", "evidence")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domaingpt", default="domaingpt", help="the command to time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        n_documents, questions = write_domain(Path(folder), args.data / "scifact")
        command = [args.domaingpt, "--workspace", folder]
        built = run_measured([*command, "ingest", "bench", "--json"])
        assert built.returncode == 0, built.stderr
        load = os.getloadavg()[0]
        asked = run_measured([*command, "ask", "bench", "--questions", str(questions)])
        assert asked.returncode == 0, asked.stderr
    answers = [json.loads(line) for line in asked.stdout.splitlines()][WARM_UP:]
    times = np.array([[answer["timings_ms"][stage] for stage in STAGES] for answer in answers])  # (n, 2)
    columns = {**dict(zip(STAGES, times.T, strict=True)), "together": times.sum(axis=1)}
    ms = {
        name: {f"p{p}": round(float(np.percentile(values, p)), 1) for p in (50, 95)} for name, values in columns.items()
    }
    print(json.dumps(ms))
    write_result(
        "warm",
        {
            "command": "python benchmarks/warm.py --data DIR",
            "versions": versions(["domaingpt", "faiss-cpu", "onnxruntime", "numpy"]),
            "documents": n_documents,
            "n": len(answers),
            "load_before": round(load, 1),
            "ms": ms,
        },
    )


def write_domain(workspace: Path, data: Path) -> tuple[int, Path]:
    """Write a domain of the documents, and a file of the questions that have a judgement."""
    documents = workspace / "domains" / "bench" / "documents"
    documents.mkdir(parents=True)
    (documents.parent / "domain.toml").write_text('[answer]\nmodel = "quotes"\n', encoding="utf-8")
    n_documents = 0
    for line in (data / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        (documents / f"{entry['_id']}.txt").write_text(f"{entry['title']} {entry['text']}", encoding="utf-8")
        n_documents += 1
    judged = {line.split("\t")[0] for line in (data / "qrels" / "test.tsv").read_text().splitlines()[1:]}
    lines = (data / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [{"id": q["_id"], "question": q["text"]} for q in map(json.loads, lines) if q["_id"] in judged]
    questions = workspace / "questions.jsonl"
    questions.write_text("".join(f"{json.dumps(question)}\n" for question in kept), encoding="utf-8")
    return n_documents, questions


if __name__ == "__main__":
    main()
