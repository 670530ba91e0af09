"""Runs of RTF paragraphs: the body, or a note, a comment, a header, a text box that stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from domaingpt.documents.assembly import joined_surrogates, one_line
from domaingpt.documents.tables.edges import EdgedRow


class Flow:
    """Collects text of one run in one codec at a time.

    Attributes:
        kind: "body", "note", "comment", "header", "footer", "box", "label", or a table of the file's head.
        paragraphs: Those that are complete, for runs other than the body.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.paragraphs: list[str] = []
        self._parts: list[str] = []
        self._raw = bytearray()
        self._codec = ""

    def say_bytes(self, data: bytes, codec: str) -> None:
        """Append text in a codec; a character may come in several pieces."""
        if codec != self._codec:
            self._decode()
            self._codec = codec
        self._raw += data

    def say(self, text: str) -> None:
        """Append text."""
        self._decode()
        self._parts.append(text)

    def take(self) -> str:
        """Return the text since the last call; halves of characters beyond the first 65,536 are joined."""
        self._decode()
        text = "".join(self._parts)
        self._parts.clear()
        return joined_surrogates(text).strip()

    def end_paragraph(self) -> None:
        """Complete the paragraph of a run other than the body."""
        if text := self.take():
            self.paragraphs.append(text)

    def whole(self) -> str:
        """Return all that was said, on one line."""
        self.end_paragraph()
        return one_line(" ".join(self.paragraphs))

    def _decode(self) -> None:
        if self._raw:
            self._parts.append(self._raw.decode(self._codec, "replace"))
            self._raw.clear()


@dataclass(slots=True)
class Table:
    """The table that is being read.

    Attributes:
        rows: Complete ones.
        cells: Of the row that is not complete.
        edges: Right edges of its cells, as defined so far.
        marked_header: Whether the file says that the first row is a header.
        asides: Notes and comments in its cells, to be told behind it.
    """

    rows: list[EdgedRow] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    marked_header: bool = False
    asides: list[str] = field(default_factory=list)

    def end_row(self) -> None:
        """Complete a row."""
        if self.cells:
            edges = self.edges if len(self.edges) == len(self.cells) else []
            self.rows.append(EdgedRow(self.cells, list(edges)))
        self.cells = []
