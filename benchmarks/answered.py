"""How good are answers: is the gold answer in them, how fast are they, does a second opinion find fault?

    python benchmarks/answered.py --data DIR [--model NAME=MODEL ...] [--n 200]

DIR holds xquad.en.json (github.com/google-deepmind/xquad). Its 240 paragraphs become one file each of a domain;
`random.Random(0)` draws the questions, which go through `domaingpt ask --questions` once for each model: "auto"
is the bundled one, "quotes" none, else the path of a GGUF file. Gold answers and answers are compared in lower
case, without punctuation and articles; an abstention is a miss. The questions drawn were never used to choose a
setting; the others were. `checker.py` looks at every answer.
Writes an entry for each NAME in benchmarks/results/answered.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import string
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checker import Texts, check
from evidence import xquad
from harness import RESULTS, versions, write_result

from domaingpt.workspace import Workspace

MARK = re.compile(r"\[\d+\]")
ARTICLES = re.compile(r"\b(?:a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)
DOMAIN = "xquad"


def comparable(text: str) -> str:
    """Return a text as it is compared, with a space on either side."""
    return f" {' '.join(ARTICLES.sub(' ', MARK.sub(' ', text).lower().translate(PUNCTUATION)).split())} "


def asked(workspace: Path, questions: Sequence[tuple[str, str, str]], model: str) -> list[dict[str, Any]]:
    """Return the answers of `ask --questions`."""
    file = workspace / "questions.jsonl"
    lines = [json.dumps({"id": n, "question": question}) for n, (question, _, _) in enumerate(questions)]
    file.write_text("\n".join(lines), encoding="utf-8")
    settings = workspace / "domains" / DOMAIN / "domain.toml"
    text = settings.read_text(encoding="utf-8").partition("\n[answer]")[0]
    settings.write_text(f'{text}\n[answer]\nmodel = "{model}"\n', encoding="utf-8")
    argv = [sys.executable, "-m", "domaingpt", "--workspace", str(workspace), "ask", DOMAIN, "--questions", str(file)]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ}, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def judged(answers: Sequence[dict[str, Any]], questions: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Return shares in percent and times in milliseconds."""
    in_text = in_quote = 0
    for answer, (_, gold, _) in zip(answers, questions, strict=True):
        wanted = comparable(gold)
        said = wanted in comparable(answer["answer"] or "")
        in_text += said
        in_quote += said or any(wanted in comparable(citation["quote"]) for citation in answer["citations"][:1])
    n = len(answers)
    times = sorted(answer["timings_ms"]["total"] for answer in answers)
    return {
        "n": n,
        "gold_in_answer": round(100 * in_text / n, 1),
        "gold_in_answer_or_first_quote": round(100 * in_quote / n, 1),
        "abstained": sum(answer["abstained"] for answer in answers),
        "written": sum(answer["reason"] == "written" for answer in answers),
        "dropped_sentences": sum(answer["dropped"] for answer in answers),
        "ms": {f"p{share}": times[int(share / 100 * (n - 1))] for share in (5, 50, 95)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", action="append", default=[], help="how the result calls it=MODEL")
    parser.add_argument("--n", type=int, default=200)
    arguments = parser.parse_args()
    models = dict(entry.split("=", 1) for entry in arguments.model or ["bundled model=auto", "quotes alone=quotes"])
    file = RESULTS / "answered.json"
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"] if file.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        domain, questions = xquad(arguments.data, Workspace.create(Path(folder)), name=DOMAIN)
        questions = random.Random(0).sample(questions, arguments.n)
        for name, model in models.items():
            answers = asked(Path(folder), questions, model)
            texts = Texts(domain.index_folder, domain.documents_folder)
            runs[name] = {**judged(answers, questions), "checker": check(answers, texts)}
            print(name, json.dumps(runs[name]))
    command = "python benchmarks/answered.py --data DIR --model NAME=MODEL"
    packages = ["domaingpt", "llama-cpp-python", "onnxruntime"]
    print(write_result("answered", {"command": command, "versions": versions(packages), "runs": runs}))


if __name__ == "__main__":
    main()
