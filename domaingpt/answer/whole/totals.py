"""Sums, averages and medians of a column, in exact decimals; units are never mixed, and stated totals come first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from domaingpt.answer.whole.tables import Column, Row
from domaingpt.answer.whole.task import Item, Outcome, Task
from domaingpt.answer.whole.values import shown

MAX_DERIVATION = 6  # A sum of at most so many numbers is written out. Guess.


def total(task: Task) -> Outcome | None:
    """Return the sum, average or median of the column that is meant."""
    column = task.measure()
    if column is None or (
        task.plan.operation != "sum" and set(task.terms(task.plan.said)) & set(task.terms(column.name))
    ):
        return None
    group = task.groups(column)
    if group == "unknown":
        return None
    if isinstance(group, list):
        return by_group(task, column, group)
    return sum_of(task, column) if len(task.valued(column)) > 1 else None


def sum_of(task: Task, column: Column) -> Outcome | None:
    """Return the sum, average or median over the rows that have a number, by unit."""
    rows = task.valued(column)
    if task.plan.operation in ("count", "sum") and not task.plan.limits:
        rows = rows + [row for row in task.match.partial if id(row) in column.amounts]
        rows.sort(key=lambda row: (row.document, row.start))
    by_unit: dict[str, list[Row]] = {}
    for row in rows:
        by_unit.setdefault(task.relation.unit_at(column, row), []).append(row)
    if len(by_unit) > 1 and "%" in by_unit:
        return None
    if task.plan.operation in ("count", "sum") and (stated := stated_total(task, column, rows)):
        return stated
    parts = [aggregate(task, column, unit, held) for unit, held in by_unit.items()]
    verb = {"average": "Average", "median": "Median"}.get(task.plan.operation, "Total")
    n = len(rows)
    n_without = len({id(row) for row in task.rows} - {id(row) for row in rows})
    tail = f"{n_without} more {'row has' if n_without == 1 else 'rows have'} no {column.name}." if n_without else ""
    over = f"{n} rows of {task.place()}{task.conditions()}"
    how = {"average": f"computed over {over}", "median": f"computed over {over}"}.get(
        task.plan.operation, f"computed: the sum of {over}"
    )
    lead = f"{verb} {column.name}: {' and '.join(text for text, _ in parts)} ({how})"
    if n <= MAX_DERIVATION and len(by_unit) == 1:
        items = [Item(row.cells[column.name], row) for row in rows]
        return Outcome(lead + ": ", items, tail, rows, separator=" + " if verb == "Total" else ", ", value=parts[0][1])
    return Outcome(lead + ".", [], tail, rows, value=parts[0][1] if len(parts) == 1 else None)


def aggregate(task: Task, column: Column, unit: str, rows: Sequence[Row]) -> tuple[str, Decimal]:
    """Return the sum, average or median of numbers of one unit, as shown and exactly."""
    numbers = [column.amounts[id(row)].number for row in rows]
    places = max(column.amounts[id(row)].places for row in rows)
    match task.plan.operation:
        case "average":
            value = sum(numbers, Decimal(0)) / len(numbers)
            places = max(2, places + (places > 2))
        case "median":
            ordered = sorted(numbers)
            middle = len(ordered) // 2
            value = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
            places = max(places, 0 if len(ordered) % 2 else places + 1)
        case _:
            value = sum(numbers, Decimal(0))
    return shown(value, unit, places), value


def stated_total(task: Task, column: Column, rows: Sequence[Row]) -> Outcome | None:
    """Return the tables' own total row where the question is about all its rows; say whether it agrees."""
    tables = list({id(row.table): row.table for row in rows}.values())
    held = {id(row) for row in rows}
    whole = all(id(row) in held for table in tables for row in table.rows if id(row) in column.amounts)
    totals = [[row for row in table.totals if id(row) in column.amounts] for table in tables]
    if not whole or len(tables) != 1 or len(totals[0]) != 1:
        return None
    row = totals[0][0]
    stated, computed = column.amounts[id(row)], sum((column.amounts[id(r)].number for r in rows), Decimal(0))
    text, n = row.cells[column.name], len(rows)
    unit = task.relation.unit_at(column, row)
    if unit and unit not in column.name and unit not in text:
        text = shown(stated.number, unit, stated.places)
    slack = Decimal(n) / 2 * Decimal(10) ** -stated.places if stated.places else Decimal(0)
    if abs(stated.number - computed) <= slack:
        exactly = "to the same" if stated.number == computed else "to the same but for rounding"
        tail = f"So the total row of {task.place()} states; its {n} rows add up {exactly}."
    else:
        added = shown(computed, unit, max(column.amounts[id(r)].places for r in rows))
        tail = f"So the total row of {task.place()} states; its {n} rows add up to {added} (computed), which differs."
    return Outcome(f"Total {column.name}: ", [Item(text, row)], tail, [row, *rows], computed=False, value=stated.number)


def by_group(task: Task, column: Column, groups: list[tuple[str, list[Row]]]) -> Outcome | None:
    """Return the sum, average or median of every group, the largest first."""
    sums = []
    for name, rows in groups:
        valued = [row for row in rows if id(row) in column.amounts]
        units = {task.relation.unit_at(column, row) for row in valued}
        if len(units) > 1:
            return None
        if valued:
            sums.append((name, *aggregate(task, column, units.pop(), valued), valued))
    if len(sums) < 2:
        return None
    sums.sort(key=lambda entry: -entry[2])
    verb = {"average": "Average", "median": "Median"}.get(task.plan.operation, "Total")
    items = [
        Item(f"{name} {text} ({len(rows)} {'row' if len(rows) == 1 else 'rows'})", rows[0])
        for name, text, _, rows in sums
    ]
    n_rows = sum(len(rows) for *_, rows in sums)
    over = f"computed over {n_rows} rows of {task.place()}{task.conditions()}"
    lead = f"{verb} {column.name} by {task.plan.group} ({over}): "
    others = [next(iter(row.cells.values())) for row in task.match.partial if id(row) in column.amounts]
    tail = f"In no group: {', '.join(others[:3])}." if others else ""
    return Outcome(lead, items, tail, [row for *_, rows in sums for row in rows], grouped=True)
