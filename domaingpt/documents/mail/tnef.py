"""winmail.dat → the files in it: Outlook's own wrapping ([MS-OXTNEF]), which no other mail program opens.

The same mail's plain text stands beside it, so only what is a file is taken out, and text where there is no other.
The two libraries that read it are under copyleft licences or long unmaintained.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from domaingpt.documents.mail.transfer import decode_text

SIGNATURE = struct.pack("<I", 0x223E9F78)
HEADER = struct.Struct("<BII")  # Level, tag, length; a checksum of two bytes stands behind the data.
BODY, CODE_PAGE, MESSAGE_PROPERTIES = 0x0002800C, 0x00069007, 0x00069003
FILE_BEGINS, FILE_TITLE, FILE_DATA, FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
PROPERTY_BODY, PROPERTY_HTML, PROPERTY_LONG_NAME, PROPERTY_DATA = 0x1000, 0x1013, 0x3707, 0x3701
STRING_8, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x102, 0x0D
SIZES = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
MANY = 0x1000  # Flag of a type: several values.
FIRST_NAMED = 0x8000
MAX_FILES = 10_000
MAX_PROPERTIES = 10_000
MAX_VALUES = 1000  # Of one property; what is read of a mail has one.


@dataclass(slots=True)
class PackedFile:
    """One file: its name as spelled, its bytes; empty where it is a mail or object of Outlook's own."""

    name: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Unpacked:
    """What a winmail.dat holds; `is_damaged` where it ends too early or is none."""

    files: list[PackedFile] = field(default_factory=list)
    text: str = ""
    page: bytes = b""
    is_damaged: bool = False


def unpack(data: bytes, progress: Callable[[], None]) -> Unpacked:
    """Return what can be read; every byte string gives a result."""
    found = Unpacked(is_damaged=not data.startswith(SIGNATURE))
    if found.is_damaged:
        return found
    charset = ""
    try:
        for tag, value in _attributes(data):
            progress()
            if tag == CODE_PAGE and len(value) >= 4:
                charset = f"cp{struct.unpack_from('<I', value)[0]}"
            elif tag == BODY:
                found.text = _string(value, charset)
            elif tag == MESSAGE_PROPERTIES:
                _add_text(found, value, charset)
            elif tag == FILE_BEGINS:
                if len(found.files) == MAX_FILES:
                    raise IndexError("more files than any mail has")
                found.files.append(PackedFile())
            elif found.files:
                _add_to_file(found.files[-1], tag, value, charset)
    except (struct.error, IndexError):
        found.is_damaged = True
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, memoryview]]:
    view = memoryview(data)
    position = len(SIGNATURE) + 2
    while position + HEADER.size <= len(data):
        _, tag, length = HEADER.unpack_from(data, position)
        position += HEADER.size
        if position + length > len(data):
            raise IndexError("ends inside an attribute")
        yield tag, view[position : position + length]
        position += length + 2


def _add_to_file(file: PackedFile, tag: int, value: memoryview, charset: str) -> None:
    if tag == FILE_TITLE and not file.name:
        file.name = _string(value, charset)
    elif tag == FILE_DATA:
        file.data = bytes(value)
    elif tag == FILE_PROPERTIES:
        for kind, number, content in _properties(value):
            if number == PROPERTY_LONG_NAME and (name := _property_text(kind, content, charset)):
                file.name = name
            elif number == PROPERTY_DATA and kind == BINARY and not file.data:
                file.data = bytes(content)


def _add_text(found: Unpacked, value: memoryview, charset: str) -> None:
    for kind, number, content in _properties(value):
        if number == PROPERTY_BODY:
            found.text = _property_text(kind, content, charset) or found.text
        elif number == PROPERTY_HTML:
            found.page = bytes(content)


def _properties(value: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield type, number and first value of each property: [MS-OXTNEF] 2.1.3.4."""
    (n_properties,) = struct.unpack_from("<I", value, 0)
    position = 4
    for _ in range(min(n_properties, MAX_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", value, position)
        position += 4
        if number >= FIRST_NAMED:
            named_by, length = struct.unpack_from("<II", value, position + 16)
            position += 24 + (_padded(length) if named_by else 0)
        base = kind & ~MANY
        has_length = base in (STRING_8, UNICODE, BINARY, OBJECT)
        n_values = 1
        if has_length or kind & MANY:
            (n_values,) = struct.unpack_from("<I", value, position)
            position += 4
        if n_values > MAX_VALUES:
            raise IndexError("more values than any property has")
        for index in range(n_values):
            size = SIZES.get(base, 4)
            if has_length:
                (size,) = struct.unpack_from("<I", value, position)
                position += 4
            if position + size > len(value):
                raise IndexError("ends inside a property")
            if index == 0:
                yield base, number, value[position : position + size]
            position += _padded(size)


def _padded(size: int) -> int:
    return -(-size // 4) * 4


def _property_text(kind: int, content: memoryview, charset: str) -> str:
    if kind == UNICODE:
        return bytes(content[: len(content) & ~1]).decode("utf-16-le", "replace").replace("\0", "").strip()
    return _string(content, charset) if kind == STRING_8 else ""


def _string(value: memoryview, charset: str) -> str:
    return decode_text(bytes(value).rstrip(b"\0"), charset)[0].strip()
