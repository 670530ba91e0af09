"""Parts → the bytes of an Office, OpenDocument or e-book file, right or wrong exactly as asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from hostile_files import MB

W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONSHIPS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARAGRAPH = b"<w:p><w:r><w:t>The boiler was replaced in 2021.</w:t></w:r></w:p>"
MAIN = b"application/vnd.openxmlformats-officedocument."
XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_zip(parts: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """Return a deflated zip of the parts in order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts.items() if isinstance(parts, Mapping) else parts:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return stream.getvalue()


def write_bomb(parts: Mapping[str, bytes], name: str, head: bytes, piece: bytes, n_bytes: int, tail: bytes) -> bytes:
    """Return a zip of the parts and one more, of `n_bytes` of a repeated piece, without ever holding it."""
    stream = io.BytesIO()
    block = piece * (MB // len(piece))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for other, data in parts.items():
            archive.writestr(other, data)
        with archive.open(name, "w", force_zip64=True) as part:
            part.write(head)
            for _ in range(n_bytes // len(block)):
                part.write(block)
            part.write(tail)
    return stream.getvalue()


def _relations(*entries: tuple[bytes, bytes]) -> bytes:
    lines = b"".join(
        b'<Relationship Id="r%d" Type="%s/%s" Target="%s"/>' % (i, RELATIONSHIPS, kind, target)
        for i, (kind, target) in enumerate(entries, start=1)
    )
    head = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return XML + head + lines + b"</Relationships>"


def _types(**overrides: bytes) -> bytes:
    lines = b"".join(
        b'<Override PartName="/%s" ContentType="%s"/>'
        % (name.encode().replace(b"__", b"/").replace(b"_xml", b".xml"), kind)
        for name, kind in overrides.items()
    )
    head = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    rels = b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return XML + head + rels + b'<Default Extension="xml" ContentType="application/xml"/>' + lines + b"</Types>"


def word_parts(body: bytes = PARAGRAPH, *, before: bytes = XML, styles: bytes = b"") -> dict[str, bytes]:
    """Return the parts of a Word file with the given body."""
    return {
        "[Content_Types].xml": _types(
            word__document_xml=MAIN + b"wordprocessingml.document.main+xml",
            word__styles_xml=MAIN + b"wordprocessingml.styles+xml",
        ),
        "_rels/.rels": _relations((b"officeDocument", b"word/document.xml")),
        "word/document.xml": before + b"<w:document %s><w:body>%s</w:body></w:document>" % (W, body),
        "word/styles.xml": XML + b"<w:styles %s>%s</w:styles>" % (W, styles),
        "word/_rels/document.xml.rels": _relations((b"styles", b"styles.xml")),
    }


def excel_parts(
    rows: bytes, *, strings: bytes = b"", before_rows: bytes = b"", after_rows: bytes = b""
) -> dict[str, bytes]:
    """Return the parts of a workbook of one sheet; `rows` is what stands inside sheetData."""
    s = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    r = b'xmlns:r="%s"' % RELATIONSHIPS
    kind = MAIN + b"spreadsheetml."
    return {
        "[Content_Types].xml": _types(
            xl__workbook_xml=kind + b"sheet.main+xml",
            xl__worksheets__sheet1_xml=kind + b"worksheet+xml",
            xl__sharedStrings_xml=kind + b"sharedStrings+xml",
        ),
        "_rels/.rels": _relations((b"officeDocument", b"xl/workbook.xml")),
        "xl/workbook.xml": XML
        + b'<workbook %s %s><sheets><sheet name="Costs" sheetId="1" r:id="r1"/></sheets></workbook>' % (s, r),
        "xl/_rels/workbook.xml.rels": _relations(
            (b"worksheet", b"worksheets/sheet1.xml"), (b"sharedStrings", b"sharedStrings.xml")
        ),
        "xl/sharedStrings.xml": XML + b"<sst %s>%s</sst>" % (s, strings),
        "xl/worksheets/sheet1.xml": XML
        + b"<worksheet %s>%s<sheetData>%s</sheetData>%s</worksheet>" % (s, before_rows, rows, after_rows),
    }


def slides_parts(shapes: bytes) -> dict[str, bytes]:
    """Return the parts of a presentation of one slide; `shapes` is what stands inside its tree of shapes."""
    p = b'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    r = b'xmlns:r="%s"' % RELATIONSHIPS
    kind = MAIN + b"presentationml."
    return {
        "[Content_Types].xml": _types(
            ppt__presentation_xml=kind + b"presentation.main+xml", ppt__slides__slide1_xml=kind + b"slide+xml"
        ),
        "_rels/.rels": _relations((b"officeDocument", b"ppt/presentation.xml")),
        "ppt/presentation.xml": XML
        + b'<p:presentation %s %s><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>' % (p, r),
        "ppt/_rels/presentation.xml.rels": _relations((b"slide", b"slides/slide1.xml")),
        "ppt/slides/slide1.xml": XML + b"<p:sld %s><p:cSld><p:spTree>%s</p:spTree></p:cSld></p:sld>" % (p, shapes),
    }


def open_document_parts(kind: str, body: bytes, *, before: bytes = XML) -> dict[str, bytes]:
    """Return the parts of an OpenDocument file; kind is "text", "spreadsheet" or "presentation"."""
    names = b" ".join(
        b'xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, b"drawing" if name == b"draw" else name)
        for name in (b"office", b"text", b"table", b"draw", b"style")
    )
    inside = b"<office:%s>%s</office:%s>" % (kind.encode(), body, kind.encode())
    content = b"<office:document-content %s><office:body>%s</office:body></office:document-content>" % (names, inside)
    return {
        "mimetype": b"application/vnd.oasis.opendocument." + kind.encode(),
        "content.xml": before + content,
        "META-INF/manifest.xml": XML
        + b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    }


def book_parts(chapters: Mapping[str, bytes], spine: Iterable[str], *, before: bytes = XML) -> dict[str, bytes]:
    """Return the parts of an e-book with chapters by name, read in the order of the spine."""
    items = b"".join(
        b'<item id="%s" href="%s" media-type="application/xhtml+xml"/>' % (n.encode(), n.encode()) for n in chapters
    )
    order = b"".join(b'<itemref idref="%s"/>' % name.encode() for name in spine)
    package = b'<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest>%s</manifest><spine>%s</spine></package>'
    container = (
        b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        b'<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    return {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": before + container,
        "book.opf": before + package % (items, order),
        **chapters,
    }
