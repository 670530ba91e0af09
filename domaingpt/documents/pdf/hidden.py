"""Text of a PDF page that nobody sees: without ink, white on white, tiny, or off the page.

Such text is switched off, in memory, before the page's text is taken, and its characters are counted.
The text layer that recognition puts over a scan is invisible too, and kept: it lies over the picture it was
read from, or is all the text there is. So a planted layer over a picture is not told from an honest one.
Clipped text, text under a later shape, and hidden layers are not told from visible text either.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

INVISIBLE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
WHITE = 250  # Of 255, for each colour; lighter than any tint that is printed. Guess, unmeasured.
TRANSPARENT = 5  # Alpha up to this, of 255, leaves nothing to see. Guess, unmeasured.
# Points. The smallest print in 829 pages of filings is larger; 2 points are a hairline of text.
TINY = 2.0
MAX_DEPTH = 8  # Forms within forms.

Box = tuple[float, float, float, float]  # left, bottom, right, top
# Where PDFium writes its answers; a reader has one thread, and a page thousands of objects.
FLOATS = tuple(ctypes.c_float() for _ in range(4))
FLOAT_POINTERS = tuple(ctypes.byref(value) for value in FLOATS)
UINTS = tuple(ctypes.c_uint() for _ in range(4))
UINT_POINTERS = tuple(ctypes.byref(value) for value in UINTS)
EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)


@dataclass(slots=True)
class _Page:
    """What is drawn on a page: its text objects, and the boxes that text may be seen against."""

    texts: list[tuple[Any, bool]] = field(default_factory=list)  # and whether it lies inside a form
    pictures: list[Box] = field(default_factory=list)
    backgrounds: list[Box] = field(default_factory=list)


def hide_unseen(page: pdfium.PdfPage) -> int:
    """Switch off what nobody sees of a page's text; return how many characters that are, white space apart.

    Must be called before the page's text is loaded.
    """
    objects = [pdfium_c.FPDFPage_GetObject(page, i) for i in range(pdfium_c.FPDFPage_CountObjects(page))]
    box = page.get_bbox()
    if not any(_is_suspect(obj, box) for obj in objects):
        return 0
    content = _Page()
    _collect(content, objects)
    unseen = list(_unseen(content, box))
    if not unseen:
        return 0
    textpage = page.get_textpage()
    try:
        n_characters = sum(len("".join(_text(text, textpage).split())) for text in unseen)
    finally:
        textpage.close()
    for text in unseen:
        pdfium_c.FPDFPageObj_SetIsActive(text, False)
    return n_characters


def _is_suspect(obj: Any, page: Box) -> bool:
    """Return whether an object is worth a closer look: nearly none is, and each call costs."""
    kind = pdfium_c.FPDFPageObj_GetType(obj)
    if kind == pdfium_c.FPDF_PAGEOBJ_FORM:
        n_inside = pdfium_c.FPDFFormObj_CountObjects(obj)
        inside = (pdfium_c.FPDFFormObj_GetObject(obj, i) for i in range(n_inside))
        return any(
            pdfium_c.FPDFPageObj_GetType(each) == pdfium_c.FPDF_PAGEOBJ_FORM or _is_suspect(each, EVERYWHERE)
            for each in inside
        )
    if kind != pdfium_c.FPDF_PAGEOBJ_TEXT:
        return False
    colour = _colour(obj)
    if colour is not None and (colour[3] <= TRANSPARENT or min(colour) >= WHITE):
        return True
    if pdfium_c.FPDFTextObj_GetTextRenderMode(obj) in INVISIBLE_MODES:
        return True
    left, bottom, right, top = box = object_box(obj)
    is_small = right - left < TINY or top - bottom < TINY
    return _is_off(box, page) or (is_small and _is_tiny(obj, box))


def _collect(content: _Page, objects: list[Any], depth: int = 0, form: Box | None = None) -> None:
    for obj in objects:
        match pdfium_c.FPDFPageObj_GetType(obj):
            case pdfium_c.FPDF_PAGEOBJ_TEXT:
                content.texts.append((obj, form is not None))
            case pdfium_c.FPDF_PAGEOBJ_IMAGE:
                content.pictures.append(form or object_box(obj))
            case pdfium_c.FPDF_PAGEOBJ_SHADING:
                content.backgrounds.append(form or object_box(obj))
            case pdfium_c.FPDF_PAGEOBJ_PATH if not _is_white(obj):
                content.backgrounds.append(form or object_box(obj))
            case pdfium_c.FPDF_PAGEOBJ_FORM if depth < MAX_DEPTH:
                # Boxes inside a form are in its own coordinates; that of the outermost form stands for them.
                n_inside = pdfium_c.FPDFFormObj_CountObjects(obj)
                inside = [pdfium_c.FPDFFormObj_GetObject(obj, i) for i in range(n_inside)]
                _collect(content, inside, depth + 1, form or object_box(obj))


def _unseen(content: _Page, page: Box) -> Iterator[Any]:
    """Yield the text objects that nobody sees."""
    without_ink = [text for text, _ in content.texts if _has_no_ink(text)]
    if without_ink and len(without_ink) == len(content.texts):
        without_ink = []  # the layer of recognised text over something drawn
    addresses = {ctypes.addressof(text.contents) for text in without_ink}
    for text, is_inside in content.texts:
        if is_inside:  # its place is not known; only what has no ink anywhere is sure
            if ctypes.addressof(text.contents) in addresses and not content.pictures:
                yield text
            continue
        box = object_box(text)
        if ctypes.addressof(text.contents) in addresses:
            unseen = not _on_any(box, content.pictures)
        else:
            white = _is_white(text) and not _on_any(box, content.pictures + content.backgrounds)
            unseen = white or _is_tiny(text, box) or _is_off(box, page)
        if unseen:
            yield text


def _has_no_ink(text: Any) -> bool:
    if pdfium_c.FPDFTextObj_GetTextRenderMode(text) in INVISIBLE_MODES:
        return True
    colour = _colour(text)
    return colour is not None and colour[3] <= TRANSPARENT


def _is_white(obj: Any) -> bool:
    colour = _colour(obj)
    return colour is not None and min(colour[:3]) >= WHITE


def _is_tiny(text: Any, box: Box) -> bool:
    size, matrix = ctypes.c_float(), pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFTextObj_GetFontSize(text, size) or not pdfium_c.FPDFPageObj_GetMatrix(text, matrix):
        return False
    scale = max(math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d))
    left, bottom, right, top = box
    return abs(size.value) * scale < TINY and min(right - left, top - bottom) < TINY


def _is_off(box: Box, page: Box) -> bool:
    left, bottom, right, top = box
    return right <= page[0] or left >= page[2] or top <= page[1] or bottom >= page[3]


def _on_any(box: Box, areas: list[Box]) -> bool:
    """Return whether the middle of a box lies in one of some areas."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in areas)


def object_box(obj: Any) -> Box:
    """Return where a page object lies."""
    if not pdfium_c.FPDFPageObj_GetBounds(obj, *FLOAT_POINTERS):
        return (0.0, 0.0, 0.0, 0.0)
    left, bottom, right, top = FLOATS
    return left.value, bottom.value, right.value, top.value


def _colour(obj: Any) -> tuple[int, int, int, int] | None:
    """Return the fill colour as red, green, blue, alpha, 0 to 255; None where it is a pattern."""
    if not pdfium_c.FPDFPageObj_GetFillColor(obj, *UINT_POINTERS):
        return None
    red, green, blue, alpha = UINTS
    return red.value, green.value, blue.value, alpha.value


def _text(text: Any, textpage: pdfium.PdfTextPage) -> str:
    size = pdfium_c.FPDFTextObj_GetText(text, textpage, None, 0)  # bytes of UTF-16
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium_c.FPDFTextObj_GetText(text, textpage, buffer, size)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "ignore")
