"""How many questions without an answer are refused, at what price: STICI-note, one domain a document.

    python benchmarks/stici.py --data DIR [--model auto] [--name "0.5B model"]

DIR holds documents.csv and the three files of questions (github.com/Samuel-Harris/STICI-note): 20 documents, 80
questions that they answer and 40 that they do not, close to the text. Each is asked through
`domaingpt ask --questions` at the default strictness; for the curve also from Python at the others, what the model
wrote being kept. Token F1 is that of SQuAD, over words without articles, of the answers without marks.
Writes benchmarks/results/stici.json, to which a run with another model adds, and draws docs/stici.svg.
"""

from __future__ import annotations

import argparse
import collections
import csv
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import RESULTS, versions, write_result

from domaingpt.answer import Generator
from domaingpt.cli.output import answer_json
from domaingpt.config import AnswerConfig
from domaingpt.evaluation.plot import Panel, svg
from domaingpt.workspace import Workspace

KINDS = {"single_passage_answer": "single", "multi_passage_answer": "multi", "no_answer": "none"}
PICTURE = Path(__file__).parents[1] / "docs" / "stici.svg"
DEFAULT = AnswerConfig().strictness
STRICTNESS = tuple(n / 20 for n in range(21))
csv.field_size_limit(1 << 27)


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def f1(given: str, gold: str) -> float:
    """Return the token F1 of an answer, by the rule of SQuAD: 2 p r / (p + r) over words, articles left out."""
    plain = [re.sub(r"\b(?:a|an|the)\b", " ", re.sub(r"[^\w\s]", " ", text.lower())).split() for text in (given, gold)]
    shared = sum((collections.Counter(plain[0]) & collections.Counter(plain[1])).values())
    return 2 * shared / (len(plain[0]) + len(plain[1])) if shared else 0.0


def prepare(data: Path, workspace: Path, model: str) -> dict[str, dict[str, Any]]:
    """Make a domain of each document with its questions beside it; return the questions by id."""
    questions: dict[str, dict[str, Any]] = {}
    for row in rows(data / "documents.csv"):
        folder = workspace / "domains" / f"d{row['index']}"
        (folder / "documents").mkdir(parents=True)
        (folder / "documents" / "document.txt").write_text(row["text"], encoding="utf-8")
        (folder / "domain.toml").write_text(f"[answer]\nmodel = {json.dumps(model)}\n", encoding="utf-8")
    for file, kind in KINDS.items():
        for n, row in enumerate(rows(data / f"{file}_questions.csv")):
            domain = f"d{row['document_index']}"
            identifier = f"{kind}-{n}"
            questions[identifier] = {"domain": domain, "kind": kind, "gold": row.get("answer"), "text": row["question"]}
    for domain in {question["domain"] for question in questions.values()}:
        asked = [{"id": key, "question": q["text"]} for key, q in questions.items() if q["domain"] == domain]
        folder = workspace / "domains" / domain
        (folder / "asked.jsonl").write_text("".join(json.dumps(one) + "\n" for one in asked), encoding="utf-8")
    run(workspace, "ingest", "--all")
    return questions


def run(workspace: Path, *arguments: str) -> str:
    """Return what a command prints."""
    command = [sys.executable, "-m", "domaingpt", "--workspace", str(workspace), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def ask_all(workspace: Path, domains: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the answers of the command at the default strictness, by question id."""
    answers = {}
    for domain in sorted(domains):
        file = workspace / "domains" / domain / "asked.jsonl"
        for line in run(workspace, "ask", domain, "--questions", str(file)).splitlines():
            answer = json.loads(line)
            answers[answer["id"]] = answer
    return answers


class Remembering:
    """A generator that writes the same prompt only once."""

    def __init__(self, generator: Generator) -> None:
        self.name, self.n_ctx, self.count_tokens = generator.name, generator.n_ctx, generator.count_tokens
        self.judges = getattr(generator, "judges", False)
        self._generator = generator
        self._written: dict[tuple[str, str, int], list[str]] = {}

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Yield what was written for this prompt."""
        key = (system, user, max_tokens)
        if key not in self._written:
            self._written[key] = list(self._generator.generate(system, user, max_tokens))
        yield from self._written[key]


def ask_along(folder: Path, questions: dict[str, dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the answers at every strictness of the curve, by strictness and question id."""
    workspace = Workspace.open(folder)
    domains = {question["domain"]: workspace.domain(question["domain"]) for question in questions.values()}
    generator = next(iter(domains.values())).generator
    shared = Remembering(generator) if generator else None
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for strictness in STRICTNESS:
        of_one = found.setdefault(f"{strictness:g}", {})
        for key, question in questions.items():
            domain = domains[question["domain"]]
            domain.__dict__["generator"] = shared  # in the place of the cached property
            domain.config = replace(domain.config, answer=replace(domain.config.answer, strictness=strictness))
            of_one[key] = answer_json(key, domain.ask(question["text"]))
    return found


def measured(questions: dict[str, dict[str, Any]], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return shares refused and token F1 of one strictness; documents of even and odd number also apart."""

    def refused(kinds: Sequence[str], halves: Sequence[int] = (0, 1)) -> float:
        chosen = [key for key, q in questions.items() if q["kind"] in kinds and int(q["domain"][1:]) % 2 in halves]
        return round(statistics.mean(answers[key]["abstained"] for key in chosen), 4)

    def mean_f1(kind: str, *, answered: bool) -> float:
        scores = [
            f1(re.sub(r"\s*\[\d+\]", "", answers[key]["answer"] or ""), q["gold"])
            for key, q in questions.items()
            if q["kind"] == kind and not (answered and answers[key]["abstained"])
        ]
        return round(statistics.mean(scores), 4)

    times = sorted(answer["timings_ms"]["total"] for answer in answers.values())
    return {
        "answerable_refused": refused(("single", "multi")),
        "unanswerable_refused": refused(("none",)),
        "halves": [[refused(("single", "multi"), [half]), refused(("none",), [half])] for half in (0, 1)],
        "f1_single": mean_f1("single", answered=False),
        "f1_single_answered": mean_f1("single", answered=True),
        "f1_multi": mean_f1("multi", answered=False),
        "reasons": dict(collections.Counter(answer["reason"] for answer in answers.values())),
        "p50_ms": round(times[len(times) // 2], 1),
    }


def picture(models: dict[str, Any]) -> str:
    """Return the curves of all models: the unanswerable refused, by strictness."""
    ticks = [f"{strictness:.1f}" if n % 2 == 0 else "" for n, strictness in enumerate(STRICTNESS)]
    panels = []
    for name, result in models.items():
        if not result["curve"]:
            continue
        curve = result["curve"]
        lines = {
            kind: [curve[f"{strictness:g}"][f"{kind}_refused"] for strictness in STRICTNESS]
            for kind in ("answerable", "unanswerable")
        }
        panels.append(Panel(f"STICI-note, {name}: refused", "strictness", ticks, lines, n_joined=len(ticks)))
    return svg(panels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="auto", help="as [answer] model takes it")
    parser.add_argument("--name", default="bundled model", help="how the result calls it")
    parser.add_argument("--only-default", action="store_true", help="leave out the curve")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        questions = prepare(arguments.data, workspace, arguments.model)
        domains = {question["domain"] for question in questions.values()}
        default = measured(questions, ask_all(workspace, domains))
        along = {} if arguments.only_default else ask_along(workspace, questions)
        curve = {strictness: measured(questions, answers) for strictness, answers in along.items()}
    file = RESULTS / "stici.json"
    models = json.loads(file.read_text(encoding="utf-8"))["models"] if file.exists() else {}
    models[arguments.name] = {"model": Path(arguments.model).name, "default": default, "curve": curve}
    result = {"n": len(questions), "strictness": DEFAULT, "versions": versions(["domaingpt"]), "models": models}
    print(write_result("stici", result))
    print(json.dumps(models[arguments.name]["default"], indent=1))
    if not arguments.only_default:
        PICTURE.write_text(picture(models), encoding="utf-8")


if __name__ == "__main__":
    main()
