"""A model file is hashed once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from domaingpt import locations
from domaingpt.errors import ModelLoadFailed
from domaingpt.models import verified
from domaingpt.models.verified import check_sha256_once


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Record what is hashed."""
    paths: list[Path] = []
    original = verified.check_sha256

    def recorded(path: Path, sha256: str) -> None:
        paths.append(path)
        original(path, sha256)

    monkeypatch.setattr(verified, "check_sha256", recorded)
    return paths


SHA256 = hashlib.sha256(b"weights").hexdigest()


def test_a_file_that_passed_is_not_hashed_again(file: Path, hashed: list[Path]) -> None:
    """Until it changes."""
    for _ in range(3):
        check_sha256_once(file, SHA256)
    assert hashed == [file]
    os.utime(file, ns=(1, 1))
    check_sha256_once(file, SHA256)
    assert hashed == [file, file]


def test_a_replaced_file_is_found_out_though_its_size_and_date_are_the_same(file: Path) -> None:
    """The time of the last change of the entry itself cannot be set."""
    check_sha256_once(file, SHA256)
    stat = file.stat()
    file.write_bytes(b"WEIGHTS")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(ModelLoadFailed, match="is damaged or was replaced"):
        check_sha256_once(file, SHA256)


def test_another_expected_hash_is_compared(file: Path) -> None:
    """The record is of this file with this hash."""
    check_sha256_once(file, SHA256)
    with pytest.raises(ModelLoadFailed, match="is damaged or was replaced"):
        check_sha256_once(file, "0" * 64)


def test_a_failure_is_not_remembered(file: Path, hashed: list[Path]) -> None:
    """It is found again."""
    for _ in range(2):
        with pytest.raises(ModelLoadFailed, match="damaged"):
            check_sha256_once(file, "0" * 64)
    assert len(hashed) == 2


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    """As when it is hashed."""
    with pytest.raises(ModelLoadFailed, match="cannot be read"):
        check_sha256_once(tmp_path / "none.gguf", SHA256)


@pytest.mark.parametrize("record", ["", "{", "17", '{"a": 1}', "[1, null, []]"])
def test_a_damaged_record_costs_one_hash_more(file: Path, hashed: list[Path], record: str) -> None:
    """It is written anew."""
    folder = locations.cache_dir()
    folder.mkdir(parents=True)
    (folder / verified.VERIFIED).write_text(record, encoding="utf-8")
    check_sha256_once(file, SHA256)
    check_sha256_once(file, SHA256)
    assert hashed == [file]
