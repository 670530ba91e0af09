"""JSON and JSON Lines → Document: records as rows, larger values as headings with what is below them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.encoding import decode
from domaingpt.documents.records.outline import Outline
from domaingpt.documents.records.values import Fields, ValueReader
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

SAMPLED_LINES = 10  # Among these the first two that are not blank tell what the file is.
LINES_SUFFIXES = (".jsonl", ".ndjson")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a JSON file, or one with a JSON value on each line.

    Raises:
        UnreadableDocument: If it is no JSON, with line and column; of a file of lines, if no line is.
    """
    text, note = decode(data)
    text = text.removeprefix("\ufeff")
    progress()
    assembly = TextAssembly(path)
    outline = Outline(assembly, progress)
    values = ValueReader(path, progress)
    lines = _Lines(text, values)
    title = ""
    if PurePosixPath(path).suffix.lower() in LINES_SUFFIXES or lines.are_meant():
        outline.add_list(lines.sound())
        lines.check(path)
    elif text.lstrip()[:1] == "[":
        outline.add_list(values.elements(text))
    else:
        value = values.whole(text)
        named = value.get("title", "name") if isinstance(value, Fields) else None
        title = meaningful_title(named, path) if isinstance(named, str) else ""
        outline.add(value)
    left_out = {"damaged lines": lines.n_damaged, **outline.left_out}
    return assembly.document(title=title, left_out=left_out, notes=[note, lines.note()])


class _Lines:
    """The lines of a text as JSON values; damaged ones are counted."""

    def __init__(self, text: str, values: ValueReader) -> None:
        self._text = text
        self._values = values
        self.n_damaged = 0
        self._n_lines = 0
        self._first_damaged = 0

    def are_meant(self) -> bool:
        """Return whether the text is JSON Lines under another name: its first two lines are objects, each whole."""
        lines = [line for line in itertools.islice(self._split(), SAMPLED_LINES) if line][:2]
        return len(lines) == 2 and all(line.startswith("{") for line in lines) and None not in map(self._parsed, lines)

    def sound(self) -> Iterator[Any]:
        """Yield the values of all lines that are JSON."""
        for number, line in enumerate(self._split(), start=1):
            if not line:
                continue
            self._n_lines += 1
            value = self._parsed(line)
            if value is None:
                self.n_damaged += 1
                self._first_damaged = self._first_damaged or number
            else:
                yield value

    def check(self, path: str) -> None:
        """Raise UnreadableDocument if there was no sound line."""
        if self.n_damaged == self._n_lines:
            raise UnreadableDocument("not JSON Lines: no line is JSON", path)

    def note(self) -> str:
        """Return what the user should know of damaged lines."""
        if not self.n_damaged:
            return ""
        return f"{self.n_damaged:,} of {self._n_lines:,} lines are not JSON, the first is line {self._first_damaged:,}"

    def _split(self) -> Iterator[str]:
        """Yield the lines one by one, without the white space around them."""
        position = 0
        while position < len(self._text):
            end = self._text.find("\n", position)
            end = len(self._text) if end < 0 else end
            yield self._text[position:end].strip()
            position = end + 1

    def _parsed(self, line: str) -> Any:
        try:
            return self._values.line(line)
        except ValueError:
            return None
