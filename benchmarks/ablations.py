"""What each part of the fusion is worth and costs, and what was tried besides.

    python benchmarks/ablations.py --data DIR [--work DIR] [--no-llm]

DIR as `corpora.py` says, and sec_10q/docs for the questions on filings; the starter domains are here. With
--work (it may be that of `retrieval.py`) the workspace stays.

The first table takes one part away at a time, or sets the dense weight otherwise; what the arms found is
computed once a query, for at most 500 queries of each collection. The second is what was tried on top of
what ships and dropped (`dropped.py`), on at most 200 of them; what is dear on fewer, last. Differences are
against what ships, on the same queries, with intervals from the paired bootstrap. Milliseconds are of one
query, the median.

Writes benchmarks/results/ablations.json after each collection.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import dropped
import numpy as np
from asked import SHIPPED, Asked, Setting, Task, ask, fused, tasks
from harness import versions, write_result

from domaingpt.evaluation.bootstrap import paired_difference
from domaingpt.index import AROUND, _means
from domaingpt.index.terms import Analyzer
from domaingpt.retrieval import fusion

LARGEST, TRIED, LATE_SAMPLE, LLM_SAMPLE = 500, 200, 60, 25
N_RESAMPLES = 2000
SHIPS = "what ships"
LATE_GROUPS = ("scifact", "chroma")
LLM_GROUP = "chroma"

SETTINGS: dict[str, Setting] = {
    SHIPS: SHIPPED,
    "without the best sentence": replace(SHIPPED, sentence=0),
    "without dense surroundings": replace(SHIPPED, dense_around=0),
    "without lexical surroundings": replace(SHIPPED, lexical_around=0),
    "without any surroundings": replace(SHIPPED, dense_around=0, lexical_around=0),
    "without surroundings and sentence": replace(SHIPPED, sentence=0, dense_around=0, lexical_around=0),
    "without the surer arm": replace(SHIPPED, surer=0),
    "without all four": replace(SHIPPED, sentence=0, dense_around=0, lexical_around=0, surer=0),
    "arms not standardised again": replace(SHIPPED, restandardised=False),
    "dates weigh vectors no less": replace(SHIPPED, dated=1),
    **{f"dense weight {weight:.1f}": replace(SHIPPED, weight=weight) for weight in (0.3, 0.4, 0.5, 0.6, 0.7)},
}

# Chunks on either side, and mean lengths that a run is taken to have.
SURROUNDINGS = {f"surroundings of {n} on either side": (n, 3) for n in (1, 3, 5)} | {
    f"a run counts as {n} chunks long": (2, n) for n in (2, 5)
}


class Table:
    """Measures by way, group and query, and what each way took."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[str, dict[str, dict[str, float]]]] = defaultdict(lambda: defaultdict(dict))
        self.ms: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.tuning: set[tuple[str, str]] = set()

    def add(self, way: str, task: Task, query: str, scores: Mapping[str, float], ms: float | None = None) -> None:
        """Add one query's measures."""
        key = f"{task.domain.name}/{query}"
        self.scores[way][task.group][key] = dict(scores)
        if ms is not None:
            self.ms[way][task.group].append(ms)
        if task.is_tuning(query):
            self.tuning.add((task.group, key))

    def rows(self) -> dict[str, Any]:
        """Return for each way and group the means by half, and the difference to what ships on the whole."""
        return {way: {group: self.cell(way, group) for group in groups} for way, groups in self.scores.items()}

    def cell(self, way: str, group: str) -> dict[str, Any]:
        """Return the means of one way on one group, their differences, and its time."""
        of_way = self.scores[way][group]
        cell: dict[str, Any] = {"n": len(of_way)}
        for measure in next(iter(of_way.values())):
            values = {key: scores[measure] for key, scores in of_way.items()}
            cell[measure] = means(values, {key for key in values if (group, key) in self.tuning})
            if way != SHIPS:
                shipped = {key: self.scores[SHIPS][group][key][measure] for key in values}
                gain = paired_difference(values, shipped, n_resamples=N_RESAMPLES)
                cell[measure]["against_what_ships"] = [round(value, 4) for value in (gain.mean, gain.low, gain.high)]
        if self.ms[way][group]:
            cell["ms"] = round(statistics.median(self.ms[way][group]), 2)
        return cell


def means(values: Mapping[str, float], tuning: set[str]) -> dict[str, Any]:
    halves = {
        "tuning": [value for key, value in values.items() if key in tuning],
        "rest": [value for key, value in values.items() if key not in tuning],
        "whole": list(values.values()),
    }
    return {half: round(statistics.fmean(of_half), 4) for half, of_half in halves.items() if of_half}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="workspace to keep; else a temporary one")
    parser.add_argument("--no-llm", action="store_true", help="leave query likelihood out")
    args = parser.parse_args()
    kept, tried, dear = Table(), Table(), Table()
    costs: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    record = partial(write, kept, tried, dear, costs)
    sampled: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for task in tasks(args.data, args.work or Path(temporary)):
            every = [ask(task, query) for query in sample(task.queries, LARGEST)]
            for asked in every:
                ablate(kept, asked)
                for part, ms in cost_of_parts(asked):
                    costs[task.group][part].append(ms)
            try_out(tried, every[:TRIED], {**dropped.CHEAP, **(dropped.JOINED if task.group == "chroma" else {})})
            sampled[task.group] = every[:LATE_SAMPLE]
            record(task.domain.name)
        late = dropped.late()
        for group in LATE_GROUPS:
            try_out(dear, sampled.get(group, []), late)
            record(f"late interaction, {group}")
        if not args.no_llm:
            try_out(dear, sampled.get(LLM_GROUP, [])[:LLM_SAMPLE], dropped.likelihood())
            record("query likelihood")


def write(
    kept: Table, tried: Table, dear: Table, costs: Mapping[str, Mapping[str, Sequence[float]]], done: str
) -> None:
    """Write what is known so far."""
    print(done, f"{time.process_time():.0f} s of CPU", flush=True)
    result = {
        "command": "python benchmarks/ablations.py --data DIR",
        "versions": versions(["faiss-cpu", "onnxruntime", "numpy", "llama-cpp-python"]),
        "load_average_after": round(os.getloadavg()[0], 2),
        "ms_of_parts_p50": {
            group: {part: round(statistics.median(ms), 3) for part, ms in parts.items()}
            for group, parts in costs.items()
        },
        "kept_one_taken_away": kept.rows(),
        "tried_and_dropped": tried.rows(),
        "tried_and_dropped_on_samples": dear.rows(),
    }
    write_result("ablations", result)


def ablate(table: Table, asked: Asked) -> None:
    """Add one query to the first table."""
    weight = SHIPPED.weight * asked.covered * (SHIPPED.dated if asked.is_dated else 1)
    ours = fusion.fuse(asked.candidates, asked.nearby, weight)
    assert np.allclose(ours, asked.scores, atol=1e-6), "what is ablated here is not what ships"
    for name, setting in SETTINGS.items():
        table.add(name, asked.task, asked.id, asked.judged(fused(asked, setting)))
    for name, (around, typical) in SURROUNDINGS.items():
        table.add(name, asked.task, asked.id, asked.judged(fused(with_surroundings(asked, around, typical))))
    plain = asked
    if asked.is_dated:
        with mock.patch.object(Analyzer, "_dates", return_value=[]):
            plain = ask(asked.task, asked.id)
    table.add("without calendar terms in the query", asked.task, asked.id, plain.judged(plain.scores))
    everywhere = asked
    if asked.covered < 1:
        vector = asked.task.embedder.encode_query([asked.text])[0]
        everywhere = replace(ask(asked.task, asked.id, vector), covered=1.0)
    name = "dense weight does not follow the language"
    table.add(name, asked.task, asked.id, everywhere.judged(everywhere.scores))


def with_surroundings(asked: Asked, around: int, typical: int) -> Asked:
    """Return the query with wider or narrower surroundings."""
    rows = 2 * around + 1
    with (
        mock.patch.multiple("domaingpt.index", AROUND=around, RUN_ROWS=rows),
        mock.patch.multiple("domaingpt.index.lexical", RUN_ROWS=rows, TYPICAL_ROWS=typical),
    ):
        return replace(asked, nearby=asked.task.index.nearby(asked.vector, asked.text, asked.candidates))


def cost_of_parts(asked: Asked) -> Iterator[tuple[str, float]]:
    """Yield what each part takes, in milliseconds."""
    yield from asked.ms.items()
    index, started = asked.task.index, time.perf_counter()
    fusion.fuse(asked.candidates, asked.nearby, SHIPPED.weight)
    yield "fuse", (time.perf_counter() - started) * 1000
    rows = np.array(index.rows_of(asked.ids), np.int64)
    terms = index.analyzer.terms(asked.text)
    parts: dict[str, float] = defaultdict(float)
    for i, here in index._split(rows):
        segment = index.segments[i]
        own = rows[here] - index._starts[i]
        first, end = segment.around(own, AROUND)
        work = {"lexical surroundings": partial(index.lexical.scores_between, terms, i, first, end)}
        if asked.vector is not None:
            work["dense surroundings"] = partial(_means, segment.vectors, asked.vector, first, end)
            work["best sentence"] = partial(segment.sentences.best, asked.vector, own)
        for part, run in work.items():
            started = time.perf_counter()
            run()
            parts[part] += (time.perf_counter() - started) * 1000
    yield from parts.items()


def try_out(table: Table, sampled: Iterable[Asked], ways: Mapping[str, dropped.Way]) -> None:
    """Add queries to the second table."""
    for asked in sampled:
        table.add(SHIPS, asked.task, asked.id, asked.judged(asked.scores))
        _ = asked.chunks, asked.vectors if asked.vector is not None else None  # read before the clock starts
        for name, way in ways.items():
            started = time.perf_counter()
            found, order = way(asked)
            ms = (time.perf_counter() - started) * 1000
            table.add(name, asked.task, asked.id, found.judged_order(order), ms)


def sample(queries: Iterable[str], n: int) -> list[str]:
    """Return n queries, the same ones each time."""
    return sorted(queries, key=lambda query: hashlib.sha256(query.encode()).digest())[:n]


if __name__ == "__main__":
    main()
