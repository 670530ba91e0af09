"""The lines over a grid's rows → one name for each of its columns, those that span several joined to those below.

"Three Months Ended" over two dates is a part of both names. What a name spans is told, in this order, by an even
division of the columns, by the rules drawn under it, and by how the names are aligned with the columns below:
to the middle, to the right or to the left, alike in one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domaingpt.documents.assembly import one_line
from domaingpt.documents.pdf.grids import MAX_COLUMNS, TIGHT_SHARE, Band, Grid, PrintedLine
from domaingpt.documents.pdf.line_kinds import REMARK, UNIT, is_column_line
from domaingpt.documents.pdf.rules import Rules
from domaingpt.documents.pdf.words import Fragment
from domaingpt.documents.tables.headers import names_columns

# Guesses, checked by eye on filings. Shares are of a line's height.
MAX_NAME_LINES = 16  # Of one word a line, in narrow columns; spans above.
MAX_LABELS_ABOVE = 3  # lines between the names and the first row
LOOSE_SHARE = 3.0  # A line further above than this names no columns.
UNDERLINE_SHARE = 1.3  # A rule further below a name than this is not drawn under it.
FILLED_SHARE = 0.6  # A first row of words that fills less of the columns names none.
MAX_NAME_CHARACTERS = 120
IDENTIFIER = re.compile(r"\d{5,}|@|\d{3}-\d{4}|(?<![A-Z])[A-Z]{2,}+-\d{3,}")  # what no name of a column holds
YEAR = re.compile(r"(?:19|20)\d\d")
WAYS = ("middle", "right", "left")  # of aligning names
Span = tuple[int, int]  # from a column to before another, those of labels not counted


@dataclass(slots=True)
class Names:
    """What stands over the columns.

    Attributes:
        columns: A name for each, "" where it has none; the first is that of the labels.
        time: A date or a span of time that is said of all columns, over the first row.
        first: The first line that is a part of the names; None if there are none.
    """

    columns: list[str]
    time: str = ""
    first: PrintedLine | None = None


@dataclass(slots=True)
class _Name:
    """A name in one level of a header, of one line or several below each other."""

    text: str
    left: float
    right: float
    baseline: float
    height: float


def column_names(grid: Grid, text: str) -> Names:
    """Return the names of a grid's columns by the lines above its rows, or by its first row if it holds words."""
    lines, time = _header_lines(grid, text)
    if not lines:
        names = _first_row(grid, text) or [""] * len(grid.bands)
        if time and len(names) == 2 and not any(names):
            return Names(["", time])
        return Names(names, time)
    stubs, levels = _levels(lines, grid, text)
    parts: list[list[str]] = [[] for _ in grid.bands[1:]]
    bands = list(grid.bands[1:])
    for level in reversed(levels):
        for name, (first, end) in zip(level, _spans(level, bands, grid.rules, levels), strict=True):
            if end - first == 1:  # A name is often wider than the figures below it.
                bands[first] = (min(bands[first][0], name.left), max(bands[first][1], name.right))
            for column in range(first, end):
                parts[column].insert(0, name.text)
    columns = [one_line(" ".join(dict.fromkeys(names)))[:MAX_NAME_CHARACTERS] for names in parts]
    stub = one_line(" ".join(stubs))
    if stub and columns and all(YEAR.fullmatch(names[-1]) for names in parts if names) and any(columns):
        columns, stub = [f"{stub} {name}" if name else "" for name in columns], ""
    elif is_column_line(stub) and not any(columns):
        time, stub = stub, ""
    return Names([stub, *_told_apart(columns, parts)], time, lines[0])


def _told_apart(columns: Sequence[str], parts: Sequence[Sequence[str]]) -> list[str]:
    """Return the names, equal ones with what spans the columns before them: the change from which year to which."""
    counts = Counter(columns)
    told: list[str] = []
    spanning = ""
    for name, levels in zip(columns, parts, strict=True):
        if len(levels) > 1:
            spanning = levels[0]
        is_told = not name or counts[name] == 1 or len(levels) > 1
        told.append(name if is_told else f"{spanning} {name}".strip())
    return told


def _header_lines(grid: Grid, text: str) -> tuple[list[PrintedLine], str]:
    """Return the lines that name columns, from top to bottom, and the time that is said below them."""
    lines: list[PrintedLine] = []
    time = ""
    n_labels = 0
    below: PrintedLine | None = None
    for line in reversed(grid.above):
        height = max(line.height, below.height if below else 0)
        is_far = below is not None and line.baseline - below.baseline > LOOSE_SHARE * height
        if is_far or len(lines) == MAX_NAME_LINES or len(line.fragments) > 2 * MAX_COLUMNS:
            break
        values = _values(line, grid, text)
        if values:
            if not _may_name(line, values, grid, below if lines else None):
                break
            lines.insert(0, line)
        elif lines or n_labels >= MAX_LABELS_ABOVE:
            break
        else:
            n_labels += 1
            said = _said(line.text)
            if is_column_line(said):
                time = time or said
            elif said and not said.endswith(":") and len(said) > 60:
                break
        below = line
    return lines, time


def _may_name(line: PrintedLine, values: Sequence[Fragment], grid: Grid, below: PrintedLine | None) -> bool:
    said = line.text
    if IDENTIFIER.search(said):
        return False
    if is_column_line(said) or len(line.fragments) > 1:
        return True
    is_near = below is None or line.baseline - below.baseline <= 2.2 * max(line.height, below.height)
    is_apart = values[0].left >= grid.bands[1][0] - 2 * line.height
    return is_near and is_apart and not (said.isupper() and len(said) > 12) and not said.endswith((":", "."))


def _values(line: PrintedLine, grid: Grid, text: str) -> list[Fragment]:
    """Return the fragments of a line that stand over other columns than the first, units left out."""
    return [f for f in line.fragments if not _is_stub(f, grid) and _said(text[f.start : f.end])]


def _is_stub(fragment: Fragment, grid: Grid) -> bool:
    """Return whether a fragment stands over the labels, not over the first of the other columns."""
    if fragment.left <= grid.bands[0][0] + fragment.height:
        return True
    room = grid.bands[1][0] - fragment.right  # to the first figures, which may be narrower than their column
    return room > 0 and fragment.left - grid.bands[0][1] < room


def _said(text: str) -> str:
    return one_line(REMARK.sub("", UNIT.sub("", text)))


def _levels(lines: Sequence[PrintedLine], grid: Grid, text: str) -> tuple[list[str], list[list[_Name]]]:
    """Return what stands over the labels, and the names level by level, wrapped ones as one."""
    stubs: list[str] = []
    levels: list[list[_Name]] = []
    for line in lines:
        stubs += [said for f in line.fragments if _is_stub(f, grid) and (said := _said(text[f.start : f.end]))]
        names = [
            _Name(_said(text[f.start : f.end]), f.left, f.right, f.baseline, f.height)
            for f in _values(line, grid, text)
        ]
        if not names:
            continue
        if levels and (pairs := _continued(levels[-1], names, grid.rules)) is not None:
            for name, upper in pairs:
                if upper is None:
                    levels[-1].append(name)
                else:
                    upper.text = f"{upper.text} {name.text}"
                    upper.left, upper.right = min(upper.left, name.left), max(upper.right, name.right)
                    upper.baseline = name.baseline
            levels[-1].sort(key=lambda name: name.left)
        else:
            levels.append(names)
    return stubs, levels


def _continued(level: Sequence[_Name], names: Sequence[_Name], rules: Rules) -> list[tuple[_Name, _Name | None]] | None:
    """Return each name of a line with the one that it goes on with; None if the line is a level of its own."""
    lowest = min(upper.baseline for upper in level)
    line = names[0]
    if lowest - line.baseline > TIGHT_SHARE * max(line.height, level[0].height):
        return None
    if any(_is_ruled_off(upper, line, rules) for upper in level):
        return None
    pairs: list[tuple[_Name, _Name | None]] = []
    used: set[int] = set()
    for name in names:
        over = [upper for upper in level if min(upper.right, name.right) > max(upper.left, name.left)]
        if len(over) > 1 or any(id(upper) in used for upper in over):
            return None
        used |= {id(upper) for upper in over}
        pairs.append((name, over[0] if over else None))
    return pairs


def _is_ruled_off(upper: _Name, below: _Name, rules: Rules) -> bool:
    return any(
        below.baseline < rule.at < upper.baseline and rule.start < upper.right and upper.left < rule.end
        for rule in rules.level
    )


def _spans(
    level: Sequence[_Name], bands: Sequence[Band], rules: Rules, levels: Sequence[Sequence[_Name]]
) -> list[Span]:
    """Return the columns that each name of a level stands over."""
    n, k = len(bands), len(level)
    others_full = any(len(other) == n for other in levels if other is not level)
    if k >= n or (level is levels[-1] and not others_full):
        return _nearest(level, bands)
    if n % k == 0:
        each = n // k
        even = [(i * each, (i + 1) * each) for i in range(k)]
        if all(_is_over(name, bands, span) for name, span in zip(level, even, strict=True)):
            return even
    ruled = _underlined(level, bands, rules)
    if ruled:
        return ruled
    cost, aligned = _aligned(level, bands)
    if n % k == 0:
        # Names that are aligned badly may fit another division by chance; an even one is by far the likeliest.
        near = k * level[0].height
        for way in WAYS:
            misfits = [
                _misfit(name, bands[a][0], bands[b - 1][1], way) for name, (a, b) in zip(level, even, strict=True)
            ]
            if sum(misfits) <= cost + near:
                return even
    return aligned


def _nearest(level: Sequence[_Name], bands: Sequence[Band]) -> list[Span]:
    """Return for each name the one column that it overlaps most; in order where they are as many."""
    if len(level) == len(bands):
        return [(column, column + 1) for column in range(len(bands))]
    spans = []
    for name in level:
        overlaps = [min(right, name.right) - max(left, name.left) for left, right in bands]
        column = max(range(len(bands)), key=lambda i: overlaps[i])
        spans.append((column, column + 1))
    return spans


def _is_over(name: _Name, bands: Sequence[Band], span: Span) -> bool:
    """Return whether a name stands over the middle, the right or the left end of some columns."""
    left, right = bands[span[0]][0], bands[span[1] - 1][1]
    near = max(name.height, 0.12 * (right - left))
    return (
        _misfit(name, left, right, "middle") <= near
        or min(_misfit(name, left, right, "right"), _misfit(name, left, right, "left")) <= name.height / 2
    )


def _underlined(level: Sequence[_Name], bands: Sequence[Band], rules: Rules) -> list[Span] | None:
    """Return the columns over which the rules under the names go; None if not every name has one of its own."""
    spans: list[Span] = []
    for name in level:
        near = [r for r in rules.level if 0 <= name.baseline - r.at <= UNDERLINE_SHARE * name.height]
        start, end = name.left, name.right
        grown = True
        while grown:
            grown = False
            for rule in near:
                if rule.start <= end + 1 and start - 1 <= rule.end and (rule.start < start - 1 or rule.end > end + 1):
                    start, end, grown = min(start, rule.start), max(end, rule.end), True
        if not near or (start, end) == (name.left, name.right):
            return None
        inside = [i for i, (left, right) in enumerate(bands) if start - 1 <= (left + right) / 2 <= end + 1]
        if not inside or (spans and inside[0] < spans[-1][1]):
            return None
        spans.append((inside[0], inside[-1] + 1))
    return spans


def _aligned(level: Sequence[_Name], bands: Sequence[Band]) -> tuple[float, list[Span]]:
    """Return the division of the columns among the names that fits one way of aligning them best, its misfit first."""
    best: tuple[float, list[Span]] = (float("inf"), _nearest(level, bands))
    for way in WAYS:
        # costs[i] = least cost of giving columns 0…i-1 to the names so far, and how they were given
        costs: dict[int, tuple[float, list[Span]]] = {0: (0.0, [])}
        for name in level:
            following: dict[int, tuple[float, list[Span]]] = {}
            for start, (cost, spans) in costs.items():
                for end in range(start + 1, len(bands) + 1):
                    total = cost + _misfit(name, bands[start][0], bands[end - 1][1], way)
                    if total < following.get(end, (float("inf"), []))[0]:
                        following[end] = (total, [*spans, (start, end)])
            costs = following
        best = min(best, costs.get(len(bands), best), key=lambda found: found[0])
    return best


def _misfit(name: _Name, left: float, right: float, way: str) -> float:
    match way:
        case "left":
            return abs(name.left - left)
        case "right":
            return abs(name.right - right)
        case _:
            return abs(name.left + name.right - left - right) / 2


def _first_row(grid: Grid, text: str) -> list[str] | None:
    """Return the first row of a table of words as names, no longer a row; None if it names no columns."""
    rows = grid.rows
    if len(rows) < 2 or grid.items[0] is not rows[0]:
        return None
    cells = [
        one_line(" ".join(text[f.start : f.end] for f in rows[0].cells.get(column, ())))
        for column in range(len(grid.bands))
    ]
    filled = [cell for cell in cells if cell]
    is_header = len(filled) >= max(2, FILLED_SHARE * len(cells)) and names_columns(cells)
    if not is_header or len(cells) < 3:
        return None
    fragments = [f for _, cell in sorted(rows[0].cells.items()) for f in cell]
    line = PrintedLine(fragments, " ".join(filled), fragments[0].baseline, fragments[0].height, is_figures=False)
    grid.items[0] = line
    return cells
