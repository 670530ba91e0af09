"""CSV and TSV → Document: the separator is found, the first row names the columns, a line per row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import MAX_CHARACTERS, TextAssembly
from domaingpt.documents.damage import damage
from domaingpt.documents.encoding import decode
from domaingpt.documents.tables.grids import add_tables
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

SEPARATORS = ",;\t|"
SAMPLE_CHARACTERS = 64 << 10
SAMPLE_ROWS = 200
ROWS_PER_PROGRESS = 500
# A cell of more lines than this is a quote that was never closed and swallows the rest of the file.
MAX_CELL_LINES = 200


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a table of separated values in whatever encoding and with whatever separator."""
    text, note = decode(data)
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    separator = ""
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # Excel's own way to name the separator.
        separator, text = first.strip()[-1], rest
    separator = separator or find_separator(text, is_tsv=PurePosixPath(path).suffix.lower() == ".tsv")
    assembly = TextAssembly(path)
    csv.field_size_limit(MAX_CHARACTERS)
    quoting = csv.QUOTE_MINIMAL
    if _has_open_quote(text, separator):
        quoting = csv.QUOTE_NONE
    try:
        add_tables(assembly, _rows(text, separator, quoting, progress))
    except csv.Error as exc:
        raise UnreadableDocument(f"damaged table: {damage(exc)}", path) from exc
    return assembly.document(notes=[note])


def find_separator(text: str, *, is_tsv: bool = False) -> str:
    """Return the separator that splits the first rows most evenly into the most columns."""
    sample = text[:SAMPLE_CHARACTERS]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample

    def evenness(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in _sampled(sample, separator) if any(row)]
        if not widths:
            return 0.0, 0
        common = max(set(widths), key=widths.count)
        return (widths.count(common) / len(widths) if common > 1 else 0.0), common

    ranked = sorted(SEPARATORS, key=evenness, reverse=True)
    if is_tsv and evenness("\t")[0] > 0:
        return "\t"
    return ranked[0] if evenness(ranked[0])[0] > 0 else ","


def _sampled(sample: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _has_open_quote(text: str, separator: str) -> bool:
    if '"' not in text:
        return False
    try:
        return any(
            cell.count("\n") > MAX_CELL_LINES
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            for cell in row
        )
    except csv.Error:
        return True


def _rows(text: str, separator: str, quoting: int, progress: Callable[[], None]) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    for number, row in enumerate(reader):
        if number % ROWS_PER_PROGRESS == 0:
            progress()
        yield row
