"""The pages of one PDF whose own text is none or poor: read from their picture, or named for the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pypdfium2 as pdfium

from domaingpt.documents import ocr
from domaingpt.documents.ocr.pages import page_ranges, recognized_text
from domaingpt.documents.pdf.page_quality import is_better, page_status
from domaingpt.documents.pdf.rendering import render
from domaingpt.types import PageStatus

# At 5 s a page nearly three hours; what follows is named as needing OCR.
MAX_PAGES = 2000


class ScannedPages:
    """Reads pages by OCR where it is installed and the page needs it.

    Args:
        progress: The reader's.
    """

    def __init__(self, progress: Callable[[], None]) -> None:
        self._progress = progress
        self._read: list[tuple[int, float, int]] = []  # page, confidence, characters
        self._without_text: list[int] = []
        self._n_lines_left_out = 0

    def page(self, page: pdfium.PdfPage, number: int, text: str) -> tuple[str, PageStatus]:
        """Return the text of a page, counted from 1, and how it came about."""
        status = page_status(page, text)
        if status != "needs_ocr" or not ocr.available():
            return text, status
        if len(self._read) + len(self._without_text) >= MAX_PAGES:
            return text, status
        try:
            bitmap = render(page)
            found = recognized_text(bitmap, ocr.load_recognizer(), self._progress) if bitmap else None
        except (ocr.RecognitionFailed, pdfium.PdfiumError):
            return text, status
        self._n_lines_left_out += found.n_left_out if found else 0
        if found is None or not found.text:
            self._without_text.append(number)
            return text, "text" if text.strip() else "empty"
        if text.strip() and not is_better(found.text, text):
            return text, "text"
        self._read.append((number, found.confidence, len(found.text)))
        return found.text, "ocr"

    @property
    def left_out(self) -> dict[str, int]:
        """What recognition was too unsure of."""
        return {"unsure lines of OCR": self._n_lines_left_out}

    def notes(self, statuses: Sequence[PageStatus]) -> list[str]:
        """Return what the user should know.

        Args:
            statuses: Of all pages of the document, in order.
        """
        notes = []
        if self._read:
            n_characters = sum(characters for *_, characters in self._read)
            mean = sum(confidence * characters for _, confidence, characters in self._read) / n_characters
            pages = page_ranges([number for number, *_ in self._read])
            notes.append(f"{pages} read by OCR ({ocr.LANGUAGES}; mean confidence {mean:.0%})")
        if self._without_text:
            notes.append(f"OCR found no text on {page_ranges(self._without_text)}")
        waiting = [number for number, status in enumerate(statuses, start=1) if status == "needs_ocr"]
        if waiting:
            need = "needs" if len(waiting) == 1 else "need"
            notes.append(f"{page_ranges(waiting)} {need} OCR{'' if ocr.available() else f': {ocr.EXTRA_HINT}'}")
        return notes
