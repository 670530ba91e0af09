"""Writing: one compact JSON object a line, safe text for terminals, notices on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from domaingpt.chunks import search_view
from domaingpt.types import Answer, Citation, Hit


def json_line(value: dict[str, Any]) -> None:
    """Write one object on one line of stdout."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # lone surrogates of a damaged file, or a terminal without Unicode
        text = json.dumps(value, separators=(",", ":"))
    click.echo(text)


def notice(text: str) -> None:
    """Tell the user something on stderr."""
    click.echo(text, err=True)


def printable(text: str) -> str:
    """Return text from documents or models so that it cannot steer the terminal."""
    return search_view(text).encode("utf-8", "replace").decode()


def place(citation: Citation) -> str:
    """Return where a quote stands, e.g. "loan.pdf, page 3, Repayment"."""
    parts = [printable(citation.document)]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if citation.section:
        parts.append(printable(citation.section))
    return ", ".join(parts)


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit in the form of `search --json`."""
    chunk = hit.chunk
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "dense": None if hit.dense is None else round(hit.dense, 6),
        "lexical": None if hit.lexical is None else round(hit.lexical, 6),
        "document": chunk.document,
        "page": chunk.page,
        "page_end": chunk.page_end,
        "section": chunk.section,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
    }


def answer_json(question_id: str | None, answer: Answer) -> dict[str, Any]:
    """Return an answer in the form of `ask --json`."""
    return {
        "id": question_id,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "citations": [citation_json(citation) for citation in answer.citations],
        "nearest": [citation_json(citation) for citation in answer.nearest],
        "model": answer.model,
        "dropped": answer.dropped,
        "timings_ms": dict(answer.timings_ms),
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return a citation in the form of `ask --json`."""
    return {
        "n": citation.n,
        "document": citation.document,
        "page": citation.page,
        "section": citation.section,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def write_citations(citations: Sequence[Citation]) -> None:
    """Write the sources below an answer: number, place, quote."""
    for citation in citations:
        click.echo(f"  [{citation.n}] {click.style(place(citation), bold=True)}")
        click.echo(f"      “{printable(citation.quote)}”")
