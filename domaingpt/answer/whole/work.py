"""A match → what comes out: counted, listed, summed, averaged or ranked, with the rows it rests on. Exact decimals."""

from __future__ import annotations

from domaingpt.answer.whole.counting import count, listing
from domaingpt.answer.whole.match import Match, Terms
from domaingpt.answer.whole.plan import Plan
from domaingpt.answer.whole.ranking import extreme
from domaingpt.answer.whole.task import Outcome, Task
from domaingpt.answer.whole.totals import total


def work_out(plan: Plan, match: Match, terms: Terms) -> Outcome | None:
    """Return what a plan gives over the rows it means, None if that is not certain or is a single stated fact."""
    task = Task(plan, match, terms)
    match plan.operation:
        case "count":
            return count(task)
        case "list":
            return listing(task)
        case "sum" | "average" | "median":
            return total(task)
        case "max" | "min":
            return extreme(task)
        case _:
            return None
