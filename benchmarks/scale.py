"""What an index costs at 10,000, 100,000 and a million chunks: build, commit, one changed file, open, query.

--data is a folder with scifact in BEIR layout. --work keeps the corpora, the vectors and, between runs, what
was measured; some 15 GB for a million chunks.

The text is SciFact's, recombined: each paragraph is two runs of three sentences from abstracts that are near
each other, and a word that occurs nowhere else, so that term statistics are real and the vocabulary grows.
The vectors of all 34,000 runs of three sentences are real MiniLM vectors. A chunk's is synthetic: a random
point between the vectors of its two runs, moved along differences of their neighbours and by a little noise.
Queries are SciFact's 300, with their real vectors. Everything else is the real ingest: files are read, cut,
analysed, embedded (by a stand-in that makes the synthetic vectors, those of sentences too, and counts tokens
by length, so that the table shows what grows and not what the model costs), written and committed.

    python benchmarks/scale.py --data DIR --work DIR [--sizes 10000 100000 1000000]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from harness import run_measured, versions, write_result

from domaingpt import Workspace
from domaingpt.embeddings import Embedder, load_embedder
from domaingpt.index.lists import write_lists
from domaingpt.index.vectors import VectorIndex, write_vectors
from domaingpt.models import find_embedder

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(])")
MARK = re.compile(r"\bref(\d+)x(\d+)x(\d+)\b")
CHUNKS_A_FILE = 1000
NEIGHBOURS = 10
PARAGRAPH_CHARACTERS = 540  # and the mark: just below what a chunk takes, so that a paragraph is one
PARAGRAPHS_A_CHUNK = 1.035  # short ones share a chunk
CHARACTERS_A_TOKEN = 4.6
LIKENESS_ROWS = 30_000
COLD_RUNS = 5
MODEL = "all-MiniLM-L6-v2"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--again", action="store_true", help="ask indexes that are there once more")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # a child process that only queries
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(queries(args.measure, Base(args.data, args.work))))
        return
    args.work.mkdir(parents=True, exist_ok=True)
    base = Base(args.data, args.work)
    rows = args.work / "rows.json"
    sizes: dict[str, Any] = json.loads(rows.read_text()) if rows.is_file() else {}
    for n_chunks in args.sizes:
        folder = args.work / str(n_chunks)
        if str(n_chunks) not in sizes:
            sizes[str(n_chunks)] = built(folder, n_chunks, base)
        if args.again or "query_ms" not in sizes[str(n_chunks)]:
            sizes[str(n_chunks)] |= asked(folder, args)
        print(n_chunks, json.dumps(sizes[str(n_chunks)]), flush=True)
        rows.write_text(json.dumps(sizes, indent=1))
    command = "python benchmarks/scale.py --data DIR --work DIR"
    packages = ["faiss-cpu", "numpy", "onnxruntime"]
    likeness = base.likeness()
    write_result(
        "scale",
        {
            "command": command,
            "versions": versions(packages),
            "vectors": "synthetic, from 34,402 real ones; see the script",
            "likeness": likeness,
            "sizes": dict(sorted(sizes.items(), key=lambda item: int(item[0]))),
            "growth_exponents": growth(sizes),
        },
    )


def built(folder: Path, n_chunks: int, base: Base) -> dict[str, Any]:
    """Build a domain of about n chunks, and change it."""
    documents = folder / "domains" / "bench" / "documents"
    if not documents.is_dir():
        documents.mkdir(parents=True)
        write_files(documents, n_chunks, base)
    shutil.rmtree(folder / "indexes", ignore_errors=True)
    domain = Workspace.open(folder).domain("bench")
    domain.__dict__["embedder"] = StandIn(base)
    row: dict[str, Any] = {}
    stages = Stages()
    started, cpu = time.perf_counter(), time.process_time()
    report = domain.ingest(rebuild=True, progress=stages)
    row["build_s"], row["build_cpu_s"] = round(time.perf_counter() - started, 2), round(time.process_time() - cpu, 2)
    row["build_stages_s"] = stages.seconds()
    row["build_peak_rss_mb"] = round(_peak_rss() / 1e6)
    row["chunks"] = report.ledger.chunks["total"]
    row["index_mb"] = round(sum(f.stat().st_size for f in domain.index_folder.rglob("*") if f.is_file()) / 1e6, 1)
    print(n_chunks, json.dumps(row), flush=True)
    row["nothing_changed_s"] = timed(domain.ingest)
    files = sorted(documents.iterdir())
    small, large = documents / "small.txt", files[len(files) // 2]
    small.write_text("A note on boilers.\n\nThe boiler was inspected in May.", encoding="utf-8")
    row["one_small_file_added_s"] = timed(domain.ingest)
    small.write_text("A note on boilers.\n\nThe boiler was inspected in June.", encoding="utf-8")
    row["one_small_file_changed_s"] = timed(domain.ingest)
    large.write_text(large.read_text(encoding="utf-8") + "\n\nOne sentence was added.", encoding="utf-8")
    row["one_file_of_1000_chunks_changed_s"] = timed(domain.ingest)
    small.unlink()
    row["one_small_file_removed_s"] = timed(domain.ingest)
    domain._close_index()
    return row


def asked(folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Open an index that is there and ask it, in processes of their own."""
    child = [sys.executable, __file__, "--data", str(args.data), "--work", str(args.work), "--measure", str(folder)]
    load = os.getloadavg()[0]  # of other processes, before ours
    row = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
    return {"load_before": round(load, 1), **cold(folder), **row}


def queries(folder: Path, base: Base) -> dict[str, Any]:
    """Ask the 300 queries of an opened index, and say how long that took and how much memory it holds."""
    domain = Workspace.open(folder).domain("bench")
    embedder = domain.embedder
    started = time.perf_counter()
    index = domain.index
    row: dict[str, Any] = {"open_ms": round((time.perf_counter() - started) * 1e3, 2)}
    domain.search(base.queries[0], k=10)
    row["first_query_ms"] = round((time.perf_counter() - started) * 1e3 - row["open_ms"], 2)
    for query in base.queries:  # warm
        domain.search(query, k=10)
    vectors = [embedder.encode_query([query])[0] for query in base.queries]
    asked = list(zip(base.queries, vectors, strict=True))
    row["query_ms"] = {
        "whole": spread(lambda q: domain.search(q[0], k=10), asked),
        "embedding": spread(lambda q: embedder.encode_query([q[0]]), asked),
        "dense": spread(lambda q: index.search(q[1], "", 100, "dense", None), asked),
        "lexical": spread(lambda q: index.search(None, q[0], 100, "lexical", None), asked),
        "surroundings": spread(lambda q: index.nearby(*q), searched(index, asked)),
    }
    row["resident_mb"] = round(psutil.Process().memory_info().rss / 1e6)  # mapped pages that were touched count
    row["segments"] = [len(segment) for segment in index.segments]
    row["exact_scan_ms"] = spread(lambda q: index.search(q[1], "", 100, "dense", "*"), asked[:50])
    row |= recall(index, vectors)
    return row


def recall(index: Any, vectors: list[Any]) -> dict[str, float]:
    """Return which share of the exact nearest chunks the dense arm finds: `only` makes it scan them all."""
    shares: dict[int, list[float]] = {10: [], 100: []}
    for vector in vectors:
        found, exact = (index.search(vector, "", 100, "dense", only) for only in (None, "*"))
        for k, values in shares.items():
            first, truth = ({c.chunk_id for c in sorted(s, key=lambda c: -c.dense)[:k]} for s in (found, exact))
            values.append(len(first & truth) / len(truth))
    return {f"dense_recall@{k}": round(float(np.mean(values)), 4) for k, values in shares.items()}


def cold(folder: Path) -> dict[str, dict[str, float]]:
    """Run the whole search command in new processes."""
    argv = [sys.executable, "-m", "domaingpt", "--workspace", str(folder), "search", "bench", "vitamin D and cancer"]
    runs = [run_measured([*argv, "--json"], dict(os.environ)) for _ in range(COLD_RUNS)]
    assert all(run.returncode == 0 and json.loads(run.stdout)["hits"] for run in runs)
    return {
        "search_cold_s": summary([run.wall_s for run in runs], 3),
        "search_cold_cpu_s": summary([run.cpu_s for run in runs], 3),
    }


# --- the corpus --------------------------------------------------------------------------------


class Base:
    """Real text and its real vectors: runs of three sentences, and the queries."""

    def __init__(self, data: Path, work: Path) -> None:
        with (data / "scifact" / "queries.jsonl").open(encoding="utf-8") as file:
            self.queries = [json.loads(line)["text"] for line in file][:300]
        with (data / "scifact" / "corpus.jsonl").open(encoding="utf-8") as file:
            self.texts = list(dict.fromkeys(run for line in file for run in _runs(json.loads(line)["text"])))
        vectors, near = work / "runs.npy", work / "near.npy"
        if not vectors.is_file():
            embedder = load_embedder(find_embedder(MODEL))
            np.save(vectors, embedder.encode_document(self.texts).astype(np.float16))
        self.vectors = np.load(vectors).astype(np.float32)  # (n, d)
        if not near.is_file():
            np.save(near, _nearest(self.vectors, self.vectors, 1 + NEIGHBOURS)[1][:, 1:].astype(np.int32))
        self.near = np.load(near)  # (n, NEIGHBOURS)

    def synthetic(self, first: np.ndarray, second: np.ndarray, seeds: np.ndarray) -> np.ndarray:
        """Return a vector (m, d) between those of two runs (m,), (m,)."""
        vectors = np.empty((len(first), self.vectors.shape[1]), np.float32)
        for row, (one, two, seed) in enumerate(zip(first, second, seeds, strict=True)):
            random = np.random.default_rng(int(seed))
            share = random.uniform(0, 0.6)
            a, b, c, d = self.vectors[random.choice(self.near[one], 4, replace=False)]
            along = random.normal(0, 0.4, 2)
            noise = random.normal(0, 0.015, self.vectors.shape[1])
            vector = (1 - share) * self.vectors[one] + share * self.vectors[two]
            vectors[row] = vector + along[0] * (a - b) + along[1] * (c - d) + noise
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def likeness(self) -> dict[str, Any]:
        """Compare real and synthetic vectors, as many of each, around the queries.

        How the distances to the 20 nearest grow, and what trained lists find of the ten nearest.
        """
        random = np.random.default_rng(5)
        real = self.vectors[random.choice(len(self.vectors), LIKENESS_ROWS, replace=False)]
        one = random.integers(0, len(self.vectors), LIKENESS_ROWS)
        two = self.near[one, random.integers(0, NEIGHBOURS, LIKENESS_ROWS)]
        made = self.synthetic(one, two, np.arange(LIKENESS_ROWS))
        asked = load_embedder(find_embedder(MODEL)).encode_query(self.queries)
        both = {"real": real, "synthetic": made}
        return {name: {**_dimension(asked, v), **_lists_recall(asked, v)} for name, v in both.items()}


def write_files(folder: Path, n_chunks: int, base: Base) -> None:
    """Write files of a thousand paragraphs each, every paragraph about as long as a chunk may be."""
    random = np.random.default_rng(n_chunks)
    for number in range(round(n_chunks * PARAGRAPHS_A_CHUNK / CHUNKS_A_FILE)):
        paragraphs = []
        for _ in range(CHUNKS_A_FILE):
            one = int(random.integers(len(base.texts)))
            two = int(random.choice(base.near[one]))
            seed = int(random.integers(1 << 31))
            text = _clipped(f"{base.texts[one]} {base.texts[two]}")
            paragraphs.append(f"{text} See ref{one}x{two}x{seed}.")
        (folder / f"{number:05d}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")


class StandIn:
    """The real embedder's identity; vectors of documents are synthetic, tokens are counted by length.

    What the real one costs is linear in the text and in benchmarks/results/encode.json.
    """

    def __init__(self, base: Base) -> None:
        self._real: Embedder = load_embedder(find_embedder(MODEL))
        self._base = base
        self.identity, self.engine, self.languages = self._real.identity, self._real.engine, self._real.languages
        self.encode_query, self.encode_tokens = self._real.encode_query, self._real.encode_tokens
        # So that a sentence's cosine with its chunk is .94, the median of SciFact's.
        dim = base.vectors.shape[1]
        self._noise = np.random.default_rng(3).normal(0, 0.36 / dim**0.5, (997, dim))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the lengths of texts in tokens, about."""
        return [int(len(text) / CHARACTERS_A_TOKEN) for text in texts]

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        """Return the synthetic vectors (n, d) that the marks in the texts stand for."""
        marks = [MARK.search(text) for text in texts]
        # A piece of a paragraph without its mark lies anywhere.
        seeds = [int(m[3]) if m else zlib.crc32(text.encode()) for m, text in zip(marks, texts, strict=True)]
        one = np.array([int(m[1]) if m else seed % len(self._base.texts) for m, seed in zip(marks, seeds, strict=True)])
        two = np.array([int(m[2]) if m else int(self._base.near[i, 0]) for m, i in zip(marks, one, strict=True)])
        if progress:
            progress(len(texts))
        return self._base.synthetic(one, two, np.array(seeds))

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the vectors (n, d), and for each text vectors (s, d) near its own for its sentences."""
        vectors = self.encode_document(texts)
        found = []
        for text, vector, of_text in zip(texts, vectors, spans, strict=True):
            rows = (zlib.crc32(text.encode()) + np.arange(len(of_text))) % len(self._noise)
            moved = vector + self._noise[rows]
            found.append(moved / np.linalg.norm(moved, axis=1, keepdims=True))
        return vectors, found


def _clipped(text: str) -> str:
    """Return the sentences that fit into a chunk."""
    if len(text) <= PARAGRAPH_CHARACTERS:
        return text
    ends = [m.start() for m in SENTENCE_END.finditer(text) if m.start() <= PARAGRAPH_CHARACTERS]
    return text[: ends[-1] if ends else PARAGRAPH_CHARACTERS]


def _runs(text: str) -> Iterator[str]:
    """Yield three sentences in a row, from each sentence on."""
    sentences = [sentence for sentence in SENTENCE_END.split(text.strip()) if len(sentence) > 20]
    for i in range(max(1, len(sentences) - 2)):
        if sentences:
            yield " ".join(sentences[i : i + 3])


def _nearest(queries: np.ndarray, vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index.search(queries, k)


def _dimension(queries: np.ndarray, vectors: np.ndarray) -> dict[str, float]:
    """Return the local intrinsic dimension around queries (Levina & Bickel, NIPS 2004) and two distances."""
    distances = np.sqrt(np.maximum(2 - 2 * _nearest(queries, vectors, 20)[0], 1e-9))
    dimension = -1 / np.log(distances[:, :-1] / distances[:, -1:]).mean(axis=1)
    facts = {"dimension": dimension, "nearest": distances[:, 0], "20th nearest": distances[:, -1]}
    return {name: round(float(np.median(values)), 3) for name, values in facts.items()}


def _lists_recall(queries: np.ndarray, vectors: np.ndarray) -> dict[str, Any]:
    """Return what trained lists of the vectors find of each query's ten nearest, by the share of cells looked into."""
    halves = vectors.astype(np.float16)
    exact = _nearest(queries, halves.astype(np.float32), 10)[1]
    recall = {}
    with tempfile.TemporaryDirectory() as folder:
        flat, lists = Path(folder) / "vectors", Path(folder) / "lists"
        write_vectors(flat, halves, vectors.shape[1])
        assert write_lists(lists, halves)
        index = VectorIndex(flat, lists)
        trained = index._lists._index
        chosen = trained.nprobe / trained.nlist
        for share in (1 / 16, 1 / 8, 1 / 4, 1 / 2):
            trained.nprobe = round(share * trained.nlist)
            found = [index.search(query, 10)[0] for query in queries]
            hits = [np.isin(rows, near).mean() for rows, near in zip(exact, found, strict=True)]
            recall[f"1/{1 / share:.0f}"] = round(float(np.mean(hits)), 4)
    return {"lists_recall@10": recall, "share chosen": round(chosen, 3)}


# --- measuring ---------------------------------------------------------------------------------


class Stages:
    """Notes when each stage of an ingest was last heard of."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {"": time.perf_counter()}

    def __call__(self, stage: str, done: int, total: int) -> None:  # noqa: ARG002 - as `Progress` says
        """Note the time."""
        self._last[stage] = time.perf_counter()

    def seconds(self) -> dict[str, float]:
        """Return how long each stage took, and what came after the last."""
        times = list(self._last.values())
        stages = dict(zip(list(self._last)[1:], np.diff(times).round(2).tolist(), strict=True))
        return {**stages, "commit": round(time.perf_counter() - times[-1], 2)}


def timed(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return round(time.perf_counter() - started, 3)


def searched(index: Any, asked: Iterable[tuple[str, Any]]) -> Iterator[tuple[Any, str, list[Any]]]:
    """Yield vector, text and candidates of each query, searched just before, as a retrieval does."""
    for text, vector in asked:
        yield vector, text, index.search(vector, text, 100, "hybrid", None)


def spread(function: Callable[[Any], Any], arguments: Iterable[Any]) -> dict[str, float]:
    """Return median and 95th percentile of wall time, median of CPU time, in milliseconds, and number of runs."""
    times = np.array([timed_ms(function, argument) for argument in arguments])  # (n, 2)
    wall, cpu = times.T
    facts = {"p50": np.median(wall), "p95": np.percentile(wall, 95), "cpu_p50": np.median(cpu)}
    return {**{name: round(float(value), 2) for name, value in facts.items()}, "n": len(times)}


def timed_ms(function: Callable[[Any], Any], argument: Any) -> tuple[float, float]:
    started, cpu = time.perf_counter(), time.process_time()
    function(argument)
    return (time.perf_counter() - started) * 1e3, (time.process_time() - cpu) * 1e3


def summary(values: Sequence[float], digits: int) -> dict[str, float]:
    numbers = {"median": float(np.median(values)), "min": min(values), "max": max(values)}
    return {**{name: round(value, digits) for name, value in numbers.items()}, "n": len(values)}


def growth(sizes: dict[str, Any]) -> dict[str, float]:
    """Return b of cost ∝ chunks^b between the smallest and the largest size, for every cost."""
    if len(sizes) < 2:
        return {}
    first, last = (sizes[key] for key in (min(sizes, key=int), max(sizes, key=int)))
    costs: dict[str, Callable[[dict[str, Any]], float]] = {
        "build": lambda row: row["build_s"],
        "index size": lambda row: row["index_mb"],
        "one small file changed": lambda row: row["one_small_file_changed_s"],
        "one file of 1000 chunks changed": lambda row: row["one_file_of_1000_chunks_changed_s"],
        "cold search": lambda row: row["search_cold_s"]["median"],
        "warm query": lambda row: row["query_ms"]["whole"]["p50"],
        "resident memory": lambda row: row["resident_mb"],
    }
    ratio = np.log(last["chunks"] / first["chunks"])
    return {name: round(float(np.log(cost(last) / cost(first)) / ratio), 2) for name, cost in costs.items()}


def _peak_rss() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
