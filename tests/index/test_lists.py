"""Trained lists: they name nearly all near rows, and their mistakes cost nothing but candidates."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from domaingpt.errors import IndexCorrupt
from domaingpt.index.lists import LEAST_RECALL, write_lists
from domaingpt.index.vectors import VectorIndex, write_vectors

DIM, N = 32, 6000
RECALL = 0.98


def unit_vectors(n, seed):
    """Return points around 60 centres, as texts lie around topics."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(1).standard_normal((60, DIM))
    vectors = centres[random.integers(0, 60, n)] + 0.6 * random.standard_normal((n, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The vectors and their lists."""
    folder = tmp_path_factory.mktemp("lists")
    write_vectors(folder / "vectors.faiss", unit_vectors(N, 2), DIM)
    assert write_lists(folder / "lists.faiss", unit_vectors(N, 2))
    return folder


@pytest.fixture
def index(folder):
    return VectorIndex(folder / "vectors.faiss", folder / "lists.faiss")


def test_recall_and_exact_scores(index):
    """At least .98 of the ten nearest of queries that are in no list; every score is the exact cosine."""
    vectors = unit_vectors(N, 2).astype(np.float32)
    shares = []
    for query in unit_vectors(200, 3).astype(np.float32):
        rows, cosines = index.search(query, 10)
        exact = vectors @ query
        assert cosines == pytest.approx(exact[rows], abs=1e-5)
        shares.append(np.isin(np.argsort(-exact)[:10], rows).mean())
    assert np.mean(shares) >= RECALL


def test_only_some_cells_are_looked_into(folder):
    """Else it would be a scan."""
    lists = faiss.read_index(str(folder / "lists.faiss"))
    assert 1 <= lists.nprobe < lists.nlist


def test_filter_is_exact(index):
    """A filter scans what it allows, however few or many."""
    vectors = unit_vectors(N, 2).astype(np.float32)
    random = np.random.default_rng(4)
    for share in (0.003, 0.3, 0.999):
        allowed = random.random(N) < share
        query = unit_vectors(1, 5)[0].astype(np.float32)
        exact = np.where(allowed, vectors @ query, -2)
        rows, _ = index.search(query, 5, allowed)
        assert sorted(rows.tolist()) == sorted(np.argsort(-exact)[:5].tolist())


def test_dead_rows_are_left_out(index):
    """Without a scan; the nearest of the others are still found."""
    vectors = unit_vectors(N, 2).astype(np.float32)
    query = unit_vectors(1, 6)[0].astype(np.float32)
    nearest = np.argsort(-(vectors @ query))
    alive = np.ones(N, np.bool_)
    alive[nearest[:50]] = False
    rows, _ = index.search(query, 5, alive, is_filter=False)
    assert sorted(rows.tolist()) == sorted(nearest[50:55].tolist())


def test_same_vectors_give_the_same_file(folder, tmp_path):
    """Seeds are fixed."""
    write_lists(tmp_path / "again.faiss", unit_vectors(N, 2))
    assert (tmp_path / "again.faiss").read_bytes() == (folder / "lists.faiss").read_bytes()


def test_lists_that_lose_too_much_are_not_written(tmp_path, monkeypatch):
    """The vectors are scanned then."""
    monkeypatch.setattr("domaingpt.index.lists.MIN_CANDIDATES", 5)
    monkeypatch.setattr("domaingpt.index.lists.CANDIDATES_A_HIT", 1)
    random = np.random.default_rng(7).standard_normal((N, DIM))  # no structure: codes order it badly
    vectors = (random / np.linalg.norm(random, axis=1, keepdims=True)).astype(np.float16)
    assert LEAST_RECALL > 0.9
    assert not write_lists(tmp_path / "lists.faiss", vectors)
    assert not (tmp_path / "lists.faiss").exists()


def test_width_that_four_does_not_divide(tmp_path):
    """Takes wider parts, down to one."""
    for dim in (6, 7, 2):
        vectors = np.random.default_rng(8).standard_normal((500, dim))
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
        write_vectors(tmp_path / f"{dim}", vectors, dim)
        assert write_lists(tmp_path / f"{dim}.lists", vectors)
        assert (
            len(VectorIndex(tmp_path / f"{dim}", tmp_path / f"{dim}.lists").search(vectors[0].astype(np.float32), 3)[0])
            >= 3
        )


def test_other_kinds_of_files_are_refused(folder, tmp_path):
    """By the first four bytes; lists of other vectors too; a cut file is corrupt."""
    good = (folder / "lists.faiss").read_bytes()
    cases = {"vectors": (folder / "vectors.faiss").read_bytes(), "empty": b"", "cut": good[:-1], "head": good[:60]}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(IndexCorrupt, match=r"not an index of the kind|cannot be read"):
            VectorIndex(folder / "vectors.faiss", tmp_path / name)
    write_vectors(tmp_path / "other.faiss", unit_vectors(9, 2), DIM)
    with pytest.raises(IndexCorrupt, match="does not belong"):
        VectorIndex(tmp_path / "other.faiss", folder / "lists.faiss")
