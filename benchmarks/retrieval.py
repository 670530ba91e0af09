"""How good is search, against each arm alone, through the command line with default settings?

    python benchmarks/retrieval.py --data DIR [--work DIR]

`corpora.py` says what DIR holds. Every document is a file of a domain; `domaingpt ingest` reads them,
`domaingpt search --queries --arm` asks. Documents of SciFact and XQuAD rank where their first chunk does,
among 100 chunks; of Chroma's corpora the first five chunks over all of them count. Differences are query by
query, hybrid minus the single arm that is better in the main measure, with intervals from the paired
bootstrap. With --work the workspace stays, and another run ingests only what changed.

Writes benchmarks/results/retrieval.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from corpora import Collection, collections
from filings import command
from harness import versions, write_result

from domaingpt.evaluation.bootstrap import Interval, paired_difference
from domaingpt.evaluation.systems import percentile

ARMS = ("hybrid", "dense", "lexical")
Scores = dict[str, dict[str, float]]  # query → measure → value
PUBLISHED = {
    "scifact nDCG@10": {"all-MiniLM-L6-v2": 0.645, "BM25": 0.68},
    "xquad-en nDCG@10": {"text-embedding-3-large": 0.970},
    "xquad-zh nDCG@10": {"text-embedding-3-large": 0.940},
    "chroma recall, IoU": {
        "all-MiniLM-L6-v2, best IoU": [0.752, 0.072],
        "all-MiniLM-L6-v2, best recall": [0.824, 0.035],
        "text-embedding-3-large": [0.881, 0.069],
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="workspace to keep; else a temporary one")
    args = parser.parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as temporary:
        measured = {
            collection.name: measure(collection, args.work or Path(temporary)) for collection in collections(args.data)
        }
    result = {
        "command": "python benchmarks/retrieval.py --data DIR",
        "versions": versions(["faiss-cpu", "onnxruntime", "PyStemmer", "numpy"]),
        "load_average_before_and_after": [round(load_before, 2), round(os.getloadavg()[0], 2)],
        "published": PUBLISHED,
        "collections": measured,
    }
    print(write_result("retrieval", result))


def measure(collection: Collection, workspace: Path) -> dict[str, Any]:
    """Return what one collection's arms reach, and how sure the gain of both together is."""
    folder = collection.write(workspace)
    at = ("--workspace", str(workspace))
    ledger = json.loads(command(*at, "ingest", collection.name, "--json").splitlines()[-1])["ledger"]
    scores: dict[str, Scores] = {}
    ms: dict[str, list[float]] = {}
    for arm in ARMS:
        output = command(
            *(*at, "search", collection.name, "--queries", str(folder / "queries.jsonl")),
            *("-k", str(collection.k), "--arm", arm, "--json"),
        )
        answers = [json.loads(line) for line in output.splitlines()]
        scores[arm] = {answer["id"]: judged(collection, answer) for answer in answers}
        ms[arm] = [answer["timings_ms"]["total"] for answer in answers[1:]]  # the first loads model and files
    result = {
        "documents": len(collection.files),
        "chunks": ledger["chunks"]["total"],
        "k": collection.k,
        **{half: compared(collection, scores, picked) for half, picked in halves(collection).items()},
        "timings_ms": {arm: {"p50": percentile(ms[arm], 0.5), "p95": percentile(ms[arm], 0.95)} for arm in ARMS},
    }
    print(collection.name, json.dumps(result["whole"]), flush=True)
    return result


def judged(collection: Collection, answer: Mapping[str, Any]) -> dict[str, float]:
    return collection.scores(answer["id"], [SimpleNamespace(**hit) for hit in answer["hits"]])


def halves(collection: Collection) -> dict[str, Callable[[str], bool]]:
    """Return by name which queries count."""
    return {
        "tuning": collection.is_tuning,
        "rest": lambda query: not collection.is_tuning(query),
        "whole": lambda _: True,
    }


def compared(collection: Collection, scores: Mapping[str, Scores], picked: Callable[[str], bool]) -> dict[str, Any]:
    """Return the means of each arm on some queries, and hybrid minus the better single arm."""
    queries = [query for query in collection.queries if picked(query)]
    measures = list(scores["hybrid"][queries[0]])
    means = {
        arm: {name: round(statistics.fmean(of[query][name] for query in queries), 4) for name in measures}
        for arm, of in scores.items()
    }
    better = max(("dense", "lexical"), key=lambda arm: means[arm][collection.main])
    gains = {
        name: paired_difference(
            {query: scores["hybrid"][query][name] for query in queries},
            {query: scores[better][query][name] for query in queries},
        )
        for name in measures
    }
    return {
        "n": len(queries),
        **means,
        "better_arm": better,
        "gain": {name: as_json(gain) for name, gain in gains.items()},
    }


def as_json(gain: Interval) -> dict[str, Any]:
    return {
        "mean": round(gain.mean, 4),
        "interval_95": [round(gain.low, 4), round(gain.high, 4)],
        "significant": gain.excludes_zero,
    }


if __name__ == "__main__":
    main()
