"""Objects → the bytes of a PDF, right or wrong exactly as asked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

from hostile_files import MB

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
RESOURCES = b"/Resources << /Font << /F1 3 0 R >> >>"
SHOWN = b"BT /F1 12 Tf 72 720 Td (The boiler was replaced in 2021.) Tj ET"


def write_pdf(
    objects: Sequence[bytes], *, trailer: bytes = b"", size: int | None = None, root: bytes = b"1 0 R"
) -> bytes:
    """Return a PDF of numbered objects, the first of them the catalogue.

    Args:
        objects: The value of object 1, 2, …; streams as `stream` gives them.
        trailer: More entries of the trailer.
        size: Another /Size than the true one.
        root: Another /Root than the first object.
    """
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
    offsets, position = [], len(parts[0])
    for number, value in enumerate(objects, start=1):
        offsets.append(position)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, value))
        position += len(parts[-1])
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    parts += [b"%010d 00000 n \n" % offset for offset in offsets]
    parts.append(b"trailer\n<< /Size %d /Root %s %s >>\n" % (size or len(objects) + 1, root, trailer))
    parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
    return b"".join(parts)


def stream(data: bytes, entries: bytes = b"", length: bytes | None = None) -> bytes:
    """Return a stream object's value."""
    size = b"%d" % len(data) if length is None else length
    return b"<< /Length %s %s >>\nstream\n%s\nendstream" % (size, entries, data)


def one_page(
    content: bytes = SHOWN,
    more: Iterable[bytes] = (),
    *,
    page: bytes = b"",
    resources: bytes = RESOURCES,
    catalogue: bytes = b"",
) -> list[bytes]:
    """Return the objects of a file of one page: 1 catalogue, 2 pages, 3 font, 4 page, 5 content, 6 and on `more`."""
    return [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        FONT,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s /Contents 5 0 R %s >>" % (resources, page),
        content if content.startswith(b"<<") else stream(content),
        *more,
    ]


def deflated_zeros(n_bytes: int, piece: bytes = b" ", layers: int = 1) -> bytes:
    """Return `n_bytes` of a repeated piece, deflated so many times, without ever holding them."""
    block = piece * (MB // len(piece))
    packer = zlib.compressobj(9)
    packed = b"".join([packer.compress(block) for _ in range(n_bytes // len(block))] + [packer.flush()])
    for _ in range(layers - 1):
        packed = zlib.compress(packed, 9)
    return packed
