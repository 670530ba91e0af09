"""A page's fragments and rules → its tables as grids: rows of cells under columns.

Columns are the white gaps that go down through all rows of a table but a few (Nurminen, "Algorithmic Extraction of
Data in Tables in PDF Documents", Tampere 2013, section 4; Tabula's stream mode is built on it), so that left and
right edges, which vary with the width of figures, need not agree. Upright rules part columns where they are
drawn; level rules, and the drop from line to line, part rows where cells are wrapped. A row of figures is known
by its words (`line_kinds`), which tells the names of columns from the rows below them.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from domaingpt.documents.pdf.line_kinds import (
    DATE,
    FOOTNOTE_MARK,
    MAX_HEADING_CHARACTERS,
    UNIT,
    VALUE,
    count_values,
    is_column_line,
)
from domaingpt.documents.pdf.rules import Rule, Rules
from domaingpt.documents.pdf.words import FIGURE, SAME_BASELINE_SHARE, Fragment, with_marks

# Guesses, checked by eye on filings, unless another source is given. Shares are of a line's height.
MAX_DROP_SHARE = 5.0  # Two lines further apart than this are not of one table.
TIGHT_SHARE = 1.35  # Lines nearer than this may be one cell.
CROSSING_SHARE = 0.12  # So many of the rows may reach over a gap between columns: long labels.
MIN_RIVER = 0.4  # Points; the least white gap between columns. In filings "$" is set within 3 points of a figure.
MAX_COLUMNS = 24
MAX_TABLES_BESIDE = 20  # More are not told apart: each is compared with each.
MAX_CELL_CHARACTERS = 60  # of words on average; longer ones are columns of prose
RULED_WIDTH_SHARE = 0.6  # of a table's width that a level rule takes to part its rows
MAX_LINES_A_ROW = 2.6  # on average; rules further apart part groups of rows
EDGE = 1.5  # Points by which rules of one line may differ.
AMOUNT = re.compile(r"(?:[A-Z]{0,3}[$€£¥]\s?)?[-+–(]?\d[\d.,'’]*\)?\s?(?:%|[$€£¥]|[A-Za-zµ]{1,7})?|[—–-]")
Band = tuple[float, float]


@dataclass(slots=True)
class PrintedLine:
    """One line across the page: fragments left to right, and what it says."""

    fragments: list[Fragment]
    text: str
    baseline: float
    height: float
    is_figures: bool


@dataclass(slots=True)
class GridRow:
    """A row: the fragments of each filled column, in the order they are read."""

    cells: dict[int, list[Fragment]]


@dataclass(slots=True)
class Grid:
    """A table.

    Attributes:
        above: Lines over the first row that may name columns.
        items: Its rows, and between them lines that are none: labels.
        bands: Left and right edge of each column.
        rules: Of the page.
    """

    above: list[PrintedLine]
    items: list[GridRow | PrintedLine]
    bands: list[Band]
    rules: Rules = field(default_factory=Rules)

    @property
    def rows(self) -> list[GridRow]:
        """Its rows alone."""
        return [item for item in self.items if isinstance(item, GridRow)]


def page_grids(fragments: Sequence[Fragment], text: str, rules_of: Callable[[int], Rules]) -> list[Grid]:
    """Return the tables of a page from top to bottom.

    Args:
        fragments: In the order of the text.
        text: Of the page.
        rules_of: Gives the rules in a frame of so many quarter turns; asked for only where lines look like rows.
    """
    grids: list[Grid] = []
    for turn in sorted({fragment.turn for fragment in fragments}):
        for region in _regions([fragment for fragment in fragments if fragment.turn == turn]):
            for part in _parts(_printed_lines(region, text)):
                if sum(len(line.fragments) > 1 for line in part) > 1:
                    grids += _grids_of(part, _rules_near(part, rules_of(turn)), text)
    return grids


def _rules_near(part: Sequence[PrintedLine], rules: Rules) -> Rules:
    """Return the rules that stand level with some lines."""
    high = part[0].baseline + 2 * part[0].height
    low = part[-1].baseline - 2 * part[-1].height
    return Rules(
        [rule for rule in rules.level if low <= rule.at <= high],
        [rule for rule in rules.upright if rule.start <= high and low <= rule.end],
    )


def _regions(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """Part what was printed beside each other one after the other: tables with several cells in a line each."""
    runs: list[list[Fragment]] = []
    for fragment in fragments:
        before = runs[-1][-1] if runs else None
        if before is None or fragment.baseline > before.baseline + SAME_BASELINE_SHARE * before.height:
            runs.append([])
        runs[-1].append(fragment)
    regions: list[list[Fragment]] = []
    n_tables = sum(_has_rows(run) for run in runs)
    for run in runs:
        may_part = 1 < n_tables <= MAX_TABLES_BESIDE and _has_rows(run)
        if not regions or (may_part and any(_are_beside(region, run) for region in regions)):
            regions.append(list(run))
        else:
            regions[-1] += run
    return regions


def _are_beside(one: Sequence[Fragment], other: Sequence[Fragment]) -> bool:
    level, other_level = _level_with(one, other), _level_with(other, one)
    if not (_has_rows(level) and _has_rows(other_level)):
        return False
    return max(f.right for f in level) < min(f.left for f in other_level) or max(f.right for f in other_level) < min(
        f.left for f in level
    )


def _level_with(run: Sequence[Fragment], other: Sequence[Fragment]) -> list[Fragment]:
    """Return the part of a run that is level with another."""
    low, high = min(f.baseline for f in other), max(f.baseline for f in other)
    return [f for f in run if low - f.height / 2 <= f.baseline <= high + f.height / 2]


def _has_rows(run: Sequence[Fragment]) -> bool:
    """Return whether at least two lines have several cells."""
    counts = Counter(round(f.baseline / max(1.0, f.height * SAME_BASELINE_SHARE)) for f in run)
    return sum(count > 1 for count in counts.values()) > 1


def _printed_lines(fragments: Sequence[Fragment], text: str) -> list[PrintedLine]:
    """Return the lines from top to bottom."""
    groups: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda fragment: -fragment.baseline):
        first = groups[-1][0] if groups else None
        height = max(first.height, fragment.height) if first else 0
        if first and first.baseline - fragment.baseline < SAME_BASELINE_SHARE * height:
            groups[-1].append(fragment)
        else:
            groups.append([fragment])
    return [_printed_line(group, text) for group in groups]


def _printed_line(group: Sequence[Fragment], text: str) -> PrintedLine:
    fragments = with_marks(group, text)
    words = " ".join(text[fragment.start : fragment.end] for fragment in fragments)
    height = max(fragment.height for fragment in fragments)
    return PrintedLine(fragments, words, fragments[0].baseline, height, _is_figures(fragments, words, text))


def _is_figures(fragments: Sequence[Fragment], words: str, text: str) -> bool:
    """Return whether a line is a row by its own words: of figures, also with units or dashes, or "Name: value"."""
    if count_values(words):
        return True
    label, *values = [text[fragment.start : fragment.end] for fragment in fragments]
    if values and label.endswith(":") and not all(map(is_column_line, values)):
        return True
    if not values or any(DATE.search(value) for value in values):
        return False
    if all(FIGURE.fullmatch(value) and not VALUE.fullmatch(value) for value in values):
        return len(values) > 1
    amounts = [value for value in values if AMOUNT.fullmatch(value) and not FOOTNOTE_MARK.fullmatch(value)]
    return 2 * len(amounts) > len(values) or any(len(value) > 1 for value in amounts)


def _parts(lines: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    """Yield runs of lines that may be one table with what stands over it: prose, and new headers, part them."""
    part: list[PrintedLine] = []
    last_figures = -1
    for line in lines:
        is_far = bool(part) and part[-1].baseline - line.baseline > MAX_DROP_SHARE * max(line.height, part[-1].height)
        if is_far or _is_prose(line):
            yield part
            part, last_figures = [], -1
        elif last_figures >= 0 and _begins_header(line, part):
            yield part[: last_figures + 1]
            part, last_figures = part[last_figures + 1 :], -1
        if not _is_prose(line):
            part.append(line)
        if line.is_figures and len(line.fragments) > 1:
            last_figures = len(part) - 1
    yield part


def _is_prose(line: PrintedLine) -> bool:
    if len(line.fragments) > 1:
        rooms = [after.left - before.right for before, after in itertools.pairwise(line.fragments)]
        is_sentence = any(fragment.end - fragment.start > MAX_HEADING_CHARACTERS for fragment in line.fragments)
        is_wide = len(line.text) > MAX_HEADING_CHARACTERS and max(rooms) < 1.5 * line.height
        return not line.is_figures and (is_sentence or is_wide)
    is_sentence = line.text.endswith(".") and len(line.text) > MAX_HEADING_CHARACTERS * 2 / 3
    return len(line.text) > MAX_HEADING_CHARACTERS or is_sentence


def _begins_header(line: PrintedLine, part: Sequence[PrintedLine]) -> bool:
    """Return whether a line below rows belongs to the header of another table: a unit, names, times over figures."""
    if line.is_figures:
        return False
    is_names = len(line.fragments) > 2 and not any(map(str.isdigit, line.text))
    if is_names or UNIT.search(line.text):
        return True
    left = min(fragment.left for other in part for fragment in other.fragments)
    right = max(fragment.right for other in part for fragment in other.fragments)
    is_over_figures = line.fragments[0].left > left + 0.25 * (right - left)
    return is_column_line(line.text) and (len(line.fragments) > 1 or is_over_figures)


def _grids_of(part: Sequence[PrintedLine], rules: Rules, text: str) -> Iterator[Grid]:
    figures = [index for index, line in enumerate(part) if line.is_figures and len(line.fragments) > 1]
    if len(figures) > 1 or (figures and any(len(line.fragments) > 1 for line in part[: figures[0]])):
        first = _first_row(part, figures[0])
        body = [line for line in part[first:] if len(line.fragments) > 1]
        is_of_words = 2 * len(figures) < len(body)
        if not is_of_words:
            grid = _grid(part, first, body, rules, text)
            if grid:
                yield grid
            return
    for run in _even_runs(part):
        grid = _grid_of_words(run, rules, text)
        if grid:
            yield grid


def _first_row(part: Sequence[PrintedLine], figures: int) -> int:
    """Return the first row of a table: of figures, or one of words under names that are as many as its cells."""
    left = part[figures].fragments[0].left
    for index in range(1, figures):
        line, upper = part[index], part[index - 1]
        label, *values = line.fragments
        is_under_names = len(values) > 1 and len(upper.fragments) >= len(values) and not _is_tight(upper, line)
        is_label = abs(label.left - left) < line.height and not UNIT.search(line.text)
        if is_under_names and is_label and not is_column_line(line.text):
            return index
    return figures


def _grid(part: Sequence[PrintedLine], first: int, body: Sequence[PrintedLine], rules: Rules, text: str) -> Grid | None:
    """Return the grid of a table of figures."""
    bands = _bands(body, rules)
    if len(bands) < 2:
        return None
    last = max(index for index, line in enumerate(part) if len(line.fragments) > 1)
    items = _items(part[first : last + 1], bands, rules, by_drop=False)
    grid = Grid(list(part[:first]), items, bands, rules)
    return grid if _is_table(grid, text) else None


def _grid_of_words(part: Sequence[PrintedLine], rules: Rules, text: str) -> Grid | None:
    """Return the grid of a table without figures: three rows at least, each after the other in the text."""
    multi = [index for index, line in enumerate(part) if len(line.fragments) > 1]
    if len(multi) < 3:
        return None
    lines = part[multi[0] : multi[-1] + 1]
    while len(part) > multi[-1] + 1 and _is_tight(part[multi[-1]], part[multi[-1] + 1]):
        lines, multi = part[multi[0] : multi[-1] + 2], [*multi, multi[-1] + 1]
    bands = _bands([line for line in lines if len(line.fragments) > 1], rules)
    if len(bands) < 2:
        return None
    grid = Grid(list(part[: multi[0]]), _items(lines, bands, rules, by_drop=True), bands, rules)
    rows = grid.rows
    upright = _upright(lines, rules)
    is_ruled = len(upright) > 2 and _are_between(lines, upright)
    in_order = all(
        max(f.start for cell in one.cells.values() for f in cell)
        < min(f.start for c in other.cells.values() for f in c)
        for one, other in itertools.pairwise(rows)
    )
    return grid if (is_ruled or in_order) and _is_table(grid, text) else None


def _is_table(grid: Grid, text: str) -> bool:
    """Return whether most rows fill two columns, the first with more than marks, and cells are no prose."""
    rows = [row for row in grid.rows if len(row.cells) > 1]
    if not rows or 2 * len(rows) < len(grid.rows):
        return False
    lengths = [sum(f.end - f.start for f in cell) for row in rows for cell in row.cells.values()]
    labels = [text[f.start : f.end] for row in rows for f in row.cells.get(0, [])[:1]]
    named = sum(any(map(str.isalnum, label)) and len(label.strip("().")) > 1 for label in labels)
    is_wide = len(grid.bands) > 3  # no list, whose first column holds its marks
    return sum(lengths) / len(lengths) < MAX_CELL_CHARACTERS and (is_wide or 2 * named >= len(labels))


def _even_runs(part: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    """Part lines of words where the drop from one to the next is much larger than the usual one."""
    drops = [upper.baseline - lower.baseline for upper, lower in itertools.pairwise(part)]
    usual = sorted(drops)[len(drops) // 2] if drops else 0
    run: list[PrintedLine] = []
    for index, line in enumerate(part):
        if run and drops[index - 1] > 1.9 * usual and drops[index - 1] > 2 * TIGHT_SHARE * line.height:
            yield run
            run = []
        run.append(line)
    yield run


def _bands(body: Sequence[PrintedLine], rules: Rules) -> list[Band]:
    """Return left and right edge of the columns of some rows."""
    upright = _upright(body, rules)
    if len(upright) > 2 and _are_between(body, upright):
        return [band for band in itertools.pairwise(upright) if band[1] - band[0] > 2 * EDGE][:MAX_COLUMNS]
    n_crossing = int(CROSSING_SHARE * len(body))
    edges: list[tuple[float, int]] = []
    for line in body:
        for index, fragment in enumerate(line.fragments):
            weight = n_crossing + 1 if index else 1  # Only labels may reach over a gap.
            edges += [(fragment.left, weight), (fragment.right, -weight)]
    edges.sort()
    bands: list[Band] = []
    n_open, left = 0, 0.0
    for at, step in edges:
        if n_open <= n_crossing < n_open + step:
            left = at
        elif n_open + step <= n_crossing < n_open:
            if bands and left - bands[-1][1] < MIN_RIVER:
                bands[-1] = (bands[-1][0], at)
            else:
                bands.append((left, at))
        n_open += step
    return bands if len(bands) <= MAX_COLUMNS else []


def _are_between(lines: Sequence[PrintedLine], upright: Sequence[float]) -> bool:
    """Return whether rules part everything on some lines: nothing stands outside them, nothing across."""
    for fragment in (fragment for line in lines for fragment in line.fragments):
        if fragment.left < upright[0] - EDGE or fragment.right > upright[-1] + EDGE:
            return False
        if any(fragment.left + EDGE < at < fragment.right - EDGE for at in upright):
            return False
    return True


def _upright(lines: Sequence[PrintedLine], rules: Rules) -> list[float]:
    """Return where upright rules stand that go along at least half of some lines; in order."""
    found: list[float] = []
    ordered = sorted(rules.upright, key=lambda rule: rule.at)
    start = 0
    for index, rule in enumerate(ordered):
        if index + 1 < len(ordered) and ordered[index + 1].at - rule.at <= EDGE:
            continue
        same = ordered[start : index + 1]
        start = index + 1
        n_beside = sum(any(r.start <= line.baseline + 0.3 * line.height <= r.end for r in same) for line in lines)
        if 2 * n_beside >= len(lines) and not (found and rule.at - found[-1] <= 2 * EDGE):
            found.append(rule.at)
    return found


def _items(
    lines: Sequence[PrintedLine], bands: Sequence[Band], rules: Rules, *, by_drop: bool
) -> list[GridRow | PrintedLine]:
    """Return rows, and lines that only label what follows."""
    groups = _ruled_groups(lines, bands, rules)
    if groups is None:
        groups = _groups_by_drop(lines, bands) if by_drop else _groups_by_label(lines, bands)
    items: list[GridRow | PrintedLine] = []
    for group in groups:
        if sum(len(line.fragments) for line in group) == 1:
            items.append(group[0])
            continue
        cells: dict[int, list[Fragment]] = {}
        for line in group:
            for fragment in line.fragments:
                cells.setdefault(column_of(fragment, bands), []).append(fragment)
        if len(cells) > 1:
            items.append(GridRow(dict(sorted(cells.items()))))
        else:
            items += group
    return items


def _ruled_groups(lines: Sequence[PrintedLine], bands: Sequence[Band], rules: Rules) -> list[list[PrintedLine]] | None:
    """Return the lines between level rules as rows; None if rules do not part them all, or only groups of rows."""
    width = bands[-1][1] - bands[0][0]
    levels = sorted(_level(rules.level, bands[0][0], bands[-1][1], RULED_WIDTH_SHARE * width), reverse=True)
    groups: list[list[PrintedLine]] = []
    for before, line in zip([None, *lines], lines, strict=False):
        parts = before is None or any(line.baseline < at < before.baseline for at in levels)
        if parts:
            groups.append([])
        groups[-1].append(line)
    if len(groups) < 2 or len(lines) > MAX_LINES_A_ROW * len(groups):
        return None
    if any(sum(line.is_figures and column_of(line.fragments[0], bands) == 0 for line in group) > 1 for group in groups):
        return None
    is_loose = any(not _is_tight(one, two) for group in groups for one, two in itertools.pairwise(group))
    return None if is_loose else groups


def _level(level: Sequence[Rule], left: float, right: float, width: float) -> Iterator[float]:
    """Yield the heights at which level rules take at least so much of a width."""
    ordered = sorted(level, key=lambda rule: rule.at)
    start = 0
    for index, rule in enumerate(ordered):
        if index + 1 == len(ordered) or ordered[index + 1].at - rule.at > EDGE:
            same = ordered[start : index + 1]
            if sum(max(0.0, min(right, r.end) - max(left, r.start)) for r in same) >= width:
                yield rule.at
            start = index + 1


def _groups_by_drop(lines: Sequence[PrintedLine], bands: Sequence[Band]) -> list[list[PrintedLine]]:
    """Return lines as rows: those nearer to each other than rows are, or those that leave the first column empty."""
    drops = [upper.baseline - lower.baseline for upper, lower in itertools.pairwise(lines)]
    least, most = min(drops), max(drops)
    two_sizes = most > 1.2 * least
    groups = [[lines[0]]]
    n_full = 0  # lines that go on with every cell of the line above: rather rows of their own
    for before, line, drop in zip(lines, lines[1:], drops, strict=False):
        is_near = drop <= 1.1 * least if two_sizes else column_of(line.fragments[0], bands) > 0
        if is_near and _is_tight(before, line):
            groups[-1].append(line)
            n_full += 1 if len(line.fragments) >= len(groups[-1][0].fragments) else -1
        else:
            groups.append([line])
    return groups if n_full <= 0 else [[line] for line in lines]


def _groups_by_label(lines: Sequence[PrintedLine], bands: Sequence[Band]) -> list[list[PrintedLine]]:
    """Return each line as a row, with the line below that only goes on with its label, in small letters."""
    groups: list[list[PrintedLine]] = []
    for line in lines:
        before = groups[-1][-1] if groups else None
        goes_on = (
            before is not None
            and before.is_figures
            and len(line.fragments) == 1
            and line.text[:1].islower()
            and column_of(line.fragments[0], bands) == 0
            and _is_tight(before, line)
        )
        if goes_on:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _is_tight(upper: PrintedLine, lower: PrintedLine) -> bool:
    return upper.baseline - lower.baseline <= TIGHT_SHARE * max(upper.height, lower.height)


def column_of(fragment: Fragment, bands: Sequence[Band]) -> int:
    """Return the column that holds most of a fragment; the first if it begins there, the nearest if none does."""
    if fragment.left < bands[0][1]:
        return 0
    overlaps = [min(right, fragment.right) - max(left, fragment.left) for left, right in bands]
    return max(range(len(bands)), key=lambda column: overlaps[column])
