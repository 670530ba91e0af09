"""The account of an ingest: sums that must hold, and how they could fail."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from domaingpt.index.corpus import DocumentAccount
from domaingpt.ledger import FileEntry, Ledger, draw_up

ENTRIES = [
    FileEntry("e.zip", "skipped", "no reader for .zip files"),
    FileEntry("a.txt", "indexed"),
    FileEntry("b.txt", "unchanged"),
    FileEntry("c.txt", "duplicate", "same content as a.txt"),
    FileEntry("d.pdf", "failed", "damaged"),
    FileEntry("f.txt", "removed", "no longer in the folder"),
    FileEntry("g.txt", "indexed", "encoding guessed: cp1252"),
]
ACCOUNTS = [
    DocumentAccount(100, 90, 10, {"text": 2, "needs_ocr": 1}, {"navigation characters": 7}),
    DocumentAccount(50, 50, 0, {"text": 1, "empty": 1}, {"navigation characters": 3, "comments": 1}),
]
CHUNKS = {"total": 3, "new": 2, "embedded": 1, "over_limit": 0}


@pytest.fixture
def ledger():
    return draw_up(ENTRIES, ACCOUNTS, n_read=2, chunks=CHUNKS)


def test_sums(ledger):
    """Six files found, one removed; five pages; 150 characters."""
    assert ledger.files == {
        "found": 6,
        "indexed": 2,
        "unchanged": 1,
        "duplicate": 1,
        "skipped": 1,
        "failed": 1,
        "removed": 1,
        "read": 2,
    }
    assert ledger.pages == {"total": 5, "text": 3, "ocr": 0, "empty": 1, "needs_ocr": 1}
    assert ledger.characters == {"documents": 150, "chunks": 140, "white_space": 10}
    assert ledger.left_out == {"navigation characters": 10, "comments": 1}
    assert ledger.balanced


def test_entries_are_those_with_something_to_say_by_path(ledger):
    """Plainly indexed and unchanged files are only counted."""
    assert [entry.path for entry in ledger.entries] == ["c.txt", "d.pdf", "e.zip", "f.txt", "g.txt"]


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("files", {"found": 7}),
        ("pages", {"total": 6}),
        ("characters", {"chunks": 139}),
        ("chunks", {"over_limit": 1}),
    ],
)
def test_ledger_that_loses_something_does_not_balance(ledger, part, change):
    """Each sum by itself."""
    assert not replace(ledger, **{part: {**getattr(ledger, part), **change}}).balanced


@pytest.mark.parametrize(
    ("part", "change", "needed"),
    [
        ("files", {}, True),
        ("files", {"failed": 0}, True),
        ("pages", {"needs_ocr": 0}, True),
        (None, {}, False),
    ],
)
def test_user_is_needed_for_failed_files_and_scans(ledger, part, change, needed):
    """Either is enough."""
    if part is None:
        ledger = draw_up(ENTRIES[:4], [], n_read=0, chunks=CHUNKS)
    else:
        ledger = replace(ledger, **{part: {**getattr(ledger, part), **change}})
    assert ledger.needs_user == needed


def test_ledger_survives_json(ledger):
    """As the manifest stores it."""
    assert Ledger.from_json(json.loads(json.dumps(ledger.to_json()))) == ledger


def test_nothing_balances():
    """An empty folder."""
    ledger = draw_up([], [], n_read=0, chunks={"total": 0, "new": 0, "embedded": 0, "over_limit": 0})
    assert ledger.balanced
    assert not ledger.needs_user
