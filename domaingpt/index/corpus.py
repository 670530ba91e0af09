"""The corpus store: documents, pages and chunks of a segment in one SQLite file.

    contents   what a reader made of a file's bytes, by (file SHA-256, reader): text, pages, blocks (contents.py)
    documents  path → contents; the account of its characters and pages
    chunks     row i = vector i = row i of the lexical index; verbatim text, offsets, page, context

Identical files share one row of `contents`, never chunks. Text is stored whole and unclean; offsets
count its code points. The staging file of a running ingest has the same `contents` table.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from domaingpt.errors import IndexCorrupt
from domaingpt.index.contents import CONTENTS_SCHEMA, read_content
from domaingpt.types import Chunk, Document, Sentence

T = TypeVar("T")

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
    sentences TEXT NOT NULL      -- JSON: [start, end, page, section] of each; offsets count from the chunk's
);
"""
)
STORED_COLUMNS = "id, start, end, page, page_end, section, context, text, n_tokens, sentences"
COPIED_COLUMNS = ", ".join(f"c.{name}" for name in STORED_COLUMNS.split(", "))
CHUNK_COLUMNS = (
    "c.id, d.path, c.start, c.end, c.text, c.page, c.page_end, c.section, c.context, c.n_tokens, c.sentences"
)
ChunkRow = tuple[Any, ...]  # the values of STORED_COLUMNS


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
    """One document of the corpus.

    Attributes:
        id: Within its segment.
        path: Relative to the documents folder.
        content_key: Of its row of `contents`.
        title: From the document, or its readable name.
        first_row: Of its chunks, which stand together.
        n_chunks: Number of them.
        account: What became of its characters.
        segment: Number of its segment in the generation.
    """

    id: int
    path: str
    content_key: str
    title: str
    first_row: int
    n_chunks: int
    account: DocumentAccount
    segment: int = 0


class CorpusFile:
    """The finished corpus file of one segment, open for reading.

    Args:
        path: The file; it is never written.

    Attributes:
        n_rows: Number of chunks, dead ones included; rows are 0 … n_rows - 1.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.n_rows: int = self._guarded(
            lambda: self._connection.execute("SELECT coalesce(max(row) + 1, 0) FROM chunks").fetchone()[0]
        )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def documents(self) -> list[DocumentRow]:
        """Return all documents, dead ones included, in the order of their rows."""
        return self._guarded(lambda: list(self._read_documents()))

    def chunks(self, rows: Sequence[int]) -> dict[int, Chunk]:
        """Return the chunks of the given rows, by row."""
        marks = ",".join("?" * len(rows))
        return self._guarded(lambda: dict(self._read_chunks(f"c.row IN ({marks})", [int(row) for row in rows])))

    def chunks_between(self, first: int, end: int) -> list[Chunk]:
        """Return the chunks of rows first … end - 1, in that order."""
        return self._guarded(
            lambda: [chunk for _, chunk in self._read_chunks("c.row >= ? AND c.row < ? ORDER BY c.row", [first, end])]
        )

    def content(self, key: str, path: str) -> Document | None:
        """Return the document of a content key under the given path, if the file has it."""
        return self._guarded(lambda: read_content(self._connection, key, path))

    def check(self) -> list[str]:
        """Return what is wrong inside the file, as SQLite itself sees it."""
        try:
            rows = self._connection.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as exc:
            return [str(exc)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def _read_chunks(self, where: str, values: Sequence[int]) -> Iterator[tuple[int, Chunk]]:
        query = f"SELECT c.row, {CHUNK_COLUMNS} FROM chunks c JOIN documents d ON d.id = c.document_id WHERE {where}"
        for row, *columns in self._connection.execute(query, values):
            yield row, _chunk(columns)

    def _read_documents(self) -> Iterator[DocumentRow]:
        query = "SELECT id, path, content_key, title, first_row, n_chunks, account FROM documents ORDER BY id"
        for row_id, path, content_key, title, first_row, n_chunks, stored in self._connection.execute(query):
            facts = json.loads(stored)
            account = DocumentAccount(**{**facts, "notes": tuple(facts["notes"])})
            yield DocumentRow(row_id, path, content_key, title, first_row, n_chunks, account)

    def _guarded(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (sqlite3.DatabaseError, zlib.error, ValueError, TypeError, KeyError) as exc:
            raise IndexCorrupt(f"{self.path} cannot be read: {exc}") from exc


class Corpus:
    """The living documents and chunks of all segments; rows of a segment follow those of the one before.

    Args:
        files: One for each segment.
        dead: For each segment the ids of its documents that count no more.
    """

    def __init__(self, files: Sequence[CorpusFile], dead: Sequence[AbstractSet[int]]) -> None:
        self._files = list(files)
        self._dead = list(dead)
        self._starts = [0, *accumulate(file.n_rows for file in files)]

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()

    @cached_property
    def n_chunks(self) -> int:
        """Number of living chunks."""
        if not any(self._dead):
            return self._starts[-1]
        return sum(document.n_chunks for document in self.documents)

    @cached_property
    def documents(self) -> list[DocumentRow]:
        """All living documents by path; read when first asked, since a search needs none of them."""
        living = [
            replace(document, segment=segment, first_row=start + document.first_row)
            for segment, (file, dead, start) in enumerate(zip(self._files, self._dead, self._starts, strict=False))
            for document in file.documents()
            if document.id not in dead
        ]
        return sorted(living, key=lambda document: document.path)

    @cached_property
    def by_path(self) -> dict[str, DocumentRow]:
        """The documents, each under its path."""
        return {document.path: document for document in self.documents}

    def chunks(self, rows: Sequence[int]) -> list[Chunk]:
        """Return the chunks of the given rows, in that order."""
        found: dict[int, Chunk] = {}
        for file, start in zip(self._files, self._starts, strict=False):
            here = [int(row) - start for row in rows if start <= row < start + file.n_rows]
            if here:
                found.update((row + start, chunk) for row, chunk in file.chunks(here).items())
        if len(found) < len({int(row) for row in rows}):
            raise IndexCorrupt(f"{self._names()} lacks chunks that its index names.")
        return [found[int(row)] for row in rows]

    def all_chunks(self) -> Iterator[Chunk]:
        """Yield every chunk, in the order of paths and within a document."""
        for document in self.documents:
            yield from self.chunks_of(document)

    def chunks_of(self, document: DocumentRow) -> list[Chunk]:
        """Return the chunks of one document, in order."""
        first = document.first_row - self._starts[document.segment]
        return self._files[document.segment].chunks_between(first, first + document.n_chunks)

    def document(self, path: str) -> Document:
        """Return a whole document as its reader gave it.

        Raises:
            KeyError: If the corpus has no document of this path.
        """
        row = self.by_path[path]
        document = self._files[row.segment].content(row.content_key, path)
        if document is None:
            raise IndexCorrupt(f"{self._files[row.segment].path} lacks the text of {path}.")
        return document

    def content(self, key: str, path: str) -> Document | None:
        """Return the document of a content key under the given path, if the corpus has it."""
        contents = (file.content(key, path) for file in self._files)
        return next((content for content in contents if content is not None), None)

    def check(self) -> list[str]:
        """Return what is wrong inside the files, as SQLite itself sees it."""
        return [problem for file in self._files for problem in file.check()]

    def _names(self) -> str:
        return ", ".join(str(file.path) for file in self._files)


class CorpusWriter:
    """Writes the corpus file of a new segment; rows are numbered in the order they are added."""

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
        """Add one document with its chunk rows as `chunk_row` gives them."""
        self._n_documents += 1
        first_row = self.n_rows
        numbered = [(first_row + i, self._n_documents, *row) for i, row in enumerate(rows)]
        self._connection.executemany(
            f"INSERT INTO chunks (row, document_id, {STORED_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            numbered,
        )
        self.n_rows += len(numbered)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
            [self._n_documents, path, content_key, title, first_row, len(numbered), json.dumps(asdict(account))],
        )

    def copy_documents(self, source: CorpusFile, dead: AbstractSet[int]) -> None:
        """Add the living documents of another segment with their chunks and contents, in their order."""
        moves = []
        for document in source.documents():
            if document.id not in dead:
                self._n_documents += 1
                moves.append((document.id, self._n_documents, self.n_rows - document.first_row))
                self.n_rows += document.n_chunks
        with self._attached(source.path):
            self._connection.execute("CREATE TEMP TABLE moves (id INTEGER PRIMARY KEY, new_id INTEGER, shift INTEGER)")
            self._connection.executemany("INSERT INTO moves VALUES (?, ?, ?)", moves)
            self._connection.execute(
                "INSERT INTO documents SELECT m.new_id, d.path, d.content_key, d.title, d.first_row + m.shift,"
                " d.n_chunks, d.account FROM temp.moves m JOIN source.documents d ON d.id = m.id ORDER BY m.id"
            )
            self._connection.execute(
                f"INSERT INTO chunks (row, document_id, {STORED_COLUMNS}) SELECT c.row + m.shift, m.new_id,"
                f" {COPIED_COLUMNS} FROM source.chunks c CROSS JOIN temp.moves m ON m.id = c.document_id ORDER BY c.row"
            )
            self._connection.execute(
                "INSERT OR IGNORE INTO contents SELECT * FROM source.contents WHERE key IN"
                " (SELECT d.content_key FROM temp.moves m JOIN source.documents d ON d.id = m.id)"
            )
            self._connection.execute("DROP TABLE temp.moves")

    def copy_contents(self, source: Path, keys: Iterable[str]) -> None:
        """Copy the named contents from another corpus or staging file, those it has."""
        with self._attached(source):
            self._connection.executemany(
                "INSERT OR IGNORE INTO contents SELECT * FROM source.contents WHERE key = ?", [[key] for key in keys]
            )

    def finish(self) -> None:
        """Close the file."""
        self._connection.commit()
        self._connection.close()

    @contextlib.contextmanager
    def _attached(self, source: Path) -> Iterator[None]:
        self._connection.commit()
        self._connection.execute("ATTACH DATABASE ? AS source", [f"{source.absolute().as_uri()}?mode=ro"])
        yield
        self._connection.commit()
        self._connection.execute("DETACH DATABASE source")


def chunk_row(chunk: Chunk) -> ChunkRow:
    """Return a chunk in the order of STORED_COLUMNS, which takes a fraction of the chunk's own memory."""
    sentences = json.dumps(
        [
            # The section is written only where it is not the chunk's, which is rare.
            (s.start - chunk.start, s.end - chunk.start, s.page, None if s.section == chunk.section else s.section)
            for s in chunk.sentences
        ]
    )
    return (
        chunk.id, chunk.start, chunk.end, chunk.page, chunk.page_end, chunk.section, chunk.context, chunk.text,
        chunk.n_tokens, sentences,
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
