"""A minimal PDF writer, so that tests own every byte of their files."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter

FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def text_stream(*lines: str) -> str:
    """Return the content stream that prints lines below each other."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    return f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"


def make_pdf(
    pages: Sequence[str],
    *,
    outline: Sequence[tuple[str, int]] = (),
    title: str = "",
    page_extra: str = "",
    extra: Sequence[str] = (),
) -> bytes:
    """Return a PDF with one content stream per page.

    Args:
        pages: Content streams.
        outline: (title, page from 0) of each bookmark.
        title: Metadata.
        page_extra: More entries of every page's dictionary.
        extra: More objects; without an outline the first has the number 4 + 2 * len(pages).
    """
    n_pages = len(pages)
    first_outline = 4 + 2 * n_pages
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(n_pages))
    outlines = f"/Outlines {first_outline} 0 R" if outline else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {outlines} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {n_pages} >>",
        FONT,
    ]
    for index, stream in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {page_extra} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * index} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    if outline:
        last = first_outline + len(outline)
        objects.append(f"<< /Type /Outlines /First {first_outline + 1} 0 R /Last {last} 0 R /Count {len(outline)} >>")
        for index, (entry, page) in enumerate(outline):
            own = first_outline + 1 + index
            following = f"/Next {own + 1} 0 R" if own < last else ""
            previous = f"/Prev {own - 1} 0 R" if index else ""
            objects.append(
                f"<< /Title ({entry}) /Parent {first_outline} 0 R {following} {previous} "
                f"/Dest [{4 + 2 * page} 0 R /Fit] >>"
            )
    objects.extend(extra)
    objects.append(f"<< /Title ({title}) >>")
    return _file(objects)


def encrypted(pdf: bytes, user_password: str) -> bytes:
    """Return the same PDF, opened by this password (RC4: AES needs another library to write)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _file(objects: Sequence[str]) -> bytes:
    body = b"%PDF-1.7\n"
    offsets = []
    for number, value in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{value}\nendobj\n".encode("latin-1")
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
        f"startxref\n{len(body)}\n%%EOF\n"
    )
    return body + trailer.encode("latin-1")
