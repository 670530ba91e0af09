"""Real files of every kind in one domain: each accounted for, and what they say found again; small files a second.

    python benchmarks/formats.py --data DIR

DIR holds office_unstructured, markitdown_files (with `_test_vectors.py.txt`: strings that must come out), emails,
pdf_pypdf_resources, pdf_sample_files and hostile_pdfs. Strings are compared without Markdown's marks, which are
of the tool they were written for. The index is built with a fake embedder: reading is what is measured.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
import types
from collections import Counter
from pathlib import Path

from harness import write_result

from domaingpt.config import parse_config
from domaingpt.documents import ReaderPool, ReadJob, suffix_of
from domaingpt.index import LocalIndex
from domaingpt.index import generation as generations
from domaingpt.ingest import ingest
from domaingpt.testing import HashEmbedder

FOLDERS = (
    "office_unstructured",
    "markitdown_files",
    "emails",
    "pdf_pypdf_resources",
    "pdf_sample_files",
    "hostile_pdfs",
)
MARKS = re.compile(r"[#*_|`\\>\[\]()~-]+")
IMAGE = re.compile(r"data:image|!\[")
N_SMALL = 5000
SMALL_SUFFIXES = (".txt", ".md", ".csv", ".json", ".eml")


def plain(text: str) -> str:
    return " ".join(MARKS.sub(" ", text).split())


def vectors(folder: Path) -> list:
    """Return the tests of markitdown that need its files only."""
    source = (folder / "_test_vectors.py.txt").read_text(encoding="utf-8")
    module = types.ModuleType("vectors")
    sys.modules["vectors"] = module
    exec(compile(source, "vectors", "exec"), module.__dict__)
    return [vector for vector in module.GENERAL_TEST_VECTORS if (folder / vector.filename).exists()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as scratch:
        documents = Path(scratch) / "documents"
        for name in FOLDERS:
            shutil.copytree(data / name, documents / name)
        started = time.perf_counter()
        config = parse_config({}, "formats", where="domain.toml")
        report = ingest(config, documents, Path(scratch) / "index", embedder=HashEmbedder())
        seconds = time.perf_counter() - started
        index = LocalIndex(generations.open_current(Path(scratch) / "index", "formats", lambda _: None))
        indexed = {document.path for document in index.corpus.documents}
        entries = {entry.path: entry for entry in report.ledger.entries}
        files = sorted(str(path.relative_to(documents)) for path in documents.rglob("*") if path.is_file())
        found = _strings(data / "markitdown_files", index, indexed)
        result = {
            "files": report.ledger.files,
            "inside": report.ledger.attachments,
            "pages": report.ledger.pages,
            "balanced": report.ledger.balanced,
            "not_accounted_for": [path for path in files if path not in indexed and path not in entries],
            "failed": {e.path: e.reason for e in entries.values() if e.status == "failed"},
            "skipped": dict(Counter(e.reason for e in entries.values() if e.status == "skipped").most_common()),
            "documents_by_suffix": dict(Counter(suffix_of(path) for path in indexed).most_common()),
            "seconds": round(seconds, 1),
            "markitdown": found,
            "small_files_per_s": {suffix: _small_files(suffix) for suffix in SMALL_SUFFIXES},
        }
        index.close()
    write_result("formats", {"markitdown_strings": f"{found['found']} of {found['strings']}", **result})


def _strings(folder: Path, index: LocalIndex, indexed: set[str]) -> dict:
    missing = {}
    n_strings = 0
    for vector in vectors(folder):
        name = f"markitdown_files/{vector.filename}"
        mine = [path for path in indexed if path == name or path.startswith(f"{name}/")]
        texts = [index.corpus.document(path) for path in mine]
        text = plain(" ".join(f"{document.title} {document.text}" for document in texts))
        wanted = [string for string in vector.must_include if not IMAGE.search(string)]
        n_strings += len(wanted)
        # A row of Markdown is looked for cell by cell: ours name the columns in between.
        if lost := [s for s in wanted if not all(plain(cell) in text for cell in s.split("|"))]:
            missing[vector.filename] = lost
    return {"strings": n_strings, "found": n_strings - sum(map(len, missing.values())), "missing": missing}


def _small_files(suffix: str) -> float:
    """Return how many small files of a kind the readers take a second."""
    line = "Bill {n} of Meyer Heating over 480 euros was paid on 3 May 2021. "
    bodies = {".csv": "bill,amount\n{n},480\n", ".json": '{{"bill": {n}, "amount": 480}}',
              ".eml": "From: a@b.de\nTo: c@d.de\nSubject: Bill {n}\nMessage-ID: <{n}@b.de>\n\nPaid.\n"}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for n in range(N_SMALL):
            Path(folder, f"{n}{suffix}").write_text(bodies.get(suffix, line * 5).format(n=n), encoding="utf-8")
        started = time.perf_counter()
        with ReaderPool(2) as readers:
            jobs = (ReadJob(f"{n}{suffix}", Path(folder, f"{n}{suffix}")) for n in range(N_SMALL))
            assert all(result.kind == "ok" for result in readers.read_all(jobs))
        return round(N_SMALL / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
