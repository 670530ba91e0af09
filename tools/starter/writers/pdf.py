"""Writes blocks as PDF: a text layer, headings, an outline, tables that repeat their header, page numbers.

No font is embedded: Latin text is in the standard ones, Greek letters and mathematical signs in Symbol, Chinese and
Japanese in the fonts that PDF readers bring for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import PageBreak as PdfPageBreak
from reportlab.platypus import Table as PdfTable

from starter.writers.blocks import Block, Bullets, Heading, PageBreak, Table, Text, bold_runs, parse

rl_config.useA85 = 0  # binary streams: smaller, and git does not take the files for text
MARGIN = 22 * mm
WIDTH = A4[0] - 2 * MARGIN
PADDING = 4
CJK_FONTS = {"ja": "HeiseiKakuGo-W5", "zh": "STSong-Light"}
SYMBOLS = re.compile("[Α-ΡΣ-Ωα-ω∂∆∇∏∑−√∝∞∠∧∨∩∪∫∴∼≅≈≠≡≤≥⊂⊃⊥→←↔⇒⇔∀∃∈′″]+")  # what Symbol has


@dataclass(frozen=True, slots=True)
class Pdf:
    """One PDF: what its pages say, and how they look."""

    path: str
    title: str
    organisation: str
    reference: str
    body: str
    accent: str = "#1f3a5f"
    serif: bool = False
    language: str = "en"  # "ja" and "zh" are set in a font that has their characters

    @property
    def fonts(self) -> tuple[str, str]:
        """The names of the regular and the bold font."""
        if font := CJK_FONTS.get(self.language):
            registerFont(UnicodeCIDFont(font))
            return font, font
        return ("Times-Roman", "Times-Bold") if self.serif else ("Helvetica", "Helvetica-Bold")

    def write(self, root: Path) -> None:
        """Write the file below the root."""
        target = root / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        pages = _Template(self, BytesIO()).make(total=0)  # once to count the pages, once with their number
        _Template(self, str(target)).make(total=pages)


class _Template(SimpleDocTemplate):  # type: ignore[misc]
    """Places one PDF's blocks; each heading gets an outline entry, each page a header and a footer."""

    def __init__(self, pdf: Pdf, target: str | BytesIO) -> None:
        super().__init__(
            target,
            pagesize=A4,
            leftMargin=MARGIN - 6,
            rightMargin=MARGIN - 6,
            topMargin=26 * mm,
            bottomMargin=22 * mm,
            title=pdf.title,
            author=pdf.organisation,
            subject=pdf.reference,
            invariant=1,
        )
        self.pdf = pdf
        self.total = 0

    def make(self, *, total: int) -> int:
        """Write the file and return its number of pages; `total` is what the footers say it is."""
        self.total = total
        self.build(_Story(self.pdf).flowables(), onFirstPage=self._furniture, onLaterPages=self._furniture)
        return int(self.page)

    def afterFlowable(self, flowable: Flowable) -> None:
        """Add an outline entry for a heading that has just been placed."""
        key = getattr(flowable, "outline_key", None)
        if key is not None:
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level=flowable.outline_level, closed=False)

    def _furniture(self, canvas: Canvas, _template: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setStrokeColor(HexColor(self.pdf.accent))
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, A4[1] - 19 * mm, A4[0] - MARGIN, A4[1] - 19 * mm)
        canvas.setFillColor(HexColor("#555555"))
        canvas.setFont(self.pdf.fonts[0], 8)
        canvas.drawString(MARGIN, A4[1] - 17 * mm, self.pdf.organisation)
        canvas.drawRightString(A4[0] - MARGIN, A4[1] - 17 * mm, self.pdf.reference)
        canvas.drawString(MARGIN, 13 * mm, self.pdf.title)
        canvas.drawRightString(A4[0] - MARGIN, 13 * mm, f"Page {self.page} of {self.total}")
        canvas.restoreState()


class _Story:
    """Turns one PDF's blocks into flowables."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.font, self.bold = pdf.fonts
        accent = HexColor(pdf.accent)
        wrap = "CJK" if pdf.language in CJK_FONTS else None
        body = ParagraphStyle("body", fontName=self.font, fontSize=10, leading=14, spaceAfter=7, wordWrap=wrap)
        self.body = body
        self.item = ParagraphStyle("item", parent=body, leftIndent=14, bulletIndent=3, spaceAfter=3.5)
        self.cell = ParagraphStyle("cell", parent=body, fontSize=8.5, leading=11, spaceAfter=0)
        self.number = ParagraphStyle("number", parent=self.cell, alignment=TA_RIGHT)
        self.head = ParagraphStyle("head", parent=self.cell, fontName=self.bold, textColor=white)
        self.head_right = ParagraphStyle("head-right", parent=self.head, alignment=TA_RIGHT)
        self.title = ParagraphStyle(
            "title", parent=body, fontName=self.bold, fontSize=20, leading=25, textColor=accent, spaceAfter=10
        )
        self.headings = [
            ParagraphStyle(
                f"heading-{level}",
                parent=body,
                fontName=self.bold,
                fontSize=size,
                leading=size + 4,
                textColor=accent,
                spaceBefore=size - 2,
                spaceAfter=4,
                keepWithNext=1,
            )
            for level, size in enumerate((14, 11.5, 10), start=1)
        ]
        self.count = 0

    def flowables(self) -> list[Flowable]:
        story: list[Flowable] = [Paragraph(_markup(self.pdf.title), self.title)]
        for block in parse(self.pdf.body):
            story += self._flowable(block)
        return story

    def _flowable(self, block: Block) -> list[Flowable]:
        match block:
            case Heading(text, level):
                paragraph = Paragraph(_markup(text), self.headings[level - 1])
                paragraph.outline_level, paragraph.outline_key = level - 1, f"heading-{self.count}"
                self.count += 1
                return [paragraph]
            case Text(text):
                return [Paragraph(_markup(text), self.body)]
            case Bullets(items):
                return [Paragraph(_markup(item), self.item, bulletText="•") for item in items]
            case PageBreak():
                return [PdfPageBreak()]
            case Table():
                return [self._table(block), Spacer(1, 9)]

    def _table(self, block: Table) -> PdfTable:
        styles = [(self.head_right, self.number) if right else (self.head, self.cell) for right in block.right]
        data = [[Paragraph(_markup(cell), style[0]) for cell, style in zip(block.header, styles, strict=True)]]
        for row in block.rows:
            data.append([Paragraph(_markup(cell), style[1]) for cell, style in zip(row, styles, strict=True)])
        commands: list[tuple[Any, ...]] = [
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(self.pdf.accent)),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, HexColor("#f3f5f8")]),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor("#c9d0d8")),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
        widths = self._widths([block.header, *block.rows])
        return PdfTable(data, widths, repeatRows=1, style=TableStyle(commands), hAlign="LEFT")

    def _widths(self, rows: Sequence[Sequence[str]]) -> list[float]:
        """Return column widths: as wide as the text if that fits, else between that and the longest word."""

        def width(text: str) -> float:
            return float(stringWidth(text.replace("**", ""), self.bold, 8.5)) + 2 * PADDING + 1

        columns = list(zip(*rows, strict=True))
        natural = [max(width(cell) for cell in column) for column in columns]
        least = [max(width(word) for cell in column for word in cell.split() or [""]) for column in columns]
        if sum(natural) <= WIDTH:
            return [w * WIDTH / sum(natural) for w in natural]
        slack = sum(natural) - sum(least)
        return [lo + (WIDTH - sum(least)) * (hi - lo) / slack for lo, hi in zip(least, natural, strict=True)]


def _markup(text: str) -> str:
    return "".join(f"<b>{_escaped(run)}</b>" if bold else _escaped(run) for run, bold in bold_runs(text))


def _escaped(run: str) -> str:
    return SYMBOLS.sub(lambda match: f'<font face="Symbol">{match[0]}</font>', escape(run))
