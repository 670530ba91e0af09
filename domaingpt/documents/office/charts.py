"""A chart part → its title and its figures as a table, from the values stored in the part.

Every kind of chart of DrawingML (ECMA-376 part 1, 21.2) keeps its series alike; the workbook behind it is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.office import chartex
from domaingpt.documents.office.drawing import Paragraphs, integer
from domaingpt.documents.office.points import MAX_LEVELS, Points, Table, joined_levels, shown_point
from domaingpt.documents.tables.grids import add_table

if TYPE_CHECKING:
    from lxml.etree import _Element

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
# What points to a chart's part in a drawing.
CHARTS = (f"{C}chart", f"{chartex.CX}chart")
NO_CATEGORY_NAME = "Category"
CATEGORY_AXES = (f"{C}catAx", f"{C}dateAx", f"{C}serAx")
# Of one table, so that a file of many short series cannot ask for a table of their product. Guess, unmeasured.
MAX_SERIES = 50


def add_chart(assembly: TextAssembly, space: _Element, progress: Callable[[], None]) -> None:
    """Append a chart: its title and unit, and a row for each category.

    Args:
        assembly: The document so far.
        space: The root of the chart's part.
        progress: Called once a table.
    """
    title, unit = chart_title(space), value_unit(space)
    name = f"Chart: {title}" if title else "Chart"
    name = f"{name} ({unit})" if unit else name
    tables = [table for table in chart_tables(space) if table]
    for table in tables:
        progress()
        add_table(assembly, [[name], *table] if title or unit else table)
    if title and not tables:
        assembly.add("item", name)


def chart_title(space: _Element) -> str:
    """Return the title of a chart on one line; "" if it has none."""
    if space.tag == chartex.SPACE:
        return chartex.title(space)
    return _title_of(space.find(f"{C}chart"))


def chart_tables(space: _Element) -> Iterator[Table]:
    """Yield the figures as tables: a header row, then a row for each category.

    Series of the same categories share a table.
    """
    if space.tag == chartex.SPACE:
        yield from chartex.tables(space)
    plot = space.find(f"{C}chart/{C}plotArea")
    if plot is None:
        return
    names = _axis_names(plot)
    series = [_series(element, names[0]) for element in plot.iter(f"{C}ser")]
    for categories, group in groupby(series, key=lambda entry: (entry[0], sorted(entry[1].items()))):
        for columns in _parted([columns for _, _, columns in group]):
            yield _table(categories[0], dict(categories[1]), columns)


def value_unit(space: _Element) -> str:
    """Return the title of the value axis, which often is the unit; "" if it has none."""
    plot = space.find(f"{C}chart/{C}plotArea")
    return _axis_names(plot)[1] if plot is not None else ""


def _series(element: _Element, category_name: str) -> tuple[str, Points, list[tuple[str, Points]]]:
    """Return one series: name of its categories, these, and its columns of values."""
    own_name = _first_text(element.find(f"{C}tx")) or f"Series {integer(_value(element, 'order')) + 1}"
    categories = _points(element.find(f"{C}cat"))
    values = [(own_name, _points(element.find(f"{C}val")))]
    if element.find(f"{C}yVal") is not None:
        categories = _points(element.find(f"{C}xVal"))
        values = [(own_name, _points(element.find(f"{C}yVal")))]
        if element.find(f"{C}bubbleSize") is not None:
            values.append((f"{own_name} size", _points(element.find(f"{C}bubbleSize"))))
    return category_name or NO_CATEGORY_NAME, categories, values


def _parted(series: Sequence[list[tuple[str, Points]]]) -> Iterator[Sequence[list[tuple[str, Points]]]]:
    for first in range(0, len(series), MAX_SERIES):
        yield series[first : first + MAX_SERIES]


def _table(name: str, categories: Points, series: Sequence[Sequence[tuple[str, Points]]]) -> Table:
    columns = [column for columns in series for column in columns]
    rows = sorted({index for _, points in columns for index in points})
    header = [name, *(column_name for column_name, _ in columns)]
    # A category is counted from 1, as a chart without categories prints it.
    body = [
        [categories.get(row, str(row + 1)), *(points.get(row, "") for _, points in columns)]
        for row in rows
        if any(points.get(row) for _, points in columns)
    ]
    return [header, *body] if body else []


def _points(data: _Element | None) -> Points:
    """Return the values by position; several levels of names are joined, outermost first."""
    if data is None:
        return {}
    levels = [_level(level, "") for level in islice(data.iter(f"{C}lvl"), MAX_LEVELS)]
    if levels:
        return joined_levels(levels)
    for cache in data.iter(f"{C}numCache", f"{C}numLit", f"{C}strCache", f"{C}strLit"):
        is_number = cache.tag in (f"{C}numCache", f"{C}numLit")
        return _level(cache, (cache.findtext(f"{C}formatCode") or "General") if is_number else "")
    return {}


def _level(cache: _Element, number_format: str) -> Points:
    points: Points = {}
    for point in cache.iterchildren(f"{C}pt"):
        text = point.findtext(f"{C}v") or ""
        points[integer(point.get("idx"))] = shown_point(text, point.get("formatCode") or number_format)
    return points


def _axis_names(plot: _Element) -> tuple[str, str]:
    """Return the titles of the category and of the value axis; of x and y where both are values."""
    category = [_title_of(axis) for axis in plot.iterchildren(*CATEGORY_AXES)]
    value = [_title_of(axis) for axis in plot.iterchildren(f"{C}valAx")]
    if not category and len(value) > 1:
        category, value = value[:1], value[1:]
    return "".join(category[:1]), "".join(value[:1])


def _title_of(parent: _Element | None) -> str:
    title = parent.find(f"{C}title/{C}tx") if parent is not None else None
    if title is None:
        return ""
    rich = title.find(f"{C}rich")
    return one_line(Paragraphs().joined(rich)) if rich is not None else _first_text(title)


def _first_text(source: _Element | None) -> str:
    if source is None:
        return ""
    points = _points(source)
    return one_line(" ".join(points[index] for index in sorted(points))) or one_line(source.findtext(f"{C}v") or "")


def _value(parent: _Element, tag: str) -> str:
    element = parent.find(f"{C}{tag}")
    return element.get("val", "") if element is not None else ""
