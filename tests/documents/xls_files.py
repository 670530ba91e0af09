"""Excel 97 workbooks for tests: one sheet of words, with notes and hidden rows and columns ([MS-XLS])."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

BOF, EOF, BOUNDSHEET, LABEL, ROW, COLINFO, OBJ, TXO, CONTINUE, NOTE = (
    0x0809, 0x000A, 0x0085, 0x0204, 0x0208, 0x007D, 0x005D, 0x01B6, 0x003C, 0x001C,
)  # fmt: skip


def xls_of(
    rows: Sequence[Sequence[str]],
    *,
    notes: Mapping[tuple[int, int], tuple[str, str]] | None = None,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
) -> bytes:
    """Return a workbook whose sheet is called "S"; notes are author and text, rows and columns count from 0."""
    sheet = _bof(0x10)
    for column in hidden_columns:
        sheet += _record(COLINFO, struct.pack("<6H", column, column, 2560, 0, 1, 0))
    for row in hidden_rows:
        sheet += _record(ROW, struct.pack("<6HL", row, 0, 9, 255, 0, 0, 0x120))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            if text:
                sheet += _record(LABEL, struct.pack("<3H", row, column, 0) + _string(text))
    for number, ((row, column), (author, text)) in enumerate((notes or {}).items(), start=1):
        sheet += _record(OBJ, struct.pack("<5H12x", 0x15, 18, 0x19, number, 0x4011))
        sheet += _record(TXO, struct.pack("<HH6xHHH", 0, 0, len(text), 0, 0))
        sheet += _record(CONTINUE, b"\0" + text.encode("latin-1"))
        sheet += _record(NOTE, struct.pack("<4H", row, column, 0, number) + _string(author) + b"\0")
    entry = struct.pack("<LBBBB", 0, 0, 0, 1, 0) + b"S"
    globals_size = len(_bof(5) + _record(BOUNDSHEET, entry) + _record(EOF, b""))
    entry = struct.pack("<L", globals_size) + entry[4:]
    return _bof(5) + _record(BOUNDSHEET, entry) + _record(EOF, b"") + sheet + _record(EOF, b"")


def _bof(kind: int) -> bytes:
    return _record(BOF, struct.pack("<4H8x", 0x0600, kind, 0x0DBB, 1996))


def _record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def _string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 0) + text.encode("latin-1")
