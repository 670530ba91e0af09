"""Bytes of one file → Document, by the reader its suffix names. Imports a parser only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import check_size
from domaingpt.documents.formats import FORMATS, sniff, suffix_of, true_suffix
from domaingpt.documents.invisible import invisible_note
from domaingpt.errors import UnreadableDocument, UnsupportedDocument

if TYPE_CHECKING:
    from domaingpt.documents.attachments import Attachment
    from domaingpt.types import Document

Reader = Callable[[bytes, str, Callable[[], None]], "Document"]
READERS = {  # the module below this package that has the `read` of a `Format.reader`
    "book": "books.reader",
    "delimited": "sheets.delimited",
    "image": "images.reader",
    "json": "records.json_reader",
    "mail": "mail.reader",
    "mailbox": "mail.mailbox",
    "markdown": "text.markdown",
    "notebook": "records.notebook",
    "opendocument": "opendocument.reader",
    "outlook": "mail.outlook",
    "pdf": "pdf.reader",
    "restructured": "text.restructured",
    "rtf": "rtf.reader",
    "saved_page": "mail.saved_page",
    "sheets": "sheets.excel",
    "sheets97": "sheets.excel97",
    "slides": "slides.reader",
    "slides97": "office97.powerpoint",
    "subtitles": "text.subtitles",
    "text": "text.plain",
    "web": "web.reader",
    "word": "word.reader",
    "word97": "office97.word",
    "xml": "records.xml_reader",
    "zips": "zips",
}
AttachmentReader = Callable[[bytes, str, Callable[[], None]], "Iterator[Attachment]"]


def read_document(data: bytes, path: str, progress: Callable[[], None] = lambda: None, *, suffix: str = "") -> Document:
    """Read one file that is already in memory, in this process.

    Args:
        data: The file's content.
        path: Relative to the documents folder.
        progress: Called once a page, or every few hundred rows.
        suffix: Selects the reader; that of the path, unless the path has none.

    Raises:
        UnsupportedDocument: If no reader takes the suffix.
        UnreadableDocument: If the content is damaged or not what the suffix says.
        EncryptedDocument: If it opens only with a password.
    """
    suffix = suffix or suffix_of(path)
    if suffix not in FORMATS:
        raise UnsupportedDocument(f"no reader for {suffix or 'suffixless'} files", path)
    actual = true_suffix(data, suffix)
    contradiction = sniff(data, actual)
    if contradiction:
        raise UnreadableDocument(contradiction, path)
    document = check_size(_reader(FORMATS[actual].reader)(data, path, progress))
    disguise = f"content is {FORMATS[actual].name}, and was read as such" if actual != suffix else ""
    notes = [note for note in (disguise, invisible_note(document.text)) if note]
    return replace(document, notes=(*document.notes, *notes)) if notes else document


def attachments_of(reader: str) -> AttachmentReader:
    """Return what takes out the files that lie in a file.

    Args:
        reader: That of a format that holds files.
    """
    module = "pdf.attached" if reader == "pdf" else READERS[reader]
    found: AttachmentReader = import_module(f"domaingpt.documents.{module}").attachments
    return found


def _reader(name: str) -> Reader:
    found: Reader = import_module(f"domaingpt.documents.{READERS[name]}").read
    return found
