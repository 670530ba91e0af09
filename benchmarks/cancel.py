"""Can a draft be stopped at any moment, and is the model then as good as new?

    python benchmarks/cancel.py [--model NAME_OR_PATH] [-n 100] [--threads 1]

Loads a model as `ask` does and starts drafts over prompts of many lengths, up to the whole context. Each is closed
from another thread at a random moment: half of them by the clock, which falls inside the prompt as a rule, half
after a random number of pieces of the draft. Measured: how long after the close the model is free; whether the next
answer is that of a model whose cache was emptied. Besides, with the same prompts: how much the kept system turn
saves, and whether answers depend on what was asked before.
"""

from __future__ import annotations

import argparse
import random
import statistics
import threading
import time

from harness import versions, write_result

from domaingpt.answer.generators import llama
from domaingpt.answer.generators.llama import LlamaGenerator
from domaingpt.answer.prompt import system_text
from domaingpt.config import parse_config
from domaingpt.models import find_generator

WORDS = (
    "the boiler roof garden was repaired fitted inspected in London Leeds by Menon Arkell for ninety pounds while "
    "a tenant pays rent and deposit of ten per cent within fourteen days after notice"
).split()
MAX_TOKENS = 24
MARGIN = 128  # tokens below the context for marks, question and answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="auto")
    parser.add_argument("--called", default="", help="name of the model in the result")
    parser.add_argument("-n", type=int, default=100)
    parser.add_argument(
        "--threads", type=int, default=1, help="on a busy machine llama.cpp's threads wait for each other"
    )
    given = parser.parse_args()
    llama.n_cores = lambda: given.threads  # type: ignore[attr-defined]
    llama.TIME_LIMIT_S = 600
    spec = find_generator(given.model)
    assert spec is not None
    generator = LlamaGenerator(spec)
    system = system_text(parse_config({"instructions": "Quote figures with their unit."}, "house", where="domain.toml"))
    rng = random.Random(0)
    questions = [_prompt(rng, rng.randint(20, 120)) for _ in range(30)]
    fresh, fresh_s = _answers(generator, system, questions, is_fresh=True)
    reused, reused_s = _answers(generator, system, rng.sample(questions, len(questions)), is_fresh=False)
    cancels = [_cancel(generator, system, rng, fresh) for _ in range(given.n)]
    free_s = sorted(cancel[0] for cancel in cancels)
    result = {
        "command": "python benchmarks/cancel.py",
        "model": given.called or spec.name,
        "threads": given.threads,
        "versions": versions(["domaingpt", "llama-cpp-python"]),
        "cancels": len(cancels),
        "inside the prompt": sum(cancel[1] == 0 for cancel in cancels),
        "free after s": {
            "median": round(statistics.median(free_s), 4),
            "max": round(free_s[-1], 4),
            "within 1 s": sum(s <= 1 for s in free_s),
        },
        "next answer as fresh": sum(cancel[2] for cancel in cancels),
        "kept system turn": {
            "prompts": len(questions),
            "same text as fresh": sum(reused[q] == fresh[q] for q in questions),
            "tokens kept": generator._context.n_reused,
            "median tokens of a prompt": int(statistics.median(generator.count_tokens(q) for q in questions)),
            "time to the first piece, kept over fresh, median": round(
                statistics.median(reused_s[q] / fresh_s[q] for q in questions), 3
            ),
        },
    }
    print(result, write_result("cancel" if given.model == "auto" else "cancel-0.5B", result))


def _prompt(rng: random.Random, n_words: int) -> str:
    facts = "\n".join(f"{n}. {' '.join(rng.choices(WORDS, k=n_words // 3))}." for n in (1, 2, 3))
    return f"Facts:\n{facts}\n\nQuestion: Who repaired the boiler?"


def _answers(
    generator: LlamaGenerator, system: str, prompts: list[str], *, is_fresh: bool
) -> tuple[dict[str, str], dict[str, float]]:
    """Return each prompt's answer, and the seconds to its first piece."""
    answers, seconds = {}, {}
    for prompt in prompts:
        if is_fresh:
            generator._context.forget()
        started = time.perf_counter()
        pieces = generator.generate(system, prompt, MAX_TOKENS)
        first = next(pieces, "")
        seconds[prompt] = time.perf_counter() - started
        answers[prompt] = first + "".join(pieces)
    return answers, seconds


def _cancel(
    generator: LlamaGenerator, system: str, rng: random.Random, fresh: dict[str, str]
) -> tuple[float, int, bool]:
    """Return seconds until the model was free, pieces read before, and whether the next answer is as fresh."""
    n_tokens = rng.choice([100, 500, 1500, generator.n_ctx - MARGIN - generator.count_tokens(system)])
    prompt = _prompt(rng, n_tokens)
    while generator.count_tokens(prompt) > n_tokens:
        prompt = prompt[: int(len(prompt) * 0.95)]
    pieces = generator.generate(system, prompt, MAX_TOKENS)
    closed_at: list[float] = []

    def close() -> None:
        closed_at.append(time.perf_counter())
        pieces.close()  # type: ignore[attr-defined]

    last = (
        rng.randint(1, MAX_TOKENS // 2) if rng.random() < 0.5 else 0
    )  # piece after which it is closed; 0: by the clock
    timer = threading.Timer(rng.uniform(0, 0.05 if last else 1.0 if n_tokens > 500 else 0.4), close)
    if not last:
        timer.start()
    n_pieces = 0
    for n_pieces, _ in enumerate(pieces, start=1):
        if n_pieces == last:
            timer.start()
    if last and n_pieces < last:  # the draft was shorter
        close()
    else:
        timer.join()
    with generator._lock:
        free_s = time.perf_counter() - closed_at[0]
    question = rng.choice(list(fresh))
    answer = "".join(generator.generate(system, question, MAX_TOKENS))
    return free_s, n_pieces, answer == fresh[question]


if __name__ == "__main__":
    main()
