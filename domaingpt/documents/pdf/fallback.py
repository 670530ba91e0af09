"""PDF pages by pypdf, for files and pages that PDFium cannot open. Slow, and limited on purpose."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdf
from pypdf import PdfReader
from pypdf.errors import DependencyError, DeprecationError, PyPdfError

from domaingpt.documents.assembly import MAX_CHARACTERS, one_line, too_many_characters, whole_characters
from domaingpt.documents.pdf.outline import OutlineEntry
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import PageStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PAGES = 2000  # At pypdf's pace more would take minutes.
# What pypdf raises on damaged input, seen on mutated files: besides its own errors, those of plain Python
# that met an object of another type than the standard promises.
PYPDF_ERRORS = (
    PyPdfError, DependencyError, DeprecationError, ValueError, KeyError, IndexError, TypeError,
    AttributeError, RecursionError, NotImplementedError, AssertionError, OverflowError, ZeroDivisionError,
)  # fmt: skip

# Two of eight real 10-Q filings hold arrays of more than pypdf's 100,000 elements; bombs are bounded by the
# process. Everything else stays at pypdf's own limits.
LIMITS = {"array_maximum_element_count": 1_000_000, "dictionary_maximum_element_count": 1_000_000}

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # Its warnings would repeat per object.


@dataclass(frozen=True, slots=True)
class PdfContent:
    """What pypdf found: (text, status) by page, the outline, the metadata title."""

    pages: list[tuple[str, PageStatus]]
    outline: list[OutlineEntry]
    title: str


def read_pages(data: bytes, path: str, progress: Callable[[], None]) -> PdfContent:
    """Read a whole file.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it has no pages, or far too many.
        PYPDF_ERRORS: On damage.
    """
    with _limits():
        return _read_pages(_open(data, path), path, progress)


def read_page(data: bytes, index: int) -> tuple[str, PageStatus]:
    """Read one page, counted from 0."""
    with _limits():
        return _page(_open(data, ""), index)


def _limits() -> AbstractContextManager[object]:
    # pypdf before 7.0 has fixed limits.
    apply = getattr(pypdf, "apply_configuration", None)
    return apply(**LIMITS) if apply else contextlib.nullcontext()


def _read_pages(reader: PdfReader, path: str, progress: Callable[[], None]) -> PdfContent:
    n_pages = len(reader.pages)
    if not 0 < n_pages <= MAX_PAGES:
        raise UnreadableDocument(f"damaged PDF with {n_pages:,} pages", path)
    pages: list[tuple[str, PageStatus]] = []
    n_characters = 0
    for index in range(n_pages):
        progress()
        try:
            pages.append(_page(reader, index))
        except PYPDF_ERRORS:
            pages.append(("", "needs_ocr"))
        n_characters += len(pages[-1][0])
        if n_characters > MAX_CHARACTERS:
            raise too_many_characters(path)
    return PdfContent(pages, _outline(reader), _title(reader))


def _open(data: bytes, path: str) -> PdfReader:
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise EncryptedDocument("needs a password", path)
    return reader


def _page(reader: PdfReader, index: int) -> tuple[str, PageStatus]:
    page = reader.pages[index]
    text = whole_characters(page.extract_text())
    if text.strip():
        return text, "text"
    return text, "needs_ocr" if page.get("/Contents") is not None else "empty"


def _title(reader: PdfReader) -> str:
    try:
        return one_line(str(reader.metadata.title or "") if reader.metadata else "")
    except PYPDF_ERRORS:
        return ""


def _outline(reader: PdfReader) -> list[OutlineEntry]:
    try:
        return list(_entries(reader, reader.outline, 1))
    except PYPDF_ERRORS:
        return []


def _entries(reader: PdfReader, items: Iterable[object], level: int) -> Iterable[OutlineEntry]:
    for item in items:
        if isinstance(item, list):
            yield from _entries(reader, item, level + 1)
            continue
        index = reader.get_destination_page_number(item)  # type: ignore[arg-type]
        if index is not None and index >= 0:
            yield OutlineEntry(one_line(str(getattr(item, "title", ""))), level, index)
