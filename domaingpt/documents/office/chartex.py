"""The charts that Office 2016 brought ([MS-ODRAWXML] 2.24.3): waterfalls, funnels, tree maps, histograms."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import one_line
from domaingpt.documents.office.drawing import A, Paragraphs, integer
from domaingpt.documents.office.points import MAX_LEVELS, Points, Table, joined_levels, shown_point

if TYPE_CHECKING:
    from lxml.etree import _Element

CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
SPACE = f"{CX}chartSpace"


def title(space: _Element) -> str:
    """Return the title of a chart on one line; "" if it has none."""
    found = space.find(f"{CX}chart/{CX}title/{CX}tx")
    return _text(found)


def tables(space: _Element) -> Iterator[Table]:
    """Yield the figures of each series as a table: a header row, then a row for each category."""
    names: dict[str, str] = {}
    for series in space.iter(f"{CX}series"):
        data = series.find(f"{CX}dataId")
        names.setdefault(data.get("val", "") if data is not None else "", _text(series.find(f"{CX}tx")))
    for data in space.iterfind(f"{CX}chartData/{CX}data"):
        name = names.get(data.get("id", "")) or "Value"
        categories = _dimension(data.find(f"{CX}strDim"), is_number=False)
        values = _dimension(data.find(f"{CX}numDim"), is_number=True)
        if values:
            rows = [[categories.get(index, str(index + 1)), values[index]] for index in sorted(values)]
            yield [["Category", name], *rows]


def _dimension(dimension: _Element | None, *, is_number: bool) -> Points:
    if dimension is None:
        return {}
    levels = []
    for level in islice(dimension.iterchildren(f"{CX}lvl"), MAX_LEVELS):
        number_format = (level.get("formatCode") or "General") if is_number else ""
        points = level.iterchildren(f"{CX}pt")
        levels.append({integer(point.get("idx")): shown_point(point.text or "", number_format) for point in points})
    return joined_levels(levels) if levels else {}


def _text(source: _Element | None) -> str:
    if source is None:
        return ""
    rich = " ".join(Paragraphs().text(paragraph) for paragraph in source.iter(f"{A}p"))
    return one_line(rich) or one_line(source.findtext(f"{CX}txData/{CX}v") or "")
