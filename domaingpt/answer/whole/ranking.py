"""Largest and smallest, latest and earliest, and which value of a column has the most of something."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domaingpt.answer.whole.tables import Column
from domaingpt.answer.whole.task import SINCE, Item, Outcome, Task
from domaingpt.answer.whole.values import EMPTY, shown


def extreme(task: Task) -> Outcome | None:
    """Return the rows with the largest or smallest value of the column that is meant."""
    if len(task.rows) < 2:
        return None
    target = task.relation.columns.get(task.match.target)
    if task.plan.hint == "date":
        return ranked_days(task, target)
    if task.asks_when() and not task.has_period_each():
        return None
    column = task.measure()
    dated = [n for n in task.match.named if task.relation.columns[n].kind == "date"]
    if column is None and task.plan.hint == "length" and [n for n in dated if SINCE.search(n)] == dated != []:
        task.plan = replace(
            task.plan, operation="min" if task.plan.operation == "max" else "max"
        )  # held the longest: since the earliest day
        return ranked_days(task, target)
    if target and target.kind == "text" and (grouped := ranked_groups(task, target, column)):
        return grouped
    if column is None or set(task.terms(task.plan.said)) & set(task.terms(column.name)):
        return None
    rows = task.valued(column)
    units = {task.relation.unit_at(column, row) for row in rows}
    if len(rows) < 2 or len(units) > 1:
        return None
    sign = -1 if task.plan.operation == "max" else 1
    ranked = sorted(rows, key=lambda row: sign * column.amounts[id(row)].number)
    edge = column.amounts[id(ranked[min(task.plan.n, len(ranked)) - 1])].number
    best = [row for row in ranked if sign * column.amounts[id(row)].number <= sign * edge]
    if len(best) > max(3, 2 * task.plan.n):
        return None  # nearly all are the same: not what was asked
    names = task.labels(best, target)
    items = [Item(f"{name} ({row.cells[column.name]})", row) for name, row in zip(names, best, strict=True)]
    word = "Highest" if task.plan.operation == "max" else "Lowest"
    lead = f"{word} {column.name}: "
    tail = f"Found by comparing {len(rows)} rows of {task.place()}{task.conditions()}."
    return Outcome(lead, items, tail, best, computed=False, considered=rows)


def ranked_days(task: Task, target: Column | None) -> Outcome | None:
    """Return the rows of the latest or earliest day."""
    dates = [c for c in task.relation.columns.values() if c.kind == "date"]
    named = [c for c in dates if c.name in task.match.named]
    if not dates or not task.match.head:
        return None
    column = max(named or dates, key=task.hits)
    rows = [row for row in task.rows if id(row) in column.days]
    if len(rows) < 2:
        return None
    ranked = sorted(rows, key=lambda row: column.days[id(row)].text(), reverse=task.plan.operation == "max")
    edge = column.days[id(ranked[min(task.plan.n, len(ranked)) - 1])].text()
    last = max(i for i, row in enumerate(ranked) if column.days[id(row)].text() == edge)
    best = ranked[: last + 1]
    label = target if target and target.kind == "text" else None
    asked = [name for name in task.match.named if task.relation.columns[name].is_measure]
    items = []
    for row in best:
        name = task.described(row) if label is None else row.cells.get(label.name, "–")
        beside = [] if row.cells[column.name] in name else [row.cells[column.name]]
        beside += [f"{n} {row.cells[n]}" for n in asked if n in row.cells]
        items.append(Item(f"{name} ({', '.join(beside)})" if beside else name, row))
    lead = f"{'Latest' if task.plan.operation == 'max' else 'Earliest'} {column.name}: "
    tail = f"Found by comparing {len(rows)} rows of {task.place()}{task.conditions()}."
    return Outcome(lead, items, tail, best, computed=False, considered=rows)


def ranked_groups(task: Task, target: Column, column: Column | None) -> Outcome | None:
    """Return the value of a column that repeats whose rows count or sum up to the most."""
    groups = task.grouped(lambda row: row.cells.get(target.name, ""))
    groups = [(name, rows) for name, rows in groups if name.casefold() not in EMPTY]
    repeats = any(len(rows) > 1 for _, rows in groups)
    if not repeats or len(groups) < 2 or not (task.plan.group == "*" or task.plan.said in ("most", "fewest", "least")):
        return None
    if column is None:
        sized = [(Decimal(len(rows)), f"{len(rows)} rows", name, rows) for name, rows in groups]
        what = "rows"
    else:
        sized = []
        for name, rows in groups:
            valued = [row for row in rows if id(row) in column.amounts]
            units = {task.relation.unit_at(column, row) for row in valued}
            if len(units) == 1:
                number = sum((column.amounts[id(row)].number for row in valued), Decimal(0))
                places = max(column.amounts[id(row)].places for row in valued)
                sized.append((number, shown(number, units.pop(), places), name, valued))
        what = column.name
    if len(sized) < 2:
        return None
    sized.sort(key=lambda entry: entry[0], reverse=task.plan.operation == "max")
    best = [
        entry
        for entry in sized
        if entry[0] == sized[min(task.plan.n, len(sized)) - 1][0] or sized.index(entry) < task.plan.n
    ]
    items = [Item(f"{name}: {text}", rows[0]) for _, text, name, rows in best]
    lead = f"{'Most' if task.plan.operation == 'max' else 'Least'} {what} by {target.name}, computed: "
    rows = [row for *_, held in best for row in held]
    tail = (f"Computed for {len(sized)} values of {target.name} over {len(task.rows)} rows of "
            f"{task.place()}{task.conditions()}.")  # fmt: skip
    return Outcome(lead, items, tail, rows, considered=task.rows)
