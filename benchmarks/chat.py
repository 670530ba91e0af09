"""What becomes of follow-ups: as typed, as `domaingpt chat` understands them, and as a person would write them out.

    python benchmarks/chat.py [--data DIR]

Holds the dialogues of follow_ups.jsonl with the starter domains; answers are quotes, no language model takes part.
The rules were written and corrected with the 75 dialogues of the part "tuning"; the 24 of "held-out" were written
afterwards and the rules not touched again. Then it asks every question of the starter domains, each of which stands
on its own, in random order as the turns of one conversation, and counts those that are changed. With DIR, which
holds xquad/xquad.en.json, xquad/xquad.zh.json and chroma_chunking/questions_df.csv, also theirs, and those on
filings. Writes benchmarks/results/chat.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from abstention import starters
from harness import versions, write_result

from domaingpt import Conversation, Workspace
from domaingpt.conversation import embedded_likeness
from domaingpt.dialogue import Likeness, Turn, standalone
from domaingpt.domain import Domain
from domaingpt.evaluation import Question
from domaingpt.evaluation.answers import graded
from domaingpt.types import Answer

HERE = Path(__file__).parent
FORMS = ("as_typed", "rewritten", "hand_written")
N_SHUFFLES = 10
N_HITS = 5


def dialogues() -> list[dict[str, Any]]:
    with (HERE / "follow_ups.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def outcome(domain: Domain, dialogue: dict[str, Any], question: str, answer: Answer) -> dict[str, bool]:
    """Return what is right: a document of the first citation and of the first hits, the answer or its first quote."""
    first = "" if answer.abstained else f"{answer.text} {answer.citations[0].quote}"
    asked = Question(dialogue["id"], question, tuple(dialogue["answers"]), tuple(dialogue["documents"]))
    judged = graded(asked, replace(answer, text=first or None))
    hits, _ = domain.search(question, k=N_HITS)
    return {
        "gold": bool(judged.holds_gold),
        "cited_document": bool(judged.right_document),
        "found_document": any(hit.chunk.document in dialogue["documents"] for hit in hits),
    }


def held(domain: Domain, dialogue: dict[str, Any]) -> tuple[dict[str, dict[str, bool]], dict[str, Any]]:
    """Hold a dialogue; return the outcome of each form of its last question, and what that was understood as."""
    conversation = Conversation(domain)
    for turn in dialogue["turns"]:
        conversation.ask(turn)
    typed, by_hand = dialogue["question"], dialogue["standalone"]
    started = time.perf_counter()
    understood = conversation.understand(typed)
    ms = (time.perf_counter() - started) * 1000
    outcomes = {
        form: outcome(domain, dialogue, question, domain.ask(question))
        for form, question in zip(FORMS, (typed, understood.question, by_hand), strict=True)
    }
    is_same = understood.question.casefold() == by_hand.casefold()
    return outcomes, {"understood": understood.question, "how": understood.reason, "as_by_hand": is_same, "ms": ms}


def shares(outcomes: Sequence[dict[str, dict[str, bool]]]) -> dict[str, dict[str, float]]:
    """Return the share of dialogues with each outcome, by form."""
    n = len(outcomes)
    return {
        form: {what: round(sum(of[form][what] for of in outcomes) / n, 4) for what in outcomes[0][form]}
        for form in FORMS
    }


def changed(questions: Iterable[str], likeness: Likeness | None, *, seed: int) -> list[dict[str, str]]:
    """Ask questions in random order; return those that were changed, with the one before."""
    shuffled = list(questions)
    random.Random(seed).shuffle(shuffled)
    found, history = [], []
    for question in shuffled:
        understood = standalone(question, history, likeness)
        if understood.is_rewritten:
            found.append({"after": history[-1].question, "question": question, "became": understood.question})
        history.append(Turn(question))
    return found


def other_questions(data: Path | None) -> dict[str, list[str]]:
    """Return questions that people wrote to stand on their own, by collection."""
    found = {}
    with (HERE / "filings_questions.jsonl").open(encoding="utf-8") as file:
        found["filings"] = [entry.get("question") or entry["query"] for entry in map(json.loads, file)]
    if data is not None:
        for language in ("en", "zh"):
            articles = json.loads((data / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
            paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
            found[f"xquad_{language}"] = [qa["question"] for paragraph in paragraphs for qa in paragraph["qas"]]
        csv.field_size_limit(10**9)
        with (data / "chroma_chunking" / "questions_df.csv").open(encoding="utf-8", newline="") as file:
            found["chroma"] = [row["question"] for row in csv.DictReader(file)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--show", action="store_true", help="print each dialogue, write no result")
    arguments = parser.parse_args()
    result: dict[str, Any] = {"versions": versions(["domaingpt", "onnxruntime"])}
    with tempfile.TemporaryDirectory() as folder:
        domains, questions = starters(Workspace.create(Path(folder)))
        for domain in domains.values():
            domain.config = replace(domain.config, answer=replace(domain.config.answer, model="quotes"))
        parts: dict[str, list[tuple[dict[str, dict[str, bool]], dict[str, Any]]]] = {}
        for dialogue in dialogues():
            outcomes, understood = held(domains[dialogue["domain"]], dialogue)
            parts.setdefault(dialogue["part"], []).append((outcomes, understood))
            if arguments.show:
                right = "".join("-+"[outcomes[form]["gold"]] for form in FORMS)
                mark = "=" if understood["as_by_hand"] else " "
                print(
                    dialogue["part"][:4], dialogue["id"], right, mark, dialogue["turns"][-1], "|", dialogue["question"]
                )
                print("      ", understood["how"], "|", understood["understood"])
        for part, held_ones in parts.items():
            result[part] = {
                "n": len(held_ones),
                **shares([outcomes for outcomes, _ in held_ones]),
                "understood_as_by_hand": round(statistics.mean(u["as_by_hand"] for _, u in held_ones), 4),
                "how": dict(Counter(u["how"] or "left as typed" for _, u in held_ones)),
                "understand_ms_median": round(statistics.median(u["ms"] for _, u in held_ones), 1),
            }
        likeness = embedded_likeness(domains["house"].embedder)
        own = {name: [question.text for question in of] for name, of in questions.items()}
        runs = [
            (len(of), changed(of, likeness, seed=seed))
            for of in [*own.values(), [text for of in own.values() for text in of]]
            for seed in range(N_SHUFFLES)
        ]
        result["starter_questions"] = {"n": sum(n for n, _ in runs), "changed": sum(len(of) for _, of in runs)}
        for name, of in other_questions(arguments.data).items():
            result[f"{name}_questions"] = {"n": len(of), "changed": len(changed(of, likeness, seed=0))}
            if arguments.show:
                print(*changed(of, likeness, seed=0), sep="\n")
    if not arguments.show:
        print(write_result("chat", result))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
