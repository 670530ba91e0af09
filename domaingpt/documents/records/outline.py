"""Nested values → blocks: a record that fits is one row, "name: Ann | address.city: Bonn"; a larger one a heading
with rows of its short fields, paragraphs of its long texts, and what is nested in it below.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Any

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.records.messages import in_order, shown_message
from domaingpt.documents.records.values import Fields
from domaingpt.documents.tables.grids import CELL_SEPARATOR, add_table

# A row of more characters would not fit a chunk of 140 tokens (`chunking.max_tokens`), at 3 characters a token.
MAX_ROW_CHARACTERS = 400
MAX_SHORT_CHARACTERS = 200  # A longer text is prose, not the value of a field. Guess, unmeasured.
MAX_DEPTH = 40  # Values nested deeper are counted, not read; configuration files reach about 10.
MAX_HEADING_LEVEL = 6
MAX_LABEL_CHARACTERS = 100
BLOCKS_PER_PROGRESS = 500
# Fields that say which record it is, best first.
LABELS = ("title", "name", "label", "subject", "headline", "id", "key")
BLANK_LINE = re.compile(r"\n[ \t]*\n")

Pair = tuple[str, str]
"""Path and text of one field."""


class Outline:
    """Appends values to a text.

    Attributes:
        left_out: What was not read, by name.
    """

    def __init__(self, assembly: TextAssembly, progress: Callable[[], None]) -> None:
        self._assembly = assembly
        self._progress = progress
        self._n_calls = 0
        self.left_out = {"fields of messages": 0, "values nested too deeply": 0}

    def add(self, value: Any, name: str = "", level: int = 1) -> None:
        """Append one value under its name."""
        self._report()
        if level > MAX_DEPTH:
            self.left_out["values nested too deeply"] += 1
        elif isinstance(value, Fields):
            self._add_record(in_order(value), name, level)
        elif isinstance(value, list):
            if self._add_row(value, name):
                return
            below = self._add_heading(name, level)
            self.add_list(value, name, below)
        else:
            self._add_text(name, value)

    def add_list(self, values: Iterable[Any], name: str = "", level: int = 1) -> None:
        """Append the elements of a list, which may be read while this runs."""
        numbers = itertools.count(1)
        for is_grid, run in itertools.groupby(values, key=_is_grid_row):
            if is_grid:
                add_table(self._assembly, [[scalar_text(cell) for cell in row] for row in run])
                continue
            for are_scalars, same in itertools.groupby(run, key=_is_scalar):
                if are_scalars:
                    self._add_scalars(same)
                    continue
                for value in same:
                    self._add_element(value, name, next(numbers), level)

    def _add_element(self, value: Any, name: str, number: int, level: int = 1) -> None:
        """Append one record of a list: a message, a row, or a heading with what is below."""
        self._report()
        if isinstance(value, Fields):
            value = in_order(value)
            message = shown_message(value)
            if message is not None:
                self.left_out["fields of messages"] += message[1]
                self._add_paragraphs(message[0])
                return
            if self._add_row(value, ""):
                return
        self.add(value, _label(value) or f"{name or 'Record'} {number}", level)

    def _add_record(self, fields: Fields, name: str, level: int) -> None:
        if self._add_row(fields, name):
            return
        below = self._add_heading(name, level)
        short: list[Pair] = []
        nested: list[tuple[str, Any]] = []
        for key, value in fields:
            pairs = flat(value, key)
            if pairs is None or sum(len(text) for _, text in pairs) > MAX_SHORT_CHARACTERS:
                nested.append((key, value))
            else:
                short += pairs
        self._add_rows(short)
        # Texts first: after a heading they would seem to belong to it.
        for key, value in sorted(nested, key=lambda field: isinstance(field[1], list)):
            self.add(value, key, below)

    def _add_row(self, value: Any, name: str) -> bool:
        """Append a value as one row and return True if it fits, or if it says nothing."""
        pairs = flat(value, name)
        if pairs is None:
            return False
        row = CELL_SEPARATOR.join(f"{path}: {text}" if path else text for path, text in pairs)
        if len(row) > MAX_ROW_CHARACTERS:
            return False
        self._assembly.add("row", row)
        return True

    def _add_heading(self, name: str, level: int) -> int:
        """Append a heading if there is a name; return the level of headings below."""
        if not name:
            return level
        self._assembly.add("heading", one_line(name), level=min(level, MAX_HEADING_LEVEL))
        return level + 1

    def _add_rows(self, pairs: Iterable[Pair]) -> None:
        """Append fields, as many to a row as fit."""
        row = ""
        for path, text in pairs:
            field = f"{path}: {text}" if path else text
            if row and len(row) + len(field) > MAX_ROW_CHARACTERS:
                self._assembly.add("row", row)
                row = ""
            row = f"{row}{CELL_SEPARATOR}{field}" if row else field
        self._assembly.add("row", row)

    def _add_scalars(self, values: Iterable[Any]) -> None:
        """Append a list of scalars: prose as paragraphs, the others as many to a line as fit."""
        line = ""
        for value in values:
            self._report()
            text = scalar_text(value)
            is_prose = len(text) > MAX_SHORT_CHARACTERS
            if line and (is_prose or len(line) + len(text) > MAX_ROW_CHARACTERS):
                self._assembly.add("paragraph", line)
                line = ""
            if is_prose:
                self._add_paragraphs(text)
            elif text:
                line = f"{line}, {one_line(text)}" if line else one_line(text)
        self._assembly.add("paragraph", line)

    def _add_text(self, name: str, value: Any) -> None:
        text = scalar_text(value)
        if text:
            self._add_paragraphs(f"{name}: {text}" if name else text)

    def _add_paragraphs(self, text: str) -> None:
        for paragraph in BLANK_LINE.split(text.replace("\r\n", "\n")):
            self._assembly.add("paragraph", paragraph)

    def _report(self) -> None:
        self._n_calls += 1
        if self._n_calls % BLOCKS_PER_PROGRESS == 0:
            self._progress()


def flat(value: Any, path: str, depth: int = 0) -> list[Pair] | None:
    """Return the fields of a value with their paths, or None if it holds a long text or a list of records.

    >>> flat(Fields([("name", "Ann"), ("address", Fields([("city", "Bonn")])), ("tags", ["a", "b"])]), "")
    [('name', 'Ann'), ('address.city', 'Bonn'), ('tags', 'a, b')]
    """
    if isinstance(value, Fields):
        pairs: list[Pair] = []
        for key, below in value:
            found = flat(below, f"{path}.{key}" if path else key, depth + 1) if depth < MAX_DEPTH else None
            if found is None or len(pairs) > MAX_ROW_CHARACTERS:
                return None
            pairs += found
        return pairs
    if isinstance(value, list):
        if len(value) > MAX_SHORT_CHARACTERS or not all(map(_is_scalar, value)):
            return None
        text = ", ".join(text for text in map(scalar_text, value) if text)
    else:
        text = scalar_text(value)
    if len(text) > MAX_SHORT_CHARACTERS or BLANK_LINE.search(text):
        return None
    return [(one_line(path), one_line(text))] if text.strip() else []


def scalar_text(value: Any) -> str:
    """Return a scalar as JSON writes it; null says nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _label(value: Any) -> str:
    if not isinstance(value, Fields):
        return ""
    for name in LABELS:
        label = value.get(name)
        if isinstance(label, str) and 0 < len(one_line(label)) <= MAX_LABEL_CHARACTERS:
            return one_line(label)
    return ""


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, list)


def _is_grid_row(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, Fields) and all(map(_is_scalar, value))
