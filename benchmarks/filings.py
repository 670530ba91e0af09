"""Is the figure found? 100 questions about single cells of the tables in quarterly reports.

    python benchmarks/filings.py --data DIR [--k 5] [--arm hybrid --arm lexical --arm dense] [--no-write]

DIR holds docs/ with eight 10-Q filings as PDF: four of Apple ("2022 Q3 AAPL.pdf", ...), four of
Microsoft; any folder does together with --questions FILE. They are ingested with default settings and
searched through the command line. A figure counts as found if a chunk of the right file holds it as
printed. Many figures stand in two filings; the right file is the one whose period was asked for.

Questions whose id has an even SHA-1 may be tuned on; the others are the rest. Writes
the entry "after" of benchmarks/results/filings.json; --name NAME writes another, so that versions stand
side by side. To measure another checkout run the script from inside that one: `python -m` prefers its folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from harness import RESULTS, versions, write_result

QUESTIONS = Path(__file__).with_name("filings_questions.jsonl")
Record = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--arm", action="append", choices=["hybrid", "lexical", "dense"])
    parser.add_argument("--name", default="after", help="entry of the result file")
    parser.add_argument("--workspace", type=Path, help="kept and reused; else a temporary one")
    parser.add_argument("--failures", action="store_true", help="print the tuning questions that fail")
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()
    questions = [json.loads(line) for line in args.questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as temporary:
        workspace = args.workspace or Path(temporary)
        ingested = ingest(workspace, args.data / "docs")
        judged = {
            arm: judge(questions, search(workspace, args.questions, args.k, arm)) for arm in args.arm or ["hybrid"]
        }
    result = {"ingest": ingested, "k": args.k, **{arm: summary(records) for arm, records in judged.items()}}
    print(json.dumps(result, indent=1))
    if args.failures:
        for record in next(iter(judged.values())):
            if is_tuning(record["id"]) and not (record["file_first"] and record["figure"]):
                print(json.dumps(record))
    if not args.no_write:
        write(args.name, result)


def ingest(workspace: Path, documents: Path) -> Record:
    """Ingest the folder in a domain of its own; return what it took, start of the program included."""
    domain = workspace / "domains" / "filings"
    if not domain.is_dir():
        command("init", str(workspace))
        command("--workspace", str(workspace), "new", "filings", "--from", str(documents))
    started = time.perf_counter()
    output = command("--workspace", str(workspace), "ingest", "filings", "--confirm-folder", "--json")
    seconds = time.perf_counter() - started
    report = json.loads(output.splitlines()[-1])
    ledger = report["ledger"]
    return {
        "seconds": round(seconds, 1),
        "pages": ledger["pages"]["total"],
        "chunks": ledger["chunks"]["total"],
        "balanced": ledger["balanced"],
    }


def search(workspace: Path, questions: Path, k: int, arm: str) -> dict[str, list[Record]]:
    """Return the hits by question id."""
    output = command(
        *("--workspace", str(workspace), "search", "filings", "--queries", str(questions)),
        *("-k", str(k), "--arm", arm, "--json"),
    )
    return {entry["id"]: entry["hits"] for entry in map(json.loads, output.splitlines())}


def judge(questions: Iterable[Record], hits: dict[str, list[Record]]) -> list[Record]:
    """Return for each question whether its file, figure and page were found."""
    return [{**question, **verdict(question, hits[question["id"]])} for question in questions]


def verdict(question: Record, hits: Sequence[Record]) -> Record:
    right = [hit for hit in hits if hit["document"] in question["documents"]]
    rank = next((hit["rank"] for hit in right if holds(hit["text"], question["answers"])), None)
    return {
        "file_first": bool(hits) and hits[0]["document"] in question["documents"],
        "figure": rank is not None,
        "figure_first": rank == 1,
        "figure_in_any_file": any(holds(hit["text"], question["answers"]) for hit in hits),
        "page": any(page in question["pages"] for hit in right for page in range(hit["page"], hit["page_end"] + 1)),
        "found": [f"{hit['document']} p{hit['page']}" for hit in hits],
    }


def holds(text: str, figures: Iterable[str]) -> bool:
    """Return whether a figure stands in the text as printed, and is not part of a longer one."""
    return any(re.search(rf"(?<![\d.,]){re.escape(figure)}(?!\d|[.,]\d)", text) for figure in figures)


def summary(records: Sequence[Record]) -> Record:
    """Return shares in percent, on the whole, by half, and by kind of question."""
    tuning = [record for record in records if is_tuning(record["id"])]
    rest = [record for record in records if not is_tuning(record["id"])]
    kinds = grouped(records, lambda record: record["kind"])
    return {
        "all": shares(records),
        "tuning": shares(tuning),
        "rest": shares(rest),
        "by_kind": {kind: shares(kinds[kind]) for kind in sorted(kinds)},
    }


def shares(records: Sequence[Record]) -> Record:
    measures = ("file_first", "figure", "figure_first", "figure_in_any_file", "page")
    return {
        "n": len(records),
        **{name: round(100 * sum(record[name] for record in records) / len(records), 1) for name in measures},
    }


def grouped(records: Iterable[Record], key: Callable[[Record], str]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups


def is_tuning(question_id: str) -> bool:
    return int(hashlib.sha1(question_id.encode(), usedforsecurity=False).hexdigest(), 16) % 2 == 0


def command(*arguments: str) -> str:
    """Run domaingpt; return what it printed.

    Raises:
        SystemExit: If it failed.
    """
    argv = [sys.executable, "-m", "domaingpt", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ}, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(argv)} failed:\n{done.stderr}")
    return done.stdout


def write(name: str, result: Record) -> None:
    file = RESULTS / "filings.json"
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"] if file.is_file() else {}
    packages = ["faiss-cpu", "onnxruntime", "pypdfium2", "PyStemmer"]
    print(
        write_result(
            "filings",
            {
                "command": "python benchmarks/filings.py --data DIR --arm hybrid --arm lexical --arm dense",
                "versions": versions(packages),
                "runs": {**runs, name: result},
            },
        )
    )


if __name__ == "__main__":
    main()
