"""Text of an Outlook item in compressed RTF → RTF ([MS-OXRTFCP])."""

from __future__ import annotations

import struct
from collections.abc import Callable

COMPRESSED, STORED = b"LZFu", b"MELA"
HEADER = struct.Struct("<II4sI")  # Compressed size, raw size, kind, checksum.
# What the dictionary begins with: [MS-OXRTFCP] 2.1.3.1.
BEGINNING = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
DICTIONARY_BYTES = 4096
MAX_RTF_BYTES = 32 << 20  # References stretch a byte to nine at most. Guess, unmeasured.
RUNS_PER_PROGRESS = 10_000


def decompressed(data: bytes, progress: Callable[[], None]) -> bytes:
    """Return the RTF; as much of it as is whole where the data are damaged, empty where they are none."""
    if len(data) < HEADER.size:
        return b""
    _, n_raw, kind, _ = HEADER.unpack_from(data)
    n_raw = min(n_raw, MAX_RTF_BYTES)
    if kind == STORED:
        return data[HEADER.size : HEADER.size + n_raw]
    return _expanded(data, n_raw, progress) if kind == COMPRESSED else b""


def _expanded(data: bytes, n_raw: int, progress: Callable[[], None]) -> bytes:
    """Return literals and references to what came before, eight of them behind each byte of flags."""
    out = bytearray(BEGINNING)
    end = len(BEGINNING) + n_raw
    position, n_runs = HEADER.size, 0
    while position < len(data) and len(out) < end:
        flags, position = data[position], position + 1
        n_runs += 1
        if n_runs % RUNS_PER_PROGRESS == 0:
            progress()
        for bit in range(8):
            if not flags >> bit & 1:
                out += data[position : position + 1]
                position += 1
                continue
            if position + 2 > len(data):
                break
            reference = int.from_bytes(data[position : position + 2], "big")
            position += 2
            back = (len(out) - (reference >> 4)) % DICTIONARY_BYTES
            if not back or back > len(out):  # A reference to itself marks the end.
                return bytes(out[len(BEGINNING) : end])
            for _ in range((reference & 15) + 2):
                out.append(out[-back])
    return bytes(out[len(BEGINNING) : end])
