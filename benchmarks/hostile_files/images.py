"""Pictures that are hostile: sizes that are not there, directories in circles, frames without number."""

from __future__ import annotations

import struct
import zlib

from hostile_files import HostileFile
from hostile_files.pdf_writer import deflated_zeros

PNG = b"\x89PNG\r\n\x1a\n"


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return PNG + png_chunk(b"IHDR", head) + b"".join(chunks) + png_chunk(b"IEND", b"")


def png_bomb() -> bytes:
    return png(30_000, 30_000, png_chunk(b"IDAT", deflated_zeros(30_001 * 30_000, b"\0")))


def png_size_lies() -> bytes:
    return png(2**31 - 1, 2**31 - 1, png_chunk(b"IDAT", zlib.compress(b"\0" * 100)))


def png_text_bomb() -> bytes:
    text = png_chunk(b"zTXt", b"a\0\0" + deflated_zeros(500_000_000, b"a"))
    return png(8, 8, text * 3, png_chunk(b"IDAT", zlib.compress(b"\0" * 72)))


def png_cut() -> bytes:
    return png(1000, 1000, png_chunk(b"IDAT", zlib.compress(b"\0" * 1_001_000)))[:300]


def gif_frames() -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + frame * 100_000 + b"\x3b"


def tiff_cycle() -> bytes:
    entries = [
        (256, 4, 1, 60_000),
        (257, 4, 1, 60_000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (273, 4, 1, 8),
        (279, 4, 1, 0xFFFFFFFF),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 8)


def tiff_many_pages(n: int = 50_000) -> bytes:
    data = b"II*\0" + struct.pack("<I", 8)
    for i in range(n):
        at = 8 + i * 30
        data += (
            struct.pack("<H", 2)
            + struct.pack("<HHIIHHII", 256, 4, 1, 8, 257, 4, 1, 8)
            + struct.pack("<I", at + 30 if i + 1 < n else 0)
        )
    return data


def jpeg_size_lies() -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00"
    return b"\xff\xd8" + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\0" * 1000 + b"\xff\xd9"


def bmp_negative() -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, -30_000, -30_000, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def webp_lies() -> bytes:
    return (
        b"RIFF"
        + struct.pack("<I", 0xFFFFFFFF)
        + b"WEBPVP8X"
        + struct.pack("<I", 10)
        + b"\x10\0\0\0"
        + b"\xff\xff\xff\xff\xff\xff"
    )


def not_an_image() -> bytes:
    return b"%PDF-1.7 not a picture at all\n"


FILES = (
    HostileFile("bomb.png", "900 million points in 1 MB.", png_bomb, is_slow=True),
    HostileFile("size-lies.png", "2^31 by 2^31 points, of which there are 100.", png_size_lies),
    HostileFile("text-bomb.png", "Three comments of 500 MB.", png_text_bomb, is_slow=True),
    HostileFile("cut.png", "Cut off in the middle.", png_cut),
    HostileFile("frames.gif", "100,000 frames of 65,535 by 65,535 points.", gif_frames),
    HostileFile("cycle.tif", "A directory that follows itself, over points that are not there.", tiff_cycle),
    HostileFile("pages.tiff", "50,000 pages without a picture.", tiff_many_pages),
    HostileFile("size-lies.jpg", "65,535 by 65,535 points in 1 KB.", jpeg_size_lies),
    HostileFile("negative.bmp", "A negative width and height.", bmp_negative),
    HostileFile("size-lies.webp", "2^24 by 2^24 points in 30 bytes.", webp_lies),
    HostileFile("not-a-picture.jpeg", "The beginning of a PDF.", not_an_image),
)
