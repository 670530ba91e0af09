"""Bytes of one file → Document, by the reader its suffix names. Imports a parser only when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import check_size
from domaingpt.documents.formats import FORMATS, sniff
from domaingpt.documents.invisible import invisible_note
from domaingpt.errors import UnreadableDocument, UnsupportedDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

Reader = Callable[[bytes, str, Callable[[], None]], "Document"]


def read_document(data: bytes, path: str, progress: Callable[[], None] = lambda: None) -> Document:
    """Read one file that is already in memory, in this process.

    Args:
        data: The file's content.
        path: Relative to the documents folder; its suffix selects the reader.
        progress: Called once a page, or every few hundred rows.

    Raises:
        UnsupportedDocument: If no reader takes the suffix.
        UnreadableDocument: If the content is damaged or not what the suffix says.
        EncryptedDocument: If it opens only with a password.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in FORMATS:
        raise UnsupportedDocument(f"no reader for {suffix or 'suffixless'} files", path)
    contradiction = sniff(data, suffix)
    if contradiction:
        raise UnreadableDocument(contradiction, path)
    document = check_size(_reader(FORMATS[suffix].reader)(data, path, progress))
    note = invisible_note(document.text)
    return replace(document, notes=(*document.notes, note)) if note else document


def _reader(name: str) -> Reader:
    match name:
        case "pdf":
            from domaingpt.documents.pdf.reader import read
        case "word":
            from domaingpt.documents.word.reader import read
        case "sheets":
            from domaingpt.documents.sheets.excel import read
        case "sheets97":
            from domaingpt.documents.sheets.excel97 import read
        case "delimited":
            from domaingpt.documents.sheets.delimited import read
        case "web":
            from domaingpt.documents.web.reader import read
        case "markdown":
            from domaingpt.documents.text.markdown import read
        case _:
            from domaingpt.documents.text.plain import read
    return read
