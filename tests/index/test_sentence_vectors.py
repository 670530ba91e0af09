"""Sentence vectors in one byte a component."""

from __future__ import annotations

import numpy as np
import pytest

from domaingpt.errors import IndexCorrupt
from domaingpt.index.sentence_vectors import VECTORS, SentenceVectors, to_bytes, write_sentence_vectors

COUNTS = np.array([2, 0, 1, 3])


def unit_rows(n: int, dim: int = 384) -> np.ndarray:
    rows = np.random.default_rng(5).standard_normal((n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def written(tmp_path):
    """Six sentences of four rows, written in two parts and three blocks."""
    vectors = unit_rows(6)
    stored = to_bytes(vectors)
    parts = [(COUNTS[:2], [stored[:2], stored[2:2]]), (COUNTS[2:], iter([stored[2:4], stored[4:]]))]
    write_sentence_vectors(tmp_path, parts, 384)
    return vectors, SentenceVectors(tmp_path)


def test_one_byte_changes_a_cosine_by_less_than_a_hundredth():
    """Between unit vectors of 384 components."""
    one, other = unit_rows(200)[:100], unit_rows(200)[100:]
    stored = to_bytes(one).astype(np.float32)
    stored /= np.linalg.norm(stored, axis=1, keepdims=True)
    assert np.abs(stored @ other.T - one @ other.T).max() < 0.01
    assert np.abs(to_bytes(one)).max(axis=1).tolist() == [127] * 100


def test_zero_vector_stays_zero():
    """No division by zero."""
    assert to_bytes(np.zeros((1, 3), np.float32)).tolist() == [[0, 0, 0]]


def test_rows_come_back_in_the_order_asked(written):
    """Repeats kept, a row without sentences has none."""
    vectors, stored = written
    assert len(stored) == 4
    assert stored.counts(np.array([3, 1, 0, 3])).tolist() == [3, 0, 2, 3]
    last, none, first, again = stored.of(np.array([3, 1, 0, 3]))
    assert np.abs(last - vectors[3:]).max() < 0.01
    assert none.shape == (0, 384)
    assert np.abs(first - vectors[:2]).max() < 0.01
    assert np.array_equal(again, last)
    assert stored.of(np.zeros(0, np.int64)) == []


def test_best_is_the_largest_cosine_of_each_row(written):
    """NaN where there is no sentence."""
    vectors, stored = written
    query = unit_rows(7)[6]
    best = stored.best(query, np.array([1, 3, 0]))
    assert np.isnan(best[0])
    assert best[1:] == pytest.approx([(vectors[3:] @ query).max(), (vectors[:2] @ query).max()], abs=0.01)


def test_cut_file_is_an_error(written, tmp_path):
    """Not fewer sentences."""
    file = tmp_path / VECTORS
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt, match="sentence vectors"):
        SentenceVectors(tmp_path)


def test_files_of_two_segments_are_an_error(written, tmp_path):
    """They must fit each other."""
    np.save(tmp_path / VECTORS, np.zeros((5, 384), np.int8))
    with pytest.raises(IndexCorrupt, match="do not fit"):
        SentenceVectors(tmp_path)
