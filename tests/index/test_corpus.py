"""The corpus store gives back what it was given, and says so when it cannot."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from domaingpt.errors import IndexCorrupt
from domaingpt.index.corpus import Corpus, CorpusWriter, DocumentAccount, chunk_row
from domaingpt.index.staging import Staging
from domaingpt.types import Block, Chunk, Document, Page, Sentence

DOCUMENT = Document(
    path="leases/2022.pdf",
    text="Title\x00\nRent is 900 €.\n𝔘nicode \ud800 and 房贷",
    pages=(Page(1, 0, 7), Page(2, 7, 22, "ocr"), Page(3, 22, 22, "needs_ocr")),
    blocks=(Block("heading", 0, 5, 1), Block("row", 7, 21, header="Item | Price")),
    title="A lease",
    left_out={"navigation characters": 12},
    notes=("read by pypdf",),
)
CHUNK = Chunk(
    id="c" * 32,
    document="leases/2022.pdf",
    start=7,
    end=37,
    text="Rent is 900 €.\n𝔘nicode \x00 and 房贷",
    page=2,
    page_end=3,
    section="Rent › Amount",
    context="A lease › Rent",
    n_tokens=9,
    sentences=(Sentence(7, 21, 2), Sentence(22, 37, None)),
)
ACCOUNT = DocumentAccount(40, 30, 10, {"text": 1, "ocr": 1}, {"navigation characters": 12}, ("read by pypdf",))


@pytest.fixture
def corpus(tmp_path):
    """Two documents of the same content, with one chunk each."""
    staging = Staging(tmp_path, "embedder")
    staging.add_content("sha pdf/2", DOCUMENT)
    staging.commit()
    writer = CorpusWriter(tmp_path / "corpus.sqlite")
    copy = replace(CHUNK, id="d" * 32, document="leases/copy.pdf")
    writer.add_document("leases/2022.pdf", "sha pdf/2", "A lease", ACCOUNT, [chunk_row(CHUNK, b"key")])
    writer.add_document("leases/copy.pdf", "sha pdf/2", "A lease", ACCOUNT, [chunk_row(copy, b"key")])
    writer.copy_contents(staging.path, ["sha pdf/2", "absent"])
    writer.finish()
    staging.discard()
    corpus = Corpus(tmp_path / "corpus.sqlite")
    yield corpus
    corpus.close()


def test_every_field_of_a_document_comes_back(corpus):
    """Text with NUL, a lone surrogate and characters of four bytes included."""
    assert corpus.document("leases/2022.pdf") == DOCUMENT
    with pytest.raises(KeyError, match="absent"):
        corpus.document("absent")


def test_every_field_of_a_chunk_comes_back(corpus):
    """Sentences count from the document's start again."""
    assert corpus.chunks([0]) == [CHUNK]
    assert [chunk.document for chunk in corpus.all_chunks()] == ["leases/2022.pdf", "leases/copy.pdf"]
    assert corpus.by_path["leases/2022.pdf"].account == ACCOUNT


def test_identical_files_share_text_and_not_chunks(corpus, tmp_path):
    """One row of contents, two documents, two chunks."""
    with sqlite3.connect(tmp_path / "corpus.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM contents").fetchone() == (1,)
    connection.close()
    assert corpus.document("leases/copy.pdf") == replace(DOCUMENT, path="leases/copy.pdf")
    assert (corpus.n_chunks, len(corpus.documents)) == (2, 2)


def test_rows_and_ids_keep_the_order_asked(corpus):
    """Repeats kept; an unknown id is a KeyError, an unknown row means damage."""
    assert corpus.rows_of(["d" * 32, "c" * 32, "d" * 32]) == [1, 0, 1]
    assert corpus.chunk_ids([1, 0, 1]) == ["d" * 32, "c" * 32, "d" * 32]
    with pytest.raises(KeyError, match="unknown"):
        corpus.rows_of(["unknown"])
    with pytest.raises(IndexCorrupt, match="lacks chunks"):
        corpus.chunks([0, 2])


def test_stored_rows_copied_are_the_same_chunks(corpus, tmp_path):
    """A document that did not change moves to the next generation without being chunked again."""
    writer = CorpusWriter(tmp_path / "next.sqlite")
    for document in reversed(corpus.documents):
        rows = corpus.stored_rows(document)
        writer.add_document(document.path, document.content_key, document.title, document.account, rows)
    writer.copy_contents(tmp_path / "corpus.sqlite", ["sha pdf/2"])
    writer.finish()
    following = Corpus(tmp_path / "next.sqlite")
    assert [chunk.id for chunk in following.all_chunks()] == ["d" * 32, "c" * 32]
    assert following.chunks(following.rows_of(["c" * 32])) == [CHUNK]
    assert following.document("leases/2022.pdf") == DOCUMENT
    following.close()


def test_vector_is_found_by_the_hash_of_its_string(corpus):
    """Any row that has it."""
    assert corpus.row_of_vector(b"key") in (0, 1)
    assert corpus.row_of_vector(b"other") is None


def test_content_that_is_missing_is_corrupt(corpus, tmp_path):
    """A document whose text is gone."""
    connection = sqlite3.connect(tmp_path / "corpus.sqlite")
    connection.execute("DELETE FROM contents")
    connection.commit()
    connection.close()
    reopened = Corpus(tmp_path / "corpus.sqlite")
    assert reopened.content("sha pdf/2", "leases/2022.pdf") is None
    with pytest.raises(IndexCorrupt, match=r"lacks the text of leases/2022\.pdf"):
        reopened.document("leases/2022.pdf")
    reopened.close()


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_cut_file_is_corrupt(corpus, tmp_path, size):
    """Never an exception of SQLite."""
    file = tmp_path / "cut.sqlite"
    file.write_bytes((tmp_path / "corpus.sqlite").read_bytes()[:size])
    with pytest.raises(IndexCorrupt, match="cannot be read"):
        Corpus(file).document("leases/2022.pdf")


def test_check_reports_what_sqlite_finds(corpus, tmp_path):
    """Nothing in a good file; something once a page of an index is overwritten."""
    assert corpus.check() == []
    good = (tmp_path / "corpus.sqlite").read_bytes()
    page = 4096
    (tmp_path / "bad.sqlite").write_bytes(good[: -2 * page] + b"\xff" * 2 * page)
    damaged = Corpus(tmp_path / "bad.sqlite")
    assert damaged.check() != []
    damaged.close()
