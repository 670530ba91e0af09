"""Writes compound files as Outlook does ([MS-CFB], [MS-OXMSG]): as much as a reader needs."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

Tree = dict[str, Any]  # Name → bytes of a stream, or the Tree of a storage.
SECTOR, MINI_SECTOR, CUTOFF = 512, 64, 4096
FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def compound(tree: Tree) -> bytes:
    """Return a compound file of version 3."""
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = bytearray(), []

    def place(data: bytes) -> int:
        if not data:
            return END
        first = len(sectors)
        for offset in range(0, len(data), SECTOR):
            sectors.append(data[offset : offset + SECTOR].ljust(SECTOR, b"\0"))
            fat.append(len(sectors))
        fat[-1] = END
        return first

    def place_small(data: bytes) -> int:
        first = len(mini_fat)
        n = -(-len(data) // MINI_SECTOR)
        mini_fat.extend([*range(first + 1, first + n), END])
        mini.extend(data.ljust(n * MINI_SECTOR, b"\0"))
        return first

    entries: list[list[Any]] = [["Root Entry", 5, NONE, NONE, 0, 0]]  # name, type, right, child, start, size

    def add(branch: Tree) -> int:
        previous, first = None, NONE
        for name, value in branch.items():
            number = len(entries)
            entries.append([name, 1 if isinstance(value, dict) else 2, NONE, NONE, 0, 0])
            if previous is None:
                first = number
            else:
                entries[previous][2] = number
            previous = number
            if isinstance(value, dict):
                entries[number][3] = add(value)
            elif value:
                small = len(value) < CUTOFF
                entries[number][4:] = [place_small(value) if small else place(value), len(value)]
            else:
                entries[number][4] = END
        return first

    entries[0][3] = add(tree)
    entries[0][4:] = [place(bytes(mini)), len(mini)]
    mini_start = place(
        struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) * 4 // SECTOR) * SECTOR, b"\xff")
    )
    directory = b"".join(map(_entry, entries))
    directory_start = place(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    n_fat = 1
    while (len(fat) + n_fat) * 4 > n_fat * SECTOR:
        n_fat += 1
    assert n_fat <= 109
    fat_start = len(fat)
    fat += [FAT_SECTOR] * n_fat
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(n_fat * SECTOR, b"\xff")
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<IIIIIIIII", 0, n_fat, directory_start, 0, CUTOFF, mini_start if mini_fat else END,
                      -(-len(mini_fat) * 4 // SECTOR), END, 0)
        + struct.pack("<109I", *range(fat_start, fat_start + n_fat), *[FREE] * (109 - n_fat))
    )  # fmt: skip
    return header + b"".join(sectors) + table


def _entry(entry: list[Any]) -> bytes:
    name, kind, right, child, start, size = entry
    raw = name.encode("utf-16-le") + b"\0\0"
    return (
        raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, NONE, right, child) + bytes(36)
        + struct.pack("<IQ", start, size)
    )  # fmt: skip


def strings(values: dict[int, str], kind: int = 0x001F) -> Tree:
    """Return string properties as streams."""
    encoding = "utf-16-le" if kind == 0x001F else "cp1251"
    return {f"__substg1.0_{number:04X}{kind:04X}": text.encode(encoding) for number, text in values.items()}


def fixed(values: dict[int, int | datetime], header: int = 8) -> Tree:
    """Return the property stream; datetimes become FILETIME."""
    rows = b""
    for number, value in values.items():
        if isinstance(value, datetime):
            ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10_000_000)
            rows += struct.pack("<HHIQ", 0x0040, number, 6, ticks)
        else:
            rows += struct.pack("<HHIq", 0x0003, number, 6, value)
    return {"__properties_version1.0": bytes(header) + rows}


def recipient(number: int, kind: int, name: str, address: str) -> Tree:
    """Return a recipient: kind 1 To, 2 Cc, 3 Bcc."""
    return {f"__recip_version1.0_#{number:08X}": {**strings({0x3001: name, 0x39FE: address}), **fixed({0x0C15: kind})}}


def attachment(number: int, name: str, content: bytes | Tree, **more: str) -> Tree:
    """Return an attached file, or message where `content` is its tree."""
    stream = {"__substg1.0_37010102": content} if isinstance(content, bytes) else {"__substg1.0_3701000D": content}
    texts = {0x3707: name, **{int(key[1:], 16): value for key, value in more.items()}}
    return {
        f"__attach_version1.0_#{number:08X}": {**strings({k: v for k, v in texts.items() if v}), **fixed({}), **stream}
    }
