"""OLE compound files for tests, and Word and PowerPoint files of 97 to 2003 in them, from their specifications."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import accumulate

SECTOR = 512
MINI_CUTOFF = 4096  # Smaller streams would go to a stream of small sectors; these are padded to this.
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file [MS-CFB] with these streams at its top."""
    names = ["Root Entry", *streams]
    directory_sectors = (len(names) * 128 + SECTOR - 1) // SECTOR
    bodies = [padded(data, max(MINI_CUTOFF, len(data))) for data in streams.values()]
    counts = [directory_sectors, *((len(body) + SECTOR - 1) // SECTOR for body in bodies)]
    n_fat = (sum(counts) + 127) // 127
    starts = list(accumulate(counts, initial=n_fat))
    table = [FAT] * n_fat
    for start, count in zip(starts, counts, strict=False):
        table += [*range(start + 1, start + count), END]
    table += [FREE] * (n_fat * 128 - len(table))
    entries = b"".join(
        _entry(name, 5 if index == 0 else 2, child=1 if index == 0 and streams else FREE,
               right=index + 1 if 0 < index < len(streams) else FREE,
               start=END if index == 0 else starts[index], size=0 if index == 0 else len(bodies[index - 1]))
        for index, name in enumerate(names)
    )  # fmt: skip
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, n_fat, n_fat, 0, MINI_CUTOFF, END, 0, END, 0, 0,
    )[:76]  # fmt: skip
    header += struct.pack("<109I", *range(n_fat), *[FREE] * (109 - n_fat))
    body = struct.pack(f"<{len(table)}I", *table) + padded(entries, directory_sectors * SECTOR)
    return header + body + b"".join(padded(data, -(-len(data) // SECTOR) * SECTOR) for data in bodies)


def padded(data: bytes, size: int) -> bytes:
    return data + bytes(size - len(data))


def _entry(name: str, kind: int, *, child: int, right: int, start: int, size: int) -> bytes:
    spelled = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ", spelled, len(spelled), kind, 1, FREE, right, child, 0, start, size
    )  # fmt: skip


@dataclass
class Word97:
    """A Word file [MS-DOC].

    Attributes:
        paragraphs: Of the body: text with its end mark, and (style, modifiers).
        notes: (position, text) of footnotes.
        comments: (position, author, text).
        headers: Stories of one section: even header, odd header, even footer, odd footer, first ones.
        hidden: Positions formatted as hidden, from and to.
        deleted: Positions of a tracked deletion.
        formatted: Positions from and to with other modifiers.
        styles: Built-in number of each style.
        lists: Levels of each list as (start, format, label); one level makes a simple list.
        overrides: (list from 0, {level: start}) of each entry that paragraphs refer to.
        style_lists: Style → its own paragraph modifiers.
        reversed_pieces: Store the paragraphs last to first, as a fast-saved file may.
        flags: Of the FIB.
        version: nFib.
        identifier: Of the FIB.
    """

    paragraphs: list[tuple[str, tuple[int, bytes]]]
    notes: list[tuple[int, str]] = field(default_factory=list)
    comments: list[tuple[int, str, str]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    hidden: tuple[int, int] = (0, 0)
    deleted: tuple[int, int] = (0, 0)
    formatted: list[tuple[int, int, bytes]] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)
    lists: list[list[tuple[int, int, str]]] = field(default_factory=list)
    overrides: list[tuple[int, dict[int, int]]] = field(default_factory=list)
    style_lists: dict[int, bytes] = field(default_factory=dict)
    reversed_pieces: bool = False
    flags: int = 0x0200
    version: int = 0xC1
    identifier: int = 0xA5EC

    def file(self) -> bytes:
        """Return the compound file."""
        main, table = self.streams()
        return compound({"WordDocument": main, "1Table": table, "0Table": b"other"})

    def streams(self) -> tuple[bytes, bytes]:
        """Return the main stream and the table stream."""
        body = [text for text, _ in self.paragraphs]
        notes = [f"\x02 {text}\r" for _, text in self.notes]
        headers = ["", "", "", "", "", "", *(text and f"{text}\r\r" for text in self.headers)] if self.headers else []
        comments = [f"\x05{text}\r" for _, _, text in self.comments]
        pieces = [*body, *notes, *headers, *comments]
        offsets, text = self._stored(pieces)
        pages, entries, page = [], [], (2048 + len(text) + 511) // 512
        order = sorted(range(len(body)), key=lambda index: offsets[index][0])
        for first in range(0, len(order), 4):
            runs = [
                (offsets[index][0], offsets[index][1], self.paragraphs[index][1]) for index in order[first : first + 4]
            ]
            pages.append(_paragraph_page(runs))
            entries.append((runs[0][0], page + len(pages) - 1))
        hidden_page = self._character_page(offsets, pieces)
        pages.append(hidden_page)
        tables = {
            1: self._styles(),
            12: struct.pack("<III", 0, 1 << 30, page + len(pages) - 1),
            13: struct.pack(f"<{len(entries) + 1}I", *(start for start, _ in entries), 1 << 30)
            + struct.pack(f"<{len(entries)}I", *(number for _, number in entries)),
            33: self._pieces(offsets, pieces),
        }
        if notes:
            tables[2] = _plc([place for place, _ in self.notes], units("".join(body)), b"\1\0")
            tables[3] = struct.pack(f"<{len(notes) + 2}I", *accumulate(map(units, notes), initial=0), 1 << 20)
        if headers:
            tables[11] = struct.pack(f"<{len(headers) + 2}I", *accumulate(map(units, headers), initial=0), 1 << 20)
        if comments:
            places = [place for place, _, _ in self.comments]
            references = b"".join(struct.pack("<20xH8x", index) for index in range(len(comments)))
            tables[4] = struct.pack(f"<{len(places) + 1}I", *places, units("".join(body))) + references
            tables[5] = struct.pack(f"<{len(comments) + 2}I", *accumulate(map(units, comments), initial=0), 1 << 20)
            tables[36] = b"".join(
                struct.pack("<H", len(name)) + name.encode("utf-16-le") for _, name, _ in self.comments
            )
        behind = b""
        if self.lists:
            tables[74] = self._overrides()
            # The levels stand behind the table of lists and are not counted in its length.
            tables[73] = struct.pack("<H", len(self.lists)) + b"".join(
                struct.pack("<i22xBx", index + 7, len(levels) == 1) for index, levels in enumerate(self.lists)
            )
            behind = b"".join(map(_level, (level for levels in self.lists for level in levels)))
        lengths = [sum(map(units, part)) for part in (body, notes, headers, [], comments)]
        return self._main(lengths, tables, text, pages, behind)

    def _main(
        self, lengths: list[int], tables: dict[int, bytes], text: bytes, pages: list[bytes], behind: bytes
    ) -> tuple[bytes, bytes]:
        fib = bytearray(2048)
        struct.pack_into("<HH", fib, 0, self.identifier, self.version)
        struct.pack_into("<H", fib, 0x0A, self.flags)
        struct.pack_into("<5I", fib, 0x4C, *lengths)
        table = b""
        for number, content in tables.items():
            struct.pack_into("<II", fib, 0x9A + 8 * number, len(table), len(content))
            table += content
        stored = bytes(fib) + text
        return padded(stored, -(-len(stored) // 512) * 512) + b"".join(pages), table + behind

    def _stored(self, pieces: list[str]) -> tuple[list[tuple[int, int]], bytes]:
        """Return where each piece is stored, and the bytes: one a character where cp1252 has them all."""
        order = range(len(pieces) - 1, -1, -1) if self.reversed_pieces else range(len(pieces))
        offsets = [(0, 0)] * len(pieces)
        stored = b""
        for index in order:
            data = _encoded(pieces[index])
            offsets[index] = (2048 + len(stored), 2048 + len(stored) + len(data))
            stored += data
        return offsets, stored

    def _pieces(self, offsets: list[tuple[int, int]], pieces: list[str]) -> bytes:
        used = [index for index, piece in enumerate(pieces) if piece]
        positions = list(accumulate((units(pieces[index]) for index in used), initial=0))
        entries = b"".join(
            struct.pack(
                "<HIH", 0, 2 * offsets[index][0] | 0x40000000 if _is_narrow(pieces[index]) else offsets[index][0], 0
            )
            for index in used
        )
        plc = struct.pack(f"<{len(positions)}I", *positions) + entries
        formatting = b"\x01\x03\x00abc"  # Of a fast-saved file.
        return formatting + b"\x02" + struct.pack("<I", len(plc)) + plc

    def _overrides(self) -> bytes:
        entries = b"".join(struct.pack("<i8xB3x", index + 7, len(starts)) for index, starts in self.overrides)
        details = b"".join(
            bytes(4) + b"".join(struct.pack("<iI", start, level | 0x10) for level, start in starts.items())
            for _, starts in self.overrides
        )
        return struct.pack("<I", len(self.overrides)) + entries + details

    def _styles(self) -> bytes:
        table = struct.pack("<HHH14x", 18, len(self.styles), 10)
        for number, built_in in enumerate(self.styles):
            style = struct.pack("<HHHHH", built_in, 0xFFF1, 0, 0, 0) + struct.pack("<H", 1) + "x\0".encode("utf-16-le")
            if modifiers := self.style_lists.get(number):
                style += struct.pack("<HH", 2 + len(modifiers), number) + modifiers
            table += struct.pack("<H", len(style)) + style
        return table

    def _character_page(self, offsets: list[tuple[int, int]], pieces: list[str]) -> bytes:
        formatted = [
            (*self.hidden, struct.pack("<HB", 0x083C, 1)),
            (*self.deleted, struct.pack("<HB", 0x0800, 1)),
            *self.formatted,
        ]
        page = bytearray(512)
        bounds, places = [0], []
        at = 500
        for first, last, modifiers in sorted(run for run in formatted if run[0] < run[1]):
            bounds += [_offset(first, offsets, pieces), _offset(last - 1, offsets, pieces) + 1]
            at -= (len(modifiers) + 2) // 2 * 2
            page[at : at + len(modifiers) + 1] = bytes([len(modifiers)]) + modifiers
            places += [0, at // 2]
        n = len(bounds) - 1
        struct.pack_into(f"<{n + 1}I", page, 0, *bounds)
        page[4 * (n + 1) : 4 * (n + 1) + n] = bytes(places)
        page[511] = n
        return bytes(page)


def units(text: str) -> int:
    """Return how many UTF-16 code units a text has: what positions count."""
    return len(text.encode("utf-16-le")) // 2


def _is_narrow(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _encoded(text: str) -> bytes:
    return text.encode("cp1252") if _is_narrow(text) else text.encode("utf-16-le")


def _offset(position: int, offsets: list[tuple[int, int]], pieces: list[str]) -> int:
    for (start, _), piece in zip(offsets, pieces, strict=True):
        if position < len(piece):
            return start + position * (1 if _is_narrow(piece) else 2)
        position -= len(piece)
    raise AssertionError(position)


def _plc(places: list[int], end: int, entry: bytes) -> bytes:
    return struct.pack(f"<{len(places) + 1}I", *places, end) + entry * len(places)


def _level(level: tuple[int, int, str]) -> bytes:
    start, number_format, label = level
    head = struct.pack("<iBB9xB8xBBH", start, number_format, 0, 0, 2, 3, 0)
    return head + b"ppp" + b"cc" + struct.pack("<H", len(label)) + label.encode("utf-16-le")


def _paragraph_page(runs: list[tuple[int, int, tuple[int, bytes]]]) -> bytes:
    page = bytearray(512)
    bounds = [runs[0][0], *(end for _, end, _ in runs)]
    struct.pack_into(f"<{len(bounds)}I", page, 0, *bounds)
    at = 508
    for index, (_, _, (style, modifiers)) in enumerate(runs):
        stored = struct.pack("<H", style) + modifiers
        packed = bytes([(len(stored) + 1) // 2]) + stored if len(stored) % 2 else bytes([0, len(stored) // 2]) + stored
        at = (at - len(packed)) // 2 * 2
        page[at : at + len(packed)] = packed
        page[4 * len(bounds) + 13 * index] = at // 2
    page[511] = len(runs)
    return bytes(page)


def record(kind: int, content: bytes, *, instance: int = 0, version: int = 0) -> bytes:
    """Return one record [MS-PPT 2.3.1]."""
    return struct.pack("<HHI", version | instance << 4, kind, len(content)) + content


def container(kind: int, *records: bytes, instance: int = 0) -> bytes:
    """Return a record of records."""
    return record(kind, b"".join(records), instance=instance, version=0xF)


def text_records(kind: int, text: str) -> bytes:
    """Return a text of a kind (0 title, 1 body, 2 notes, 4 other), in bytes where Latin-1 has them all."""
    try:
        stored = record(0x0FA8, text.encode("latin-1"))
    except UnicodeEncodeError:
        stored = record(0x0FA0, text.encode("utf-16-le"))
    return record(0x0F9F, struct.pack("<I", kind)) + stored


def shape(*inside: bytes, corner: tuple[int, int] | None = None) -> bytes:
    """Return a shape that holds records of text, placed in its group where a corner (left, top) is given."""
    anchor = record(0xF00F, struct.pack("<4i", *corner, 0, 0)) if corner else b""
    return container(0xF004, anchor, container(0xF00D, *inside))


def slide(*shapes: bytes, info: int = 0, extra: bytes = b"", kind: int = 0x03EE) -> bytes:
    """Return a slide of shapes; `info` are the flags of its transition."""
    drawing = container(0x040C, container(0xF002, container(0xF003, *shapes)))
    return container(kind, record(0x03F9, struct.pack("<iIBBH4x", 0, 0, 0, 0, info)), drawing, extra)


def powerpoint97(
    slides: list[tuple[bytes, bytes]],
    notes: dict[int, bytes] | None = None,
    *,
    token: int = 0xE391C05F,
    stale: bytes = b"",
) -> bytes:
    """Return a presentation [MS-PPT].

    Args:
        slides: Each slide, and its texts in the list of slides.
        notes: Slide's position from 0 → drawing shapes of its notes page.
        token: 0xF3D1C4DF in an encrypted one.
        stale: An object that an earlier save left behind under the number of the first slide.
    """
    notes = notes or {}
    listed = [
        record(0x03F3, struct.pack("<IIiII", 2 + index, 0, 0, 256 + index, 0)) + texts
        for index, (_, texts) in enumerate(slides)
    ]
    note_list = [record(0x03F3, struct.pack("<IIiII", 100 + index, 0, 0, 900 + index, 0)) for index in notes]
    document = container(0x03E8, container(0x0FF0, *note_list, instance=2), container(0x0FF0, *listed))
    objects = {1: document, **{2 + index: content for index, (content, _) in enumerate(slides)}}
    for index, shapes in notes.items():
        atom = record(0x03F1, struct.pack("<IHH", 256 + index, 0, 0))
        objects[100 + index] = container(0x03F0, atom, container(0x040C, container(0xF002, container(0xF003, shapes))))
    stream, edit = b"", 0
    for state in ([{2: stale}] if stale else []) + [objects]:
        places = {}
        for number, content in state.items():
            places[number] = len(stream)
            stream += content
        directory = len(stream)
        stream += record(
            0x1772, b"".join(struct.pack("<II", number | 1 << 20, place) for number, place in places.items())
        )
        previous, edit = edit, len(stream)
        stream += record(0x0FF5, struct.pack("<IHBBIIIIHH", 0, 0, 0, 3, previous, directory, 1, 200, 0, 0))
    user = record(0x0FF6, struct.pack("<IIIHHBBH", 20, token, edit, 4, 0x03F4, 3, 0, 0) + b"Jane")
    return compound({"PowerPoint Document": stream, "Current User": user})
