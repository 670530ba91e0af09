"""A document without pages → the figures of its tables whose columns are named by a time.

Markdown, Word, web pages and sheets give a row's cells with the names of their columns, in the row or beside
it (`domaingpt.retrieval.rows`), so that nothing has to be counted. Columns named otherwise are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domaingpt.answer.figures.columns import Cell, Column, columns, split_row
from domaingpt.answer.figures.printed import REMARK, SCALE, Row, Table
from domaingpt.chunks import SECTION_SEPARATOR
from domaingpt.types import Block, Document

MAX_ABOVE = 300  # characters above a table in which its unit and title may stand. Guess, unmeasured.
Named = list[tuple[str, str]]


def named_tables(document: Document) -> list[Table]:
    """Return the tables of a document whose rows have cells under names that tell a time, in order."""
    tables: list[Table] = []
    names: list[str] = []
    above: tuple[int, int] = (0, 0)  # the row of names that stands over the rows
    end = 0
    for block in document.blocks:
        if block.kind != "row":
            continue
        text = document.text[block.start : block.end]
        named = _named(text, block)
        dated = [(column, cell) for name, value in named if (column := _column(name)) and (cell := _figure(value))]
        if not dated:
            above, end = (block.start, block.end), end if "|" in text and "|" not in block.header else block.end
            continue
        if [name for name, _ in named] != names or not tables:
            names = [name for name, _ in named]
            tables.append(_table(document, block, dated, above, max(end, block.start - MAX_ABOVE)))
        tables[-1].rows.append(Row(block.start, block.end, _label(named), (), dated))
        end = block.end
    return tables


def _table(
    document: Document, block: Block, dated: Sequence[tuple[Column, Cell]], above: tuple[int, int], start: int
) -> Table:
    """Return the empty table that begins with a row."""
    is_beside = "|" in block.header
    lead = document.text[start : above[0] if is_beside and above[0] >= start else block.start]
    found = [match for match in REMARK.finditer(lead) if SCALE.search(match[0])]
    unit = found[-1] if found else None
    over = block.header.rpartition(SECTION_SEPARATOR)[0] if is_beside else block.header
    title = " ".join([*lead.split("\n")[-3:], over]).strip(" #|")
    table = Table(
        title=title,
        unit=unit[0] if unit else "",
        columns=[column for column, _ in dated],
        header=above if is_beside else (block.start, block.start),
        unit_span=(start + unit.start(), start + unit.end()) if unit else None,
    )
    table.rows = []
    return table


def _named(text: str, block: Block) -> Named:
    """Return the cells of a row as (column name, value); the name is empty for one that has none."""
    cells = [cell.strip() for cell in text.strip("| ").split("|")]
    if "|" not in block.header:
        return list(_with_names(cells))
    names = [name.strip() for name in block.header.rsplit(SECTION_SEPARATOR, maxsplit=1)[-1].split("|")]
    if len(names) == len(cells) - 1 and _column(names[0]):  # the corner above the labels is empty
        names.insert(0, "")
    if len(names) != len(cells) or (_column(names[0]) and not _figure(cells[0])):
        return []
    return list(zip(names, cells, strict=True))


def _with_names(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    for cell in cells:
        name, separator, value = cell.rpartition(": ")
        yield (name.strip(), value.strip()) if separator else ("", cell)


def _label(named: Named) -> str:
    """Return the words of a row that stand before its first figure of a time."""
    words: list[str] = []
    for name, value in named:
        if _column(name):
            break
        words.append(value)
    return " ".join(word for word in words if any(map(str.isalpha, word)))


def _column(name: str) -> Column | None:
    found = columns(name) if any(map(str.isdigit, name)) else None
    return found[0] if found and len(found) == 1 else None


def _figure(value: str) -> Cell | None:
    label, cells = split_row(value)
    return cells[0] if not label and len(cells) == 1 and cells[0].digits else None
