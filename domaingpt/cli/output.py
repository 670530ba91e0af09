"""Writing: one compact JSON object a line, safe text for terminals, notices on stderr."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Any

import click

from domaingpt.types import Answer, Citation, Coverage, Hit

# What can steer a terminal or reorder what it shows: controls, format characters such as bidi marks,
# lone surrogates, line and paragraph separators.
UNSAFE_CATEGORIES = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])


def json_line(value: dict[str, Any]) -> None:
    """Write one object on one line of stdout; what could steer a terminal or break a line is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not text.isprintable():
        text = "".join(json.dumps(c)[1:-1] if _is_unsafe(c) else c for c in text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a terminal without Unicode
        text = json.dumps(value, separators=(",", ":"))
    click.echo(text)


def notice(text: str) -> None:
    """Tell the user something on stderr, line by line."""
    click.echo("\n".join(escaped(line) for line in text.split("\n")), err=True)


def printable(text: str) -> str:
    """Return text from documents or models on one line, without what could steer the terminal."""
    from domaingpt.chunks import search_view

    view = search_view(text)
    return view if view.isprintable() else "".join(c for c in view if not _is_unsafe(c))


def escaped(name: str) -> str:
    r"""Return a file name or a message with unsafe characters spelled out, e.g. "\x1b": none goes unseen."""
    return "".join(c.encode("unicode_escape").decode() if _is_unsafe(c) else c for c in name)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in UNSAFE_CATEGORIES


def well_formed(text: str) -> str:
    """Return an argument without the lone surrogates that stand for bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode()


def place(citation: Citation) -> str:
    """Return where a quote stands, e.g. "loan.pdf, page 3, Repayment"."""
    parts = [escaped(citation.document)]
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


def answer_json(question_id: str | int | None, answer: Answer) -> dict[str, Any]:
    """Return an answer in the form of `ask --json`."""
    return {
        "id": question_id,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "elsewhere": answer.elsewhere,
        "citations": [citation_json(citation) for citation in answer.citations],
        "nearest": [citation_json(citation) for citation in answer.nearest],
        "model": answer.model,
        "dropped": answer.dropped,
        "timings_ms": dict(answer.timings_ms),
        "coverage": answer.coverage and coverage_json(answer.coverage),
    }


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """Return what was read for an answer in the form of `ask --json`."""
    return {
        "documents_read": coverage.documents_read,
        "documents": coverage.documents,
        "rows": coverage.rows,
        "tables": coverage.tables,
        "left_out": list(coverage.left_out),
        "only": coverage.only or None,
        "whole": coverage.whole,
        "statement": coverage.statement,
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
