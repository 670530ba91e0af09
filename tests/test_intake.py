"""Files inside files through an ingest: read once, kept, found again, and accounted for."""

from __future__ import annotations

import pytest

from domaingpt.documents import formats
from domaingpt.documents.workers import process
from tests.documents.zip_files import make_zip

INNER = {"lease.txt": b"The rent is 900 euros.", "notes/roof.md": b"# Roof\n\nTiled in 1998."}


@pytest.fixture
def box(folder):
    """An archive of two documents beside a copy of one of them, ingested."""
    folder.write("box.zip", make_zip({**INNER, "photo.7z": b"7z"}))
    folder.write("lease.txt", INNER["lease.txt"])
    folder.report = folder.ingest()
    return folder


def documents(folder) -> list[str]:
    index = folder.open()
    paths = [document.path for document in index.corpus.documents]
    index.close()
    return paths


def entries(report) -> dict[str, tuple[str, str, str]]:
    return {entry.path: (entry.status, entry.reason, entry.inside) for entry in report.ledger.entries}


def test_files_inside_are_accounted_for_apart_from_the_files_of_the_folder(box) -> None:
    """Both sums balance; a file inside that is also a file of the folder is its copy."""
    ledger = box.report.ledger
    assert ledger.balanced
    assert not ledger.needs_user
    assert (ledger.files["found"], ledger.files["indexed"], ledger.files["duplicate"]) == (2, 1, 1)
    assert {status: n for status, n in ledger.attachments.items() if n} == {"found": 3, "indexed": 2, "skipped": 1}
    assert entries(box.report) == {
        "box.zip": ("indexed", "archive of 3 files", ""),
        "box.zip/photo.7z": ("skipped", "no reader for .7z files", "box.zip"),
        "lease.txt": ("duplicate", "same content as box.zip/lease.txt", ""),
    }
    assert documents(box) == ["box.zip", "box.zip/lease.txt", "box.zip/notes/roof.md", "lease.txt"]


def test_an_unchanged_archive_is_not_opened_again(box) -> None:
    """Nor is anything committed."""
    report = box.ingest()
    assert (report.changed, report.ledger.files["read"]) == (False, 0)
    assert report.ledger.attachments["unchanged"] == 2
    assert documents(box) == ["box.zip", "box.zip/lease.txt", "box.zip/notes/roof.md", "lease.txt"]


def test_a_renamed_archive_is_not_read_again(box) -> None:
    """Its documents move with it."""
    box.documents.joinpath("box.zip").rename(box.documents / "crate.zip")
    report = box.ingest()
    assert (report.changed, report.ledger.files["read"]) == (True, 0)
    assert documents(box) == ["crate.zip", "crate.zip/lease.txt", "crate.zip/notes/roof.md", "lease.txt"]


def test_what_is_taken_out_of_an_archive_is_taken_out_of_the_index(box) -> None:
    """And what is added is read; the rest is known."""
    box.embedder.encoded.clear()
    box.write("box.zip", make_zip({"lease.txt": INNER["lease.txt"], "garden.txt": b"The pond leaks."}))
    report = box.ingest()
    assert report.ledger.balanced
    assert documents(box) == ["box.zip", "box.zip/garden.txt", "box.zip/lease.txt", "lease.txt"]
    assert len(box.embedder.encoded) == 1


def test_a_mended_reader_reads_archives_with_such_files_again(box, monkeypatch) -> None:
    """The archive's own reader is as before, so only what lies in it says so."""
    monkeypatch.setitem(formats.FORMATS, ".md", formats.Format("Markdown", "markdown", 99, needs_worker=False))
    assert box.ingest().ledger.files["read"] == 1


def test_a_new_reader_reads_archives_with_files_it_takes(box, monkeypatch) -> None:
    """A file inside that nobody took before is no reason to leave it for ever."""
    monkeypatch.setitem(formats.FORMATS, ".7z", formats.TEXT)
    assert box.ingest().ledger.files["read"] == 1


def test_a_failed_file_inside_needs_the_user(folder) -> None:
    """Exit code 3, as for any file."""
    folder.write("box.zip", make_zip({"a.pdf": b"no PDF", "b.txt": b"Fine."}))
    report = folder.ingest()
    assert report.ledger.needs_user
    assert entries(report)["box.zip/a.pdf"] == ("failed", "content is text, not PDF", "box.zip")
    assert not folder.ingest().changed


def test_a_file_inside_that_kills_its_reader_costs_itself(folder, monkeypatch) -> None:
    """The archive is opened again without it, and the others are read."""
    monkeypatch.setattr(process, "_start", killed_by_csv(process._start))
    folder.write("box.zip", make_zip({"a.txt": b"Alpha.", "b.csv": b"a,b\n1,2\n", "c.txt": b"Gamma.", "d.csv": b"x"}))
    report = folder.ingest()
    assert report.ledger.balanced
    assert documents(folder) == ["box.zip", "box.zip/a.txt", "box.zip/c.txt"]
    assert [entry.path for entry in report.ledger.entries if entry.status == "failed"] == [
        "box.zip/b.csv",
        "box.zip/d.csv",
    ]
    assert "SIGKILL" in entries(report)["box.zip/b.csv"][1]


def killed_by_csv(real):
    """Return a start of reader processes that CSV files kill."""
    import subprocess
    import sys

    program = (
        "import sys, types, os, signal; module = types.ModuleType('domaingpt.documents.sheets.delimited');\n"
        "def read(data, path, progress):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "module.read = read; sys.modules['domaingpt.documents.sheets.delimited'] = module\n"
        "from domaingpt.documents.workers.worker import main; sys.exit(main())"
    )
    popen = subprocess.Popen

    def start(limit: int) -> object:
        import unittest.mock

        with unittest.mock.patch.object(
            process.subprocess, "Popen", lambda command, **o: popen([sys.executable, "-c", program, command[-1]], **o)
        ):
            return real(limit)

    return start


def test_an_archive_in_an_archive_is_told_as_such(folder) -> None:
    """It has no text of its own, but is not without content."""
    folder.write("box.zip", make_zip({"sub/inner.zip": make_zip({"deep/a.txt": b"Alpha."})}))
    assert entries(folder.ingest())["box.zip/sub/inner.zip"] == ("indexed", "archive of 1 files", "box.zip")
