"""EPUB files for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" '
    '"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{body}</body></html>'
)


def make_epub(
    chapters: Mapping[str, str],
    *,
    metadata: str = "<dc:title>The Garden</dc:title>",
    manifest: str = "",
    spine: Sequence[str] | None = None,
    guide: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Return a book.

    Args:
        chapters: File name in OEBPS → content of its body, in reading order.
        metadata: Elements of Dublin Core and `meta`.
        manifest: Further items.
        spine: Ids in reading order; those of the chapters, c0, c1, ..., if None.
        guide: References of an EPUB 2 guide.
        parts: Further parts by name, which replace those of the same name.
    """
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    references = "".join(f'<itemref idref="{name}"/>' for name in spine or [f"c{n}" for n in range(len(chapters))])
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/'
        f'1.1/">{metadata}</metadata><manifest>{items}{manifest}</manifest><spine>{references}</spine>'
        f"<guide>{guide}</guide></package>"
    )
    named: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER, "OEBPS/content.opf": package}
    named |= {f"OEBPS/{name}": XHTML.format(body=body) for name, body in chapters.items()}
    named |= parts or {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in named.items():
            archive.writestr(name, content)
    return stream.getvalue()
