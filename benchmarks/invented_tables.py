"""Thirty invented reports with tables in as many layouts, drawn with reportlab, and what stands in their cells.

For benchmarks/table_rows.py. No rule of the reader was set on them: a layout that fails is a failure to report.
The words are invented; layouts vary in rules, fills, alignment, headers of several rows with spans, wrapped
cells, order of drawing, number format, pages and rotation.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reportlab.lib.colors import Color, black, lightgrey
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

Header = Sequence[Sequence[tuple[str, int]]]
"""Rows of (name, columns it spans); the first column, that of the labels, included."""

PROSE = (
    "The figures below were drawn up by the works office and have not been audited. Amounts are rounded, so that "
    "totals may differ from the sum of their parts by one unit in the last place, and readers should bear in mind "
    "that the sites at Aldmoor and Brinkley were closed for repairs during a part of the period."
)
MARGIN = 56.0
PADDING = 4.0


@dataclass(frozen=True)
class Content:
    """What a table says: the line above it, its header and its rows, the first cell of each being its label."""

    title: str
    header: Header
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    figures: bool = True  # Columns after the first hold figures, and stand to the right.


@dataclass(frozen=True)
class Layout:
    """How a table is drawn.

    Attributes:
        rules: "grid", "rows" (lines between rows), "header" (lines around the header and below), "none".
        zebra: Whether every other row lies on a tint.
        order: "rows" (cell by cell), "lines" (line by line across the cells), "columns" (column by column).
        gap: Points between the lines of two rows besides the leading.
        size: Of the type, points.
        leading_currency: A mark printed at the left of every figure's column.
    """

    rules: str = "none"
    zebra: bool = False
    order: str = "rows"
    gap: float = 5.0
    size: float = 9.0
    leading_currency: str = ""
    font: str = "Helvetica"


@dataclass
class Report:
    """One document: its name, its kind, its bytes, and its cells as records like those of table_rows.jsonl."""

    name: str
    table: str
    pdf: bytes = b""
    facts: list[dict[str, object]] = field(default_factory=list)


INCOME = Content(
    "Statement of operations (in thousands, unaudited)",
    [
        [("", 1), ("Three Months Ended", 2), ("Six Months Ended", 2)],
        [("", 1), ("May 31, 2031", 1), ("May 31, 2030", 1), ("May 31, 2031", 1), ("May 31, 2030", 1)],
    ],
    [
        ["Ferry tickets", "4,118", "3,902", "8,204", "7,655"],
        ["Freight", "1,207", "1,344", "2,390", "2,701"],
        ["Costs of fuel and of crews hired for the season", "(2,318)", "(2,105)", "(4,540)", "(4,377)"],
        ["Gain on the sale of vessels", "—", "85", "12", "85"],
        ["Total operating result", "3,007", "3,226", "6,066", "6,064"],
    ],
    [170, 78, 78, 78, 78],
)
SEGMENTS = Content(
    "Tonnage by site and level",
    [[("Site", 1), ("Level 1", 1), ("Level 2", 1), ("Level 3", 1), ("Total", 1)]],
    [
        ["Aldmoor (1)", "412", "77", "9", "498"],
        ["Brinkley", "1,204", "", "31", "1,235"],
        ["Corran Head (2)", "88", "16", "", "104"],
        ["Dunvale", "650", "240", "18", "908"],
        ["All sites", "2,354", "333", "58", "2,745"],
    ],
    [150, 80, 80, 80, 80],
)
LOANS = Content(
    "Schedule of loans",
    [[("Loan", 1), ("Year of Maturity", 1), ("Interest Rate", 1), ("Amount Outstanding", 1), ("Collateral Value", 1)]],
    [
        ["Harbour loan", "2034", "4.25%", "1,250,000", "1,900,000"],
        ["Bridge bond A", "2037", "5.10%–5.60%", "740,500", "810,000"],
        ["Bridge bond B", "2041", "5.75%", "612,300", "655,250"],
        ["Overdraft", "2032", "7.90%", "48,120", "0"],
    ],
    [120, 80, 90, 95, 95],
)
PRICES = Content(
    "Price list, valid from 1 April 2031",
    [[("Article", 1), ("Unit", 1), ("Price excluding tax", 1), ("Price including tax", 1)]],
    [
        ["Rope, hemp, 12 mm", "metre", "3,40 €", "4,05 €"],
        ["Anchor, galvanised", "piece", "1.249,00 €", "1.486,31 €"],
        ["Deck paint, grey", "5 litres", "68,90 €", "81,99 €"],
        ["Signal lamp", "piece", "215,50 €", "256,45 €"],
    ],
    [170, 80, 110, 110],
)
CONTRACT = Content(
    "Schedule 2: Services",
    [[("Service", 1), ("Supplier", 1), ("Response time", 1), ("Remedy if late", 1)]],
    [
        ["Pump inspection", "Velthuis Marine", "two working days", "a tenth of the monthly fee is returned"],
        ["Emergency towing", "Okafor & Sons", "four hours, day and night", "the hirer may call another tug"],
        ["Cleaning of hulls", "Saltmarsh Divers", "one week", "none"],
        ["Survey of moorings", "Velthuis Marine", "by the end of the month", "the survey is free of charge"],
    ],
    [80, 75, 95, 110],
    figures=False,
)
CONTACTS = Content(
    "Persons to be called",
    [[("Name", 1), ("Duty", 1), ("Telephone", 1), ("Address", 1)]],
    [
        ["Ines Marlow", "Harbour master", "+44 1632 960117", "master@port.example"],
        ["Tomas Birk", "Chief engineer", "+44 1632 960245", "birk@port.example"],
        ["Wen Adeyemi", "Night watch", "+44 1632 960388", "watch@port.example"],
    ],
    [110, 110, 120, 140],
    figures=False,
)
PARAMETERS = Content(
    "Parameters of the tide model",
    [[("Parameter", 1), ("Symbol", 1), ("Value", 1), ("Unit", 1), ("Source", 1)]],
    [
        ["Bed roughness", "k_s", "0.035", "m", "survey"],
        ["Eddy viscosity", "nu_t", "1.2e-3", "m2/s", "fitted"],
        ["Time step", "dt", "30", "s", ""],
        ["Depth of the basin", "h_0", "11.4", "m", "chart"],
    ],
    [130, 70, 80, 70, 100],
    figures=False,
)
STAFF = Content(
    "Persons employed",
    [
        [("", 1), ("North", 3), ("South", 3)],
        [("", 1), *([("Full time", 1), ("Part time", 1), ("Share of women", 1)] * 2)],
    ],
    [
        ["Pilots", "41", "6", "22.5%", "38", "2", "17.1%"],
        ["Engineers", "112", "19", "31.0%", "97", "25", "28.4%"],
        ["Office", "57", "33", "64.2%", "49", "30", "61.9%"],
        ["Apprentices", "12", "0", "35.7%", "15", "1", "40.3%"],
    ],
    [96, 64, 64, 68, 64, 64, 68],
)
MONTHS = Content(
    "Purchases of own shares",
    [
        [
            ("Period", 1), ("Total Number of Shares Purchased", 1), ("Average Price Paid Per Share", 1),
            ("Shares Purchased Under Announced Plans", 1), ("Value That May Yet Be Purchased", 1),
        ]
    ],
    [
        ["March 1, 2031 – March 31, 2031", "14,210", "$31.07", "14,210", "$880"],
        ["April 1, 2031 – April 30, 2031", "9,875", "$32.66", "9,000", "$586"],
        ["May 1, 2031 – May 31, 2031", "11,402", "$30.18", "11,402", "$242"],
    ],
    [150, 85, 80, 95, 85],
)  # fmt: skip

# Name, kind of table, content, layout. The rest of the reports is in `reports`.
PLAIN: Sequence[tuple[str, str, Content, Layout]] = (
    ("income borderless", "figures, header of two rows", INCOME, Layout()),
    ("income ruled", "figures, header of two rows", INCOME, Layout("grid")),
    ("income zebra", "figures, header of two rows", INCOME, Layout("header", zebra=True)),
    ("income currency apart", "figures, header of two rows", INCOME, Layout("header", leading_currency="$")),
    ("income column by column", "figures, drawn by columns", INCOME, Layout(order="columns")),
    ("sites borderless", "figures, empty cells", SEGMENTS, Layout()),
    ("sites ruled", "figures, empty cells", SEGMENTS, Layout("grid")),
    ("sites lines between rows", "figures, empty cells", SEGMENTS, Layout("rows", size=8)),
    ("sites column by column", "figures, drawn by columns", SEGMENTS, Layout("grid", order="columns")),
    ("loans borderless", "figures, one header row", LOANS, Layout(gap=2)),
    ("loans lines between rows", "figures, one header row", LOANS, Layout("rows", order="lines")),
    ("prices ruled", "European numbers", PRICES, Layout("grid")),
    ("prices borderless", "European numbers", PRICES, Layout(gap=8, size=10)),
    ("prices zebra", "European numbers", PRICES, Layout("none", zebra=True)),
    ("contract ruled", "words", CONTRACT, Layout("grid")),
    ("contract ruled by lines", "words", CONTRACT, Layout("grid", order="lines")),
    ("contract borderless", "words", CONTRACT, Layout(gap=10)),
    ("contract lines between rows", "words", CONTRACT, Layout("rows")),
    ("contacts borderless", "words", CONTACTS, Layout()),
    ("contacts ruled", "words", CONTACTS, Layout("grid", size=10)),
    ("parameters ruled", "parameters", PARAMETERS, Layout("grid", font="Times-Roman")),
    ("parameters borderless", "parameters", PARAMETERS, Layout("header", font="Times-Roman")),
    ("staff spans", "figures, header of two rows", STAFF, Layout("header")),
    ("staff ruled", "figures, header of two rows", STAFF, Layout("grid")),
    ("months wrapped header", "figures, wrapped header", MONTHS, Layout("header", size=8)),
)


def reports() -> Iterator[Report]:
    """Yield the thirty reports; nothing is random."""
    for name, kind, content, layout in PLAIN:
        yield _report(name, kind, [(content, layout)])
    yield _side_by_side()
    yield _report("two pages with header", "over two pages", [(_long(), Layout("header"))], repeat_header=True)
    yield _report("two pages without header", "over two pages", [(_long(), Layout())])
    yield _report("turned page", "turned", [(SEGMENTS, Layout("header"))], turned=True)
    yield _report("turned by the viewer", "turned", [(LOANS, Layout())], rotate=90)


def _report(
    name: str,
    kind: str,
    tables: Sequence[tuple[Content, Layout]],
    *,
    repeat_header: bool = False,
    turned: bool = False,
    rotate: int = 0,
) -> Report:
    report = Report(f"{name}.pdf", kind)
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=True)
    page = _Page(canvas, *(landscape(A4) if turned or rotate else A4), turned=turned, rotate=rotate)
    page.prose("Report of the Port of Aldmoor", 14)
    page.prose(PROSE, 9.5)
    for content, layout in tables:
        page.prose(content.title, 10.5)
        _draw(page, content, layout, report, repeat_header=repeat_header)
    page.prose(PROSE, 9.5)
    page.finish()
    canvas.save()
    report.pdf = stream.getvalue()
    return report


def _side_by_side() -> Report:
    """Return two small tables beside each other, drawn one after the other."""
    report = Report("side by side.pdf", "two side by side")
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=True)
    page = _Page(canvas, *A4)
    page.prose(PROSE, 9.5)
    top = page.y
    for x, title, rows in (
        (MARGIN, "Berths", [["North quay", "14", "180"], ["South quay", "9", "95"], ["Mole", "3", "60"]]),
        (MARGIN + 260, "Cranes", [["Gantry", "5", "40"], ["Mobile", "11", "16"], ["Floating", "1", "250"]]),
    ):
        header = [[(title, 1), ("Number", 1), ("Metres" if title == "Berths" else "Tonnes", 1)]]
        page.x, page.y = x, top
        _draw(page, Content(title, header, rows, [100, 60, 60]), Layout("header"), report)
    page.x = MARGIN
    page.prose(PROSE, 9.5)
    page.finish()
    canvas.save()
    report.pdf = stream.getvalue()
    return report


def _long() -> Content:
    names = [f"{first} {second}" for first in ("Red", "Blue", "Grey", "White") for second in
             ("Heron", "Gannet", "Plover", "Tern", "Curlew", "Petrel", "Avocet", "Dunlin", "Knot", "Ruff")]  # fmt: skip
    rows = [[name, str(1960 + 3 * i % 60), f"{700 + 37 * i:,}", f"{5.5 + i / 8:.2f}"] for i, name in enumerate(names)]
    header = [[("Vessel", 1), ("Built", 1), ("Gross tonnage", 1), ("Draught", 1)]]
    return Content("Register of vessels", header, rows, [150, 80, 100, 80])


class _Page:
    """A pen that goes down the page, and on to the next."""

    def __init__(self, canvas: Canvas, width: float, height: float, *, turned: bool = False, rotate: int = 0) -> None:
        self.canvas, self.width, self.height = canvas, width, height
        self.turned, self.rotate = turned, rotate
        self.number, self.x = 0, MARGIN
        self.begin()

    def begin(self) -> None:
        self.number += 1
        self.y = self.height - MARGIN
        if self.turned:  # The page is upright, what is printed on it runs upward.
            self.canvas.setPageSize((self.height, self.width))
            self.canvas.translate(self.height, 0)
            self.canvas.rotate(90)
        elif self.rotate:  # The viewer turns the page: the paper is upright, and printed sideways.
            self.canvas.setPageSize((self.width, self.height))  # reportlab swaps them for a turned page.
            self.canvas.setPageRotation(self.rotate)
            self.canvas.translate(self.height, 0)
            self.canvas.rotate(90)
        else:
            self.canvas.setPageSize((self.width, self.height))

    def finish(self) -> None:
        self.canvas.setFont("Helvetica", 8)
        self.canvas.drawString(self.width / 2, MARGIN / 2, str(self.number))
        self.canvas.showPage()

    def is_full(self, height: float) -> bool:
        """Return whether less than this is left of the page."""
        return self.y - height < MARGIN

    def next(self) -> None:
        self.finish()
        self.begin()

    def prose(self, text: str, size: float) -> None:
        for line in simpleSplit(text, "Helvetica", size, self.width - 2 * MARGIN):
            if self.is_full(size):
                self.next()
            self.canvas.setFont("Helvetica", size)
            self.canvas.drawString(self.x, self.y - size, line)
            self.y -= 1.25 * size
        self.y -= 0.9 * size


def _draw(page: _Page, content: Content, layout: Layout, report: Report, *, repeat_header: bool = False) -> None:
    """Draw a table at the pen, and note its cells."""
    names = list(_column_names(content.header))
    header = [_spread(row) for row in content.header]
    top = page.y
    bands = [_row(page, content, layout, cells, is_header=True) for cells in header]
    pending = list(bands)
    for index, row in enumerate(content.rows):
        if page.is_full(30):
            _paint(page, content, layout, pending, top)
            page.next()
            top, pending = page.y, []
            if repeat_header:
                pending = [_row(page, content, layout, cells, is_header=True) for cells in header]
        cells = [(cell, column, 1) for column, cell in enumerate(row)]
        pending.append(_row(page, content, layout, cells, is_header=False, tinted=layout.zebra and index % 2 == 0))
        for column in range(1, len(row)):
            if row[column]:
                report.facts.append(
                    {"document": report.name, "page": page.number, "table": report.table, "row": row[0],
                     "column": names[column], "figure": row[column]}
                )  # fmt: skip
    _paint(page, content, layout, pending, top)
    page.y -= 14


def _column_names(header: Header) -> Iterator[str]:
    for column in range(sum(span for _, span in header[-1])):
        yield " ".join(cell for row in header for cell, first, span in _spread(row) if first <= column < first + span)


def _spread(row: Sequence[tuple[str, int]]) -> list[tuple[str, int, int]]:
    cells, column = [], 0
    for text, span in row:
        cells.append((text, column, span))
        column += span
    return cells


@dataclass
class _Band:
    """One row as it will be painted: its place, and (text, x, y) of each line of each cell, by cell."""

    top: float
    bottom: float
    tinted: bool
    is_header: bool
    cells: list[list[tuple[str, float, float]]]
    edges: list[float]


def _row(
    page: _Page, content: Content, layout: Layout, cells: Sequence[tuple[str, int, int]], *, is_header: bool,
    tinted: bool = False,
) -> _Band:  # fmt: skip
    """Place a row's lines at the pen and move it down."""
    lefts = [page.x]
    for width in content.widths:
        lefts.append(lefts[-1] + width)
    font = f"{layout.font}-Bold" if is_header and layout.font == "Helvetica" else layout.font
    leading = 1.15 * layout.size
    placed: list[list[tuple[str, float, float]]] = []
    n_lines = 1
    for text, column, span in cells:
        left, right = lefts[column] + PADDING, lefts[column + span] - PADDING
        room = right - left - (10 if layout.leading_currency and column else 0)
        lines = simpleSplit(text, font, layout.size, room) if text else []
        n_lines = max(n_lines, len(lines))
        placed.append([])
        for number, line in enumerate(lines):
            width = page.canvas.stringWidth(line, font, layout.size)
            x = left
            if content.figures and column:
                x = (left + right - width) / 2 if span > 1 else right - width
            y = page.y - layout.gap / 2 - layout.size - number * leading
            if layout.leading_currency and column and not is_header and number == 0:
                placed[-1].append((layout.leading_currency, left, y))
            placed[-1].append((line, x, y))
    height = n_lines * leading + layout.gap
    if is_header:  # Names stand at the foot of their row.
        for lines in placed:
            drop = (n_lines - len(lines)) * leading
            lines[:] = [(text, x, y - drop) for text, x, y in lines]
    band = _Band(page.y, page.y - height, tinted, is_header, placed, [lefts[c] for _, c, _ in cells] + [lefts[-1]])
    page.y -= height
    return band


def _paint(page: _Page, content: Content, layout: Layout, bands: Sequence[_Band], top: float) -> None:
    canvas = page.canvas
    right = page.x + sum(content.widths)
    for band in bands:
        if band.tinted:
            canvas.setFillColor(lightgrey)
            canvas.rect(page.x, band.bottom, right - page.x, band.top - band.bottom, stroke=0, fill=1)
        canvas.setStrokeColor(Color(0.3, 0.3, 0.3))
        canvas.setLineWidth(0.5)
        last_header = band.is_header and (band is bands[-1] or not bands[bands.index(band) + 1].is_header)
        if layout.rules in ("grid", "rows") or (layout.rules == "header" and (last_header or band is bands[-1])):
            canvas.line(page.x, band.bottom, right, band.bottom)
        if layout.rules == "grid":
            for edge in band.edges:
                canvas.line(edge, band.top, edge, band.bottom)
    if layout.rules != "none":
        canvas.line(page.x, top, right, top)
    canvas.setFillColor(black)
    for band_lines, is_header in _in_order(bands, layout.order):
        font = f"{layout.font}-Bold" if is_header and layout.font == "Helvetica" else layout.font
        canvas.setFont(font, layout.size)
        for text, x, y in band_lines:
            canvas.drawString(x, y, text)


def _in_order(bands: Sequence[_Band], order: str) -> Iterator[tuple[list[tuple[str, float, float]], bool]]:
    if order == "columns":
        for column in range(max(len(band.cells) for band in bands)):
            for band in bands:
                if column < len(band.cells):
                    yield band.cells[column], band.is_header
        return
    for band in bands:
        if order == "rows":
            yield from ((cell, band.is_header) for cell in band.cells)
        else:
            lines = [line for cell in band.cells for line in cell]
            yield sorted(lines, key=lambda line: (-line[2], line[1])), band.is_header
