"""The corpus store gives back what it was given, and says so when it cannot."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from domaingpt.errors import IndexCorrupt
from domaingpt.index.corpus import Corpus, CorpusFile, CorpusWriter, DocumentAccount, chunk_row
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


def opened(*paths, dead=()):
    return Corpus([CorpusFile(path) for path in paths], [frozenset(dead)] * len(paths))


@pytest.fixture
def corpus(tmp_path):
    """Two documents of the same content, with one chunk each."""
    staging = Staging(tmp_path, "embedder")
    staging.add_content("sha pdf/2", DOCUMENT)
    staging.commit()
    writer = CorpusWriter(tmp_path / "corpus.sqlite")
    copy = replace(CHUNK, id="d" * 32, document="leases/copy.pdf")
    writer.add_document("leases/2022.pdf", "sha pdf/2", "A lease", ACCOUNT, [chunk_row(CHUNK)])
    writer.add_document("leases/copy.pdf", "sha pdf/2", "A lease", ACCOUNT, [chunk_row(copy)])
    writer.copy_contents(staging.path, ["sha pdf/2", "absent"])
    writer.finish()
    staging.discard()
    corpus = opened(tmp_path / "corpus.sqlite")
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


def test_rows_keep_the_order_asked(corpus):
    """Repeats kept; an unknown row means damage."""
    assert [chunk.id[0] for chunk in corpus.chunks([1, 0, 1])] == ["d", "c", "d"]
    assert corpus.chunks([]) == []
    with pytest.raises(IndexCorrupt, match="lacks chunks"):
        corpus.chunks([0, 2])


def test_dead_documents_are_not_there(tmp_path, corpus):
    """Nor their chunks; rows keep their numbers."""
    living = opened(tmp_path / "corpus.sqlite", dead=[1])
    assert [(d.path, d.first_row) for d in living.documents] == [("leases/copy.pdf", 1)]
    assert (living.n_chunks, [chunk.id[0] for chunk in living.all_chunks()]) == (1, ["d"])
    living.close()


def test_copied_documents_are_the_same_chunks(corpus, tmp_path):
    """After new ones, and without the dead: rows and contents move along."""
    writer = CorpusWriter(tmp_path / "next.sqlite")
    new = replace(CHUNK, id="e" * 32, document="new.txt")
    writer.add_document("new.txt", "sha text/1", "New", ACCOUNT, [chunk_row(new)])
    source = CorpusFile(tmp_path / "corpus.sqlite")
    writer.copy_documents(source, frozenset([1]))
    writer.copy_documents(source, frozenset([2]))
    assert writer.n_rows == 3
    writer.finish()
    source.close()
    following = opened(tmp_path / "next.sqlite")
    assert [chunk.id[0] for chunk in following.chunks([0, 1, 2])] == ["e", "d", "c"]
    assert following.chunks([2]) == [CHUNK]
    assert [(d.path, d.first_row, d.title) for d in following.documents] == [
        ("leases/2022.pdf", 2, "A lease"),
        ("leases/copy.pdf", 1, "A lease"),
        ("new.txt", 0, "New"),
    ]
    assert following.document("leases/2022.pdf") == DOCUMENT
    following.close()


def test_rows_of_later_files_follow_those_of_the_first(corpus, tmp_path):
    """Chunks and documents of two files, in the order of paths."""
    writer = CorpusWriter(tmp_path / "second.sqlite")
    new = replace(CHUNK, id="e" * 32, document="a.txt")
    writer.add_document("a.txt", "sha text/1", "New", ACCOUNT, [chunk_row(new)])
    writer.finish()
    both = opened(tmp_path / "corpus.sqlite", tmp_path / "second.sqlite")
    assert both.chunks([2, 0]) == [new, CHUNK]
    assert [chunk.id[0] for chunk in both.all_chunks()] == ["e", "c", "d"]
    assert (both.n_chunks, both.by_path["a.txt"].segment, both.by_path["a.txt"].first_row) == (3, 1, 2)
    both.close()


def test_content_that_is_missing_is_corrupt(corpus, tmp_path):
    """A document whose text is gone."""
    connection = sqlite3.connect(tmp_path / "corpus.sqlite")
    connection.execute("DELETE FROM contents")
    connection.commit()
    connection.close()
    reopened = opened(tmp_path / "corpus.sqlite")
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
        opened(file).document("leases/2022.pdf")


def test_check_reports_what_sqlite_finds(corpus, tmp_path):
    """Nothing in a good file; something once a page is overwritten."""
    assert corpus.check() == []
    good = (tmp_path / "corpus.sqlite").read_bytes()
    page = 4096
    (tmp_path / "bad.sqlite").write_bytes(good[:page] + b"\xff" * page + good[2 * page :])
    damaged = opened(tmp_path / "bad.sqlite")
    assert damaged.check() != []
    damaged.close()
