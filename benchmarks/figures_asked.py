"""Is the one figure stated right? The 100 questions of filings.py, and 40 in other words, answered.

    python benchmarks/figures_asked.py --data DIR [--model quotes] [--questions FILE] [--name NAME] [--no-write]
    python benchmarks/figures_asked.py --answers ANSWERS.jsonl

DIR holds docs/ with eight 10-Q filings as PDF (see filings.py). They are ingested with default settings and asked
through `ask --questions`. Every answer is one of

  right    states the figure: within 1 % of the true one after its scale ("million"), with its kind of unit (a
           currency, percent, or neither), and naming no other day, year or length of time than was asked for;
  wrong    states something else: another figure, no unit, another period, or several figures at once;
  quoted   shows rows of tables as they are printed (reason "quoted"), or words without a figure;
  refused  abstains.

An answer states a figure if its reason is "figure" or "written". Dates, marks of citations and numbers that the
question itself holds are no figures. Shares are given for all questions, for those whose id has an even SHA-1 (which
may be tuned on), and for the others.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from filings import QUESTIONS, command, ingest, is_tuning
from harness import RESULTS, versions, write_result

Record = dict[str, Any]
TOLERANCE = 0.01
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DAY = re.compile(rf"\b({MONTH})\s+(\d{{1,2}}),?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
LENGTH = re.compile(r"\b(three|six|nine|twelve)[- ]months?\b", re.IGNORECASE)
QUARTER = re.compile(r"\b(?:q[1-4]|10-?[qk]|(?:first|second|third|fourth|three|six|nine|twelve)\b)", re.IGNORECASE)
FIGURE = re.compile(
    r"(?P<currency>[$€£¥]|USD )?\s*\(?(?P<number>\d[\d,]*(?:\.\d+)?)\)?\s*"
    r"(?P<unit>%|percent|thousand|million|billion)?",
    re.IGNORECASE,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--model", default="quotes", help="[answer] model of the domain")
    parser.add_argument("--answers", type=Path, help="judge what `ask --questions --json` printed before")
    parser.add_argument("--name", default="after", help="entry of the result file")
    parser.add_argument("--workspace", type=Path, help="kept and reused; else a temporary one")
    parser.add_argument("--failures", action="store_true", help="print what was not right")
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()
    questions = [json.loads(line) for line in args.questions.read_text(encoding="utf-8").splitlines()]
    if args.answers:
        printed = args.answers.read_text(encoding="utf-8")
    else:
        with tempfile.TemporaryDirectory() as temporary:
            printed = ask(args.workspace or Path(temporary), args.data / "docs", args.questions, args.model)
    answers = {answer["id"]: answer for answer in map(json.loads, printed.splitlines())}
    judged = [(q, answers[q["id"]], verdict(q, answers[q["id"]])) for q in questions if q["id"] in answers]
    called = Path(args.model).name if args.model.endswith(".gguf") else args.model  # no path of this machine
    result = {"model": called, **summary(judged)}
    print(json.dumps(result, indent=1))
    if args.failures:
        for question, answer, outcome in judged:
            if outcome != "right":
                print(question["id"], outcome, question["question"], question["answers"], "→", answer["answer"])
    if not args.no_write:
        write(args.name, result)


def ask(workspace: Path, documents: Path, questions: Path, model: str) -> str:
    """Ingest the folder and ask; return one line of JSON an answer."""
    ingest(workspace, documents)
    settings = workspace / "domains" / "filings" / "domain.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r'(?m)(^\[answer\]\s*\nmodel = )"[^"]*"', rf'\1"{model}"', text), encoding="utf-8")
    return command("--workspace", str(workspace), "ask", "filings", "--questions", str(questions), "--json")


def verdict(question: Record, answer: Record) -> str:
    """Return "right", "wrong", "quoted" or "refused"."""
    if answer["abstained"]:
        return "refused"
    if answer["reason"] == "quoted":
        return "quoted"
    text = re.sub(r"\s*\[\d+\]", "", answer["answer"])
    found = figures(text, question["question"])
    if not found:
        return "quoted"
    is_right = len(set(found)) == 1 and any(states(found[0], gold, question["unit"]) for gold in question["answers"])
    return "right" if is_right and same_period(text, question.get("period", question["question"])) else "wrong"


def figures(text: str, question: str) -> list[tuple[str, float, str]]:
    """Return (currency, number, unit) of each figure of an answer: no dates, no numbers of the question."""
    bare = QUARTER.sub(" ", YEAR.sub(" ", DAY.sub(" ", text)))
    asked = {match["number"] for match in FIGURE.finditer(question)}
    return [
        (match["currency"] or "", float(match["number"].replace(",", "")), (match["unit"] or "").lower())
        for match in FIGURE.finditer(bare)
        if match["number"] not in asked
    ]


def states(figure: tuple[str, float, str], gold: str, unit: str) -> bool:
    """Return whether a figure has the value and the kind of unit of the true one."""
    currency, number, scale = figure
    truth = float(gold.replace(",", "")) * next((SCALES[word] for word in unit.split() if word in SCALES), 1)
    is_percent = scale in ("%", "percent")
    if is_percent != (unit == "percent") or bool(currency) != ("USD" in unit):
        return False
    value = number * SCALES.get(scale, 1)
    return abs(value - truth) <= TOLERANCE * truth


def same_period(text: str, question: str) -> bool:
    """Return whether the answer names no other day, year or length of time than the question, where that names one."""
    for pattern in (DAY, LENGTH):
        said, asked = (
            {tuple(map(str.lower, found)) for found in map(_parts, p)} for p in _both(pattern, text, question)
        )
        if asked and not said <= asked:
            return False
    return True


def _both(pattern: re.Pattern[str], text: str, question: str) -> Iterable[list[re.Match[str]]]:
    return list(pattern.finditer(text)), list(pattern.finditer(question))


def _parts(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(part[:3] for part in match.groups())


def summary(judged: Sequence[tuple[Record, Record, str]]) -> Record:
    """Return shares in percent, on the whole, by half, and by how the answer came about."""
    tuning = [entry for entry in judged if is_tuning(entry[0]["id"])]
    rest = [entry for entry in judged if not is_tuning(entry[0]["id"])]
    ways = {reason for _, answer, _ in judged for reason in [answer["reason"]] if not answer["abstained"]}
    return {
        "all": shares(judged),
        "tuning": shares(tuning),
        "rest": shares(rest),
        "by_reason": {way: shares([entry for entry in judged if entry[1]["reason"] == way]) for way in sorted(ways)},
    }


def shares(judged: Sequence[tuple[Record, Record, str]]) -> Record:
    counts = Counter(outcome for _, _, outcome in judged)
    n = len(judged)
    return {
        "n": n,
        **{name: round(100 * counts[name] / n, 1) if n else 0.0 for name in ("right", "wrong", "quoted", "refused")},
    }


def write(name: str, result: Record) -> None:
    file = RESULTS / "figures_asked.json"
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"] if file.is_file() else {}
    print(
        write_result(
            "figures_asked",
            {
                "command": "python benchmarks/figures_asked.py --data DIR --model MODEL --name NAME",
                "versions": versions(["faiss-cpu", "llama-cpp-python", "onnxruntime", "pypdfium2", "PyStemmer"]),
                "runs": {**runs, name: result},
            },
        )
    )


if __name__ == "__main__":
    main()
