"""How long a command takes from a cold start, on a folder of documents.

Times whole processes: a search, an ingest when nothing changed, an ingest after one file changed or was
renamed, and asking with the bundled model. The domain is built first; its engine is compiled beforehand.

    python benchmarks/start_up.py --data FOLDER --domaingpt VENV/bin/domaingpt
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from harness import Measurement, run_measured, versions, write_result

SEARCHES = [
    "net sales by category",
    "legal proceedings and contingencies",
    "interest rate risk of the portfolio",
    "share repurchase program",
    "research and development expense",
]
QUESTIONS = [
    "How much was spent on research and development?",
    "What were total net sales?",
    "What legal proceedings are described?",
    "How many shares were repurchased?",
    "What is the effective tax rate?",
    "Which segments are reported?",
    "What are the main risks from foreign currencies?",
    "How much cash does the company hold?",
    "What was the gross margin?",
    "When does the revolving credit facility expire?",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of documents")
    parser.add_argument("--domaingpt", default="domaingpt", help="the command to time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder, "domains", "bench", "documents")
        shutil.copytree(args.data, documents)

        def run(*arguments: str) -> Measurement:
            return run_measured([args.domaingpt, "--workspace", folder, *arguments])

        build = run("ingest", "bench", "--json")
        run("ingest", "bench")  # notes signatures that were too young to trust
        result = {
            "command": "python benchmarks/start_up.py --data FOLDER",
            "versions": versions(["domaingpt", "faiss-cpu", "onnxruntime", "tokenizers", "llama-cpp-python"]),
            "ledger": ledger(build),
            "search": summary([run("search", "bench", query) for query in SEARCHES]),
            "ingest, nothing changed": summary([run("ingest", "bench") for _ in SEARCHES]),
            "ask": summary([run("ask", "bench", question) for question in QUESTIONS]),
            "ingest, one file changed": change_one(documents, run),
        }
    print(json.dumps(result, indent=1))
    write_result("start_up", result)


def change_one(documents: Path, run: Any) -> dict[str, Any]:
    """Edit a text file in its middle, then rename it; return what the ledgers say."""
    note = documents / "note.txt"
    sections = [
        f"Section {i}. " + f"The value of item {i} is {i * 37} euros, paid in month {i}. " * 12 for i in range(40)
    ]
    note.write_text("\n\n".join(sections), encoding="utf-8")
    added = run("ingest", "bench", "--json")
    sections[20] = sections[20].replace("euros", "francs")
    note.write_text("\n\n".join(sections), encoding="utf-8")
    edited = run("ingest", "bench", "--json")
    note.rename(documents / "renamed.txt")
    renamed = run("ingest", "bench", "--json")
    found = json.loads(run("search", "bench", "value of item 20 in francs", "--json").stdout)["hits"]
    return {
        name: {"wall_s": round(m.wall_s, 3), "files": ledger(m)["files"], "chunks": ledger(m)["chunks"]}
        for name, m in (("added", added), ("edited", edited), ("renamed", renamed))
    } | {"found under": sorted({hit["document"] for hit in found if hit["document"] in ("note.txt", "renamed.txt")})}


def ledger(measurement: Measurement) -> dict[str, Any]:
    return dict(json.loads(measurement.stdout)["ledger"])


def summary(runs: list[Measurement]) -> dict[str, Any]:
    walls = sorted(run.wall_s for run in runs)
    return {
        "n": len(runs),
        "wall_s": {"median": round(statistics.median(walls), 3), "min": round(walls[0], 3), "max": round(walls[-1], 3)},
        "cpu_s_median": round(statistics.median(run.cpu_s for run in runs), 3),
        "peak_rss_mb": round(max(run.peak_rss_bytes for run in runs) / 1e6),
        "others_cpu_s": round(sum(run.others_cpu_s for run in runs), 1),
        "failed": sum(run.returncode not in (0, 3) for run in runs),
    }


if __name__ == "__main__":
    main()
