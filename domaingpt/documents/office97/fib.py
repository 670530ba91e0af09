"""Where things lie in a Word 97–2003 file: its FIB, its tables of positions, its text in pieces [MS-DOC]."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from domaingpt.documents.office97.compound import CompoundFile
from domaingpt.errors import EncryptedDocument, UnreadableDocument

WORD_97 = 0xA5EC
OLDER_WORDS = (0xA5DB, 0xA5DC)
FIRST_FIB = 0xC1  # nFib of Word 97; below is Word 95, whose text is stored in another way.
ENCRYPTED, USES_TABLE_1 = 0x0100, 0x0200
# Parts of the text in their order (2.5.4): name, offset of its length in the FIB.
PARTS = (
    ("body", 0x4C), ("footnotes", 0x50), ("headers", 0x54), ("macros", 0x58), ("comments", 0x5C), ("endnotes", 0x60),
    ("boxes", 0x64), ("header boxes", 0x68),
)  # fmt: skip
TABLES_AT = 0x9A  # FibRgFcLcb97: pairs of offset and length.
# Which pair is which (2.5.6).
STYLES, FOOTNOTE_REFS, FOOTNOTE_TEXTS, COMMENT_REFS, COMMENT_TEXTS, HEADERS = 1, 2, 3, 4, 5, 11
CHARACTER_PAGES, PARAGRAPH_PAGES, PIECES, COMMENT_AUTHORS, ENDNOTE_REFS, ENDNOTE_TEXTS = 12, 13, 33, 36, 46, 47
LISTS, LIST_OVERRIDES = 73, 74
PIECE_BYTES = 8
COMPRESSED = 0x40000000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text.

    Attributes:
        start: Its first character's position in the text.
        end: One past its last.
        offset: Where it lies in the main stream.
        width: Bytes a character: 1 (cp1252) or 2 (UTF-16).
    """

    start: int
    end: int
    offset: int
    width: int


class WordFile:
    """The streams of a Word file, and its text.

    Attributes:
        main: The main stream.
        data: The stream of what is too large for others.
        text: All parts, one after the other, one UTF-16 code unit a character.
        parts: Name → (first, one past the last) position in the text.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, or older than Word 97.
    """

    def __init__(self, compound: CompoundFile, path: str) -> None:
        self.main = compound.stream("WordDocument")
        if len(self.main) < TABLES_AT:
            raise UnreadableDocument("damaged Word file: holds no text stream", path)
        identifier, version = struct.unpack_from("<HH", self.main)
        flags = struct.unpack_from("<H", self.main, 0x0A)[0]
        if identifier in OLDER_WORDS or (identifier == WORD_97 and version < FIRST_FIB):
            raise UnreadableDocument("written by Word 95 or older: save it as .docx", path)
        if identifier != WORD_97:
            raise UnreadableDocument("damaged Word file: its header is not one", path)
        if flags & ENCRYPTED:
            raise EncryptedDocument("needs a password", path)
        self._table = compound.stream("1Table" if flags & USES_TABLE_1 else "0Table")
        self.data = compound.stream("Data")
        lengths = [max(0, struct.unpack_from("<i", self.main, offset)[0]) for _, offset in PARTS]
        self.pieces = self._read_pieces(path)
        self.text = self._read_text()
        ends = [min(end, len(self.text)) for end in accumulate(lengths)]
        self.parts = {name: span for (name, _), span in zip(PARTS, pairwise([0, *ends]), strict=True)}

    def table(self, number: int, *, to_end: bool = False) -> bytes:
        """Return one of the tables of `FibRgFcLcb97`, "" if the file has none.

        Args:
            number: Of the table.
            to_end: Also what stands behind it.
        """
        at = TABLES_AT + 8 * number
        if at + 8 > len(self.main):
            return b""
        offset, length = struct.unpack_from("<II", self.main, at)
        if not length:
            return b""
        return self._table[offset:] if to_end else self._table[offset : offset + length]

    def positions(self, number: int, size: int) -> tuple[list[int], list[bytes]]:
        """Return the positions of a table of the kind PLC (2.2.2), and what it holds for each but the last.

        Args:
            number: Of the table.
            size: Bytes it holds for a position.
        """
        return _plc(self.table(number), size)

    def offset(self, position: int) -> int:
        """Return where in the main stream a character of the text lies."""
        index = max(0, bisect_right(self.pieces, position, key=lambda piece: piece.start) - 1)
        piece = self.pieces[index]
        return piece.offset + (position - piece.start) * piece.width

    def spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the text spans of a stretch of the main stream, by pieces."""
        index = max(0, bisect_right(self._by_offset, start, key=lambda piece: piece.offset) - 1)
        for piece in self._by_offset[index:]:
            if piece.offset >= end:
                return
            first = piece.start + max(0, (start - piece.offset + piece.width - 1) // piece.width)
            last = min(piece.end, piece.start + (end - piece.offset) // piece.width)
            if first < last:
                yield first, last

    def _read_pieces(self, path: str) -> list[Piece]:
        clx = self.table(PIECES)
        at = 0
        # Formatting of a fast-saved file comes first, in blocks that begin with 1.
        while at + 3 <= len(clx) and clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if at + 5 > len(clx) or clx[at] != 2:
            raise UnreadableDocument("damaged Word file: its table of pieces is missing", path)
        positions, entries = _plc(clx[at + 5 :][: struct.unpack_from("<I", clx, at + 1)[0]], PIECE_BYTES)
        pieces: list[Piece] = []
        for (start, end), entry in zip(pairwise(positions), entries, strict=True):
            offset = struct.unpack_from("<I", entry, 2)[0]
            # Pieces follow each other without gaps; others are damage, which must not multiply the text.
            if end <= start or start != (pieces[-1].end if pieces else 0):
                break
            if offset & COMPRESSED:
                pieces.append(Piece(start, end, (offset & ~COMPRESSED) // 2, 1))
            else:
                pieces.append(Piece(start, end, offset, 2))
        self._by_offset = sorted(pieces, key=lambda piece: piece.offset)
        return pieces

    def _read_text(self) -> str:
        parts: list[str] = []
        n_bytes = 0
        for piece in self.pieces:
            stored = self.main[piece.offset : piece.offset + (piece.end - piece.start) * piece.width]
            n_bytes += len(stored)
            # Pieces share no bytes in an honest file; in another, a few KB would be text without end.
            if n_bytes > 2 * len(self.main):
                break
            text = stored.decode("cp1252", "replace") if piece.width == 1 else _code_units(stored)
            parts.append(text)
            if len(text) < piece.end - piece.start:
                break  # The file ends here; later pieces would stand at wrong positions.
        return "".join(parts)


def _plc(table: bytes, size: int) -> tuple[list[int], list[bytes]]:
    n = max(0, (len(table) - 4) // (4 + size))
    if len(table) < 4:
        return [], []
    positions = list(struct.unpack_from(f"<{n + 1}I", table))
    first = 4 * (n + 1)
    return positions, [table[first + size * index : first + size * (index + 1)] for index in range(n)]


def _code_units(stored: bytes) -> str:
    """Decode UTF-16 with one character a code unit, so that positions hold; halves are joined when it is shown."""
    n = len(stored) // 2
    units = struct.unpack(f"<{n}H", stored[: 2 * n])
    return "".join(map(chr, units))
