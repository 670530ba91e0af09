r"""Ingest one domain of hostile files and a few good ones, and see whether every promise holds.

Every class of attack in `hostile_files` is planted in one folder. The first run ingests it by the package's own
functions and watches each reader: outcome, seconds, the longest silence, memory. The others run the command in a
process of its own with the real embedder, once on the good neighbours alone and once on all, to see how much more
memory the command takes, and under strace, where there is one, to see whether any process opens a socket.

    python benchmarks/hostile.py
    python benchmarks/hostile.py --only '\.pdf$' --without-command
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
from pathlib import Path
from typing import Any

from contained import Escapes, file_rows, fingerprints, ingest_watched, listing, new_domain, summed_up
from harness import versions, write_result
from hostile_files import hostile_files, hostile_places
from watched import Watch, resident_bytes

CHANGING = frozenset(["places/vanishing.txt", "places/growing.txt"])
LIBRARIES = (
    "domaingpt",
    "pypdfium2",
    "pypdf",
    "lxml",
    "python-docx",
    "openpyxl",
    "xlrd",
    "trafilatura",
    "charset-normalizer",
)
SAMPLE_S = 0.02
NETWORK = re.compile(r"\b(socket|connect|bind|sendto|listen|accept4?)\((AF_INET6?|.*sin6?_addr)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="a pattern of file names")
    parser.add_argument("--without-command", action="store_true", help="leave the runs of the command out")
    parser.add_argument("--scratch", type=Path, help="where to make the workspace; about 1 GB")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        workspace = Path(folder)
        with_private_folders(workspace)
        documents = new_domain(workspace, "hostile")
        attacks = plant(documents, args.only)
        result = {
            "command": "python benchmarks/hostile.py"
            + (f" --only '{args.only}'" if args.only else "")
            + (" --without-command" if args.without_command else ""),
            "versions": versions(LIBRARIES),
            **watched_run(workspace, documents, attacks),
        }
        if not args.without_command:
            result |= command_runs(workspace)
        if (locked := documents / "places" / "locked").is_dir():
            locked.chmod(0o700)
        shutil.rmtree(documents / "places", ignore_errors=True)
    print(json.dumps({key: value for key, value in result.items() if key != "files"}, indent=2, ensure_ascii=False))
    write_result("hostile", result)


def private_folders(workspace: Path) -> list[Path]:
    """Return where this run and its children would leave temporary and personal files."""
    return [workspace / "home", workspace / "temporary"]


def with_private_folders(workspace: Path) -> None:
    """Give this process and its children a home and a temporary folder of their own, to see what is left there."""
    os.environ["DOMAINGPT_CACHE_DIR"] = os.environ.get("DOMAINGPT_CACHE_DIR", str(Path.home() / ".cache/domaingpt"))
    home, temporary = private_folders(workspace)
    for name, folder in (("HOME", home), ("TMPDIR", temporary)):
        folder.mkdir()
        os.environ[name] = str(folder)
    tempfile.tempdir = None  # to be asked again


def plant(documents: Path, only: str) -> dict[str, str]:
    """Write every class into the folder; return what each path is an attack of."""
    attacks = {}
    for file in hostile_files():
        if re.search(only, file.name):
            (documents / file.name).write_bytes(file.make())
            attacks[file.name] = file.attack
    places = documents / "places"
    places.mkdir()
    for place in hostile_places() if not only else ():
        for path in place.plant(places) or [place.name]:
            attacks[f"places/{path}"] = place.attack
    return attacks


def watched_run(workspace: Path, documents: Path, attacks: dict[str, str]) -> dict[str, Any]:
    """Ingest in this process and return what each file cost, and every promise that was broken."""
    before, left_before = fingerprints(documents, CHANGING), listing(*private_folders(workspace))
    escapes, watch = Escapes([workspace / "indexes"]), Watch()
    with escapes.watched():
        report = ingest_watched(workspace, "hostile", watch)
    rows = file_rows(documents, report, watch)
    for row in rows:
        row["attack"] = attacks.get(row["file"], "")
    left = listing(*private_folders(workspace)) - left_before
    told = {entry.path for entry in report.ledger.entries} | set(watch.readings)
    result = {
        "classes": len(attacks),
        **summed_up(rows, report, watch),
        "not_accounted_for": sorted(
            {row["file"] for row in rows if row["file"] not in told and row["file"] not in CHANGING}
        ),
        "sources_changed": sorted(
            path for path, seen in fingerprints(documents, CHANGING).items() if before.get(path) != seen
        ),
        "files_left_elsewhere": sorted(left) + [path for path in escapes.written if not path.endswith(tuple(CHANGING))],
        "sockets": escapes.sockets,
    }
    return {**result, "files": rows}


def command_runs(workspace: Path) -> dict[str, Any]:
    """Run the command on the neighbours alone, on everything, and under strace; return its memory and its sockets."""
    alone = new_domain(workspace, "neighbours")
    assert alone.is_dir()
    base = run_command(workspace, "neighbours")
    full = run_command(workspace, "hostile")
    result: dict[str, Any] = {
        "command_neighbours_peak_mb": base["peak_mb"],
        "command_all_peak_mb": full["peak_mb"],
        "command_growth_mb": round(full["peak_mb"] - base["peak_mb"], 1),
        "command_seconds": full["seconds"],
        "command_exit_code": full["exit_code"],
    }
    if shutil.which("strace"):
        trace = workspace / "trace"
        run_command(workspace, "hostile", ["strace", "-f", "--seccomp-bpf", "-e", "trace=%network", "-o", str(trace)])
        calls = trace.read_text(encoding="utf-8", errors="replace").splitlines()
        result["network_calls"] = [line for line in calls if NETWORK.search(line)]
    return result


def run_command(workspace: Path, name: str, before: list[str] | None = None) -> dict[str, Any]:
    """Run `domaingpt ingest NAME --rebuild` and return its own memory, its children's left aside."""
    argv = [
        *(before or []),
        sys.executable,
        "-m",
        "domaingpt",
        "--workspace",
        str(workspace),
        "ingest",
        name,
        "--rebuild",
        "--json",
    ]
    started, peak = time.monotonic(), 0
    with (workspace / "output").open("wb") as output:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, resident_bytes(process.pid, "VmHWM"))
            time.sleep(SAMPLE_S)
    if process.returncode not in (0, 3):
        raise RuntimeError(os.fsdecode((workspace / "output").read_bytes()[-2000:]))
    return {
        "peak_mb": round(peak / (1 << 20), 1),
        "seconds": round(time.monotonic() - started, 1),
        "exit_code": process.returncode,
    }


if __name__ == "__main__":
    main()
