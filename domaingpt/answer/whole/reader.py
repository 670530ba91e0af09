"""An index → all of its tables and documents, once for each generation, with an honest count of what was read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from domaingpt.answer.whole.match import Matcher
from domaingpt.answer.whole.tables import Table, relations, tables_of
from domaingpt.chunks import readable_name
from domaingpt.documents import matches
from domaingpt.errors import IndexCorrupt
from domaingpt.index import LocalIndex
from domaingpt.index.corpus import DocumentRow
from domaingpt.types import Coverage

# Reading stops here and says so. 60,000 documents of a page take about this long. Guess, unmeasured.
MAX_SECONDS = 20.0
MAX_ROWS = 400_000  # About 400 MB of cells. Guess, unmeasured.
NOT_READ = ("failed", "skipped")


@dataclass(slots=True)
class Reading:
    """What was read of an index.

    Attributes:
        documents: The documents in scope, by path.
        matchers: One for each group of tables of the same columns.
        coverage: What was read; rows and tables are filled in by the answer.
        names: Path → what the file, its folders and its title say, as terms.
    """

    documents: list[DocumentRow]
    matchers: list[Matcher]
    coverage: Coverage
    names: dict[str, set[str]] = field(default_factory=dict)


_READ: WeakKeyDictionary[LocalIndex, dict[str, Reading]] = WeakKeyDictionary()


def read_all(index: LocalIndex, only: str | None) -> Reading:
    """Return all tables of the documents that a glob allows; kept for the next question to the same index."""
    kept = _READ.setdefault(index, {})
    if (only or "") not in kept:
        kept.clear()  # one scope at a time: tables may be large
        kept[only or ""] = _read(index, only)
    return kept[only or ""]


def _read(index: LocalIndex, only: str | None) -> Reading:
    documents = [d for d in index.corpus.documents if only is None or matches(d.path, only)]
    started = time.monotonic()
    tables: list[Table] = []
    n_rows, n_read = 0, 0
    left_out: list[str] = []
    seen: dict[str, str] = {}  # content → path: what lies there twice is counted once
    for row in documents:
        if time.monotonic() - started > MAX_SECONDS or n_rows > MAX_ROWS:
            left_out.append(f"{len(documents) - n_read} documents, as reading all of them takes too long")
            break
        if (original := seen.setdefault(row.content_key, row.path)) != row.path and row.n_chunks:
            left_out.append(f"{row.path} (same content as {original}, counted once)")
            n_read += 1
            continue
        try:
            document = index.corpus.document(row.path)
        except IndexCorrupt as exc:
            left_out.append(f"{row.path} ({exc.message})")
            continue
        found = tables_of(document) if any(block.kind == "row" for block in document.blocks) else []
        tables += found
        n_rows += sum(len(table.rows) for table in found)
        n_read += 1
    coverage = _coverage(index, documents, n_read, only, left_out)
    terms = index.terms
    names = {
        row.path: set(terms(f"{readable_name(row.path)} {row.title}")) | _folders(row.path, index) for row in documents
    }
    return Reading(documents, [Matcher(relation, terms) for relation in relations(tables)], coverage, names)


def with_counts(coverage: Coverage, rows: int, tables: int) -> Coverage:
    """Return the coverage of an answer that rests on so many rows."""
    return replace(coverage, rows=rows, tables=tables)


def _folders(path: str, index: LocalIndex) -> set[str]:
    return {term for folder in path.split("/")[:-1] for term in index.terms(readable_name(f"{folder}.x"))}


def _coverage(
    index: LocalIndex, documents: Sequence[DocumentRow], n_read: int, only: str | None, left_out: Sequence[str]
) -> Coverage:
    """Return what was read, and what not: by the ledger of the ingest and the accounts of the documents."""
    entries = index.generation.manifest.get("ledger", {}).get("entries", [])
    lost = [e for e in entries if e["status"] in NOT_READ and (only is None or matches(e["path"], only))]
    reasons = [f"{e['path']} ({e['reason'] or e['status']})" for e in lost]
    known = {row.path for row in documents}
    named = {e["path"] for e in lost}
    without_text = [row for row in documents if not row.n_chunks]
    reasons += [f"{row.path} (no text)" for row in without_text if row.path not in named]
    for row in documents:
        if row.n_chunks and (waiting := row.account.pages.get("needs_ocr", 0)):
            reasons.append(
                f"{waiting} of {sum(row.account.pages.values())} pages of {row.path} (no text: they need OCR)"
            )
    n_documents = len(documents) + sum(path not in known for path in named)
    return Coverage(n_read - len(without_text), n_documents, left_out=(*reasons, *left_out), only=only or "")
