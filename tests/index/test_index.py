"""`LocalIndex` against the oracle of `IndexContract`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from domaingpt.chunks import embedded_text
from domaingpt.errors import IndexCorrupt
from domaingpt.index import Candidate, LocalIndex, open_index
from domaingpt.index import generation as generations
from domaingpt.index.corpus import DocumentAccount, chunk_row
from domaingpt.index.segment import LEXICAL, SegmentWriter
from domaingpt.index.sentence_vectors import to_bytes
from domaingpt.index.terms import Analyzer
from domaingpt.testing import IndexContract
from domaingpt.types import Chunk


def build(folder: Path, chunks: Sequence[Chunk], vectors: np.ndarray, n_segments: int = 1) -> LocalIndex:
    """Commit a generation of the chunks, without an ingest, and open it."""
    analyzer = Analyzer("en")
    folder.mkdir(exist_ok=True)
    paths = list(dict.fromkeys(chunk.document for chunk in chunks))
    row_of = {chunk.id: row for row, chunk in enumerate(chunks)}
    with generations.new_generation(folder) as building:
        names = []
        for number in range(n_segments):
            names.append(f"{number + 1:06d}")
            writer = SegmentWriter(building / generations.SEGMENTS / names[-1], vectors.shape[1])
            rows: list[int] = []
            for path in paths[number::n_segments]:
                own = [chunk for chunk in chunks if chunk.document == path]
                terms = [writer.term_hashes(analyzer.terms(embedded_text(chunk))) for chunk in own]
                keys = [bytes.fromhex(chunk.id) for chunk in own]
                account = DocumentAccount(0, 0, 0, {}, {})
                writer.add(
                    "sha text/1",
                    "",
                    account,
                    path=path,
                    rows=[chunk_row(chunk) for chunk in own],
                    keys=keys,
                    terms=terms,
                )
                rows += [row_of[chunk.id] for chunk in own]
            writer.corpus.finish()
            sentences = [to_bytes(vectors[[row] * len(chunks[row].sentences)]) for row in rows]
            writer.finish(vectors[rows].astype(np.float16), sentences)
        generations.commit(folder, building, {"language": "en", "segments": names})
    return open_index(folder, "house")


class TestLocalIndex(IndexContract):
    """The shipped index."""

    def build(self, folder: Path, chunks: Sequence[Chunk], vectors: np.ndarray) -> LocalIndex:
        """Return the index of the chunks."""
        return build(folder, chunks, vectors)


class TestThreeSegments(IndexContract):
    """Documents in three segments score as in one."""

    def build(self, folder: Path, chunks: Sequence[Chunk], vectors: np.ndarray) -> LocalIndex:
        """Return the index of the chunks, every third document in the same segment."""
        return build(folder, chunks, vectors, n_segments=3)


class TestLists(IndexContract):
    """The shipped index when its segments are large enough for trained lists; so few chunks are all candidates."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        """Train lists from 40 chunks on."""
        monkeypatch.setattr("domaingpt.index.segment.LISTS_FROM", 40)

    def build(self, folder: Path, chunks: Sequence[Chunk], vectors: np.ndarray) -> LocalIndex:
        """Return the index of the chunks."""
        index = build(folder, chunks, vectors)
        assert (index.segments[0].folder / "lists.faiss").is_file() == (len(chunks) >= 40)
        return index


def test_damaged_lists_are_never_read(tmp_path, monkeypatch):
    """One flipped bit, found by its hash; without the file, or with that of other chunks, neither."""
    monkeypatch.setattr("domaingpt.index.segment.LISTS_FROM", 40)
    chunks, vectors = IndexContract.corpus()
    lists = build(tmp_path / "index", chunks, vectors).segments[0].folder / "lists.faiss"
    good = lists.read_bytes()
    for damaged in (good[:500] + bytes([good[500] ^ 4]) + good[501:], good[:-1], b""):
        lists.write_bytes(damaged)
        with pytest.raises(IndexCorrupt, match=r"lists\.faiss"):
            open_index(tmp_path / "index", "house")
    lists.unlink()
    with pytest.raises(IndexCorrupt, match=r"lists\.faiss"):
        open_index(tmp_path / "index", "house")


def test_equal_lexical_scores_are_taken_in_the_order_of_ids(tmp_path):
    """Of many copies the first three are found, on every machine; the better ones come before them."""
    texts = ["boiler" if row % 3 else "garden" for row in range(1000)]
    texts[990] = "boiler boiler"
    chunks = [Chunk(f"{row:032d}", f"{row:03d}.txt", 0, len(text), text) for row, text in enumerate(texts)]
    index = build(tmp_path, chunks, np.ones((1000, 1), np.float32))
    found = index.search(None, "boiler", 4, "lexical", None)
    assert [int(candidate.chunk_id) for candidate in found] == [990, 1, 2, 4]


def test_candidates_carry_both_scores(tmp_path):
    """Golden: one of two chunks holds the term.

    n = 2, df = 1, f = 1, length = mean = 1: ln(1 + 1.5/1.5) · 1 · 2.2 / (1 + 1.2) = ln 2 = 0.6931.
    The vector is the other chunk's, at right angles to the first.
    """
    chunks = [Chunk("a" * 32, "a.txt", 0, 6, "boiler"), Chunk("b" * 32, "b.txt", 0, 6, "garden")]
    index = build(tmp_path, chunks, np.eye(2, dtype=np.float32))
    found = index.search(np.array([0, 1], np.float32), "the boiler", 1, "hybrid", None)
    assert sorted(found, key=lambda candidate: candidate.chunk_id) == [
        Candidate("a" * 32, 0.0, pytest.approx(0.6931, abs=1e-4)),
        Candidate("b" * 32, 1.0, 0.0),
    ]


def test_query_of_stop_words_finds_nothing_lexically(tmp_path):
    """No term, no candidate."""
    index = build(tmp_path, [Chunk("a" * 32, "a.txt", 0, 6, "boiler")], np.eye(1, dtype=np.float32))
    assert index.search(None, "what is the", 5, "lexical", None) == []
    assert index.search(None, "", 5, "lexical", None) == []


def test_files_of_different_generations_are_refused(tmp_path):
    """A corpus of two chunks with a lexical index of one is no index, whatever the hashes say."""
    chunks = [Chunk("a" * 32, "a.txt", 0, 6, "boiler"), Chunk("b" * 32, "b.txt", 0, 6, "garden")]
    one = build(tmp_path / "one", chunks[:1], np.eye(1, 2, dtype=np.float32))
    two = build(tmp_path / "two", chunks, np.eye(2, dtype=np.float32))
    generation = two.generation
    for file in (one.segments[0].folder / LEXICAL).iterdir():
        (two.segments[0].folder / LEXICAL / file.name).write_bytes(file.read_bytes())
    with pytest.raises(IndexCorrupt, match="disagree on the number of chunks"):
        LocalIndex(generation)
