"""nDCG@10 by the weight of the dense arm, each arm alone beside it.

--data is a folder with scifact (BEIR layout) and xquad (xquad.en.json, xquad.zh.json). Every document
is one .txt file of a domain; a document ranks where its first chunk does.

    python benchmarks/fusion.py --data DIR
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness import versions, write_result

from domaingpt import Workspace
from domaingpt.evaluation import Qrels, Question, parse_measure, read_qrels
from domaingpt.evaluation.judgements import judgements
from domaingpt.evaluation.retrieved import DEPTH, retrieve_all
from domaingpt.evaluation.systems import searched
from domaingpt.index import Arm
from domaingpt.retrieval import retrieve
from domaingpt.types import Hit
from domaingpt.workspace import Domain

WEIGHTS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
NDCG = parse_measure("nDCG@10")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    tables = {}
    for name, (documents, queries, qrels) in data_sets(args.data):
        with tempfile.TemporaryDirectory() as folder:
            domain = build(Path(folder), documents)
            tables[name] = {"documents": len(documents), "queries": len(queries), **table(domain, queries, qrels)}
        print(name, json.dumps(tables[name]), flush=True)
    packages = ["faiss-cpu", "onnxruntime", "PyStemmer"]
    write_result(
        "fusion",
        {"command": "python benchmarks/fusion.py --data DIR", "versions": versions(packages), "nDCG@10": tables},
    )


def table(domain: Domain, queries: dict[str, str], qrels: Qrels) -> dict[str, float]:
    """Return nDCG@10 of each arm and each weight."""
    questions = [Question(query_id, query) for query_id, query in queries.items()]
    judged = judgements(questions, domain.index.corpus.by_path, qrels)
    rows = {}
    arms: list[tuple[str, Arm, float | None]] = [
        ("lexical", "lexical", None),
        ("dense", "dense", None),
        *((f"hybrid {weight}", "hybrid", weight) for weight in WEIGHTS),
        ("hybrid auto", "hybrid", None),
    ]
    for label, arm, weight in arms:

        def search(query: str, arm: Arm = arm, weight: float | None = weight) -> list[Hit]:
            return retrieve(domain.index, domain.embedder, query, k=DEPTH, arm=arm, dense_weight=weight)

        system = searched(label, retrieve_all(questions, search), judged, [NDCG])
        rows[label] = round(system.mean(NDCG), 4)
    return rows


def build(folder: Path, documents: dict[str, str]) -> Domain:
    target = folder / "domains" / "bench" / "documents"
    target.mkdir(parents=True)
    for name, text in documents.items():
        (target / f"{name}.txt").write_text(text, encoding="utf-8")
    domain = Workspace.open(folder).domain("bench")
    domain.ingest()
    return domain


def data_sets(data: Path) -> Iterator[tuple[str, tuple[dict[str, str], dict[str, str], Qrels]]]:
    if (data / "scifact").is_dir():
        yield "scifact", beir(data / "scifact")
    for language in ("en", "zh"):
        file = data / "xquad" / f"xquad.{language}.json"
        if file.is_file():
            yield f"xquad {language}", squad(file)


def beir(folder: Path) -> tuple[dict[str, str], dict[str, str], Qrels]:
    qrels = read_qrels(folder / "qrels" / "test.tsv")
    documents = {d["_id"]: f"{d.get('title') or ''} {d['text']}".strip() for d in lines(folder / "corpus.jsonl")}
    return documents, {q["_id"]: q["text"] for q in lines(folder / "queries.jsonl") if q["_id"] in qrels}, qrels


def squad(file: Path) -> tuple[dict[str, str], dict[str, str], Qrels]:
    documents: dict[str, str] = {}
    queries: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            name = f"p{len(documents)}"
            documents[name] = paragraph["context"]
            for qa in paragraph["qas"]:
                queries[qa["id"]], qrels[qa["id"]] = qa["question"], {name: 1}
    return documents, queries, qrels


def lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
