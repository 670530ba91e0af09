"""`domaingpt eval NAME --write-questions FILE`: drafts for the user to correct."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domaingpt import durable
from domaingpt.cli import failures
from domaingpt.cli.options import count, ready_domain
from domaingpt.cli.output import escaped, json_line, notice, printable
from domaingpt.cli.progress import ProgressBars

if TYPE_CHECKING:
    from domaingpt.evaluation.drafts import Draft

NEAR = 5  # passages among which a good question finds its own


def write_drafts(ctx: click.Context, name: str, path: Path, *, n: int, seed: int, force: bool, as_json: bool) -> int:
    """Draft questions, write them and say what they are.

    Raises:
        UsageError: If the file is there already, or its folder is not.
    """
    from domaingpt.evaluation.drafts import draft_questions
    from domaingpt.evaluation.evaluate import search_in
    from domaingpt.evaluation.retrieved import DEPTH

    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already. Name another file, or replace it with --force.")
    if not path.parent.is_dir():
        raise click.UsageError(f"There is no folder {path.parent}.")
    domain = ready_domain(ctx, name)
    with ProgressBars(domain.config.title) as progress:
        drafts = draft_questions(
            domain.index,
            domain.generator,
            search_in(domain, "hybrid", DEPTH),
            n=n,
            seed=seed,
            progress=lambda done, total: progress("drafting", done, total),
        )
    entries = [draft.entry(f"{name}-draft-{i:03}") for i, draft in enumerate(drafts, start=1)]
    durable.write_atomic(path, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries).encode())
    if len(drafts) < n:
        notice(f"The documents hold no more than {count(len(drafts), 'fact')} to ask for.")
    if as_json:
        for entry in entries:
            json_line(entry)
    else:
        _report(drafts, path, name)
    return failures.OK


def _report(drafts: list[Draft], path: Path, name: str) -> None:
    by = ", ".join(
        f"{n:,} by {printable(who)}" for who, n in Counter(draft.written_by for draft in drafts).most_common()
    )
    near = sum(draft.rank is not None and draft.rank <= NEAR for draft in drafts)
    click.echo(f"{escaped(str(path))}: {count(len(drafts), 'draft')}" + (f" ({by})." if by else "."))
    click.echo(f"Search finds the passage it was made from among the first {NEAR} for {near:,} of them.")
    click.echo('Correct each question and its answers, put it in your own words, and take out its "draft". Then run:')
    click.echo(f"  domaingpt eval {name} --questions {escaped(str(path))}")
