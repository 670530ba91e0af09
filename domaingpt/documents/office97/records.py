"""The record tree of a PowerPoint 97–2003 file [MS-PPT 2.3.1] and which of its objects are live."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from domaingpt.errors import EncryptedDocument, UnreadableDocument

HEADER_BYTES = 8
CONTAINER = 0xF  # Version of a record that holds records.
MAX_DEPTH = 64  # Containers in containers: groups of shapes are what nests. Guess, unmeasured.
# A slide of LibreOffice has about 200; a thousand of them are walked three times over. Guess, unmeasured.
MAX_RECORDS = 5_000_000
RECORDS_PER_PROGRESS = 50_000
CURRENT_USER_ATOM, USER_EDIT, PERSIST_DIRECTORY = 0x0FF6, 0x0FF5, 0x1772
ENCRYPTED_TOKEN = 0xF3D1C4DF
MAX_EDITS = 10_000  # Saves of one file, each of which is a step back.


class Record(NamedTuple):
    """One record.

    Attributes:
        kind: Its type.
        instance: 12 bits whose meaning depends on the type.
        start: Where its content begins in the stream.
        end: One past its content.
        is_container: Whether the content is records.
    """

    kind: int
    instance: int
    start: int
    end: int
    is_container: bool


class Records:
    """A stream of records.

    Attributes:
        stream: The bytes.

    Raises:
        UnreadableDocument: If more records are walked than any presentation has: in a hostile file containers
            overlap, and walking each of them would have no end.
    """

    def __init__(self, stream: bytes, path: str, progress: Callable[[], None]) -> None:
        self.stream = stream
        self._path = path
        self._progress = progress
        self._n_walked = 0

    def at(self, offset: int) -> Record | None:
        """Return the record that begins at an offset, None if none can."""
        if not 0 <= offset <= len(self.stream) - HEADER_BYTES:
            return None
        head, kind, size = struct.unpack_from("<HHI", self.stream, offset)
        start = offset + HEADER_BYTES
        return Record(kind, head >> 4, start, min(start + size, len(self.stream)), head & 0xF == CONTAINER)

    def content(self, record: Record) -> bytes:
        """Return the bytes of a record, without its header."""
        return self.stream[record.start : record.end]

    def children(self, parent: Record) -> Iterator[Record]:
        """Yield the records of a container."""
        at = parent.start
        while (record := self.at(at)) is not None and record.start <= parent.end:
            self._count()
            yield record._replace(end=min(record.end, parent.end))
            at = record.end

    def descendants(self, parent: Record, *, into: frozenset[int] = frozenset()) -> Iterator[Record]:
        """Yield all records below a container, in order.

        Args:
            parent: The container.
            into: Types that hold records without saying so.
        """
        stack = [self.children(parent)]
        while stack:
            record = next(stack[-1], None)
            if record is None:
                stack.pop()
                continue
            yield record
            if (record.is_container or record.kind in into) and len(stack) < MAX_DEPTH:
                stack.append(self.children(record))

    def _count(self) -> None:
        self._n_walked += 1
        if self._n_walked % RECORDS_PER_PROGRESS == 0:
            self._progress()
        if self._n_walked > MAX_RECORDS:
            raise UnreadableDocument(f"damaged PowerPoint file: more than {MAX_RECORDS:,} records", self._path)


def live_objects(records: Records, current_user: bytes, path: str) -> tuple[dict[int, int], int]:
    """Return where each live object begins, by its number, and the number of the document itself.

    A file saved quickly keeps older states of its slides; the chain of edits tells which are live (2.1.2).

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If the chain is broken.
    """
    offset = _current_edit(current_user, path)
    stream = records.stream
    objects: dict[int, int] = {}
    document = 0
    seen: set[int] = set()
    while offset not in seen and len(seen) < MAX_EDITS:
        seen.add(offset)
        edit = records.at(offset)
        if edit is None or edit.kind != USER_EDIT or edit.end - edit.start < 20:
            break
        previous, directory, number = struct.unpack_from("<III", stream, edit.start + 8)
        document = document or number
        found = records.at(directory)
        if found is not None and found.kind == PERSIST_DIRECTORY:
            for identity, place in _directory(records.content(found)):
                objects.setdefault(identity, place)
        if not previous:
            break
        offset = previous
    if document not in objects:
        raise UnreadableDocument("damaged PowerPoint file: its list of slides is missing", path)
    return objects, document


def _current_edit(current_user: bytes, path: str) -> int:
    kind = int.from_bytes(current_user[2:4], "little")
    if kind != CURRENT_USER_ATOM or len(current_user) < HEADER_BYTES + 12:
        raise UnreadableDocument("damaged PowerPoint file: holds no current state", path)
    token, offset = struct.unpack_from("<II", current_user, HEADER_BYTES + 4)
    if token == ENCRYPTED_TOKEN:
        raise EncryptedDocument("needs a password", path)
    return int(offset)


def _directory(entries: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 4 <= len(entries):
        head = int.from_bytes(entries[at : at + 4], "little")
        first, n = head & 0xFFFFF, head >> 20
        n = min(n, (len(entries) - at - 4) // 4)
        for index, place in enumerate(struct.unpack_from(f"<{n}I", entries, at + 4)):
            yield first + index, place
        at += 4 + 4 * n
