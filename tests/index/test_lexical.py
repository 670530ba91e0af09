"""BM25 on paper, against rank_bm25, and the best of a full scan however the chunks lie in segments."""

from __future__ import annotations

import math
import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from domaingpt.errors import IndexCorrupt
from domaingpt.index import lexical as module
from domaingpt.index.lexical import ARRAYS, LexicalIndex, Postings
from domaingpt.index.postings import LexicalBuilder

WORDS = "rent deposit boiler garden roof cellar notary meter pacs.008 房贷".split()


def written(folder, documents):
    """Write a segment of chunks, each given by its terms."""
    builder = LexicalBuilder()
    for terms in documents:
        builder.add(builder.hashes(terms))
    builder.write(folder)
    return folder


def built(folder, documents):
    return LexicalIndex([Postings(written(folder, documents))])


def scores(index, terms, n):
    """Return the score of every row."""
    return index.scores_at(terms, np.arange(n))


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
    assert scores(index, ["rent", "boiler", "rent"], 3) == pytest.approx([1.4508, 0, 0.5666], abs=1e-4)
    assert index.idf("rent") == pytest.approx(0.4700, abs=1e-4)
    assert index.idf("absent") == pytest.approx(math.log(8), abs=1e-6)  # ln(1 + 3.5 / 0.5)


def test_parity_with_rank_bm25(tmp_path):
    """The same scores, once rank_bm25's idf (Robertson's, negative for common terms) is put in place of Lucene's."""
    documents = [terms for terms in drawn(1, 80) if terms]
    index = built(tmp_path / "lexical", documents)
    peer = BM25Okapi(documents, k1=1.2, b=0.75)
    peer.idf = {term: index.idf(term) for term in peer.idf}
    for query in (["rent"], ["boiler", "pacs.008"], ["房贷", "notary", "rent"], ["absent"]):
        assert scores(index, query, len(documents)) == pytest.approx(peer.get_scores(query), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_are_those_of_a_full_scan(data):
    """Bit for bit: rows and scores, ties included, over segments with dead rows and filters."""
    chooser = random.Random(data.draw(st.integers(0, 10**6)))
    sizes = data.draw(st.lists(st.integers(0, 60), min_size=1, max_size=3))
    query = data.draw(st.lists(st.sampled_from([*WORDS, "absent"]), max_size=6))
    k = data.draw(st.integers(1, 20))
    module.LOOKUP_COST = data.draw(st.sampled_from([0, 8, 1000]))  # look candidates up, or read whole lists
    with tempfile.TemporaryDirectory() as folder:
        segments, masks = [], []
        for number, size in enumerate(sizes):
            weights = [2.0**-i for i in range(len(WORDS))]  # common words and rare ones
            texts = [chooser.choices(WORDS, weights, k=chooser.randrange(9)) for _ in range(size)]
            first = chooser.randrange(size + 1)
            dead = np.array([[first, min(size, first + 5)]], np.int64) if chooser.random() < 0.5 else None
            segments.append(Postings(written(Path(folder) / str(number), texts), dead))
            mask = np.array([chooser.random() < 0.8 for _ in range(size)], np.bool_)
            if dead is not None:
                mask[first : first + 5] = False
            masks.append(mask if dead is not None or chooser.random() < 0.5 else None)
        index = LexicalIndex(segments)
        rows, found = index.best(query, k, masks)
        every = scores(index, query, sum(sizes))
        counts = np.concatenate([np.ones(n, np.bool_) if m is None else m for n, m in zip(sizes, masks, strict=True)])
        ranked = np.sort(every[counts & (every > 0)])[::-1]
        expected = counts & (every > 0) & (every >= ranked[min(k, len(ranked)) - 1]) if len(ranked) else counts & False
        assert sorted(rows.tolist()) == np.flatnonzero(expected).tolist()
        assert np.array_equal(found, every[rows])


def test_most_rows_are_never_scored(tmp_path, monkeypatch):
    """A common word beside a rare one: its postings are looked up for the rare one's rows only."""
    documents = [["rent"] * (1 + row % 3) + (["notary"] * 3 if row % 500 == 0 else []) for row in range(10_000)]
    index = built(tmp_path / "lexical", documents)
    scored = []
    impacts = Postings._impacts
    monkeypatch.setattr(Postings, "_impacts", lambda self, *a: (scored.append(len(a[1])), impacts(self, *a))[1])
    rows, _ = index.best(["rent", "notary"], 5, [None])
    assert set(rows.tolist()) <= set(range(0, 10_000, 500))
    assert sum(scored) <= 40


def test_segments_score_as_one(tmp_path):
    """n, df and the mean length are those of all living chunks."""
    kept, dead = drawn(5, 40), drawn(6, 10)
    whole = built(tmp_path / "whole", kept)
    parts = [
        Postings(written(tmp_path / "one", kept[:15] + dead), np.array([[15, 25]])),
        Postings(written(tmp_path / "two", kept[15:])),
    ]
    split = LexicalIndex(parts)
    places = np.array([*range(15), *range(25, 50)])
    for query in (["rent"], ["boiler", "rent", "pacs.008"], ["absent"]):
        assert np.array_equal(split.scores_at(query, places), scores(whole, query, 40))
        assert [split.idf(term) for term in query] == [whole.idf(term) for term in query]


def test_copied_rows_equal_a_fresh_build(tmp_path, monkeypatch):
    """New chunks, then the living ones of two segments: every array comes out the same, byte for byte."""
    monkeypatch.setattr("domaingpt.index.postings.BLOCK", 50)
    first, second, added = drawn(2, 40), drawn(3, 25), drawn(4, 10)
    alive = np.array([row % 7 > 0 for row in range(40)])
    builder = LexicalBuilder()
    for terms in added:
        builder.add(builder.hashes(terms))
    builder.copy(Postings(written(tmp_path / "first", first)), alive)
    builder.copy(Postings(written(tmp_path / "second", second)), np.ones(25, np.bool_))
    builder.write(tmp_path / "copied")
    kept = [terms for terms, is_alive in zip(first, alive, strict=True) if is_alive]
    written(tmp_path / "fresh", added + kept + second)
    for name in ARRAYS:
        file = f"{name}.npy"
        assert (tmp_path / "copied" / file).read_bytes() == (tmp_path / "fresh" / file).read_bytes()


def test_index_without_chunks(tmp_path):
    """No scores, no postings."""
    index = built(tmp_path / "lexical", [])
    assert index.best(["rent"], 3, [None])[0].tolist() == []
    assert index.idf("rent") >= 0


def test_chunks_without_terms(tmp_path):
    """Nothing but marks: scored 0, not divided by."""
    index = built(tmp_path / "lexical", [[], []])
    assert scores(index, ["rent"], 2).tolist() == [0, 0]


def test_frequency_beyond_its_type_is_the_largest(tmp_path):
    """70,000 repeats count as 65,535, not as 4,464; the length is exact."""
    postings = Postings(written(tmp_path / "lexical", [["rent"] * 70_000]))
    assert postings.frequencies.tolist() == [65_535]
    assert postings.lengths.tolist() == [70_000]


@pytest.mark.parametrize("name", ARRAYS)
def test_damaged_array_is_corrupt(tmp_path, name):
    """Missing, cut off, pickled, or of another length than its fellows."""
    built(tmp_path / "lexical", [["rent", "boiler"], ["rent"]])
    file = tmp_path / "lexical" / f"{name}.npy"
    good = file.read_bytes()
    file.unlink()
    with pytest.raises(IndexCorrupt, match="lexical"):
        Postings(file.parent)
    for damaged in (b"", good[:40], good[:-1], b"\x80\x04N."):
        file.write_bytes(damaged)
        with pytest.raises(IndexCorrupt, match="lexical"):
            Postings(file.parent)
    if name != "lengths":
        np.save(file, np.arange(9))
        with pytest.raises(IndexCorrupt, match="do not fit"):
            Postings(file.parent)
