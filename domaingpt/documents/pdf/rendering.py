"""A PDF page → a grey bitmap of bounded size, upright as its own rotation says."""

from __future__ import annotations

import ctypes

import pypdfium2 as pdfium

from domaingpt.documents.ocr import Bitmap

DPI = 200
POINTS_PER_INCH = 72
# A3 at 200 dpi has 7.7 million pixels; larger pages are drawn smaller, so that any page box is harmless.
MAX_PIXELS = 10_000_000
MAX_SIDE = 10_000  # Pixels; a strip that is drawn smaller for it is a ribbon, not a page.
MIN_SIDE = 16  # Pixels; a page of less holds no letter.


def render(page: pdfium.PdfPage) -> Bitmap | None:
    """Draw a page at `DPI`, or smaller where it has more than `MAX_PIXELS`; None if it is too small to hold text."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return None
    scale = DPI / POINTS_PER_INCH
    scale = min(scale, (MAX_PIXELS / (width * height)) ** 0.5, MAX_SIDE / max(width, height))
    if min(width, height) * scale < MIN_SIDE:
        return None
    drawn = page.render(scale=scale, grayscale=True)
    try:
        rows = bytes(ctypes.string_at(drawn.buffer, drawn.stride * drawn.height))
        pixels = b"".join(rows[y * drawn.stride : y * drawn.stride + drawn.width] for y in range(drawn.height))
        return Bitmap(pixels, drawn.width, drawn.height)
    finally:
        drawn.close()
