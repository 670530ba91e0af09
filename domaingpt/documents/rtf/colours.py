"""The colour table of an RTF file: which of its colours are white."""

from __future__ import annotations

WHITE = {"red": 255, "green": 255, "blue": 255}


class Colours:
    """Fills as the table is read: components as words, a semicolon behind each colour."""

    def __init__(self) -> None:
        self._whites: list[bool] = []
        self._components: dict[str, int | None] = {}

    def component(self, word: str, value: int | None) -> None:
        """Take a word of the table; others than red, green and blue change nothing."""
        if word in WHITE:
            self._components[word] = value

    def separators(self, data: bytes) -> None:
        """Take text of the table: each semicolon ends a colour. One without components is the automatic one."""
        for _ in range(data.count(b";")):
            self._whites.append(self._components == WHITE)
            self._components = {}

    def is_white(self, number: int | None) -> bool:
        """Return whether a colour of the table is white."""
        return number is not None and 0 <= number < len(self._whites) and self._whites[number]
