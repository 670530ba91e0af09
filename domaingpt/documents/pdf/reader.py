r"""PDF → Document: text, outline and metadata by PDFium; pypdf where PDFium cannot open a file or a page.

A document's text is its page texts joined by newlines: PDFium's characters, in the printed lines (`pdf.lines`).
PDFium gives "\r\n" line ends and U+FFFE for a hyphen at a line's end; both are kept, since cleaning belongs to
the views made from the text.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domaingpt.documents.assembly import MAX_CHARACTERS, one_line, too_many_characters, whole_characters
from domaingpt.documents.pdf import fallback
from domaingpt.documents.pdf.cells import page_cells
from domaingpt.documents.pdf.hidden import hide_unseen
from domaingpt.documents.pdf.outline import OutlineEntry, locate_outline
from domaingpt.documents.pdf.placed import PlacedGrid
from domaingpt.documents.pdf.scans import ScannedPages
from domaingpt.documents.pdf.tables import locate_rows
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Block, Document, Page, PageStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_PAGES = 20_000  # Five times the longest printed books; a bomb of a million empty pages stops here.
PAGE_SEPARATOR = "\n"
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
    left_out: dict[str, int] = {}
    notes: list[str] = []
    pages: list[PageText] = []
    scans = ScannedPages(progress)
    grids: dict[int, list[PlacedGrid]] = {}
    n_characters = 0
    for index in range(len(pdf)):
        progress()
        try:
            pages.append(_page_text(pdf, index, left_out, scans=scans, grids=grids))
        except pdfium.PdfiumError as exc:
            pages.append(_page_by_pypdf(data, index, str(exc), notes))
        n_characters += len(pages[-1][0])
        if n_characters > MAX_CHARACTERS:
            raise too_many_characters(path)
    left_out |= scans.left_out
    notes += scans.notes([status for _, status in pages])
    metadata = pdf.get_metadata_dict(skip_empty=True)
    title = meaningful_title(metadata.get("Title", ""), path) or meaningful_title(metadata.get("Subject", ""), path)
    return assemble(path, pages, _outline(pdf), title=title, left_out=left_out, notes=notes, grids=grids)


def assemble(
    path: str,
    pages: Sequence[PageText],
    outline: Sequence[OutlineEntry],
    *,
    title: str,
    left_out: dict[str, int],
    notes: Sequence[str],
    grids: Mapping[int, Sequence[PlacedGrid]] | None = None,
) -> Document:
    """Join page texts, with the page table, the outline's headings found on their pages, and the rows of tables."""
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
        blocks=tuple(_blocks(text, table, outline, grids or {})),
        title=title,
        left_out={name: count for name, count in left_out.items() if count},
        notes=tuple(notes),
    )


def _blocks(
    text: str, pages: Sequence[Page], outline: Sequence[OutlineEntry], grids: Mapping[int, Sequence[PlacedGrid]]
) -> list[Block]:
    """Return headings and table rows in order; where both claim a line it is a heading."""
    headings = list(locate_outline(text, pages, outline))
    rows = locate_rows(text, pages, grids)
    blocks = sorted([*headings, *rows], key=lambda block: (block.start, block.kind == "row"))
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


def _page_text(
    pdf: pdfium.PdfDocument,
    index: int,
    left_out: dict[str, int],
    *,
    scans: ScannedPages,
    grids: dict[int, list[PlacedGrid]],
) -> PageText:
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
            text, grids[index] = page_cells(page, textpage)
            text = whole_characters(text)
        finally:
            textpage.close()
        kept, status = scans.page(page, index + 1, text)
        if kept != text:  # What was recognised stands elsewhere.
            grids[index] = []
        return kept, status
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
        notes=[
            f"read by pypdf: PDFium could not open the file ({reason})",
            *ScannedPages(progress).notes([status for _, status in content.pages]),
        ],
    )


def _damage(data: bytes) -> str:
    """Say what is wrong with a file that no reader opens."""
    if b"%%EOF" not in data[-2048:]:
        return "damaged PDF: the end is missing (truncated?)"
    return "damaged PDF: no page can be found"
