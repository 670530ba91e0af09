"""JSON text → values, with nothing lost on the way: numbers as written, repeated keys kept, NaN accepted.

A value is a `str`, an `Amount` (a number or constant as written), None, a bool, a list, or `Fields`: a list of
(key, value) pairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from domaingpt.documents.tables.cells import Amount
from domaingpt.errors import UnreadableDocument

CALLS_PER_PROGRESS = 50_000  # Values between two reports, about 30 ms.
SPACE = re.compile(r"[ \t\r\n]*")
SEPARATOR = re.compile(r"[ \t\r\n]*([,\]])[ \t\r\n]*")


class Fields(list[tuple[str, Any]]):
    """The fields of an object in their order."""

    __slots__ = ()

    def get(self, *names: str) -> Any:
        """Return the first value whose key is the first of the names that there is, or None."""
        for name in names:
            for key, value in self:
                if key == name:
                    return value
        return None


class ValueReader:
    """Reads the values of one file, reporting progress while the parser is at work.

    Args:
        path: For errors.
        progress: Called every `CALLS_PER_PROGRESS` values.
    """

    def __init__(self, path: str, progress: Callable[[], None]) -> None:
        self._path = path
        self._progress = progress
        self._n_calls = 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._fields,
            parse_float=self._amount,
            parse_int=self._amount,
            parse_constant=self._amount,
            strict=False,  # Line breaks inside strings are a common fault, and harmless.
        )

    def whole(self, text: str) -> Any:
        """Return the one value of a text.

        Raises:
            UnreadableDocument: If it is no JSON, with line and column, or nested too deeply.
        """
        value, end = self._value(text, _skip(text, 0))
        if end < len(text):
            raise self._error(text, end, "more follows the end of the value")
        return value

    def elements(self, text: str) -> Iterator[Any]:
        """Yield the elements of a list one by one, so that a large file is never in memory as a whole.

        Raises:
            UnreadableDocument: As `whole`; what was yielded until then was sound.
        """
        position = _skip(text, 0)
        assert text[position] == "["
        position = _skip(text, position + 1)
        if text[position : position + 1] == "]":
            position = _skip(text, position + 1)
        else:
            mark = ","
            while mark == ",":
                value, position = self._value(text, position)
                self._report()
                yield value
                found = SEPARATOR.match(text, position)
                if found is None:
                    raise self._error(text, position, "expecting ',' or ']'")
                mark, position = found[1], found.end()
        if position < len(text):
            raise self._error(text, position, "more follows the end of the list")

    def line(self, text: str) -> Any:
        """Return the value of one line of JSON Lines.

        Raises:
            ValueError: If it is not JSON.
        """
        try:
            return self._decoder.decode(text)
        except RecursionError as exc:
            raise ValueError("nested too deeply") from exc

    def _value(self, text: str, position: int) -> tuple[Any, int]:
        try:
            value, end = self._decoder.raw_decode(text, position)
        except json.JSONDecodeError as exc:
            raise self._error(text, exc.pos, exc.msg) from exc
        except RecursionError as exc:
            raise UnreadableDocument("not read: JSON nested too deeply", self._path) from exc
        return value, _skip(text, end)

    def _error(self, text: str, position: int, reason: str) -> UnreadableDocument:
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        return UnreadableDocument(f"not JSON: {reason} in line {line:,}, column {column:,}", self._path)

    def _fields(self, pairs: list[tuple[str, Any]]) -> Fields:
        self._report()
        return Fields(pairs)

    def _amount(self, text: str) -> Amount:
        self._report()
        return Amount(text)

    def _report(self) -> None:
        self._n_calls += 1
        if self._n_calls % CALLS_PER_PROGRESS == 0:
            self._progress()


def _skip(text: str, position: int) -> int:
    found = SPACE.match(text, position)
    assert found is not None
    return found.end()
