"""Pieces with a known structure → one text with exact block offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from domaingpt.errors import UnreadableDocument
from domaingpt.types import Block, BlockKind, Document, Page

# 3,300 printed pages, and a table of 100,000 rows: more in one file is a data dump or a bomb. What a document of
# this size costs the process that cuts it into chunks is measured in benchmarks/results/hostile.json.
MAX_CHARACTERS = 10_000_000
MAX_BLOCKS = 100_000
# Each line and each sentence has a vector of its own in the index. Prose of ten million characters has half as many.
MAX_PIECES = 200_000
LISTED = ("row", "item")  # Stand on lines of their own, below each other.
PIECE_ENDS = ("\n", ". ", "。")
SPLIT = "Split the file into smaller ones."
SURROGATE = re.compile("[\ud800-\udfff]")


class TextAssembly:
    """A text under construction; rows and items stand on lines of their own, other blocks have a blank line between."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.blocks: list[Block] = []
        self._pages: list[tuple[int, int]] = []  # Number, and how many blocks stand before it.
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
            goes_on = kind in LISTED and kind == self.blocks[-1].kind and not self._is_at_page_start()
            self._append("\n" if goes_on else "\n\n")
        start = self._length
        self._append(text)
        self.blocks.append(Block(kind, start, self._length, level, header))
        if len(self.blocks) > MAX_BLOCKS:
            raise too_many_blocks(self.path)

    def begin_page(self, number: int) -> None:
        """Let the blocks that follow stand on a page of this number; one without a block is told as empty.

        Args:
            number: Counts from 1, and grows from page to page. Begin the first before any block.
        """
        assert number == len(self._pages) + 1
        assert self._pages or not self.blocks
        self._pages.append((number, len(self.blocks)))

    @property
    def last(self) -> str:
        """The text of the last block; "" before the first."""
        return self._parts[-1] if self.blocks else ""

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
    ) -> Document:
        """Return the finished document; counts of 0 are dropped from `left_out`."""
        return Document(
            path=self.path,
            text="".join(self._parts),
            pages=tuple(self._page_table()),
            blocks=tuple(self.blocks),
            title=one_line(title),
            left_out={name: count for name, count in (left_out or {}).items() if count},
            notes=tuple(note for note in notes if note),
        )

    def _is_at_page_start(self) -> bool:
        return bool(self._pages) and self._pages[-1][1] == len(self.blocks)

    def _page_table(self) -> Iterator[Page]:
        for (number, first), (_, last) in pairwise([*self._pages, (0, len(self.blocks))]):
            if first < last:
                yield Page(number, self.blocks[first].start, self.blocks[last - 1].end)
            else:
                position = self.blocks[first - 1].end if first else 0
                yield Page(number, position, position, "empty")

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


def joined_surrogates(text: str) -> str:
    """Return a text of UTF-16 code units with the two halves of a character as one."""
    if not SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space, none at the ends."""
    return " ".join(whole_characters(text).split())
