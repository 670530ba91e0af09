"""Hostile files and seeded mutants: each costs itself, is told in words, and its neighbours are read.

The quick ones of `benchmarks/hostile.py` and `benchmarks/fuzz.py`, so that what they measured stays true.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from contained import NEIGHBOURS, NOT_WORDS, QuickEmbedder, fingerprints, new_domain  # noqa: E402
from fuzz import mutant  # noqa: E402
from fuzz_seeds import seeds  # noqa: E402
from hostile import CHANGING  # noqa: E402
from hostile_files import hostile_files, hostile_places  # noqa: E402

from domaingpt.documents import reading  # noqa: E402
from domaingpt.documents.formats import FORMATS  # noqa: E402
from domaingpt.documents.workers.pool import ReaderPool, ReadJob, ReadResult  # noqa: E402
from domaingpt.ingest import IngestReport, ingest  # noqa: E402
from domaingpt.workspace import Workspace  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="special files, and limits that only POSIX has")
N_MUTANTS = 120
QUICK_BYTES = 512 << 10
# What a reader must refuse, whatever else it does; the others may be read if that is harmless.
REFUSED = {
    "encrypted.pdf": "needs a password",
    "encrypted-zip.docx": "needs a password",
    "encrypted-office.docx": "needs a password",
    "header-alone.pdf": "damaged PDF: the end is missing (truncated?)",
    "entity.docx": "declares XML entities in word/document.xml",
    "entity-suffix.docx": "declares XML entities in word/document.dat",
    "entity-ebcdic.docx": "word/document.xml is in EBCDIC, which no Office program writes",
    "entity-utf7.docx": "word/document.xml is in UTF-7, which no Office program writes",
    "duplicate-names.docx": "names a part twice",
    "many-entries.docx": "has 100,005 parts; at most 20,000 are read",
    "missing-parts.docx": "damaged Word file: a part is missing",
    "deep-xml.docx": "damaged Word file: it is nested too deeply",
    "headings.md": "holds more than 100,000 rows, headings and paragraphs",
}


def domain_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """Write files beside good neighbours; return the folder."""
    documents = new_domain(tmp_path / "workspace", "hostile")
    for name, data in files.items():
        (documents / name).write_bytes(data)
    return documents


def ingested(documents: Path) -> IngestReport:
    domain = Workspace.open(documents.parents[2]).domain("hostile")
    return ingest(domain.config, documents, domain.index_folder, embedder=QuickEmbedder())


def assert_contained(report: IngestReport, documents: Path, before: dict[str, tuple[str, int, int]]) -> None:
    """Assert what holds for every ingest, whatever lies in the folder."""
    entries = {entry.path: entry for entry in report.ledger.entries}
    assert report.ledger.balanced
    assert [path for path in NEIGHBOURS if path in entries and entries[path].status == "failed"] == []
    assert [entry for entry in entries.values() if NOT_WORDS.search(entry.reason)] == []
    assert [entry.path for entry in entries.values() if entry.status == "failed" and not entry.reason] == []
    assert fingerprints(documents, CHANGING) == before


def test_quick_hostile_files_cost_themselves_alone(tmp_path: Path) -> None:
    """Every class that is quickly made and read, in one domain."""
    files = {file.name: data for file in hostile_files() if not file.is_slow and len(data := file.make()) < QUICK_BYTES}
    documents = domain_of(tmp_path, files)
    before = fingerprints(documents)
    report = ingested(documents)
    assert len(files) > 90
    assert_contained(report, documents, before)
    entries = {entry.path: entry for entry in report.ledger.entries}
    found = {name: entries[name].reason for name in REFUSED if name in files}
    assert found == {name: reason for name, reason in REFUSED.items() if name in files}
    # A reader for every suffix, or a word that there is none.
    without = [name for name in files if Path(name).suffix not in FORMATS]
    assert all(entries[name].status == "skipped" for name in without)


def test_special_files_links_and_names_are_accounted_for(tmp_path: Path) -> None:
    """Nothing is waited for, nothing outside is read, and every name can be told."""
    documents = domain_of(tmp_path, {})
    told = {path for place in hostile_places() for path in place.plant(documents)}
    before = fingerprints(documents, frozenset(["vanishing.txt", "growing.txt"]))
    started = time.monotonic()
    report = ingested(documents)
    assert time.monotonic() - started < 30
    assert report.ledger.balanced
    entries = {entry.path: entry for entry in report.ledger.entries}
    assert {
        name: entries[name].reason for name in ("pipe.txt", "socket.txt", "zero.txt", "circle-a.txt", "itself")
    } == {
        "pipe.txt": "named pipe, not a file",
        "socket.txt": "socket, not a file",
        "zero.txt": "link that leads out of the documents folder",
        "circle-a.txt": "link to nothing, or to itself",
        "itself": "link to a folder whose files are found at their own place",
    }
    assert entries["sparse.txt"].status == "failed"
    assert entries["caf\\xe9-\\xff.txt"].reason == "file name is not valid UTF-8: rename it"
    indexed = report.ledger.files["indexed"] + report.ledger.files["duplicate"]
    assert indexed >= len(NEIGHBOURS) + 8  # the odd names hold an ordinary text
    plain = {path for path in told if (documents / path).is_file() and (documents / path).stat().st_size < 1 << 20}
    assert told - set(entries) <= plain
    left = fingerprints(documents, frozenset(["vanishing.txt", "growing.txt"]))
    assert left == before
    (documents / "locked").chmod(0o700)


def test_seeded_mutants_cost_themselves_alone(tmp_path: Path) -> None:
    """A small campaign over all formats; the large one is benchmarks/fuzz.py."""
    chosen = {name: data for name, data in seeds().items() if Path(name).suffix in FORMATS}
    mutants = dict(mutant(i, 7, chosen) for i in range(N_MUTANTS))
    documents = domain_of(tmp_path, mutants)
    before = fingerprints(documents)
    report = ingested(documents)
    assert len(mutants) == N_MUTANTS
    assert_contained(report, documents, before)
    assert report.ledger.files["found"] == N_MUTANTS + len(NEIGHBOURS)


def test_the_same_seed_gives_the_same_mutants() -> None:
    """So that a finding can be had again; and the seeds themselves are valid."""
    chosen = seeds()
    assert [mutant(i, 3, chosen) for i in range(40)] == [mutant(i, 3, chosen) for i in range(40)]
    assert mutant(0, 3, chosen) != mutant(0, 4, chosen)
    for name, data in chosen.items():
        if Path(name).suffix in FORMATS and not name.startswith("scan"):
            assert reading.read_document(data, name).text.strip(), name


@pytest.mark.slow
@pytest.mark.parametrize("file", [file for file in hostile_files() if file.is_slow], ids=lambda file: file.name)
def test_slow_hostile_files_are_given_up_in_time(tmp_path: Path, file: object) -> None:
    """Ten seconds without progress, a gigabyte, and a reason in words."""
    (tmp_path / file.name).write_bytes(file.make())
    (tmp_path / "good.csv").write_bytes(b"a,b,c\n1,2,3\n")
    if Path(file.name).suffix not in FORMATS:
        pytest.skip("no reader for it yet")
    with ReaderPool(1) as pool:
        results: dict[str, ReadResult] = {
            result.path: result for result in pool.read_all([ReadJob(n, tmp_path / n) for n in (file.name, "good.csv")])
        }
    assert results["good.csv"].kind == "ok"
    assert not NOT_WORDS.search(results[file.name].error or "")
