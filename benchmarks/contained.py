"""A domain of good and bad files → one row a file: what became of it, in which words, at what cost.

Shared by `hostile.py` and `fuzz.py`: both promise the same of an ingest.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from hostile_files.office import GOOD as GOOD_WORD
from hostile_files.pdf import GOOD as GOOD_PDF
from hostile_files.zip_writer import excel_parts, write_zip
from watched import Watch

from domaingpt import Workspace
from domaingpt.embeddings import FloatMatrix
from domaingpt.ingest import IngestReport, ingest
from domaingpt.testing import HashEmbedder

MAX_SILENT_S = 11.0  # ten seconds, and one in which the parent looks
MAX_PEAK_BYTES = 1 << 30
MAX_GROWTH_BYTES = 50 << 20
# What a person is not told: names of exceptions, of types and of Python's own troubles.
NOT_WORDS = re.compile(
    r"\b[A-Z]\w*(?:Error|Exception|Warning|Refused)\b|<class|object has no|Traceback|NoneType|a bug while"
)

NEIGHBOURS: dict[str, bytes] = {
    "good/letter.txt": b"The roof was repaired in 2019 by Miller & Sons for 4,200 euros.\n",
    "good/notes.md": b"# Garden\n\nThe hedge is cut in March, before the birds nest.\n",
    "good/costs.csv": b"Item,Year,Cost\nRoof,2019,4200\nBoiler,2021,7800\n",
    "good/page.html": b"<html><body><h1>Heating</h1><p>The heating is serviced every September.</p></body></html>",
    "good/file.pdf": GOOD_PDF,
    "good/report.docx": GOOD_WORD,
    "good/table.xlsx": write_zip(
        excel_parts(b'<row><c t="inlineStr"><is><t>Windows</t></is></c><c><v>2017</v></c></row>')
    ),
}


class QuickEmbedder(HashEmbedder):
    """Gives each text the vector that its hash spells: it costs nothing and, unlike its base, remembers nothing."""

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> FloatMatrix:  # noqa: ARG002
        """Return a unit vector for each text."""
        dim = self.identity.dim
        digests = [hashlib.blake2b(text.encode(errors="replace"), digest_size=dim).digest() for text in texts]
        vectors = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, dim).astype(np.float32) + 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return a unit vector for each text."""
        return self.encode_document(texts)


def new_domain(workspace: Path, name: str) -> Path:
    """Make a workspace with one domain of good neighbours; return its documents folder."""
    documents = Workspace.create(workspace).new(name).documents_folder
    for path, data in NEIGHBOURS.items():
        (documents / path).parent.mkdir(parents=True, exist_ok=True)
        (documents / path).write_bytes(data)
    return documents


def ingest_watched(workspace: Path, name: str, watch: Watch) -> IngestReport:
    """Ingest a domain by the public parts of the package, with an embedder that costs nothing."""
    domain = Workspace.open(workspace).domain(name)
    with watch:
        return ingest(domain.config, domain.documents_folder, domain.index_folder, embedder=QuickEmbedder())


def file_rows(documents: Path, report: IngestReport, watch: Watch) -> list[dict[str, Any]]:
    """Return a row for every file below a folder that is not a good neighbour."""
    entries = {entry.path: entry for entry in report.ledger.entries}
    rows = []
    for path in paths_below(documents):
        if path.startswith("good/"):
            continue
        entry, reading = entries.get(path), watch.readings.get(path)
        outcome = entry.status if entry else "indexed"
        row: dict[str, Any] = {"file": path, "outcome": outcome, "reason": entry.reason if entry else ""}
        if reading is not None:
            peak = max(reading.peak_bytes, int((reading.answer or {}).get("peak_bytes", 0)))
            row |= {"seconds": round(reading.seconds, 2), "silent_s": round(reading.silent_s, 2), "mb": peak >> 20}
        rows.append(row)
    return rows


def summed_up(rows: list[dict[str, Any]], report: IngestReport, watch: Watch) -> dict[str, Any]:
    """Return the figures of a run: how many files in which outcome, the worst of each cost, what broke a promise."""
    entries = {entry.path: entry for entry in report.ledger.entries}
    read = [row for row in rows if "seconds" in row]
    outcomes: dict[str, int] = {}
    for row in rows:
        outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + 1
    return {
        "files": len(rows),
        "outcomes": outcomes,
        "balanced": report.ledger.balanced,
        "not_contained": [
            row["file"] for row in read if row["silent_s"] > MAX_SILENT_S or row["mb"] << 20 > MAX_PEAK_BYTES
        ],
        "reasons_not_in_words": [row["file"] for row in rows if NOT_WORDS.search(row["reason"])],
        "readers_that_crashed": [row["file"] for row in rows if "crashed" in row["reason"]],
        "neighbours_lost": [
            p for p in NEIGHBOURS if p in entries and entries[p].status not in ("indexed", "duplicate", "unchanged")
        ],
        "slowest": max(read, key=lambda row: row["seconds"], default=None),
        "longest_silence": max(read, key=lambda row: row["silent_s"], default=None),
        "largest": max(read, key=lambda row: row["mb"], default=None),
        "seconds": round(report.seconds, 1),
        "parent_growth_mb": round((watch.own_peak_bytes - watch.own_start_bytes) / (1 << 20), 1),
    }


def paths_below(folder: Path) -> list[str]:
    """Return every file below a folder, as the account spells it, links and special files included."""
    found = []
    for root, _, names in os.walk(folder, onerror=None):
        for name in names:
            path = os.path.relpath(os.path.join(root, name), folder)
            found.append(os.fsencode(path).decode("utf-8", "backslashreplace"))
    return sorted(found)


def fingerprints(folder: Path, leave_out: frozenset[str] = frozenset()) -> dict[str, tuple[str, int, int]]:
    """Return hash, size and time of every regular file below a folder."""
    prints = {}
    for path in paths_below(folder):
        file = folder / path
        try:
            status = os.lstat(file)
            if path not in leave_out and stat.S_ISREG(status.st_mode):
                digest = _sha256(file) if status.st_size < 1 << 30 else ""
                prints[path] = (digest, status.st_size, status.st_mtime_ns)
        except OSError:
            continue  # a name that Python cannot spell, or one that is not there at the moment
    return prints


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


class Escapes:
    """Hears, in this process, of every socket and of every file opened for writing outside some folders.

    Attributes:
        sockets: What was asked of the network.
        written: Files outside the folders.
    """

    def __init__(self, allowed: list[Path]) -> None:
        self.sockets: list[str] = []
        self.written: list[str] = []
        self._allowed = [os.path.realpath(folder) for folder in allowed]
        self._heard = threading.local()
        self.is_on = False
        sys.addaudithook(self._hear)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen while this is open."""
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_on:
            return
        if event.startswith("socket."):
            self.sockets.append(event)
        elif event == "open" and isinstance(arguments[0], (str, bytes)):
            writes = (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")) or (
                isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            file = os.path.realpath(os.fsdecode(arguments[0]))
            if writes and not file.startswith((*self._allowed, "/dev/null", "/proc/")):
                self.written.append(file)


def listing(*folders: Path) -> set[str]:
    """Return every path below some folders, to be compared before and after."""
    return {os.path.join(root, name) for folder in folders for root, _, names in os.walk(folder) for name in names}
