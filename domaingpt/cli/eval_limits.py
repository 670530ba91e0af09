"""`--fail-under NAME=X` of `domaingpt eval`: reading it, and what is under its limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from domaingpt.evaluation.evaluate import Evaluation

# Shares of answers that can have a limit; see domaingpt.evaluation.answers.AnswerShares.
SHARES = ("answered", "holds_gold", "right_document", "right_page", "refused")


def read_limit(text: str, *, answers: bool) -> tuple[str, float]:
    """Return the name and the least value of a limit, e.g. ("R@5", 0.9).

    Raises:
        UsageError: If it is not of the form NAME=X, or needs --answers.
        BadConfig: If there is no such measure.
    """
    from domaingpt.evaluation.measures import parse_measure

    name, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not name or not 0 <= value <= 1:
        raise click.UsageError(f"--fail-under {text!r} is not of the form NAME=X with X from 0 to 1, as in R@5=0.9.")
    if name in SHARES and not answers:
        raise click.UsageError(f"--fail-under {name} needs --answers.")
    return name if name in SHARES else str(parse_measure(name)), value


def under(evaluation: Evaluation, limits: Mapping[str, float]) -> list[str]:
    """Return a line for each value of a domain that is under its limit, or that no question gives."""
    from domaingpt.evaluation.answers import shares
    from domaingpt.evaluation.measures import parse_measure

    lines = []
    of_answers = asdict(shares(evaluation.graded))
    for name, least in limits.items():
        if name in SHARES:
            value = of_answers[name]
        else:
            value = evaluation.systems[0].mean(parse_measure(name)) if evaluation.systems else None
        if value is None:
            lines.append(f"{evaluation.name}: no question gives a value for {name}, which must reach {least:g}.")
        elif value < least:
            lines.append(f"{evaluation.name}: {name} is {value:.4f}, under {least:g}.")
    return lines
