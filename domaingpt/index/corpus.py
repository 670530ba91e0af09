"""The corpus store: documents, pages and chunks of a generation in one SQLite file.

    contents   what a reader made of a file's bytes, by (file SHA-256, reader): text, pages, blocks
    documents  path → contents; the account of its characters and pages
    chunks     row i = vector i = row i of the lexical index; verbatim text, offsets, page, context

Identical files share one row of `contents`, never chunks. Text is stored whole and unclean; offsets
count its code points. The staging file of a running ingest has the same `contents` table.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from domaingpt.errors import IndexCorrupt
from domaingpt.types import Block, Chunk, Document, Page, Sentence

T = TypeVar("T")

CONTENTS_SCHEMA = """
CREATE TABLE IF NOT EXISTS contents (
    key TEXT PRIMARY KEY,        -- file SHA-256 and reader key
    title TEXT NOT NULL,
    text BLOB NOT NULL,          -- zlib of UTF-8 (surrogates pass)
    structure BLOB NOT NULL      -- zlib of JSON: pages, blocks, left_out, notes
) WITHOUT ROWID;
"""
CORPUS_SCHEMA = (
    CONTENTS_SCHEMA
    + """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    content_key TEXT NOT NULL,
    title TEXT NOT NULL,
    first_row INTEGER NOT NULL,  -- its chunks are rows first_row … first_row + n_chunks - 1
    n_chunks INTEGER NOT NULL,
    account TEXT NOT NULL        -- JSON, see DocumentAccount
);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    document_id INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    page INTEGER, page_end INTEGER,
    section TEXT NOT NULL, context TEXT NOT NULL, text TEXT NOT NULL,
    n_tokens INTEGER NOT NULL,
    sentences TEXT NOT NULL,     -- JSON: [start, end, page, section] of each; offsets count from the chunk's
    vector_key BLOB NOT NULL     -- hash of the embedded string
);
"""
)
CORPUS_INDEXES = """
CREATE UNIQUE INDEX chunks_id ON chunks (id);
CREATE INDEX chunks_vector_key ON chunks (vector_key);
"""
CHUNK_COLUMNS = (
    "c.id, d.path, c.start, c.end, c.text, c.page, c.page_end, c.section, c.context, c.n_tokens, c.sentences"
)


@dataclass(frozen=True, slots=True)
class DocumentAccount:
    """What became of one document's characters and pages; the ledger sums these up.

    Attributes:
        characters: Code points of the text.
        characters_in_chunks: Of these, how many lie in a chunk.
        white_space: Of these, how many are white space between chunks.
        pages: Number of pages by status.
        left_out: What the reader omitted.
        notes: Warnings of the reader.
    """

    characters: int
    characters_in_chunks: int
    white_space: int
    pages: dict[str, int]
    left_out: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document of the corpus."""

    id: int
    path: str
    content_key: str
    title: str
    first_row: int
    n_chunks: int
    account: DocumentAccount


class Corpus:
    """A finished corpus file, open for reading.

    Args:
        path: The file; it is never written.

    Attributes:
        n_chunks: Number of chunks; rows are 0 … n_chunks - 1.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.n_chunks: int = self._guarded(
            lambda: self._connection.execute("SELECT coalesce(max(row) + 1, 0) FROM chunks").fetchone()[0]
        )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @cached_property
    def documents(self) -> list[DocumentRow]:
        """All documents by path; read when first asked, since a search needs none of them."""
        return self._guarded(lambda: list(self._read_documents()))

    @cached_property
    def by_path(self) -> dict[str, DocumentRow]:
        """The documents, each under its path."""
        return {document.path: document for document in self.documents}

    def chunks(self, rows: Sequence[int]) -> list[Chunk]:
        """Return the chunks of the given rows, in that order."""
        marks = ",".join("?" * len(rows))
        found = self._guarded(
            lambda: {
                row: _chunk(values)
                for row, *values in self._connection.execute(
                    f"SELECT c.row, {CHUNK_COLUMNS} FROM chunks c JOIN documents d ON d.id = c.document_id"
                    f" WHERE c.row IN ({marks})",
                    [int(row) for row in rows],
                )
            }
        )
        if len(found) < len(set(rows)):
            raise IndexCorrupt(f"{self._path} lacks chunks that its index names.")
        return [found[int(row)] for row in rows]

    def chunk_ids(self, rows: Sequence[int]) -> list[str]:
        """Return the ids of the given rows, in that order."""
        return [chunk.id for chunk in self.chunks(rows)]

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """Return the rows of the given chunk ids, in that order.

        Raises:
            KeyError: If an id is not in the corpus.
        """
        marks = ",".join("?" * len(ids))
        found = self._guarded(
            lambda: dict(self._connection.execute(f"SELECT id, row FROM chunks WHERE id IN ({marks})", list(ids)))
        )
        return [found[chunk_id] for chunk_id in ids]

    def all_chunks(self) -> Iterator[Chunk]:
        """Yield every chunk in the order of rows."""
        query = f"SELECT {CHUNK_COLUMNS} FROM chunks c JOIN documents d ON d.id = c.document_id ORDER BY c.row"
        for values in self._connection.execute(query):
            yield _chunk(values)

    def stored_rows(self, document: DocumentRow) -> list[tuple[Any, ...]]:
        """Return a document's chunk rows as stored, without row and document_id, in order."""
        return self._connection.execute(
            "SELECT id, start, end, page, page_end, section, context, text, n_tokens, sentences, vector_key FROM chunks"
            " WHERE document_id = ? ORDER BY row",
            [document.id],
        ).fetchall()

    def row_of_vector(self, vector_key: bytes) -> int | None:
        """Return a row whose vector was computed from the same string, if there is one."""
        found = self._connection.execute("SELECT row FROM chunks WHERE vector_key = ? LIMIT 1", [vector_key]).fetchone()
        return None if found is None else int(found[0])

    def document(self, path: str) -> Document:
        """Return a whole document as its reader gave it.

        Raises:
            KeyError: If the corpus has no document of this path.
        """
        document = self.content(self.by_path[path].content_key, path)
        if document is None:
            raise IndexCorrupt(f"{self._path} lacks the text of {path}.")
        return document

    def content(self, key: str, path: str) -> Document | None:
        """Return the document of a content key under the given path, if the corpus has it."""
        return self._guarded(lambda: read_content(self._connection, key, path))

    def check(self) -> list[str]:
        """Return what is wrong inside the file, as SQLite itself sees it."""
        try:
            rows = self._connection.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as exc:
            return [str(exc)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def _read_documents(self) -> Iterator[DocumentRow]:
        query = "SELECT id, path, content_key, title, first_row, n_chunks, account FROM documents ORDER BY path"
        for row_id, path, content_key, title, first_row, n_chunks, stored in self._connection.execute(query):
            facts = json.loads(stored)
            account = DocumentAccount(**{**facts, "notes": tuple(facts["notes"])})
            yield DocumentRow(row_id, path, content_key, title, first_row, n_chunks, account)

    def _guarded(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (sqlite3.DatabaseError, zlib.error, ValueError, TypeError, KeyError) as exc:
            raise IndexCorrupt(f"{self._path} cannot be read: {exc}") from exc


class CorpusWriter:
    """Writes the corpus file of a new generation; rows are numbered in the order they are added."""

    def __init__(self, path: Path) -> None:
        # Opened by URI, since only then every build of SQLite takes a URI in ATTACH.
        self._connection = sqlite3.connect(path.absolute().as_uri(), uri=True)
        # The file is fsynced as a whole when the generation is committed; until then it may be lost.
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + CORPUS_SCHEMA)
        self._n_documents = 0
        self.n_rows = 0

    def add_document(
        self, path: str, content_key: str, title: str, account: DocumentAccount, rows: Iterable[Sequence[Any]]
    ) -> None:
        """Add one document with its chunk rows as `chunk_row` or `Corpus.stored_rows` give them."""
        self._n_documents += 1
        first_row = self.n_rows
        numbered = [(first_row + i, self._n_documents, *row) for i, row in enumerate(rows)]
        self._connection.executemany(
            "INSERT INTO chunks (row, document_id, id, start, end, page, page_end, section, context, text, n_tokens,"
            " sentences, vector_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            numbered,
        )
        self.n_rows += len(numbered)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
            [self._n_documents, path, content_key, title, first_row, len(numbered), json.dumps(asdict(account))],
        )

    def copy_contents(self, source: Path, keys: Iterable[str]) -> None:
        """Copy the named contents from another corpus or staging file, those it has."""
        self._connection.commit()
        self._connection.execute("ATTACH DATABASE ? AS source", [f"{source.absolute().as_uri()}?mode=ro"])
        self._connection.executemany(
            "INSERT OR IGNORE INTO contents SELECT * FROM source.contents WHERE key = ?", [[key] for key in keys]
        )
        self._connection.commit()
        self._connection.execute("DETACH DATABASE source")

    def finish(self) -> None:
        """Build the indexes and close the file."""
        self._connection.executescript(CORPUS_INDEXES)
        self._connection.commit()
        self._connection.close()


def chunk_row(chunk: Chunk, vector_key: bytes) -> tuple[Any, ...]:
    """Return a chunk in the column order of `Corpus.stored_rows`."""
    sentences = json.dumps(
        [
            # The section is written only where it is not the chunk's, which is rare.
            (s.start - chunk.start, s.end - chunk.start, s.page, None if s.section == chunk.section else s.section)
            for s in chunk.sentences
        ]
    )
    return (
        chunk.id, chunk.start, chunk.end, chunk.page, chunk.page_end, chunk.section, chunk.context, chunk.text,
        chunk.n_tokens, sentences, vector_key,
    )  # fmt: skip


def _chunk(values: Sequence[Any]) -> Chunk:
    """Return the chunk of a row of CHUNK_COLUMNS."""
    names = ("id", "document", "start", "end", "text", "page", "page_end", "section", "context", "n_tokens")
    *plain, packed = values
    base: int = plain[2]
    chunk_section: str = plain[7]
    sentences = (
        Sentence(base + start, base + end, page, chunk_section if section is None else section)
        for start, end, page, section in json.loads(packed)
    )
    return Chunk(**dict(zip(names, plain, strict=True)), sentences=tuple(sentences))


def write_content(connection: sqlite3.Connection, key: str, document: Document) -> None:
    """Store what a reader returned, under its content key."""
    structure = {
        "pages": [asdict(page) for page in document.pages],
        "blocks": [asdict(block) for block in document.blocks],
        "left_out": dict(document.left_out),
        "notes": document.notes,
    }
    connection.execute(
        "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)",
        [
            key,
            document.title,
            zlib.compress(document.text.encode("utf-8", "surrogatepass"), 1),
            zlib.compress(json.dumps(structure).encode(), 1),
        ],
    )


def read_content(connection: sqlite3.Connection, key: str, path: str) -> Document | None:
    """Return the stored document of a content key under the given path, if it is there."""
    found = connection.execute("SELECT title, text, structure FROM contents WHERE key = ?", [key]).fetchone()
    if found is None:
        return None
    title, text, packed = found
    structure = json.loads(zlib.decompress(packed))
    return Document(
        path=path,
        text=zlib.decompress(text).decode("utf-8", "surrogatepass"),
        pages=tuple(Page(**page) for page in structure["pages"]),
        blocks=tuple(Block(**block) for block in structure["blocks"]),
        title=title,
        left_out=structure["left_out"],
        notes=tuple(structure["notes"]),
    )
