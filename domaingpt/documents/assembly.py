"""Pieces with a known structure → one text with exact block offsets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from domaingpt.errors import UnreadableDocument
from domaingpt.types import Block, BlockKind, Document, Page

# 3,300 printed pages, and a table of 100,000 rows: more in one file is a data dump or a bomb. What a document of
# this size costs the process that cuts it into chunks is measured in benchmarks/results/hostile.json.
MAX_CHARACTERS = 10_000_000
MAX_BLOCKS = 100_000
# Each line and each sentence has a vector of its own in the index. Prose of ten million characters has half as many.
MAX_PIECES = 200_000
PIECE_ENDS = ("\n", ". ", "。")
SPLIT = "Split the file into smaller ones."
SURROGATE = re.compile("[\ud800-\udfff]")


class TextAssembly:
    """A text under construction; rows stand on lines of their own, other blocks have a blank line between."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._length = 0

    def add(self, kind: BlockKind, text: str, *, level: int = 0, header: str = "") -> None:
        """Append one block; white space around it is dropped, an empty one is ignored.

        Raises:
            UnreadableDocument: If the text outgrows `MAX_CHARACTERS` or `MAX_BLOCKS`.
        """
        text = whole_characters(text).strip()
        if not text:
            return
        if self.blocks:
            in_table = kind == "row" == self.blocks[-1].kind
            self._append("\n" if in_table else "\n\n")
        start = self._length
        self._append(text)
        self.blocks.append(Block(kind, start, self._length, level, header))
        if len(self.blocks) > MAX_BLOCKS:
            raise too_many_blocks(self.path)

    def drop_last(self) -> None:
        """Take the last block back."""
        block = self.blocks.pop()
        end = self.blocks[-1].end if self.blocks else 0
        while self._length > end:
            self._length -= len(self._parts.pop())
        assert self._length == end <= block.start

    def document(
        self,
        *,
        title: str = "",
        left_out: Mapping[str, int] | None = None,
        notes: Sequence[str] = (),
        pages: Sequence[Page] = (),
    ) -> Document:
        """Return the finished document; counts of 0 are dropped from `left_out`."""
        return Document(
            path=self.path,
            text="".join(self._parts),
            pages=tuple(pages),
            blocks=tuple(self.blocks),
            title=one_line(title),
            left_out={name: count for name, count in (left_out or {}).items() if count},
            notes=tuple(note for note in notes if note),
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > MAX_CHARACTERS:
            raise too_many_characters(self.path)


def check_size(document: Document) -> Document:
    """Return the document, if it is not longer than what the rest of the way can bear.

    Raises:
        UnreadableDocument: If it is.
    """
    if len(document.text) > MAX_CHARACTERS:
        raise too_many_characters(document.path)
    if len(document.blocks) > MAX_BLOCKS:
        raise too_many_blocks(document.path)
    if sum(map(document.text.count, PIECE_ENDS)) > MAX_PIECES:
        raise UnreadableDocument(f"holds more than {MAX_PIECES:,} lines and sentences", document.path, SPLIT)
    return document


def too_many_characters(path: str) -> UnreadableDocument:
    """Return the refusal of a text that is too long."""
    return UnreadableDocument(f"holds more than {MAX_CHARACTERS:,} characters", path, SPLIT)


def too_many_blocks(path: str) -> UnreadableDocument:
    """Return the refusal of a text with too many parts."""
    return UnreadableDocument(f"holds more than {MAX_BLOCKS:,} rows, headings and paragraphs", path, SPLIT)


def whole_characters(text: str) -> str:
    """Return the text with lone surrogates as U+FFFD: they cannot be stored; the length stays."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return SURROGATE.sub("�", text)
    return text


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space, none at the ends."""
    return " ".join(whole_characters(text).split())
