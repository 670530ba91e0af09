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
from domaingpt.index.corpus import CorpusWriter, DocumentAccount, chunk_row
from domaingpt.index.lexical import LexicalBuilder
from domaingpt.index.terms import Analyzer
from domaingpt.index.vectors import write_vectors
from domaingpt.testing import IndexContract
from domaingpt.types import Chunk


def build(folder: Path, chunks: Sequence[Chunk], vectors: np.ndarray) -> LocalIndex:
    """Commit a generation of the chunks, without an ingest, and open it."""
    analyzer = Analyzer("en")
    folder.mkdir(exist_ok=True)
    with generations.new_generation(folder) as building:
        corpus, lexical = CorpusWriter(building / generations.CORPUS), LexicalBuilder()
        for row, chunk in enumerate(chunks):
            lexical.add(row, analyzer.terms(embedded_text(chunk)))
        for path in dict.fromkeys(chunk.document for chunk in chunks):
            rows = [chunk_row(chunk, b"key") for chunk in chunks if chunk.document == path]
            corpus.add_document(path, "sha text/1", "", DocumentAccount(0, 0, 0, {}, {}), rows)
        corpus.finish()
        write_vectors(building / generations.VECTORS, vectors.astype(np.float16), vectors.shape[1])
        lexical.write(building / generations.LEXICAL, len(chunks))
        generations.commit(folder, building, {"language": "en"})
    return open_index(folder, "house")


class TestLocalIndex(IndexContract):
    """The shipped index."""

    def build(self, folder: Path, chunks: Sequence[Chunk], vectors: np.ndarray) -> LocalIndex:
        """Return the index of the chunks."""
        return build(folder, chunks, vectors)


def test_equal_lexical_scores_are_taken_in_the_order_of_rows(tmp_path):
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
    for file in (one.generation.folder / generations.LEXICAL).iterdir():
        (generation.folder / generations.LEXICAL / file.name).write_bytes(file.read_bytes())
    with pytest.raises(IndexCorrupt, match="disagree on the number of chunks"):
        LocalIndex(generation)
