"""Printed pages for tests of tables, drawn with reportlab: text where a test says, and rules."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from domaingpt.documents.pdf.reader import read
from domaingpt.types import Document

Placed = tuple[float, float, str]  # left, baseline, text; right edge instead of left where the text begins with ">"
Line = tuple[float, float, float, float]


def drawn(*pages: Sequence[Placed], lines: Sequence[Line] = (), size: float = 9, turned: bool = False) -> bytes:
    """Return a PDF; every page has the same rules."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(600, 800), invariant=True)
    for page in pages:
        if turned:
            canvas.translate(600, 0)
            canvas.rotate(90)
        canvas.setFont("Helvetica", size)
        for x, y, text in page:
            if text.startswith(">"):
                canvas.drawRightString(x, y, text[1:])
            else:
                canvas.drawString(x, y, text)
        for line in lines:
            canvas.line(*line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def row(y: float, label: str, *values: str, left: float = 50, right: float = 300, step: float = 80) -> list[Placed]:
    """Return a row: a label, and values that end at even distances; an empty one is not drawn."""
    placed = [(left, y, label)] if label else []
    return placed + [(right + step * i, y, f">{value}") for i, value in enumerate(values) if value]


def rows_of(pdf: bytes) -> list[tuple[str, str]]:
    """Return (row, header) of every row that the reader marks."""
    document = read(pdf, "a.pdf", lambda: None)
    return [(text_of(document, block.start, block.end), block.header) for block in document.blocks]


def text_of(document: Document, start: int, end: int) -> str:
    return document.text[start:end]
