"""A small subset of Markdown, parsed into blocks that the PDF and the DOCX writer both understand.

Headings (`#`, `##`, `###`), paragraphs, `- ` bullets, pipe tables with `---:` for right-aligned columns,
`**bold**`, and a lone `---` for a page break. That is all the starter documents need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without numbers."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one header row; `right` says which columns are right-aligned."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


Block = Heading | Text | Bullets | Table | PageBreak


def parse(source: str) -> list[Block]:
    """Return the blocks of a source text; blank lines separate them.

    Raises:
        ValueError: If a table's rows have different lengths.
    """
    return [block for part in re.split(r"\n\s*\n", source.strip()) for block in _parse_part(part)]


def _parse_part(part: str) -> Iterator[Block]:
    lines = [line.strip() for line in part.strip().splitlines()]
    if lines == ["---"]:
        yield PageBreak()
    elif match := re.match(r"(#{1,3}) (.+)", lines[0]):
        yield Heading(match[2], len(match[1]))
        if lines[1:]:
            yield from _parse_part("\n".join(lines[1:]))
    elif lines[0].startswith("|"):
        yield _parse_table(lines)
    elif lines[0].startswith("- "):
        yield Bullets(tuple(item.replace("\n", " ") for item in "\n".join(lines)[2:].split("\n- ")))
    else:
        yield Text(" ".join(lines))


def _parse_table(lines: list[str]) -> Table:
    header, rule, *rows = (tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
    if wrong := [row for row in rows if len(row) != len(header)]:
        raise ValueError(f"{len(header)} columns in the header, but not in {wrong[0]}")
    return Table(header, tuple(rows), tuple(cell.endswith(":") for cell in rule))


def table(header: Sequence[str], rows: Sequence[Sequence[object]], align: str) -> str:
    """Return a pipe table; `align` has one `l` or `r` for each column."""
    rule = ["---:" if letter == "r" else "---" for letter in align]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [header, rule, *rows])


def bold_runs(text: str) -> list[tuple[str, bool]]:
    """Split a text at its `**`: (piece, is bold)."""
    return [(piece, bool(i % 2)) for i, piece in enumerate(text.split("**")) if piece]
