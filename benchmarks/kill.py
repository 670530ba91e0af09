"""Kill an ingest at random moments, and see whether anything is lost, half done or done twice.

Builds the domain once undisturbed. Then, again and again, from an empty index or from one of a single file:
starts an ingest, sends SIGKILL at a random moment while it runs, opens the index (old, new, or none yet),
and goes on until N kills have hit a running ingest; the ingest that follows must end in the same chunks.
What was embedded before a kill and after it is counted: together as much as the undisturbed build, no more.

    python benchmarks/kill.py --data FOLDER --domaingpt VENV/bin/domaingpt -n 30
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import versions, write_result

from domaingpt import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of documents")
    parser.add_argument("--domaingpt", default="domaingpt", help="the command to kill")
    parser.add_argument("-n", type=int, default=30, help="kills that must hit a running ingest")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copytree(args.data, workspace / "domains" / "bench" / "documents")
        command = [args.domaingpt, "--workspace", folder]
        started = time.monotonic()
        undisturbed = ingest(command)
        seconds = time.monotonic() - started
        expected = chunks(workspace)
        rounds, kills = [], 0
        while kills < args.n:
            first = begin_with_one_file(workspace, args.data, command) if len(rounds) % 2 else begin_empty(workspace)
            embedded_before_kills, opened, killed, report = 0, [], 0, None
            for _ in range(rng.randint(2, 6)):
                report = kill_once(command, rng.uniform(0.2, 0.7 * seconds))
                if report is not None:
                    break
                killed += 1
                embedded_before_kills = staged(workspace)
                opened.append(state(command))
            report = report or ingest(command)
            kills += killed
            rounds.append(
                {
                    "kills": killed,
                    "embedded_at_first": first,
                    "opened": opened,
                    "same_chunks": chunks(workspace) == expected,
                    "embedded_before": embedded_before_kills,
                    "embedded_after": report["chunks"]["embedded"],
                    "balanced": report["balanced"],
                }
            )
            print(rounds[-1], flush=True)
        in_all = undisturbed["chunks"]["embedded"]
        result = {
            "command": f"python benchmarks/kill.py --data FOLDER -n {args.n} --seed {args.seed}",
            "versions": versions(["domaingpt"]),
            "undisturbed_seconds": round(seconds, 1),
            "chunks": undisturbed["chunks"],
            "kills": kills,
            "opens_that_failed": sum(code not in ("ready", "none yet") for r in rounds for code in r["opened"]),
            "rounds_with_other_chunks": sum(not r["same_chunks"] for r in rounds),
            "rounds_that_embedded_again": sum(
                r["embedded_at_first"] + r["embedded_before"] + r["embedded_after"] != in_all for r in rounds
            ),
            "rounds": rounds,
        }
    print({key: value for key, value in result.items() if key != "rounds"})
    write_result("kill", result)


def begin_empty(workspace: Path) -> int:
    shutil.rmtree(workspace / "indexes" / "bench")
    return 0


def begin_with_one_file(workspace: Path, data: Path, command: list[str]) -> int:
    """Leave an index of the smallest file, to be found again after each kill; return what that embedded."""
    begin_empty(workspace)
    documents = workspace / "domains" / "bench" / "documents"
    shutil.rmtree(documents)
    documents.mkdir()
    smallest = min((path for path in data.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    shutil.copy(smallest, documents / smallest.relative_to(data).name)
    embedded = ingest(command)["chunks"]["embedded"]
    shutil.rmtree(documents)
    shutil.copytree(data, documents)
    return int(embedded)


def ingest(command: list[str]) -> dict[str, Any]:
    done = subprocess.run([*command, "ingest", "bench", "--json"], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout)["ledger"])


def kill_once(command: list[str], after_s: float) -> dict[str, Any] | None:
    """Start an ingest and kill it after so long; return its ledger if it was faster."""
    process = subprocess.Popen(
        [*command, "ingest", "bench", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    time.sleep(after_s)
    is_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    output, _ = process.communicate()
    return None if is_running else dict(json.loads(output)["ledger"])


def state(command: list[str]) -> str:
    """Return whether the index opens: "ready", "none yet", or what went wrong."""
    done = subprocess.run([*command, "show", "bench", "--json"], check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return "ready"
    return "none yet" if "no index yet" in done.stderr else done.stderr.strip()


def staged(workspace: Path) -> int:
    """Return how many vectors a killed ingest left for the next."""
    file = workspace / "indexes" / "bench" / "staging.sqlite"
    if not file.is_file():
        return 0
    try:
        with sqlite3.connect(file) as connection:
            return int(connection.execute("SELECT count(*) FROM embedded").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # killed before the table was made


def chunks(workspace: Path) -> list[tuple[Any, ...]]:
    """Return every chunk of the current generation: id, offsets, text."""
    corpus = Workspace.open(workspace).domain("bench").corpus
    found = sorted((chunk.id, chunk.start, chunk.end, chunk.text) for chunk in corpus.all_chunks())
    corpus.close()
    return found


if __name__ == "__main__":
    main()
