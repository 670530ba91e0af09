"""Files that survive a crash."""

from __future__ import annotations

import hashlib
import os

import pytest

from domaingpt import durable


def test_atomic_write_replaces_the_whole_file(tmp_path):
    """Only this user may read it; nothing is left beside it."""
    target = tmp_path / "CURRENT"
    for data in (b"first, and longer", b"second", b""):
        durable.write_atomic(target, data)
        assert target.read_bytes() == data
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    """Whichever step fails; the next write is not hindered by what was left."""
    target = tmp_path / "CURRENT"
    durable.write_atomic(target, b"old")

    def fail(*args):
        raise OSError(28, "No space left on device")

    for module, name in ((durable, "_fsync"), (os, "replace")):
        with monkeypatch.context() as patched:
            patched.setattr(module, name, fail)
            with pytest.raises(OSError, match="No space left"):
                durable.write_atomic(target, b"new")
        assert target.read_bytes() == b"old"
    durable.write_atomic(target, b"newest")
    assert target.read_bytes() == b"newest"


def test_data_is_flushed_before_the_name_and_the_name_before_returning(tmp_path, monkeypatch):
    """File, rename, folder: in another order a power cut may leave an empty file under the name."""
    steps = []
    flush, replace = durable._fsync, os.replace
    monkeypatch.setattr(
        durable, "_fsync", lambda fd: (steps.append("folder" if os.fstat(fd).st_mode & 0o040000 else "file"), flush(fd))
    )
    monkeypatch.setattr(os, "replace", lambda *args: (steps.append("rename"), replace(*args)))
    durable.write_atomic(tmp_path / "CURRENT", b"data")
    assert steps == ["file", "rename", "folder"]


def test_hash_is_sha256_of_the_content(tmp_path, monkeypatch):
    """Also across blocks."""
    monkeypatch.setattr(durable, "READ_SIZE_BYTES", 7)
    (tmp_path / "file").write_bytes(bytes(range(100)))
    assert durable.sha256_file(tmp_path / "file") == hashlib.sha256(bytes(range(100))).hexdigest()


def test_link_or_copy(tmp_path, monkeypatch):
    """A hard link where there are such, else the same bytes."""
    (tmp_path / "source").write_bytes(b"data")
    durable.link_or_copy(tmp_path / "source", tmp_path / "linked")
    assert (tmp_path / "linked").samefile(tmp_path / "source")

    def refuse(*args):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    durable.link_or_copy(tmp_path / "source", tmp_path / "copied")
    assert (tmp_path / "copied").read_bytes() == b"data"
    assert not (tmp_path / "copied").samefile(tmp_path / "source")


def test_private_folder_is_made_private_also_if_it_was_there(tmp_path):
    """0700, parents included when they are new."""
    (tmp_path / "open").mkdir(mode=0o755)
    assert durable.make_private_dir(tmp_path / "open").stat().st_mode & 0o777 == 0o700
    assert durable.make_private_dir(tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_flushing_one_file_and_one_folder(tmp_path):
    """Neither changes anything."""
    (tmp_path / "file").write_bytes(b"data")
    durable.fsync_file(tmp_path / "file")
    durable.fsync_dir(tmp_path)
    assert (tmp_path / "file").read_bytes() == b"data"
