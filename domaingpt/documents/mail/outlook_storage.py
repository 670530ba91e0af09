"""A storage of an Outlook file (.msg) → its properties and the storages inside it.

Layout: [MS-OXMSG] section 2 (a compound file with one stream a property of variable length, and one stream
`__properties_version1.0` for the others); property numbers: [MS-OXPROPS].
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import olefile

from domaingpt.documents.encoding import decode
from domaingpt.documents.mail.transfer import decode_text

# olefile raises OSError for what it knows to be damage, and the others for what it does not.
DAMAGE = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, RecursionError)
# olefile walks the balanced tree of names by recursion; simple writers make a list of it. Python frames of this
# version take no C stack.
RECURSION_LIMIT = 20_000
SECTOR_BYTES = 512  # The smaller of the two sizes there are.
STREAM = re.compile(r"__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})")
PROPERTIES = "__properties_version1.0"
NAMED = "__nameid_version1.0"
STRING, STRING_8, BINARY, OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
INTEGER, BOOLEAN, TIME = 0x0003, 0x000B, 0x0040
CODE_PAGES = (0x3FFD, 0x3FDE)  # PidTagMessageCodepage, PidTagInternetCodepage
FIRST_NAMED = 0x8000
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # Of FILETIME: [MS-DTYP] 2.3.3.
GUID_PARTS = struct.Struct("<IHH8s")
WRITTEN_LATER = timedelta(days=365 * 1000)


@dataclass(slots=True)
class Storage:
    """One message, recipient or attachment.

    Attributes:
        is_top: Of the file itself; its property stream begins with a longer header.
        n_bytes: Size of the file.
        charset: Of its old strings.
    """

    _opened: Any
    _entry: Any
    is_top: bool = False
    n_bytes: int = 0
    _streams: dict[tuple[int, int], Any] = field(default_factory=dict)
    _fixed: dict[tuple[int, int], bytes] | None = None
    _named: dict[tuple[str, int], int] | None = None
    charset: str = ""

    def __post_init__(self) -> None:
        for kid in self._entry.kids:
            found = STREAM.fullmatch(kid.name.lower())
            if found:
                self._streams[int(found[1], 16), int(found[2], 16)] = kid
        page = next((self.integer(number) for number in CODE_PAGES if self.integer(number)), 0)
        self.charset = self.charset or ("utf-8" if page == 65001 else f"cp{page}" if page else "")

    def text(self, *numbers: int) -> str:
        """Return the first of some string properties that is there and not empty; "" if none is."""
        for number in numbers:
            if (number, STRING) in self._streams:
                raw = self._bytes(number, STRING)
                text = raw[: len(raw) & ~1].decode("utf-16-le", "replace")
            else:
                raw = self._bytes(number, STRING_8)
                text = decode_text(raw, self.charset)[0] if self.charset else decode(raw)[0]
            if text := text.replace("\0", "").strip():
                return text
        return ""

    def binary(self, number: int) -> bytes:
        """Return a binary property; empty if it is missing."""
        return self._bytes(number, BINARY)

    def has(self, number: int, kind: int = BINARY) -> bool:
        """Return whether a property of variable length is there."""
        return (number, kind) in self._streams

    def integer(self, number: int) -> int:
        """Return an integer or boolean property; 0 if it is missing."""
        values = self._fixed_values()
        if (number, INTEGER) in values:
            return int.from_bytes(values[number, INTEGER][:4], "little", signed=True)
        return int.from_bytes(values.get((number, BOOLEAN), b"")[:2], "little")

    def time(self, *numbers: int) -> datetime | None:
        """Return the first of some time properties that is there, in UTC."""
        for number in numbers:
            ticks = int.from_bytes(self._fixed_values().get((number, TIME), b""), "little")
            with contextlib.suppress(OverflowError):
                if ticks and timedelta(microseconds=ticks // 10) < WRITTEN_LATER:
                    return EPOCH + timedelta(microseconds=ticks // 10)
        return None

    def named(self, group: str, number: int) -> int:
        """Return the property number that the file has given to a named property; 0 if it has not."""
        if self._named is None:
            self._named = self._named_numbers()
        return self._named.get((group, number), 0)

    def children(self, prefix: str) -> Iterator[Storage]:
        """Yield the storages whose name begins so, in order of their names: recipients, attachments."""
        kids = [kid for kid in self._entry.kids if kid.name.lower().startswith(prefix)]
        for kid in sorted(kids, key=lambda kid: str(kid.name).lower()):
            yield Storage(self._opened, kid, n_bytes=self.n_bytes, charset=self.charset)

    def embedded(self, number: int) -> Storage | None:
        """Return the message that an attachment holds in place of bytes."""
        kid = self._streams.get((number, OBJECT))
        return (
            Storage(self._opened, kid, n_bytes=self.n_bytes, charset=self.charset)
            if kid is not None and kid.kids
            else None
        )

    def _bytes(self, number: int, kind: int) -> bytes:
        entry = self._streams.get((number, kind))
        return self._read(entry) if entry is not None else b""

    def _read(self, entry: Any) -> bytes:
        if entry.entry_type != olefile.STGTY_STREAM:
            return b""
        if entry.size > self.n_bytes:
            raise OSError("a stream is longer than the file")
        # `openstream` looks a name up from the root, entry by entry; with many attachments that is quadratic.
        return bytes(self._opened._open(entry.isectStart, entry.size).read())  # noqa: SLF001

    def _fixed_values(self) -> dict[tuple[int, int], bytes]:
        if self._fixed is None:
            self._fixed = {}
            entry = next((kid for kid in self._entry.kids if kid.name.lower() == PROPERTIES), None)
            raw = self._read(entry) if entry is not None else b""
            # 8 bytes for a recipient or attachment, 24 for a message inside, 32 for the file; entries are 16 long.
            for offset in range(len(raw) % 16 or (32 if self.is_top else 0), len(raw) - 15, 16):
                kind, number = struct.unpack_from("<HH", raw, offset)
                self._fixed[number, kind] = raw[offset + 8 : offset + 16]
        return self._fixed

    def _named_numbers(self) -> dict[tuple[str, int], int]:
        """Return (GUID, number) → property number: [MS-OXMSG] 2.2.3.1."""
        entry = next((kid for kid in self._entry.kids if kid.name.lower() == NAMED), None)
        if entry is None:
            return {}
        mapping = Storage(self._opened, entry, n_bytes=self.n_bytes)
        guids, entries = mapping.binary(0x0002), mapping.binary(0x0003)
        numbers = {}
        for offset in range(0, len(entries) - 7, 8):
            number, kind, index = struct.unpack_from("<IHH", entries, offset)
            position = ((kind >> 1) - 3) * 16
            if not kind & 1 and 0 <= position <= len(guids) - 16:
                numbers[_guid(guids[position : position + 16]), number] = FIRST_NAMED + index
        return numbers


def _guid(raw: bytes) -> str:
    first, second, third, rest = GUID_PARTS.unpack(raw)
    return f"{first:08x}-{second:04x}-{third:04x}-{rest[:2].hex()}-{rest[2:].hex()}"


def open_outlook(data: bytes) -> Storage:
    """Return the top storage of a compound file.

    Raises:
        OSError: If it is damaged; so are the others of `DAMAGE`.
    """
    # A chain of sectors that bites its tail is followed for as long as it is said to be.
    _check_size(int.from_bytes(data[64:68], "little") * SECTOR_BYTES, data)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        opened = olefile.OleFileIO(io.BytesIO(data))
    finally:
        sys.setrecursionlimit(before)
    _check_size(opened.root.size, data)
    return Storage(opened, opened.root, is_top=True, n_bytes=len(data))


def _check_size(n_bytes: int, data: bytes) -> None:
    if n_bytes > len(data):
        raise OSError("a part is longer than the file")
