"""Streams of an OLE compound file [MS-CFB], by olefile, once its allocation table is known to be no larger than it."""

from __future__ import annotations

import io
import struct
from types import TracebackType
from typing import Self

import olefile

from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import EncryptedDocument, UnreadableDocument

HEADER_BYTES = 512
ENTRY_BYTES = 4
# olefile believes the file about its structure; damage surfaces as errors of plain Python code.
MISREAD = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError, OverflowError,
           UnicodeError, EOFError, struct.error, RecursionError)  # fmt: skip


class CompoundFile:
    """A compound file in memory; a context manager.

    Raises:
        EncryptedDocument: If it holds an encrypted package.
        UnreadableDocument: If it is damaged.
    """

    def __init__(self, data: bytes, path: str) -> None:
        _check_header(data, path)
        self._path = path
        try:
            self._ole = olefile.OleFileIO(io.BytesIO(data))
        except MISREAD as exc:
            raise UnreadableDocument(f"damaged Office file: {exc}", path) from exc
        if self.has("EncryptedPackage"):
            raise EncryptedDocument("needs a password", path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ole.close()

    def has(self, name: str) -> bool:
        """Return whether there is a stream of this name at the top."""
        return bool(self._ole.exists(name))

    def stream(self, name: str) -> bytes:
        """Return a stream, "" if there is none."""
        if not self.has(name):
            return b""
        try:
            return bytes(self._ole.openstream(name).read())
        except MISREAD as exc:
            raise UnreadableDocument(f"damaged Office file: {exc}", self._path) from exc

    def title(self) -> str:
        """Return the title from the summary, "" if it says nothing."""
        try:
            metadata = self._ole.get_metadata()
            codec = f"cp{metadata.codepage}" if metadata.codepage and metadata.codepage > 0 else "utf-8"
            return meaningful_title((metadata.title or b"").decode(codec, "replace"), self._path)
        except (*MISREAD, LookupError):
            return ""


def _check_header(data: bytes, path: str) -> None:
    """Refuse allocation tables that could not lie in the file: reading them would take memory and time at will."""
    if len(data) < HEADER_BYTES:
        raise UnreadableDocument("damaged Office file: ends in its header", path)
    shift = struct.unpack_from("<H", data, 0x1E)[0]
    n_fat, n_difat = struct.unpack_from("<I", data, 0x2C)[0], struct.unpack_from("<I", data, 0x48)[0]
    if shift not in (9, 12):
        raise UnreadableDocument("damaged Office file: sectors of a wrong size", path)
    n_sectors = len(data) >> shift
    per_sector = (1 << shift) // ENTRY_BYTES
    # Twice what is needed, since programs allocate ahead.
    if n_fat > 2 * (n_sectors // per_sector + 1) or n_difat > n_fat:
        raise UnreadableDocument("damaged Office file: its allocation table is larger than the file", path)
