"""The dense arm: what is written comes back, and only files of our own kind are read."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from domaingpt.errors import DimensionMismatch, IndexCorrupt
from domaingpt.index.vectors import VectorIndex, write_vectors


def unit_vectors(n, dim=8):
    vectors = np.random.default_rng(5).standard_normal((n, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


@pytest.fixture
def index(tmp_path):
    write_vectors(tmp_path / "vectors.faiss", unit_vectors(30), 8)
    return VectorIndex(tmp_path / "vectors.faiss")


def test_stored_vectors_come_back_bit_for_bit(index):
    """Half precision in, the same numbers out, in any order."""
    rows = np.array([29, 0, 7, 7])
    assert np.array_equal(index.reconstruct(rows), unit_vectors(30)[rows].astype(np.float32))
    assert index.reconstruct(np.zeros(0, np.int64)).shape == (0, 8)
    assert len(index) == 30


def test_search_gives_the_nearest_rows(index):
    """As sorting all inner products does."""
    vector = unit_vectors(31)[30].astype(np.float32)
    exact = unit_vectors(30).astype(np.float32) @ vector
    rows, cosines = index.search(vector, 5)
    assert sorted(rows.tolist()) == sorted(np.argsort(-exact)[:5].tolist())
    assert cosines == pytest.approx(exact[rows], abs=1e-6)
    assert index.cosines(vector, rows) == pytest.approx(exact[rows], abs=1e-6)


def test_search_among_allowed_rows(index, monkeypatch):
    """The best of these, also if they are the worst of all; none if none is allowed."""
    vector = unit_vectors(30)[3].astype(np.float32)
    worst = np.argsort(unit_vectors(30).astype(np.float32) @ vector)[:4]
    allowed = np.zeros(30, np.bool_)
    allowed[worst] = True
    for share in (0.01, 1):  # scanned with a selector; looked up one by one
        monkeypatch.setattr("domaingpt.index.vectors.LOOKED_UP_SHARE", share)
        assert sorted(index.search(vector, 9, allowed)[0].tolist()) == sorted(worst.tolist())
        assert index.search(vector, 1, allowed)[0].tolist() == worst[-1:].tolist()
    assert index.search(vector, 9, np.zeros(30, np.bool_))[0].tolist() == []


def test_all_that_are_as_near_as_the_last_are_found(tmp_path):
    """Of ten equal vectors among others a search for one finds ten: which of them counts is not the scan's to say."""
    vectors = unit_vectors(30)
    vectors[5:15] = vectors[5]
    write_vectors(tmp_path / "vectors.faiss", vectors, 8)
    index = VectorIndex(tmp_path / "vectors.faiss")
    rows, cosines = index.search(vectors[5].astype(np.float32), 1)
    assert sorted(rows.tolist()) == list(range(5, 15))
    assert len(set(cosines.tolist())) == 1


def test_index_without_vectors(tmp_path):
    """Keeps its width."""
    write_vectors(tmp_path / "empty", np.zeros((0, 8), np.float16), 8)
    index = VectorIndex(tmp_path / "empty")
    assert index.search(np.ones(8, np.float32), 5)[0].tolist() == []
    with pytest.raises(DimensionMismatch, match="7 dimensions, the index 8"):
        index.search(np.ones(7, np.float32), 5)


def test_other_kinds_of_files_are_refused(tmp_path):
    """By the first four bytes, before FAISS sees the file."""
    faiss.write_index(faiss.IndexFlatIP(8), str(tmp_path / "flat"))
    for name, content in (("empty", b""), ("text", b"Dear reader"), ("flat", (tmp_path / "flat").read_bytes())):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(IndexCorrupt, match="not an index of the kind"):
            VectorIndex(tmp_path / name)


def test_missing_or_cut_file_is_corrupt(tmp_path):
    """Never an exception of FAISS or of the system."""
    with pytest.raises(IndexCorrupt, match="cannot be read"):
        VectorIndex(tmp_path / "missing")
    write_vectors(tmp_path / "cut", unit_vectors(30), 8)
    good = (tmp_path / "cut").read_bytes()
    for size in (4, 20, 60, len(good) - 1):
        (tmp_path / "cut").write_bytes(good[:size])
        with pytest.raises(IndexCorrupt, match="cannot be read"):
            VectorIndex(tmp_path / "cut")
