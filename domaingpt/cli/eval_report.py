"""What `domaingpt eval` prints: a table over domains, then comparisons, sweeps, answers, and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

import click

from domaingpt.cli.eval_failures import write_bad_answers, write_misses
from domaingpt.cli.options import count
from domaingpt.cli.output import escaped
from domaingpt.cli.paragraph import columns
from domaingpt.evaluation.answers import shares
from domaingpt.evaluation.measures import Measure
from domaingpt.evaluation.plot import Panel
from domaingpt.evaluation.retrieved import MISS_CUTOFF, placings
from domaingpt.evaluation.systems import System, compare, percentile, pooled

if TYPE_CHECKING:
    from domaingpt.evaluation.answers import Graded
    from domaingpt.evaluation.bootstrap import Interval
    from domaingpt.evaluation.evaluate import Evaluation
    from domaingpt.evaluation.retrieved import Placing

ALL = "all"  # no domain may be called so
SHOWN_STEP = 2  # of the curve's points every other one is printed


def write(done: Sequence[Evaluation], measures: Sequence[Measure], *, n_misses: int) -> None:
    """Print everything that was measured."""
    searched = {evaluation.name: evaluation.systems for evaluation in done if evaluation.systems}
    if searched:
        write_table([["", "n", *_measure_heads(measures), "p50 ms", "p95 ms"], *_rows(done, measures)])
        click.echo(_in_words(done))
    for name, systems in _with_pooled(searched).items():
        if len(systems) > 1:
            _write_comparison(name, systems, measures)
    for evaluation in done:
        if evaluation.rows:
            _write_sweep(evaluation, measures)
    for evaluation in done:
        if evaluation.strictness:
            _write_strictness(evaluation)
    if any(evaluation.graded for evaluation in done):
        _write_answers(done)
    for evaluation in done:
        if evaluation.systems:
            write_misses(evaluation, n_misses)
        if evaluation.graded:
            write_bad_answers(evaluation, n_misses)


def write_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells: the first column to the left, the others to the right."""
    widths = [max(columns(cell) for cell in column) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        first, *others = [" " * (width - columns(cell)) for cell, width in zip(row, widths, strict=False)]
        cells = [row[0] + first, *(space + cell for space, cell in zip(others, row[1:], strict=True))]
        click.echo("  ".join(cells).rstrip())


def _measure_heads(measures: Sequence[Measure]) -> Iterator[str]:
    """Yield the columns of the measures; page hits have a number of questions of their own."""
    for measure in measures:
        yield str(measure)
        if measure.kind == "page":
            yield "of"


def _rows(done: Sequence[Evaluation], measures: Sequence[Measure]) -> Iterator[list[str]]:
    """Yield a row for each domain, or each run of one, and one for all questions together."""
    several = [evaluation for evaluation in done if evaluation.systems]
    for evaluation in several:
        for n, system in enumerate(evaluation.systems):
            is_run = not system.results and evaluation.judged.documents
            if n == 0 or is_run:
                name = escaped(system.name) if is_run else evaluation.name
                yield _row(name, len(evaluation.judged.documents), system, measures)
    if len(several) > 1:
        n_all = sum(len(evaluation.judged.documents) for evaluation in several)
        yield _row(ALL, n_all, pooled({one.name: one.systems[0] for one in several}), measures)


def _in_words(done: Sequence[Evaluation]) -> str:
    """Return what the table comes to, for those who do not know the names of measures."""
    placed: list[Placing] = []
    n_paged = 0
    for evaluation in done:
        if evaluation.systems:
            placed += placings(evaluation.judged, evaluation.systems[0].run, evaluation.systems[0].results)
            n_paged += len(evaluation.judged.pages) if evaluation.systems[0].results else 0
    best = [min((rank for rank in placing.ranks.values() if rank is not None), default=None) for placing in placed]
    n_first, n_near = (sum(rank is not None and rank <= k for rank in best) for k in (1, MISS_CUTOFF))
    text = (
        f"In words: of {count(len(placed), 'question')}, the first document found is a right one for {n_first:,},"
        f" and one of the first five for {n_near:,}."
    )
    if n_paged:
        n_pages = sum(placing.page_rank is not None and placing.page_rank <= MISS_CUTOFF for placing in placed)
        text += f" One of the first five passages is on a right page for {n_pages:,} of {n_paged:,}."
    return text


def _row(name: str, n: int, system: System, measures: Sequence[Measure]) -> list[str]:
    cells = []
    for measure in measures:
        cells.append(number(system.mean(measure)))
        if measure.kind == "page":
            cells.append(f"{len(system.scores.get(measure, {})):,}")
    return [name, f"{n:,}", *cells, number(system.ms(0.5), 1), number(system.ms(0.95), 1)]


def number(value: float | None, digits: int = 3) -> str:
    """Return a number as it is printed, a dash for None."""
    return "–" if value is None else f"{value:.{digits}f}"


# --- comparisons and sweeps ------------------------------------------------------------------------


def _with_pooled(searched: dict[str, Sequence[System]]) -> dict[str, Sequence[System]]:
    """Return each domain's systems, and those of all together if there are several domains."""
    if len(searched) < 2:
        return searched
    together = zip(*searched.values(), strict=True)
    return {**searched, ALL: [pooled(dict(zip(searched, systems, strict=True))) for systems in together]}


def _write_comparison(name: str, systems: Sequence[System], measures: Sequence[Measure]) -> None:
    first = escaped(systems[0].name)
    heads = [escaped(system.name) for system in systems]
    rows = [["", *heads, f"{first} − better other  ", ""]]
    for one in compare(systems, measures):
        gain = f"{one.difference.mean:+.3f} [{one.difference.low:+.3f}, {one.difference.high:+.3f}]"
        is_sure = " *" if one.difference.excludes_zero else "  "
        rows.append([f"  {one.measure}", *map(_interval, one.means.values()), gain + is_sure, escaped(one.against)])
    click.echo(f"\n{name}: means with 95 % intervals")
    write_table(rows)
    click.echo("  * The interval of the difference leaves out 0.")


def _interval(value: Interval) -> str:
    return f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"


def _write_sweep(evaluation: Evaluation, measures: Sequence[Measure]) -> None:
    measured = [measure for measure in measures if evaluation.rows[0].mean(measure) is not None]
    best = {measure: max(number(row.mean(measure)) for row in evaluation.rows) for measure in measured}
    rows = [["  weight", *(f"{measure} " for measure in measured)]]
    for row in evaluation.rows:
        values = {measure: number(row.mean(measure)) for measure in measured}
        cells = [f"{value}{'*' if value == best[measure] else ' '}" for measure, value in values.items()]
        rows.append([f"  {_weight(row.weight)}", *cells])
    click.echo(f"\n{evaluation.name}: by weight of the dense arm")
    write_table(rows)
    click.echo("  * The highest of its column.")
    click.echo(f"\n{evaluation.name}: a right page or document among the first k passages")
    heads = ["  weight", *(f"k = {k}" for k in evaluation.rows[0].in_first)]
    write_table(
        [heads, *([f"  {_weight(row.weight)}", *map(number, row.in_first.values())] for row in evaluation.rows)]
    )


def _weight(weight: float | None) -> str:
    return "auto" if weight is None else f"{weight:.1f}"


def panels(evaluation: Evaluation, measures: Sequence[Measure]) -> list[Panel]:
    """Return the plots of a sweep: measures by dense weight, what the first passages hold, what is refused."""
    rows = evaluation.rows
    n = count(len(evaluation.judged.documents), "question")
    measured = [measure for measure in measures if rows[0].mean(measure) is not None]
    shown = [row for row in rows if row.weight in (0.0, 0.5, 1.0, None)]
    names = {0.0: "lexical (0)", 0.5: "0.5", 1.0: "dense (1)", None: "auto"}
    ks = list(rows[0].in_first)
    return [
        Panel(
            f"{evaluation.name}: {n}",
            "weight of the dense arm",
            [_weight(row.weight) for row in rows],
            {str(measure): [row.mean(measure) or 0.0 for row in rows] for measure in measured},
            n_joined=sum(row.weight is not None for row in rows),
        ),
        Panel(
            f"{evaluation.name}: right page or document found",
            "among so many passages",
            [str(k) for k in ks],
            {names[row.weight]: list(row.in_first.values()) for row in shown},
            n_joined=len(ks),
        ),
        *([_strictness_panel(evaluation)] if evaluation.strictness else []),
    ]


# --- strictness --------------------------------------------------------------------------------------


def _write_strictness(evaluation: Evaluation) -> None:
    """Print every other point of the curve, what was measured only if there was something to measure."""
    measured = evaluation.strictness[0].unanswerable is not None
    heads = ["  strictness", "support", "own", "foreign", *(["answerable", "unanswerable"] if measured else [])]
    rows = []
    for line in evaluation.strictness[::SHOWN_STEP]:
        point = line.point
        cells = [number(point.threshold), number(point.own, 2), number(point.foreign, 2)]
        given = [number(line.answerable, 2), number(line.unanswerable, 2)] if measured else []
        rows.append([f"  {point.strictness:.1f}", *cells, *given])
    click.echo(f"\n{evaluation.name}: share of questions refused, by strictness")
    write_table([heads, *rows])
    click.echo("  own: made from these documents at ingest; foreign: shipped with domaingpt.")


def _strictness_panel(evaluation: Evaluation) -> Panel:
    points = [line.point for line in evaluation.strictness]
    lines = {"own": [point.own for point in points], "foreign": [point.foreign for point in points]}
    if evaluation.strictness[0].unanswerable is not None:
        lines["answerable"] = [line.answerable or 0.0 for line in evaluation.strictness]
        lines["unanswerable"] = [line.unanswerable or 0.0 for line in evaluation.strictness]
    ticks = ["" if n % SHOWN_STEP else f"{point.strictness:.1f}" for n, point in enumerate(points)]
    return Panel(f"{evaluation.name}: refused", "strictness", ticks, lines, n_joined=len(points))


# --- answers ---------------------------------------------------------------------------------------


def _write_answers(done: Sequence[Evaluation]) -> None:
    heads = [
        "answers",
        "answerable",
        "answered",
        "gold",
        "document",
        "page",
        "unanswerable",
        "refused",
        "p50 ms",
        "p95 ms",
    ]
    graded = {evaluation.name: evaluation.graded for evaluation in done if evaluation.graded}
    if len(graded) > 1:
        graded[ALL] = [result for results in graded.values() for result in results]
    click.echo()
    write_table([heads, *(_answer_row(name, results) for name, results in graded.items())])


def _answer_row(name: str, results: Sequence[Graded]) -> list[str]:
    given = shares(results)
    times = [result.answer.timings_ms.get("total", 0.0) for result in results]
    return [
        name,
        f"{given.n_answerable:,}",
        *map(number, (given.answered, given.holds_gold, given.right_document, given.right_page)),
        f"{given.n_unanswerable:,}",
        number(given.refused),
        *(number(percentile(times, share), 0) for share in (0.5, 0.95)),
    ]
