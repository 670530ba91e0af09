"""Zip archive → what lies in it. The archive itself has no text; every file inside is a document of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

from domaingpt.documents.archive import DAMAGE, MAX_ENTRIES, PIECE_BYTES
from domaingpt.documents.attachments import Attachment
from domaingpt.documents.opening import MAX_FILE_BYTES
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document

UTF8_NAMES = 0x800  # General purpose flag bit 11: the entry's name is UTF-8 (APPNOTE 4.4.4).
ENCRYPTED = 0x1
MAC_EXTRAS = ("__MACOSX/", ".DS_Store")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Open an archive and count what lies in it.

    Raises:
        UnreadableDocument: If it is damaged, or has too many entries.
    """
    progress()
    with _opened(data, path) as archive:
        n_files = sum(1 for entry in archive.infolist() if not entry.is_dir())
    return Document(path, "", notes=(f"archive of {n_files:,} files",))


def attachments(data: bytes, path: str, progress: Callable[[], None]) -> Iterator[Attachment]:
    """Yield the files of an archive, inflated one at a time. Folders, and what macOS adds, are passed over.

    Raises:
        UnreadableDocument: If it is damaged, or has too many entries.
    """
    with _opened(data, path) as archive:
        for entry in archive.infolist():
            progress()
            name = _name(entry)
            if not entry.is_dir() and not name.startswith(MAC_EXTRAS) and not name.endswith(MAC_EXTRAS):
                yield _inflated(archive, entry, name, progress)


def _opened(data: bytes, path: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE as exc:
        raise UnreadableDocument(f"damaged archive: {exc}", path) from exc
    if len(archive.filelist) > MAX_ENTRIES:
        raise UnreadableDocument(f"has {len(archive.filelist):,} entries; at most {MAX_ENTRIES:,} are read", path)
    return archive


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, progress: Callable[[], None]) -> Attachment:
    if entry.flag_bits & ENCRYPTED:
        return Attachment(name, b"", "needs a password")
    inflated = bytearray()
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(PIECE_BYTES):
                inflated += piece
                progress()
                if len(inflated) > MAX_FILE_BYTES:
                    return Attachment(name, b"", f"inflates to more than {MAX_FILE_BYTES >> 20} MB (a zip bomb?)")
    except DAMAGE as exc:
        return Attachment(name, b"", f"damaged in the archive: {exc}")
    return Attachment(name, bytes(inflated))


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; zipfile reads those not marked as UTF-8 as code page 437, which few programs mean."""
    if entry.flag_bits & UTF8_NAMES:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename
