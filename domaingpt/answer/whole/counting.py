"""How many, and which: rows, or the different values of the column that is asked for."""

from __future__ import annotations

from decimal import Decimal

from domaingpt.answer.whole.tables import Column, Row
from domaingpt.answer.whole.task import Item, Outcome, Task
from domaingpt.answer.whole.totals import sum_of
from domaingpt.answer.whole.values import EMPTY


def count(task: Task) -> Outcome | None:
    """Return how many rows, or how many different values of the column asked for."""
    target = task.relation.columns.get(task.match.target)
    if target and target.is_measure:
        if task.is_plural(1):  # "how many shares" are in a column; "how many Visa codes" are rows
            return sum_of(task, target) if len(task.valued(target)) > 1 else None
        target = None
    if not task.match.head and not task.has_conditions:
        return None
    if not says_what_rows_are(task):
        return None
    groups = task.groups(None)
    if isinstance(groups, list) and len(groups) > 1:
        groups.sort(key=lambda entry: -len(entry[1]))
        items = [Item(f"{name}: {len(rows)}", rows[0]) for name, rows in groups]
        lead = f"{len(task.rows)} rows of {task.place()}{task.conditions()}, by {task.plan.group}: "
        return Outcome(lead, items, "", [row for _, rows in groups for row in rows], grouped=True)
    chosen, what = distinct(task, target)
    if not chosen:
        return _none(task)
    if target and len(task.rows) == 1 and not task.has_conditions:
        return None
    lead = f"{len(chosen)} {what}in {task.place()}{task.conditions()}"
    return listed(task, lead, chosen, target, Decimal(len(chosen)))


def _none(task: Task) -> Outcome | None:
    """Return that no row meets the conditions, with the rows that were compared; None without such conditions."""
    if not (task.plan.limits or task.plan.periods):
        return None
    compared = task.relation.rows
    lead = f"0 of {len(compared)} rows in {task.place()}{task.conditions()}."
    return Outcome(lead, rows=list(compared), value=Decimal(0))


def listing(task: Task) -> Outcome | None:
    """Return the rows, or the different values of the column asked for."""
    target = task.relation.columns.get(task.match.target)
    if not task.rows or (target and target.is_measure and not task.match.is_firm) or not says_what_rows_are(task):
        return None
    is_found_by_scan = task.plan.limits or task.plan.periods or any(f.negated for f in task.match.filters)
    is_plural = task.is_plural() or (task.plan.said == "who" and task.match.is_firm)
    if not task.plan.explicit and not (task.has_conditions and is_plural and (len(task.rows) > 1 or is_found_by_scan)):
        return None  # a fact of one row, which retrieval finds
    chosen, what = distinct(task, target)
    if len(chosen) < 2 and not (chosen and task.has_conditions):
        return None
    return listed(
        task, f"{len(chosen)} {what}in {task.place()}{task.conditions()}", chosen, target, Decimal(len(chosen))
    )


def listed(task: Task, lead: str, chosen: list[Row], target: Column | None, value: Decimal) -> Outcome:
    """Return the chosen rows by name; what was set apart is said."""
    items = [Item(text, row) for text, row in zip(task.labels(chosen, target), chosen, strict=True)]
    tail = ""
    if task.match.partial and len(chosen) == len(task.rows):
        names = ", ".join(next(iter(row.cells.values())) for row in task.match.partial[:3])
        tail = f"Not counted, as most of their columns are empty: {names}."
    return Outcome(lead + (": " if items else "."), items, tail, list(chosen), value=value)


def distinct(task: Task, target: Column | None) -> tuple[list[Row], str]:
    """Return the rows, one for each value where a column is asked for, and what they are called."""
    if target is None:
        return task.rows, "rows " if len(task.rows) != 1 else "row "
    firsts: dict[str, Row] = {}
    for row in task.rows:
        cell = row.cells.get(target.name, "")
        if cell.casefold() not in EMPTY:
            firsts.setdefault(cell.casefold(), row)
    if len(firsts) == len(task.rows):
        return task.rows, "rows " if len(task.rows) != 1 else "row "
    return list(firsts.values()), f"different values of {target.name} "


def says_what_rows_are(task: Task) -> bool:
    """Return whether the question says what the rows are, and not only a word that stands in some of them."""
    if task.match.head in ("column", "about") or task.match.is_firm or task.match.named:
        return True
    said = {term for f in task.match.filters for term in task.terms(f.word)}
    return task.match.head == "cell" and any(set(task.terms(v)) <= said for f in task.match.filters for v in f.values)
