"""Flip single bits in the files of a generation: does `verify` find each, and does no reader crash?

Size and modification time are kept. After each flip the index is verified and searched; then the bit is
put back.

    python benchmarks/bit_flips.py --data FOLDER --domaingpt VENV/bin/domaingpt -n 200
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import versions, write_result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of documents")
    parser.add_argument("--domaingpt", default="domaingpt")
    parser.add_argument("-n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    found, outcomes = 0, collections.Counter[str]()
    by_file = collections.Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder, "domains", "bench", "documents")
        shutil.copytree(args.data, documents)
        command = [args.domaingpt, "--workspace", folder]
        subprocess.run([*command, "ingest", "bench"], check=True, capture_output=True)
        (documents / "second.txt").write_text("A second generation, so that there is one to fall back to.")
        subprocess.run([*command, "ingest", "bench"], check=True, capture_output=True)
        index = Path(folder, "indexes", "bench")
        generation = index / (index / "CURRENT").read_text().split()[0]
        files = [path for path in sorted(generation.rglob("*")) if path.is_file()]
        for i in range(args.n):
            path = files[i % len(files)]
            by_file[path.relative_to(generation).as_posix()] += 1
            position, bit = rng.randrange(path.stat().st_size), 1 << rng.randrange(8)
            flip(path, position, bit)
            verify = subprocess.run(
                [*command, "verify", "bench", "--json"], check=False, capture_output=True, text=True
            )
            named = [p for line in verify.stdout.splitlines() for p in json.loads(line)["problems"]]
            found += verify.returncode == 1 and any(path.name in problem for problem in named)
            search = subprocess.run(
                [*command, "search", "bench", "second generation"], check=False, capture_output=True, text=True
            )
            outcomes[outcome(search)] += 1
            flip(path, position, bit)
    result = {
        "command": f"python benchmarks/bit_flips.py --data FOLDER -n {args.n} --seed {args.seed}",
        "versions": versions(["domaingpt", "faiss-cpu"]),
        "flips": args.n,
        "found_by_verify": found,
        "search_afterwards": dict(outcomes),
        "by_file": dict(by_file),
    }
    print(json.dumps(result, indent=1))
    write_result("bit_flips", result)


def flip(path: Path, position: int, bit: int) -> None:
    """Flip one bit; keep size and modification time."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ bit]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def outcome(search: subprocess.CompletedProcess[str]) -> str:
    if search.returncode < 0:
        return f"crashed with signal {-search.returncode}"
    if "bug" in search.stderr:
        return f"error that nobody expected: {search.stderr.strip()[:120]}"
    if search.returncode == 0:
        return "the earlier generation answered" if "damaged" in search.stderr else "answered, damage not noticed"
    return "refused by name"


if __name__ == "__main__":
    main()
