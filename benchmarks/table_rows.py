"""Are figures of tables read with their row and their column? 100 picked by hand, and 30 invented reports.

    python benchmarks/table_rows.py --data DIR [--name NAME] [--failures] [--no-write]

DIR holds docs/ with eight 10-Q filings as PDF: four of Apple ("2022 Q3 AAPL.pdf", ...), four of Microsoft.
table_rows.jsonl names 100 of their figures, picked by eye from the printed pages: document, page, kind of
table, the row's label, all words that tell the column, and the figure. The second set is every filled cell of
the reports that invented_tables.py draws; nothing in the reader may be set on it.

Three shares are told, each of the one before in the strict sense:
- `row`: one chunk holds figure and label in the same row.
- `found`: such a chunk's text or context also holds the words of the column's header.
- `attached`: what the reader gives says that the figure is of that column, and of no other: its cell is the
  n-th of the row, and the n-th name holds the header's words, with what stands over the whole table.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import RESULTS, versions, write_result
from invented_tables import reports
from tokenizers import Tokenizer

from domaingpt.answer.figures.printed import printed_tables
from domaingpt.chunks import CountTokens, chunk_document, search_view
from domaingpt.documents.pdf.reader import read
from domaingpt.models.packaged import packaged_embedder_folder
from domaingpt.types import Block, Chunk, Document

PICKED = Path(__file__).with_suffix(".jsonl")
MAX_TOKENS, CONTEXT_TOKENS = 200, 54  # What a domain with default settings has.
SEPARATOR = " › "
WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
Record = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """How far one figure was found; each implies the one before."""

    row: bool
    found: bool
    attached: bool


@dataclass(frozen=True)
class Reading:
    """What is known of one document after it was read and cut."""

    document: Document
    chunks: Sequence[Chunk]
    rows: Sequence[Block]
    columns: Callable[[Block], Iterable[tuple[str, str]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--name", default="after", help="entry of the result file")
    parser.add_argument("--failures", action="store_true", help="print what was not attached")
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()
    count_tokens = tokenizer()
    picked = [json.loads(line) for line in PICKED.read_text(encoding="utf-8").splitlines()]
    start = time.perf_counter()
    files = {path.name: path.read_bytes() for path in sorted((args.data / "docs").glob("*.pdf"))}
    documents = {name: read(data, name, lambda: None) for name, data in files.items()}
    seconds = time.perf_counter() - start
    judged = judge(picked, documents, count_tokens)
    invented = list(reports())
    drawn = {report.name: read(report.pdf, report.name, lambda: None) for report in invented}
    held_out = judge([fact for report in invented for fact in report.facts], drawn, count_tokens)
    result = {
        "filings": {"pages": sum(len(d.pages) for d in documents.values()), "read_s": round(seconds, 2)}
        | summary(judged, "table"),
        "invented": summary(held_out, "document"),
    }
    print(json.dumps(result, indent=1))
    if args.failures:
        for record, verdict in [*judged, *held_out]:
            if not verdict.attached:
                print(verdict, json.dumps(record, ensure_ascii=False))
    if not args.no_write:
        write(args.name, result)


def tokenizer() -> CountTokens:
    """Return what counts tokens as the default embedder does."""
    folder = packaged_embedder_folder()
    if folder is None:
        raise SystemExit("The default embedder is not installed.")
    encoder = Tokenizer.from_file(str(folder / "tokenizer.json"))
    encoder.no_truncation()
    encoder.no_padding()
    return lambda texts: [len(found) for found in encoder.encode_batch(list(texts), add_special_tokens=False)]


def judge(
    records: Sequence[Record], documents: dict[str, Document], count_tokens: CountTokens
) -> list[tuple[Record, Verdict]]:
    readings: dict[str, Reading] = {}
    for name, document in documents.items():
        chunks = chunk_document(
            document, count_tokens=count_tokens, max_tokens=MAX_TOKENS, context_tokens=CONTEXT_TOKENS
        )
        readings[name] = Reading(document, chunks, rows_of(document), columns_of(document))
    return [(record, verdict(record, readings[record["document"]])) for record in records]


def verdict(record: Record, reading: Reading) -> Verdict:
    """Judge one figure by the rows of its page that hold it and its label; the best of them counts."""
    text = reading.document.text
    wanted = words(record["column"])
    best = Verdict(row=False, found=False, attached=False)
    for row in reading.rows:
        of_row = text[row.start : row.end]
        if not (holds(of_row, record["figure"]) and words(record["row"]) <= words(of_row)):
            continue
        for chunk in reading.chunks:
            is_here = chunk.page is None or chunk.page <= record["page"] <= (chunk.page_end or 0)
            if not (is_here and chunk.start <= row.start and row.end <= chunk.end):
                continue
            found = wanted <= words(f"{chunk.context} {chunk.text}")
            attached = found and any(
                holds(cell, record["figure"]) and wanted <= words(name) for name, cell in reading.columns(row)
            )
            best = max(
                best, Verdict(row=True, found=found, attached=attached), key=lambda v: (v.row, v.found, v.attached)
            )
    return best


def rows_of(document: Document) -> list[Block]:
    """Return the rows a reader marked; the other lines of the text count as rows too, as the chunker has them."""
    rows = [block for block in document.blocks if block.kind == "row"]
    lines = (Block("row", m.start(), m.end()) for m in re.finditer(r"[^\r\n]*\S[^\r\n]*", document.text))
    return rows + [line for line in lines if not any(row.start <= line.start < row.end for row in rows)]


def columns_of(document: Document) -> Callable[[Block], Iterable[tuple[str, str]]]:
    """Return a function from a row to its cells, each with the words that are said of its column."""
    by_time = {
        row.start: row.cells for table in printed_tables(document) for row in table.rows
    }  # what the answers to questions for figures are read from

    def columns(row: Block) -> Iterator[tuple[str, str]]:
        cells = document.text[row.start : row.end].split("\t")
        *over, names = row.header.split(SEPARATOR)
        if "|" in names:
            listed = [name.strip() for name in names.split("|")]
            if len(cells) <= len(listed):
                yield from ((" ".join([*over, name]), cell) for name, cell in zip(listed, cells, strict=False))
                return
        for column, cell in by_time.get(row.start, []):
            yield said(column.months, column.end, row.header), cell.text

    return columns


def said(months: int | None, end: Any, header: str) -> str:
    """Return a column's time in the words of its header."""
    span = {3: "Three Months Ended", 6: "Six Months Ended", 9: "Nine Months Ended", 12: "Year Ended"}.get(months or 0)
    names = "January February March April May June July August September October November December".split()
    day = f"{names[end.month - 1] if end.month else ''} {end.day or ''}, {end.year}" if end else ""
    return f"{span or ''} {day} {'' if span else header.split(SEPARATOR, maxsplit=1)[0]}"


def words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(search_view(text))}


def holds(text: str, figure: str) -> bool:
    """Return whether a text holds a figure, or the words of a cell, whole."""
    pattern = r"\s+".join(map(re.escape, figure.split()))
    return re.search(rf"(?<![\w.,]){pattern}(?![\w]|[.,]\d)", search_view(text)) is not None or figure == text.strip()


def summary(judged: Sequence[tuple[Record, Verdict]], key: str) -> Record:
    """Return how many figures there are and how many were found, all and by kind."""
    kinds: dict[str, list[Verdict]] = {}
    for record, outcome in judged:
        kinds.setdefault(record[key], []).append(outcome)
    return {"all": counts([v for _, v in judged]), "by_kind": {kind: counts(vs) for kind, vs in kinds.items()}}


def counts(verdicts: Sequence[Verdict]) -> Record:
    return {
        "n": len(verdicts),
        "row": sum(v.row for v in verdicts),
        "found": sum(v.found for v in verdicts),
        "attached": sum(v.attached for v in verdicts),
    }


def write(name: str, result: Record) -> None:
    file = RESULTS / "table_rows.json"
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"] if file.is_file() else {}
    print(
        write_result(
            "table_rows",
            {
                "command": "python benchmarks/table_rows.py --data DIR --name NAME",
                "versions": versions(["pypdfium2", "reportlab", "tokenizers"]),
                "runs": {**runs, name: result},
            },
        )
    )


if __name__ == "__main__":
    main()
