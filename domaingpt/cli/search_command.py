"""`domaingpt search`: the passages that fit a query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from domaingpt.cli.options import json_option, name_argument, only_option, ready_domain
from domaingpt.cli.output import hit_json, json_line, printable

if TYPE_CHECKING:
    from domaingpt.index import Arm
    from domaingpt.types import Hit

SHOWN_CHARACTERS = 400


@click.command("search")
@name_argument()
@click.argument("query", required=False)
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@only_option
@click.option(
    "--arm",
    type=click.Choice(["hybrid", "dense", "lexical"]),
    default="hybrid",
    show_default=True,
    help="Both arms, or one alone.",
)
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL with id and query; prints one JSON object for each.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    query: str | None,
    *,
    k: int,
    only: str | None,
    arm: str,
    queries: Path | None,
    as_json: bool,
) -> None:
    """Find the passages of domain NAME that fit QUERY best."""
    from domaingpt.evaluation import read_questions

    if (query is None) == (queries is None):
        raise click.UsageError("Give either a QUERY or --queries.")
    domain = ready_domain(ctx, name)
    chosen = cast("Arm", arm)
    if queries is not None:
        for question in read_questions(queries):
            hits, timings = domain.search(question.text, k=k, arm=chosen, only=only)
            _write_json(question.id, question.text, hits, timings)
        return
    assert query is not None  # noqa: S101 - one of the two is given
    hits, timings = domain.search(query, k=k, arm=chosen, only=only)
    if as_json:
        _write_json(None, query, hits, timings)
    else:
        _write_text(hits)


def _write_json(query_id: str | None, query: str, hits: list[Hit], timings_ms: dict[str, float]) -> None:
    json_line({"id": query_id, "query": query, "hits": [hit_json(hit) for hit in hits], "timings_ms": timings_ms})


def _write_text(hits: list[Hit]) -> None:
    if not hits:
        click.echo("Nothing found.")
    for hit in hits:
        chunk = hit.chunk
        where = [printable(chunk.document)]
        if chunk.page is not None:
            where.append(
                f"page {chunk.page}" if chunk.page == chunk.page_end else f"pages {chunk.page}–{chunk.page_end}"
            )
        if chunk.section:
            where.append(printable(chunk.section))
        scores = [
            f"{arm} {score:.2f}" for arm, score in (("dense", hit.dense), ("lexical", hit.lexical)) if score is not None
        ]
        click.echo(f"{hit.rank:>2}. {click.style(', '.join(where), bold=True)}  ({', '.join(scores)})")
        text = printable(chunk.text)
        click.echo("    " + text[:SHOWN_CHARACTERS] + (" …" if len(text) > SHOWN_CHARACTERS else ""))
