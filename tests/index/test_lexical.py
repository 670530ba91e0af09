"""BM25 on paper, against rank_bm25, and copied from one index to the next."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from domaingpt.errors import IndexCorrupt
from domaingpt.index.lexical import ARRAYS, LexicalBuilder, LexicalIndex

WORDS = "rent deposit boiler garden roof cellar notary meter pacs.008 房贷".split()


def built(folder, documents):
    builder = LexicalBuilder()
    for row, terms in enumerate(documents):
        builder.add(row, terms)
    builder.write(folder, len(documents))
    return LexicalIndex(folder)


def drawn(seed, n):
    chooser = random.Random(seed)
    return [chooser.choices(WORDS, range(len(WORDS), 0, -1), k=chooser.randrange(20)) for _ in range(n)]


def test_golden(tmp_path):
    """Three chunks of 2, 1 and 3 terms, so a mean of 2; the query is rent boiler rent.

    rent: df = 2, idf = ln(1 + 1.5 / 2.5) = ln 1.6 = 0.4700;  boiler: df = 1, idf = ln(1 + 2.5 / 1.5) = 0.9808.
    chunk 0 (rent boiler), length 2:  f = 1: 2.2 / (1 + 1.2) = 1         → 0.4700 + 0.9808 = 1.4508
    chunk 1 (garden):                                                   → 0
    chunk 2 (rent rent garden), length 3: 1.2 · (0.25 + 0.75 · 1.5) = 1.65;  f = 2: 2 · 2.2 / 3.65 = 1.2055
                                                                        → 0.4700 · 1.2055 = 0.5666
    """
    index = built(tmp_path / "lexical", [["rent", "boiler"], ["garden"], ["rent", "rent", "garden"]])
    assert index.scores(["rent", "boiler", "rent"]) == pytest.approx([1.4508, 0, 0.5666], abs=1e-4)
    assert index.idf("rent") == pytest.approx(0.4700, abs=1e-4)
    assert index.idf("absent") == pytest.approx(math.log(8), abs=1e-6)  # ln(1 + 3.5 / 0.5)


def test_parity_with_rank_bm25(tmp_path):
    """The same scores, once rank_bm25's idf (Robertson's, negative for common terms) is put in place of Lucene's."""
    documents = [terms for terms in drawn(1, 80) if terms]
    index = built(tmp_path / "lexical", documents)
    peer = BM25Okapi(documents, k1=1.2, b=0.75)
    peer.idf = {term: index.idf(term) for term in peer.idf}
    for query in (["rent"], ["boiler", "pacs.008"], ["房贷", "notary", "rent"], ["absent"]):
        assert index.scores(query) == pytest.approx(peer.get_scores(query), abs=1e-4)


def test_copied_rows_equal_a_fresh_build(tmp_path):
    """Rows kept, moved and dropped among new ones: every array comes out the same, byte for byte."""
    before, added = drawn(2, 40), drawn(3, 10)
    old = built(tmp_path / "old", before)
    sources = np.array([row for row in range(40) if row % 7], np.int64)
    targets = np.random.default_rng(4).permutation(50)[: len(sources)]
    documents = [[] for _ in range(50)]
    free = [row for row in range(50) if row not in set(targets.tolist())]
    builder = LexicalBuilder()
    for row, terms in zip(free, added, strict=False):
        documents[row] = terms
        builder.add(row, terms)
    builder.copy(old, sources, targets)
    for source, target in zip(sources, targets, strict=True):
        documents[target] = before[source]
    builder.write(tmp_path / "copied", 50)
    built(tmp_path / "fresh", documents)
    for name in ARRAYS:
        file = f"{name}.npy"
        assert (tmp_path / "copied" / file).read_bytes() == (tmp_path / "fresh" / file).read_bytes()


def test_index_without_chunks(tmp_path):
    """No scores, no postings."""
    index = built(tmp_path / "lexical", [])
    assert index.scores(["rent"]).shape == (0,)
    assert index.idf("rent") >= 0


def test_chunks_without_terms(tmp_path):
    """Nothing but marks: scored 0, not divided by."""
    index = built(tmp_path / "lexical", [[], []])
    assert index.scores(["rent"]).tolist() == [0, 0]


def test_frequency_beyond_its_type_is_the_largest(tmp_path):
    """70,000 repeats count as 65,535, not as 4,464; the length is exact."""
    index = built(tmp_path / "lexical", [["rent"] * 70_000])
    assert index.frequencies.tolist() == [65_535]
    assert index.lengths.tolist() == [70_000]


@pytest.mark.parametrize("name", ARRAYS)
def test_damaged_array_is_corrupt(tmp_path, name):
    """Missing, cut off, pickled, or of another length than its fellows."""
    built(tmp_path / "lexical", [["rent", "boiler"], ["rent"]])
    file = tmp_path / "lexical" / f"{name}.npy"
    good = file.read_bytes()
    file.unlink()
    with pytest.raises(IndexCorrupt, match="lexical"):
        LexicalIndex(file.parent)
    for damaged in (b"", good[:40], good[:-1], b"\x80\x04N."):
        file.write_bytes(damaged)
        with pytest.raises(IndexCorrupt, match="lexical"):
            LexicalIndex(file.parent)
    if name != "lengths":
        np.save(file, np.arange(9))
        with pytest.raises(IndexCorrupt, match="do not fit"):
            LexicalIndex(file.parent)
