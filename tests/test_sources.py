"""Which files are hashed, and which signatures are trusted."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from domaingpt import durable, sources
from domaingpt.documents import discover, reader_key
from domaingpt.sources import RACY_NS, Source, compare, is_still, trusted_signature


@pytest.fixture
def hashed(monkeypatch):
    """Return the names of the files that are hashed, as they are."""
    names = []
    original = durable.sha256_file
    monkeypatch.setattr(durable, "sha256_file", lambda path: (names.append(path.name), original(path))[1])
    return names


def found(root):
    return discover(root, ["**/*"], [])[0]


def noted(changes):
    """Return the sources as an ingest would note them, signatures trusted."""
    return {
        change.file.path: Source(change.file.path, "indexed", "", sources._signature(change.file), change.content_key)
        for change in changes
    }


def test_new_file_is_hashed(tmp_path, hashed):
    """It has no past."""
    (tmp_path / "a.txt").write_text("Rent")
    (change,) = compare(tmp_path, found(tmp_path), {})
    assert hashed == ["a.txt"]
    assert change.before is None
    assert not change.is_unchanged
    assert change.content_key == f"{durable.sha256_file(tmp_path / 'a.txt')} {reader_key('.txt')}"


def test_file_with_the_noted_signature_is_not_opened(tmp_path, hashed):
    """And keeps it; one with another is hashed, and unchanged if its bytes are."""
    (tmp_path / "a.txt").write_text("Rent")
    (tmp_path / "b.txt").write_text("Roof")
    before = noted(compare(tmp_path, found(tmp_path), {}))
    os.utime(tmp_path / "b.txt", (1, 1))
    hashed.clear()
    same, touched = compare(tmp_path, found(tmp_path), before)
    assert hashed == ["b.txt"]
    assert same.is_unchanged
    assert same.signature == before["a.txt"].signature
    assert touched.is_unchanged


def test_new_version_of_the_reader_reads_again(tmp_path, hashed):
    """The key says who read the bytes."""
    (tmp_path / "a.txt").write_text("Rent")
    before = noted(compare(tmp_path, found(tmp_path), {}))
    before["a.txt"] = replace(before["a.txt"], content_key=before["a.txt"].content_key.rpartition("/")[0] + "/0")
    (change,) = compare(tmp_path, found(tmp_path), before)
    assert not change.is_unchanged


def test_signature_is_trusted_once_it_is_old_enough(tmp_path):
    """Two seconds, or an edit in the same tick could hide; a time in the future is never old."""
    (tmp_path / "a.txt").write_text("Rent")
    (file,) = found(tmp_path)
    now = time.time_ns()
    old = replace(file, mtime_ns=now - 2 * RACY_NS, ctime_ns=now - 2 * RACY_NS)
    assert trusted_signature(old) == (4, old.mtime_ns, old.ctime_ns)
    assert trusted_signature(file) is None
    assert trusted_signature(replace(old, ctime_ns=now)) is None
    assert trusted_signature(replace(old, mtime_ns=now + 10**12)) is None


def test_signature_is_judged_before_the_bytes_are_read(tmp_path, monkeypatch):
    """Reading all the other files may take longer than the signature needs to look old."""
    (tmp_path / "a.txt").write_text("Rent")
    monkeypatch.setattr(sources, "RACY_NS", 50_000_000)
    (change,) = compare(tmp_path, found(tmp_path), {})
    time.sleep(0.06)
    assert trusted_signature(change.file) is not None
    assert change.signature is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "x"), "vanished while being read"),
        (PermissionError(13, "Permission denied"), "permission denied"),
    ],
)
def test_file_that_cannot_be_hashed_has_a_reason(tmp_path, monkeypatch, error, reason):
    """And no key: it is looked at again next time."""
    (tmp_path / "a.txt").write_text("Rent")

    def refuse(path):
        raise error

    monkeypatch.setattr(durable, "sha256_file", refuse)
    (change,) = compare(tmp_path, found(tmp_path), {})
    assert (change.error, change.content_key, change.signature) == (reason, "", None)


def test_progress_hears_of_every_file(tmp_path):
    """One call a file."""
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(name)
    heard = []
    compare(tmp_path, found(tmp_path), {}, heard.append)
    assert heard == [1, 1, 1]


def test_source_survives_json():
    """With and without a signature."""
    for signature in (None, (1, 2, 3)):
        source = Source("a.txt", "failed", "damaged", signature, "sha text/1")
        assert Source.from_json("a.txt", source.to_json()) == source


def test_file_is_still_what_was_found(tmp_path):
    """Until it is written, touched or removed."""
    path = tmp_path / "a.txt"
    path.write_text("Rent")
    (file,) = found(tmp_path)
    assert is_still(tmp_path, file)
    os.utime(path, (1, 1))
    assert not is_still(tmp_path, file)
    path.unlink()
    assert not is_still(tmp_path, file)
