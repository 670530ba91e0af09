"""Files attached to a PDF, by PDFium. Where it cannot open the file none are found; the reader says so then."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domaingpt.documents.attachments import Attachment
from domaingpt.documents.opening import MAX_FILE_BYTES


def attachments(data: bytes, path: str, progress: Callable[[], None]) -> Iterator[Attachment]:
    """Yield the files attached to a PDF, in its own order."""
    del path
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return
    try:
        for index in range(pdf.count_attachments()):
            progress()
            yield _attachment(pdf, index)
    finally:
        pdf.close()


def _attachment(pdf: pdfium.PdfDocument, index: int) -> Attachment:
    try:
        attached = pdf.get_attachment(index)
        name = attached.get_name() or "attachment"
    except (pdfium.PdfiumError, UnicodeError):
        return Attachment(f"attachment {index + 1}", b"", "damaged attachment")
    size = ctypes.c_ulong()
    if not pdfium_c.FPDFAttachment_GetFile(attached, None, 0, size):
        return Attachment(name, b"", "damaged attachment")
    if size.value > MAX_FILE_BYTES:
        return Attachment(name, b"", f"more than {MAX_FILE_BYTES >> 20} MB large")
    buffer = ctypes.create_string_buffer(size.value)
    if not pdfium_c.FPDFAttachment_GetFile(attached, buffer, size.value, size):
        return Attachment(name, b"", "damaged attachment")
    return Attachment(name, buffer.raw)
