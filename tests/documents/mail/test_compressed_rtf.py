"""Compressed RTF: the specification's own examples ([MS-OXRTFCP] 3.1), and damage."""

from __future__ import annotations

import struct

import pytest

from domaingpt.documents.mail.compressed_rtf import decompressed

SIMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (SIMPLE, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
        (CROSSING, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        (struct.pack("<II4sI", 20, 8, b"MELA", 0) + b"{\\rtf1 }rest", b"{\\rtf1 }"),
        (b"", b""),
        (b"something else than RTF", b""),
    ],
    ids=["simple", "crossing", "stored", "empty", "foreign"],
)
def test_it_gives_the_text_that_was_compressed(data: bytes, expected: bytes) -> None:
    """By references into what came before."""
    assert decompressed(data, lambda: None) == expected


def test_damage_gives_no_more_than_was_told() -> None:
    """Cut, changed, and stretched."""
    for length in range(len(SIMPLE)):
        assert len(decompressed(SIMPLE[:length], lambda: None)) <= 43
    for position in range(16, len(SIMPLE)):
        assert len(decompressed(SIMPLE[:position] + b"\xff" + SIMPLE[position + 1 :], lambda: None)) <= 43
    bomb = struct.pack("<II4sI", 0, 0xFFFFFFFF, b"LZFu", 0) + b"\0aaaaaaaa" + b"\xff" + b"\x0d\xff" * 8
    assert len(decompressed(bomb, lambda: None)) < 300
