"""Are the estimates of `doctor` any good: speed of a model from another's, memory, an answer's length.

For the packaged model and each GGUF file given: tokens a second as `doctor` measures them, in processes of their own
and in turns, and the memory that one takes at that (its own, and its file). From each model the speed of each other
is estimated as `doctor` would, and divided by what was measured: 1 is right, under 1 too slow. The prompts and
drafts of the starter domains' questions are counted with the last file.

    python benchmarks/models.py --rounds 5 ~/qwen2.5-0.5b-instruct-q4_k_m.gguf=Qwen2.5-0.5B-Instruct
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import versions, write_result

from domaingpt import Workspace
from domaingpt.answer.generators import llama
from domaingpt.cli.doctor_command import _tokens_a_second
from domaingpt.models import GeneratorSpec, find_generator
from domaingpt.models.registry import BUNDLED_GENERATOR
from domaingpt.models.speed import Speed, estimate, parameters_of

ROOT = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE=NAME", help="GGUF; the last counts answers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="of llama.cpp; 0 for as many as there are cores")
    parser.add_argument("--workspace", type=Path, default=ROOT, help="with the starter domains, ingested")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.threads:
        llama.n_cores = lambda: args.threads  # type: ignore[attr-defined]
    if args.child:
        print(json.dumps(measured(spec_of(args.child))))
        return
    names = {BUNDLED_GENERATOR: BUNDLED_GENERATOR} | dict(file.split("=", 1) for file in args.files)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(args.rounds):
        for name in names:
            command = [sys.executable, __file__, "--child", name, "--threads", str(args.threads)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows[name].append(json.loads(done.stdout.splitlines()[-1]))
    models = [{"name": shown} | summary(spec_of(name), rows[name]) for name, shown in names.items()]
    estimates = [compared(a, b) for a in models for b in models if a is not b]
    result = {
        "what": "speed and memory of models against the estimates made for them; tokens of an answer",
        "rounds": args.rounds, "threads": args.threads or "cores", "versions": versions(["llama-cpp-python"]),
        "models": models, "estimates": estimates, "answers": answers(list(names)[-1], args.workspace),
    }  # fmt: skip
    write_result("models", result)
    print(json.dumps(result, indent=1))


def spec_of(name: str) -> GeneratorSpec:
    """Return a model of this machine."""
    spec = find_generator(name)
    assert isinstance(spec, GeneratorSpec)
    return spec


def measured(spec: GeneratorSpec) -> dict[str, float]:
    """Return what one process measures of one model."""
    import llama_cpp  # noqa: F401 - what the library takes is not the model's

    before = own_bytes()
    generator = llama.LlamaGenerator(spec)
    read, written = _tokens_a_second(generator)
    return {"read": read, "written": written, "memory_bytes": own_bytes() - before + spec.size_bytes}


def own_bytes() -> int:
    """Return the memory that is this process's alone (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) * 1024  # type: ignore[index]


def summary(spec: GeneratorSpec, rows: list[dict[str, float]]) -> dict[str, Any]:
    """Return a model with the median and the spread of what was measured."""
    return {
        "n_parameters": parameters_of(spec), "size_bytes": spec.size_bytes, "ram_bytes_estimated": spec.ram_bytes,
        **{key: round(statistics.median(row[key] for row in rows), 1) for key in rows[0]},
        "spread": {key: [round(f(row[key] for row in rows), 1) for f in (min, max)] for key in ("read", "written")},
    }  # fmt: skip


def compared(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Return what was estimated for one model from another, divided by what was measured."""
    speed = Speed(a["name"], a["read"], a["written"], a["n_parameters"], a["size_bytes"])
    told = estimate(speed, b["n_parameters"], b["size_bytes"])
    return {
        "from": a["name"], "of": b["name"],
        "read": round(told.read / b["read"], 2), "written": round(told.written / b["written"], 2),
    }  # fmt: skip


def answers(name: str, workspace: Path) -> dict[str, Any]:
    """Return how long prompts and drafts are over the questions of the starter domains."""
    counted = list(_counted(llama.LlamaGenerator(spec_of(name)), Workspace.open(workspace)))
    result: dict[str, Any] = {"n": len(counted)}
    for i, key in enumerate(("read", "written")):
        tokens = [pair[i] for pair in counted]
        result[key] = {"median": statistics.median(tokens), "min": min(tokens), "max": max(tokens)}
    return result


def _counted(generator: llama.LlamaGenerator, workspace: Workspace, n: int = 12) -> Iterator[tuple[int, int]]:
    """Yield tokens read and written of the first answerable questions of each domain."""
    pairs: list[tuple[int, int]] = []

    class Counting:
        name, n_ctx, count_tokens = generator.name, generator.n_ctx, staticmethod(generator.count_tokens)

        def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
            n_written = 0
            for piece in generator.generate(system, user, max_tokens):
                n_written += 1
                yield piece
            n_read = len(generator._tokens(generator._format.prompt(system, user)))
            pairs.append((n_read, n_written))

    for domain in workspace.domains():
        domain.__dict__["generator"] = Counting()
        lines = (domain.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines[:n]:
            domain.ask(json.loads(line)["question"])
    yield from pairs


if __name__ == "__main__":
    main()
