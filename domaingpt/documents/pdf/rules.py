"""What is drawn on a page besides text → its straight rules, level and upright: lines, thin boxes, edges of boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

THIN = 2.5  # Points; a thicker bar is a fill. Guess, checked by eye on filings.
SHORT = 4.0  # Points; a shorter rule is a mark. Guess, unmeasured.
MAX_SEGMENTS = 4000  # on a page; more is a drawing
MAX_OBJECTS = 50_000
FLOATS = tuple(ctypes.c_float() for _ in range(4))
FLOAT_POINTERS = tuple(ctypes.byref(value) for value in FLOATS)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: at `at` across its own direction, from `start` to `end` along it, in points."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Rules:
    """The rules of a page in the frame of text that runs to the right."""

    level: list[Rule] = field(default_factory=list)
    upright: list[Rule] = field(default_factory=list)


def page_rules(page: pdfium.PdfPage, turn: int) -> Rules:
    """Return a page's rules in a frame that has `turn` quarter turns, as that of its text."""
    rules = Rules()
    n_segments = 0
    n_objects = min(MAX_OBJECTS, pdfium_c.FPDFPage_CountObjects(page))
    for index in range(n_objects):
        obj = pdfium_c.FPDFPage_GetObject(page, index)
        if pdfium_c.FPDFPageObj_GetType(obj) != pdfium_c.FPDF_PAGEOBJ_PATH:
            continue
        for box in _boxes(obj):
            n_segments += 1
            _add(rules, _turned(box, turn))
        if n_segments > MAX_SEGMENTS:
            return Rules()
    return rules


Box = tuple[float, float, float, float]  # left, bottom, right, top


def _boxes(path: object) -> Iterator[Box]:
    """Yield the boxes that may be rules: of the path, or of each of its lines where it is stroked."""
    if not pdfium_c.FPDFPageObj_GetBounds(path, *FLOAT_POINTERS):
        return
    left, bottom, right, top = (value.value for value in FLOATS)
    if min(right - left, top - bottom) <= THIN:
        yield left, bottom, right, top
        return
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium_c.FPDFPath_GetDrawMode(path, mode, stroke) or not stroke.value:
        return
    n_segments = pdfium_c.FPDFPath_CountSegments(path)
    if 3 < n_segments <= 5:  # one box, turned or not
        yield from ((left, bottom, right, bottom), (left, top, right, top))
        yield from ((left, bottom, left, top), (right, bottom, right, top))
        return
    yield from _lines(path, min(n_segments, MAX_SEGMENTS))


def _lines(path: object, n_segments: int) -> Iterator[Box]:
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(path, matrix):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    previous: tuple[float, float] | None = None
    for index in range(n_segments):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, index)
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_LINETO and previous:
            (x0, x1), (y0, y1) = sorted((previous[0], point[0])), sorted((previous[1], point[1]))
            yield x0, y0, x1, y1
        previous = point


def _turned(box: Box, turn: int) -> Box:
    left, bottom, right, top = box
    match turn:
        case 0:
            return box
        case 1:
            return -top, left, -bottom, right
        case 2:
            return -right, -top, -left, -bottom
        case _:
            return bottom, -right, top, -left


def _add(rules: Rules, box: Box) -> None:
    left, bottom, right, top = box
    if top - bottom <= THIN and right - left >= SHORT:
        rules.level.append(Rule((top + bottom) / 2, left, right))
    elif right - left <= THIN and top - bottom >= SHORT:
        rules.upright.append(Rule((left + right) / 2, bottom, top))
