"""Work in progress: what an interrupted ingest has read and embedded, so that the next one goes on.

`staging.sqlite` holds parsed contents by content key, and the vectors of a chunk and its sentences by
`vector_key`. Every group is committed before the next begins; after the generation is committed the file goes.
Vectors are kept as the index stores them, in half precision and in bytes, so resuming changes no bit of them.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings import FloatMatrix, Span
from domaingpt.index.contents import CONTENTS_SCHEMA, read_content, write_content
from domaingpt.index.sentence_vectors import Bytes
from domaingpt.types import Document

STAGING_FILE = "staging.sqlite"
ASKED_AT_ONCE = 512  # keys in one statement; SQLite takes at least 999
SCHEMA = (
    CONTENTS_SCHEMA
    + """
CREATE TABLE IF NOT EXISTS embedded (key BLOB PRIMARY KEY, vector BLOB NOT NULL, sentences BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS embedder (key TEXT NOT NULL);
"""
)


def vector_key(embedded: str, spans: Sequence[Span] = ()) -> bytes:
    """Return the 16 bytes that stand for an embedded string and the spans of its sentences."""
    cuts = "".join(f"\x00{start}-{end}" for start, end in spans)
    return hashlib.sha256(f"{embedded}{cuts}".encode("utf-8", "surrogatepass")).digest()[:16]


class Staging:
    """The staging file of one domain, open for writing.

    Args:
        folder: The domain's index folder.
        embedder_key: Identity of the embedder; vectors of another one are forgotten.
        empty: Forget everything an earlier run left.
    """

    def __init__(self, folder: Path, embedder_key: str, *, empty: bool = False) -> None:
        self.path = folder / STAGING_FILE
        if empty:
            self._delete()
        try:
            self._open(embedder_key)
        except sqlite3.DatabaseError:
            # Only work in progress is lost with a damaged staging file; begin a new one.
            self.discard()
            self._open(embedder_key)

    def _open(self, embedder_key: str) -> None:
        self._connection = sqlite3.connect(self.path)
        self.path.chmod(0o600)
        # WAL keeps every committed group through a kill; a power cut may cost the last groups.
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + SCHEMA)
        known = self._connection.execute("SELECT key FROM embedder").fetchall()
        if known != [(embedder_key,)]:
            self._connection.executescript("DELETE FROM embedded; DELETE FROM embedder;")
            self._connection.execute("INSERT INTO embedder VALUES (?)", [embedder_key])
        self._connection.commit()

    def content(self, key: str, path: str) -> Document | None:
        """Return a parsed document under the given path, if it was read before and is not damaged."""
        try:
            return read_content(self._connection, key, path)
        except (sqlite3.DatabaseError, zlib.error, ValueError):
            return None  # it is read again, and replaced

    def add_content(self, key: str, document: Document) -> None:
        """Keep a parsed document; `commit` makes it durable."""
        write_content(self._connection, key, document)

    def commit(self) -> None:
        """Make everything added so far survive a kill."""
        self._connection.commit()

    def add_vectors(self, keys: Iterable[bytes], vectors: FloatMatrix, sentences: Iterable[Bytes]) -> None:
        """Keep the vectors (n, d) of n keys and of each the vectors (s, d) of its sentences, durably."""
        halves = vectors.astype(np.float16)
        self._connection.executemany(
            "INSERT OR REPLACE INTO embedded VALUES (?, ?, ?)",
            [
                (key, row.tobytes(), np.ascontiguousarray(of_key).tobytes())
                for key, row, of_key in zip(keys, halves, sentences, strict=True)
            ],
        )
        self.commit()

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, tuple[npt.NDArray[np.float16], Bytes]]:
        """Return by key what was computed before: the vector (d,) and the vectors (s, d) of its sentences."""
        found = {}
        for key, stored, of_key in self._among("key, vector, sentences", keys):
            vector = np.frombuffer(stored, np.float16)
            found[key] = (vector, np.frombuffer(of_key, np.int8).reshape(-1, len(vector)))
        return found

    def _among(self, columns: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), ASKED_AT_ONCE):
            group = keys[start : start + ASKED_AT_ONCE]
            marks = ",".join("?" * len(group))
            yield from self._connection.execute(f"SELECT {columns} FROM embedded WHERE key IN ({marks})", group)

    def close(self) -> None:
        """Close the file and keep it for the next ingest."""
        self._connection.close()

    def discard(self) -> None:
        """Close the file and delete it."""
        self._connection.close()
        self._delete()

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(STAGING_FILE + suffix).unlink(missing_ok=True)
