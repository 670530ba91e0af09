r"""PDF → Document: text, outline and metadata by PDFium; pypdf where PDFium cannot open a file or a page.

A document's text is its page texts joined by newlines: PDFium's characters, in the printed lines (`pdf.lines`).
PDFium gives "\r\n" line ends and U+FFFE for a hyphen at a line's end; both are kept, since cleaning belongs to
the views made from the text.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domaingpt.documents.assembly import MAX_CHARACTERS, one_line, too_many_characters, whole_characters
from domaingpt.documents.pdf import fallback
from domaingpt.documents.pdf.hidden import hide_unseen
from domaingpt.documents.pdf.lines import page_text
from domaingpt.documents.pdf.outline import OutlineEntry, locate_outline
from domaingpt.documents.pdf.tables import locate_rows
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Block, Document, Page, PageStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PAGES = 20_000  # Five times the longest printed books; a bomb of a million empty pages stops here.
# A blank page may carry a rule or a background; more paths than this are a drawing or outlined text.
# Guess, unmeasured.
BLANK_PAGE_PATHS = 4
# A page whose characters mostly have no Unicode meaning (fonts without ToUnicode) is not text for us.
GARBLED_SHARE = 0.5  # Guess, unmeasured.
# Controls, private use, replacement character.
STRANGE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ue000-\uf8ff\ufffd]")
PAGE_SEPARATOR = "\n"
DRAWN_TYPES = (
    pdfium_c.FPDF_PAGEOBJ_IMAGE,
    pdfium_c.FPDF_PAGEOBJ_SHADING,
    pdfium_c.FPDF_PAGEOBJ_FORM,
    pdfium_c.FPDF_PAGEOBJ_TEXT,
)
# Annotations whose text a reader sees on the page: filled-in form fields and typewriter notes.
SHOWN_ANNOTATIONS = (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT)
PageText = tuple[str, PageStatus]


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a PDF page by page.

    Raises:
        EncryptedDocument: If it opens only with a password (an empty one is tried).
        UnreadableDocument: If neither PDFium nor pypdf can open it.
    """
    try:
        pdf = pdfium.PdfDocument(data)
        n_pages = len(pdf)
    except pdfium.PdfiumError as exc:
        if getattr(exc, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
            raise EncryptedDocument("needs a password", path) from exc
        return _read_by_pypdf(data, path, progress, str(exc))
    if n_pages == 0:
        pdf.close()
        return _read_by_pypdf(data, path, progress, "no pages found")
    try:
        return _read_by_pdfium(pdf, data, path, progress)
    finally:
        pdf.close()


def _read_by_pdfium(pdf: pdfium.PdfDocument, data: bytes, path: str, progress: Callable[[], None]) -> Document:
    check_page_count(len(pdf), path)
    left_out = {"attachments": pdfium_c.FPDFDoc_GetAttachmentCount(pdf)}
    notes: list[str] = []
    pages: list[PageText] = []
    n_characters = 0
    for index in range(len(pdf)):
        progress()
        try:
            pages.append(_page_text(pdf, index, left_out))
        except pdfium.PdfiumError as exc:
            pages.append(_page_by_pypdf(data, index, str(exc), notes))
        n_characters += len(pages[-1][0])
        if n_characters > MAX_CHARACTERS:
            raise too_many_characters(path)
    metadata = pdf.get_metadata_dict(skip_empty=True)
    title = meaningful_title(metadata.get("Title", ""), path) or meaningful_title(metadata.get("Subject", ""), path)
    return assemble(path, pages, _outline(pdf), title=title, left_out=left_out, notes=notes)


def assemble(
    path: str,
    pages: Sequence[PageText],
    outline: Sequence[OutlineEntry],
    *,
    title: str,
    left_out: dict[str, int],
    notes: Sequence[str],
) -> Document:
    """Join page texts, with the page table and the outline's headings found on their pages."""
    table: list[Page] = []
    position = 0
    for number, (text, status) in enumerate(pages, start=1):
        table.append(Page(number, position, position + len(text), status))
        position += len(text) + len(PAGE_SEPARATOR)
    text = PAGE_SEPARATOR.join(text for text, _ in pages)
    return Document(
        path=path,
        text=text,
        pages=tuple(table),
        blocks=tuple(_blocks(text, table, outline)),
        title=title,
        left_out={name: count for name, count in left_out.items() if count},
        notes=tuple(notes),
    )


def _blocks(text: str, pages: Sequence[Page], outline: Sequence[OutlineEntry]) -> list[Block]:
    """Return headings and table rows in order; where both claim a line it is a heading."""
    headings = list(locate_outline(text, pages, outline))
    blocks = sorted([*headings, *locate_rows(text, pages)], key=lambda block: (block.start, block.kind == "row"))
    kept: list[Block] = []
    for block in blocks:
        if kept and block.start < kept[-1].end:
            if block.kind == "row":
                continue
            while kept and block.start < kept[-1].end:
                kept.pop()
        kept.append(block)
    return kept


def check_page_count(n_pages: int, path: str) -> None:
    """Refuse a file whose page tree is a bomb."""
    if n_pages > MAX_PAGES:
        raise UnreadableDocument(f"has {n_pages:,} pages; at most {MAX_PAGES:,} are read", path)


def _page_text(pdf: pdfium.PdfDocument, index: int, left_out: dict[str, int]) -> PageText:
    page = pdf[index]
    try:
        if _has_shown_annotations(page, left_out):
            # Flattening turns them into page content, in memory only, so that their text has a place.
            pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
            page.close()
            page = pdf[index]
        if n_unseen := hide_unseen(page):
            left_out["hidden characters"] = left_out.get("hidden characters", 0) + n_unseen
        textpage = page.get_textpage()
        try:
            text = whole_characters(page_text(textpage))
        finally:
            textpage.close()
        return text, _status(page, text)
    finally:
        page.close()


def _has_shown_annotations(page: pdfium.PdfPage, left_out: dict[str, int]) -> bool:
    shown = False
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        subtype = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        shown = shown or subtype in SHOWN_ANNOTATIONS
        if subtype == pdfium_c.FPDF_ANNOT_TEXT:
            left_out["comments"] = left_out.get("comments", 0) + 1
    return shown


def _status(page: pdfium.PdfPage, text: str) -> PageStatus:
    if text and not text.isspace():
        return "needs_ocr" if is_garbled(text) else "text"
    n_paths = 0
    for index in range(pdfium_c.FPDFPage_CountObjects(page)):
        kind = pdfium_c.FPDFPageObj_GetType(pdfium_c.FPDFPage_GetObject(page, index))
        n_paths += kind == pdfium_c.FPDF_PAGEOBJ_PATH
        if kind in DRAWN_TYPES or n_paths > BLANK_PAGE_PATHS:
            return "needs_ocr"
    return "empty"


def is_garbled(text: str) -> bool:
    """Return whether most characters are controls, private or replacement characters."""
    n_strange = len(STRANGE.findall(text))
    return n_strange > 0 and n_strange > GARBLED_SHARE * len("".join(text.split()))


def _outline(pdf: pdfium.PdfDocument) -> list[OutlineEntry]:
    entries = []
    try:
        for bookmark in pdf.get_toc():
            target = bookmark.get_dest()
            index = target.get_index() if target else None
            if index is not None:
                entries.append(OutlineEntry(one_line(bookmark.get_title()), bookmark.level + 1, index))
    except (pdfium.PdfiumError, ctypes.ArgumentError, UnicodeError):
        # A damaged outline costs headings, not text.
        return entries
    return entries


def _page_by_pypdf(data: bytes, index: int, reason: str, notes: list[str]) -> PageText:
    try:
        page = fallback.read_page(data, index)
    except fallback.PYPDF_ERRORS:
        notes.append(f"page {index + 1} could not be read: {reason}")
        return "", "needs_ocr"
    notes.append(f"page {index + 1} read by pypdf: {reason}")
    return page


def _read_by_pypdf(data: bytes, path: str, progress: Callable[[], None], reason: str) -> Document:
    try:
        content = fallback.read_pages(data, path, progress)
    except fallback.PYPDF_ERRORS as exc:
        raise UnreadableDocument(_damage(data), path) from exc
    return assemble(
        path,
        content.pages,
        content.outline,
        title=meaningful_title(content.title, path),
        left_out={},
        notes=[f"read by pypdf: PDFium could not open the file ({reason})"],
    )


def _damage(data: bytes) -> str:
    """Say what is wrong with a file that no reader opens."""
    if b"%%EOF" not in data[-2048:]:
        return "damaged PDF: the end is missing (truncated?)"
    return "damaged PDF: no page can be found"
