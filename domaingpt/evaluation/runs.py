"""TREC files, so that trec_eval, ir_measures and others can measure what domaingpt found, and the reverse.

    run    query Q0 document rank score tag     white space between, no header
    qrels  query 0 document grade

Such a file has no room for white space in an id. It is written as in a URL, byte by byte in UTF-8, and so are
control characters and "%" itself: "Annual report.pdf" becomes "Annual%20report.pdf". All other characters
stay as they are. Ids of files from elsewhere are taken as they stand.
Also read: qrels as BEIR has them, "query-id<TAB>corpus-id<TAB>score" with that header.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

import numpy as np

from domaingpt import durable
from domaingpt.errors import BadConfig
from domaingpt.evaluation.measures import Qrels, Run, ranking

Value = TypeVar("Value", int, float)

TAG = "domaingpt"
BEIR_COLUMNS = ["query-id", "corpus-id", "score"]
RUN_HINT = "A run has six columns: query Q0 document rank score tag."
QRELS_HINT = "Qrels have four columns, query 0 document grade, or BEIR's three, separated by tabs."


def trec_id(name: str | int) -> str:
    """Return a name as it can stand in a TREC file."""
    return "".join(_escaped(character) for character in str(name))


def plain_id(identifier: str) -> str:
    """Return the name that `trec_id` was given."""
    return unquote(identifier)


def _escaped(character: str) -> str:
    is_plain = character.isprintable() and not character.isspace() and character != "%"
    return character if is_plain else quote(character.encode("utf-8", "surrogatepass"), safe="")


def write_run(path: Path, run: Run, tag: str = TAG) -> None:
    """Write a run, its queries in order, their documents by rank; scores keep single precision exactly."""
    lines = (
        f"{query} Q0 {document} {rank} {np.float32(scores[document]):.9g} {tag}"
        for query, scores in run.items()
        for rank, document in enumerate(ranking(scores), start=1)
    )
    _write(path, lines)


def write_qrels(path: Path, qrels: Qrels) -> None:
    """Write qrels in the order they have."""
    _write(path, (f"{query} 0 {document} {grade}" for query, all_ in qrels.items() for document, grade in all_.items()))


def _write(path: Path, lines: Iterable[str]) -> None:
    durable.write_atomic(path, "".join(f"{line}\n" for line in lines).encode())


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """Read a run; the ranks in it do not count, as in trec_eval.

    Raises:
        BadConfig: If a line is not valid, or a document stands twice for a query; the message names the line.
    """
    run: dict[str, dict[str, float]] = {}
    for where, line in _lines(path):
        columns = line.split()
        if len(columns) != 6:
            raise BadConfig(f"{where} has {len(columns)} columns.", RUN_HINT)
        query, _, document, _, score, _ = columns
        _put(run.setdefault(query, {}), document, _number(score, where, RUN_HINT), where)
    return run


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read qrels of TREC's form or BEIR's.

    Raises:
        BadConfig: If a line is not valid, or a document is judged twice for a query; the message names the line.
    """
    qrels: dict[str, dict[str, int]] = {}
    for where, line in _lines(path):
        columns = line.split("\t") if line.count("\t") == 2 else line.split()
        if columns == BEIR_COLUMNS:
            continue
        if len(columns) == 4:
            query, _, document, grade = columns
        elif len(columns) == 3:
            query, document = (_without_space(column.strip()) for column in columns[:2])
            grade = columns[2]
        else:
            raise BadConfig(f"{where} has {len(columns)} columns.", QRELS_HINT)
        value = _number(grade, where, QRELS_HINT)
        if value != int(value):
            raise BadConfig(f"{where}: the grade is {grade}, but must be a whole number.", QRELS_HINT)
        _put(qrels.setdefault(query, {}), document, int(value), where)
    return qrels


def _without_space(identifier: str) -> str:
    """Return an id of a file whose columns tabs separate, as it can stand in a TREC file."""
    return trec_id(identifier) if len(identifier.split()) > 1 else identifier


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield where a line stands, for messages, and the line; blank ones are left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadConfig(f"{path} cannot be read: {exc}", "Name a TREC file in UTF-8.") from exc
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{path}, line {number}", line.removesuffix("\r")


def _number(text: str, where: str, hint: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadConfig(f"{where}: {text!r} is no number.", hint)
    return value


def _put(of_query: dict[str, Value], document: str, value: Value, where: str) -> None:
    if document in of_query:
        raise BadConfig(f"{where} names document {document!r} a second time for its query.", "Remove one of the lines.")
    of_query[document] = value
