"""`domaingpt search`: the passages that fit a query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from domaingpt.cli.options import (
    arm_option,
    batch_option,
    json_option,
    name_argument,
    only_option,
    read_batch,
    ready_domain,
    words_argument,
)
from domaingpt.cli.output import escaped, hit_json, json_line, printable
from domaingpt.cli.paragraph import Paragraph, Span

if TYPE_CHECKING:
    from domaingpt.index import Arm
    from domaingpt.index.terms import Analyzer
    from domaingpt.types import Chunk, Hit

SHOWN_CHARACTERS = 400
LEAD_CHARACTERS = 80  # shown before the first term of the query, where a passage is not shown from its beginning


@click.command("search")
@name_argument()
@words_argument("query")
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@only_option
@arm_option
@batch_option("queries", "JSONL with id and query, '-' for stdin; prints one JSON object for each.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    *,
    query: str,
    k: int,
    only: str | None,
    arm: str,
    queries: Path | None,
    as_json: bool,
) -> None:
    """Find the passages of domain NAME that fit QUERY best."""
    if bool(query) == (queries is not None):
        raise click.UsageError(f'Give either a QUERY, as in: domaingpt search {name} "deposit", or --queries FILE.')
    entries = read_batch(queries) if queries else []
    domain = ready_domain(ctx, name, only)
    chosen = cast("Arm", arm)
    if queries is not None:
        for entry in entries:
            hits, timings = domain.search(entry.text, k=k, arm=chosen, only=only)
            _write_json(entry.id, entry.text, hits, timings)
        return
    hits, timings = domain.search(query, k=k, arm=chosen, only=only)
    if as_json:
        _write_json(None, query, hits, timings)
    elif not hits:
        click.echo("Nothing found.")
    else:
        for hit in hits:
            _write_text(hit, query, domain.index.analyzer)


def _write_json(query_id: str | int | None, query: str, hits: list[Hit], timings_ms: dict[str, float]) -> None:
    json_line({"id": query_id, "query": query, "hits": [hit_json(hit) for hit in hits], "timings_ms": timings_ms})


def _write_text(hit: Hit, query: str, analyzer: Analyzer) -> None:
    arms = (("dense", hit.dense), ("lexical", hit.lexical))
    scores = ", ".join(f"{arm} {score:.2f}" for arm, score in arms if score is not None)
    click.echo(f"{hit.rank:>2}. {click.style(_place(hit.chunk), bold=True)}  {click.style(f'({scores})', dim=True)}")
    text = printable(hit.chunk.text)
    start, end = _excerpt(text, _matches(text, query, analyzer))
    shown = f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
    paragraph = Paragraph(indent=4)
    paragraph.write(shown, _matches(shown, query, analyzer))
    paragraph.end()


def _place(chunk: Chunk) -> str:
    parts = [escaped(chunk.document)]
    if chunk.page is not None:
        is_one = chunk.page == chunk.page_end
        parts.append(f"page {chunk.page}" if is_one else f"pages {chunk.page}–{chunk.page_end}")
    if chunk.section:
        parts.append(printable(chunk.section))
    return ", ".join(parts)


def _matches(text: str, query: str, analyzer: Analyzer) -> list[Span]:
    """Return the spans of the words that the query names too."""
    from domaingpt.index.terms import fold

    wanted = set(analyzer.terms(query))
    # Folding may lengthen a character ("…" becomes "..."), so positions are led back to where they come from.
    pieces = [fold(character) for character in text]
    origin = [position for position, piece in enumerate(pieces) for _ in piece] + [len(text)]
    folded = "".join(pieces)
    if len(fold(folded)) != len(folded):  # combining marks were composed: the spans would be off
        return []
    return [(origin[start], origin[end]) for term, start, end in analyzer.spans(folded) if term in wanted]


def _excerpt(text: str, matches: list[Span]) -> Span:
    """Return what to show of a passage: its beginning, or from just before the first match if that is far in."""
    start = 0
    if matches and len(text) > SHOWN_CHARACTERS and matches[0][0] > SHOWN_CHARACTERS // 2:
        start = text.find(" ", matches[0][0] - LEAD_CHARACTERS, matches[0][0]) + 1
    end = start + SHOWN_CHARACTERS
    if end >= len(text):
        return start, len(text)
    return start, max(text.rfind(" ", start, end), start + SHOWN_CHARACTERS // 2)
