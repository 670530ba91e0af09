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
SUMMARY = "\x05SummaryInformation"
CODE_PAGE, TITLE = 1, 2  # Properties of the summary, and the types of their values.
STRING, WIDE_STRING = 0x1E, 0x1F
MAX_PROPERTIES = 100  # The summary knows 19.
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
            return meaningful_title(_title(self.stream(SUMMARY)), self._path)
        except (*MISREAD, LookupError):
            return ""


def _title(summary: bytes) -> str:
    """Return the title of a property set [MS-OLEPS 2.21]. olefile would read lists as long as the file claims."""
    start = struct.unpack_from("<I", summary, 44)[0]
    n = min(struct.unpack_from("<I", summary, start + 4)[0], MAX_PROPERTIES)
    places = dict(struct.unpack_from("<II", summary, start + 8 + 8 * index) for index in range(n))
    at = start + places[TITLE]
    kind, size = struct.unpack_from("<II", summary, at)
    if kind == WIDE_STRING:
        return summary[at + 8 : at + 8 + 2 * size].decode("utf-16-le", "replace").rstrip("\0")
    codec = "cp1252"
    if CODE_PAGE in places:
        codec = f"cp{struct.unpack_from('<H', summary, start + places[CODE_PAGE] + 4)[0]}"
    return summary[at + 8 : at + 8 + size].decode(codec, "replace").rstrip("\0") if kind == STRING else ""


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
