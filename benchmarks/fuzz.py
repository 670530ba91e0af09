"""Ingest seeded mutants of small valid files of every format, and see whether every promise holds.

Each mutant is a valid file with a few changes: bits flipped, bytes cut, repeated, moved or put in, numbers replaced by
the ones that parsers fear. Most mutants of zip and PDF files are changed inside, in the inflated parts and streams,
so that the change is not stopped by a checksum. The same seed gives the same mutants.

    python benchmarks/fuzz.py --n 5000 --seed 0
    python benchmarks/fuzz.py --format pdf --n 500 --keep broken/
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contained import MAX_PEAK_BYTES, MAX_SILENT_S, NOT_WORDS, file_rows, ingest_watched, new_domain, summed_up
from fuzz_seeds import seeds
from harness import versions, write_result
from watched import Watch

from domaingpt.documents.formats import FORMATS

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
PER_DOMAIN = 500  # mutants ingested at once
CHANGES = (1, 1, 2, 3, 8)  # a file: most of them small, so that most of the file is still believed
INSIDE_SHARE = 0.8  # of the mutants of packed files are changed inside
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"4294967295",
    b"-2147483648",
    b"9" * 30,
    b"1e308",
    b"NaN",
    b"0.0",
)
NUMBER = re.compile(rb"-?\d+")
TOKENS = (
    b"\0", b"\xff\xff\xff\xff", b"<", b">", b"</", b"&", b"&#0;", b"]]>", b"<!DOCTYPE a>", b"(", b")", b"[", b"<<",
    b">>", b"{", b"}", b'"', b"'", b"\\", b"\n", b"\r\n\r\n", b"=", b"%", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"PK\x03\x04", b"endstream", b"R", b"--",
)  # fmt: skip
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=5000, help="mutants in total, spread over the formats")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--format", default="", help="one suffix alone, e.g. pdf")
    parser.add_argument("--keep", type=Path, help="where to keep mutants that broke a promise")
    parser.add_argument("--scratch", type=Path)
    args = parser.parse_args()
    known = {name: data for name, data in seeds().items() if Path(name).suffix in FORMATS}
    chosen = {name: data for name, data in known.items() if not args.format or name.endswith("." + args.format)}
    rows, parts = [], []
    mutants = [(i, *mutant(i, args.seed, chosen)) for i in range(args.n)]
    for start in range(0, len(mutants), PER_DOMAIN):
        found, part = run(mutants[start : start + PER_DOMAIN], args.keep, args.scratch)
        rows += found
        parts.append(part)
        print(start + len(found), part["outcomes"], "growth", part["parent_growth_mb"], flush=True)
    result = {
        "command": f"python benchmarks/fuzz.py --n {args.n} --seed {args.seed}"
        + (f" --format {args.format}" if args.format else ""),
        "versions": versions(LIBRARIES),
        **joined(rows, parts),
    }
    print(json.dumps(result, indent=2, ensure_ascii=False))
    if args.n >= 1000 and not args.format:
        write_result("fuzz", result)


def run(
    mutants: list[tuple[int, str, bytes]], keep: Path | None, scratch: Path | None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Ingest some mutants with good neighbours in a domain of their own; return a row each and the figures."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        workspace, watch = Path(folder), Watch()
        documents = new_domain(workspace, "fuzz")
        for _, name, data in mutants:
            (documents / name).write_bytes(data)
        report = ingest_watched(workspace, "fuzz", watch)
        rows = file_rows(documents, report, watch)
        known = {name for _, name, _ in mutants}
        rows = [row for row in rows if row["file"] in known]
        for row in rows if keep else ():
            if broke(row):
                keep.mkdir(exist_ok=True, parents=True)
                shutil.copy(documents / row["file"], keep)
    return rows, summed_up(rows, report, watch)


def broke(row: dict[str, Any]) -> bool:
    """Return whether a file's row breaks a promise, or took its reader down."""
    is_large = row.get("mb", 0) << 20 > MAX_PEAK_BYTES or row.get("silent_s", 0) > MAX_SILENT_S
    return (
        is_large
        or bool(NOT_WORDS.search(row["reason"]))
        or "crashed" in row["reason"]
        or "unexpectedly" in row["reason"]
    )


def joined(rows: list[dict[str, Any]], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of all domains as one."""
    by_format: dict[str, dict[str, int]] = {}
    for row in rows:
        outcomes = by_format.setdefault(Path(row["file"]).suffix, {})
        outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + 1
    read = [row for row in rows if "seconds" in row]
    return {
        "mutants": len(rows),
        "by_format": dict(sorted(by_format.items())),
        "balanced": all(part["balanced"] for part in parts),
        "not_contained": [name for part in parts for name in part["not_contained"]],
        "readers_that_crashed": [row for row in rows if "crashed" in row["reason"] or "unexpectedly" in row["reason"]],
        "reasons_not_in_words": [row for row in rows if NOT_WORDS.search(row["reason"])],
        "neighbours_lost": [name for part in parts for name in part["neighbours_lost"]],
        "slowest": max(read, key=lambda row: row["seconds"]),
        "longest_silence": max(read, key=lambda row: row["silent_s"]),
        "largest": max(read, key=lambda row: row["mb"]),
        "parent_growth_mb": max(part["parent_growth_mb"] for part in parts),
        "seconds": round(sum(part["seconds"] for part in parts), 1),
    }


def mutant(number: int, seed: int, chosen: dict[str, bytes]) -> tuple[str, bytes]:
    """Return the name and the bytes of one mutant; files take turns."""
    rng = random.Random(f"{seed}/{number}")
    names = sorted(chosen)
    name = names[number % len(names)]
    data = chosen[name]
    change = inside(data) if rng.random() < INSIDE_SHARE else None
    changed = change(data, rng) if change else changed_bytes(data, rng)
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{number:05d}.{suffix}", changed


def inside(data: bytes) -> Callable[[bytes, random.Random], bytes] | None:
    """Return how to change a file below its packing, if it has one."""
    if data.startswith(b"PK\x03\x04"):
        return changed_part
    return changed_stream if data.startswith(b"%PDF") else None


def changed_bytes(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with a few changes."""
    changed = bytearray(data)
    for _ in range(rng.choice(CHANGES)):
        at = rng.randrange(len(changed) + 1)
        end = min(len(changed), at + rng.choice((1, 4, 16, 64, 1 + len(changed) // 10)))
        match rng.choice(("flip", "cut", "drop", "repeat", "move", "token", "number", "zero")):
            case "flip" if at < len(changed):
                changed[at] ^= 1 << rng.randrange(8)
            case "cut" if rng.random() < 0.2:
                del changed[at:]
            case "drop":
                del changed[at:end]
            case "repeat":
                changed[at:at] = changed[at:end] * rng.choice((1, 2, 100))
            case "move":
                block = changed[at:end]
                del changed[at:end]
                to = rng.randrange(len(changed) + 1)
                changed[to:to] = block
            case "token":
                changed[at:at] = rng.choice(TOKENS)
            case "number":
                found = list(NUMBER.finditer(bytes(changed)))
                if found:
                    match_ = rng.choice(found)
                    changed[match_.start() : match_.end()] = rng.choice(NUMBERS)
            case _:
                changed[at:end] = bytes(end - at)
    return bytes(changed)


def changed_part(data: bytes, rng: random.Random) -> bytes:
    """Return a zip with one of its parts changed and all packed again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    index = rng.randrange(len(parts))
    parts[index] = (parts[index][0], changed_bytes(parts[index][1], rng))
    if rng.random() < 0.1:
        parts.pop(rng.randrange(len(parts)))
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


def changed_stream(data: bytes, rng: random.Random) -> bytes:
    """Return a PDF with one of its streams changed, inflated before and deflated after where it was."""
    found = list(STREAM.finditer(data))
    if not found:
        return changed_bytes(data, rng)
    match = rng.choice(found)
    try:
        content = zlib.compress(changed_bytes(zlib.decompress(match[1]), rng))
    except zlib.error:
        content = changed_bytes(match[1], rng)
    return data[: match.start(1)] + content + data[match.end(1) :]


if __name__ == "__main__":
    main()
