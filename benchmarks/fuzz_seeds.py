"""Small valid files of every format, each with a bit of everything that its reader looks at."""

from __future__ import annotations

import base64
import json
import struct
import zlib

from hostile_files.images import png, png_chunk
from hostile_files.mail import BODY, HEAD
from hostile_files.pdf_writer import one_page, stream, write_pdf
from hostile_files.zip_writer import book_parts, excel_parts, open_document_parts, slides_parts, word_parts, write_zip

WORDS = "The boiler was replaced in 2021 for 7,800 euros."
ROWS = (("Item", "Year", "Cost"), ("Roof", "2019", "4,200"), ("Boiler", "2021", "7,800"))


def seeds() -> dict[str, bytes]:
    """Return the files by name; formats without a reader are skipped by name when they are ingested."""
    files = {
        "plain.txt": f"{WORDS}\n\nHeating\n\n- serviced in September\n- by Miller & Sons\n".encode(),
        "wide.txt": WORDS.encode("utf-16"),
        "old.txt": "Größe und Maße: 12 m², größer als früher, schön.\n".encode("cp1252") * 5,
        "marked.md": b"---\ntitle: House\n---\n# House\n\n**Boiler** [new](x)\n\n|Item|Year|\n|-|-|\n|Roof|2019|\n\n```\ncode\n```\n",
        "table.csv": "\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS).encode(),
        "table.tsv": "\n".join("\t".join(row) for row in ROWS).encode(),
        "page.html": _page(),
        "file.pdf": _pdf(),
        "packed.pdf": _packed_pdf(),
        "report.docx": _word(),
        "sheet.xlsx": _sheet(),
        "talk.pptx": write_zip(
            slides_parts(b"<p:sp><p:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>" % WORDS.encode())
        ),
        "text.odt": write_zip(
            open_document_parts(
                "text",
                b'<text:h text:outline-level="1">House</text:h><text:p>%s<text:s text:c="3"/>End</text:p>'
                % WORDS.encode(),
            )
        ),
        "table.ods": write_zip(open_document_parts("spreadsheet", _open_table())),
        "talk.odp": write_zip(
            open_document_parts(
                "presentation",
                b"<draw:page><draw:frame><draw:text-box><text:p>%s</text:p></draw:text-box></draw:frame></draw:page>"
                % WORDS.encode(),
            )
        ),
        "book.epub": write_zip(book_parts({"one.xhtml": _page(), "two.xhtml": _page()}, ["one.xhtml", "two.xhtml"])),
    }
    return files | _plain_files()


def _plain_files() -> dict[str, bytes]:
    cells = [
        {"cell_type": "markdown", "source": ["# House\n", WORDS]},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"output_type": "stream", "text": "2"}]},
    ]
    return {
        "letter.eml": _mail(),
        "box.mbox": (
            b"From a@example.org Mon Jan  4 10:00:00 2021\n"
            + HEAD.replace(b"\r\n", b"\n")
            + b"\n"
            + WORDS.encode()
            + b"\n\n"
        )
        * 3,
        "rich.rtf": b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\pard\\f0\\b House\\b0\\par "
        + WORDS.encode()
        + b" \\u228 ?\\'e4\\par\\trowd\\cellx100 a\\cell b\\cell\\row}",
        "data.json": json.dumps(
            {"items": [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]], "note": WORDS}
        ).encode(),
        "data.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in ROWS),
        "notebook.ipynb": json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode(),
        "data.xml": b"<?xml version='1.0'?><house><item year='2021'>Boiler</item><note>%s</note></house>"
        % WORDS.encode(),
        "film.vtt": b"WEBVTT\n\nNOTE x\n\n1\n00:00:01.000 --> 00:00:02.500 align:start\n<v Ann>%s\n\n" % WORDS.encode(),
        "film.srt": b"1\n00:00:01,000 --> 00:00:02,500\n<i>%s</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nEnd\n"
        % WORDS.encode(),
        "manual.rst": b"House\n=====\n\n%s\n\n.. note:: Look\n\n+---+---+\n| a | b |\n+---+---+\n" % WORDS.encode(),
        "old.xls": _old_sheet(),
        "scan.png": png(8, 8, png_chunk(b"IDAT", zlib.compress(b"\0" * 72))),
        "scan.tif": b"II*\0"
        + struct.pack("<I", 8)
        + struct.pack("<H", 2)
        + struct.pack("<HHIIHHII", 256, 4, 1, 8, 257, 4, 1, 8)
        + bytes(4),
    }


def _page() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>House</title></head><body><nav><a href=x>Home</a></nav>"
        f"<h1>House</h1><p>{WORDS}</p><p style='display:none'>unseen</p><ul><li>one<li>two</ul><table>{rows}</table></body></html>"
    ).encode()


def _pdf() -> bytes:
    content = (
        b"BT /F1 12 Tf 14 TL 72 720 Td (%s) Tj T* (Roof 2019 4,200) Tj T* (Boiler 2021 7,800) Tj ET" % WORDS.encode()
    )
    outline = [
        b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>",
        b"<< /Title (Boiler) /Parent 6 0 R /Dest [4 0 R /Fit] >>",
    ]
    return write_pdf(one_page(content, outline, catalogue=b"/Outlines 6 0 R"), trailer=b"/ID [<00> <01>]")


def _packed_pdf() -> bytes:
    content = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET /X Do" % WORDS.encode()
    form = stream(
        zlib.compress(b"BT /F1 9 Tf 9 9 Td (Inside) Tj ET"),
        b"/Filter /FlateDecode /Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources << /Font << /F1 3 0 R >> >>",
    )
    cmap = stream(zlib.compress(b"begincmap 1 beginbfchar <41> <0042> endbfchar endcmap"), b"/Filter /FlateDecode")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R /FirstChar 32 /LastChar 34 /Widths [250 300 400] >>"
    resources = b"/Resources << /Font << /F1 3 0 R /F2 8 0 R >> /XObject << /X 6 0 R >> >>"
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [9 9 99 99] /Contents (Paid) /DA (/F1 9 Tf) >>"
    packed = stream(zlib.compress(content), b"/Filter /FlateDecode")
    return write_pdf(one_page(packed, [form, cmap, font, note], resources=resources, page=b"/Annots [9 0 R]"))


def _word() -> bytes:
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in ROWS
    )
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>House</w:t></w:r></w:p>'
        f'<w:p><w:r><w:rPr><w:b/><w:sz w:val="24"/></w:rPr><w:t xml:space="preserve">{WORDS}</w:t><w:tab/><w:br/></w:r>'
        f"<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p><w:tbl>{rows}</w:tbl>"
    )
    styles = b'<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    return write_zip(word_parts(body.encode(), styles=styles))


def _sheet() -> bytes:
    strings = "".join(f"<si><t>{cell}</t></si>" for cell in ROWS[0])
    first = "".join(f'<c r="{column}1" t="s"><v>{i}</v></c>' for i, column in enumerate("ABC"))
    others = "".join(
        f'<row r="{i}"><c r="A{i}" t="inlineStr"><is><t>{item}</t></is></c><c r="B{i}"><v>{year}</v></c><c r="C{i}"><f>B{i}*2</f><v>4042</v></c></row>'
        for i, (item, year, _) in enumerate(ROWS[1:], start=2)
    )
    return write_zip(excel_parts(f'<row r="1">{first}</row>{others}'.encode(), strings=strings.encode()))


def _open_table() -> bytes:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in ROWS
    )
    return f'<table:table table:name="Costs">{rows}<table:table-row table:number-rows-repeated="3"/></table:table>'.encode()


def _mail() -> bytes:
    parts = (
        b"--b\r\n"
        + BODY
        + b"--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Caf=E9</p>\r\n"
        b'--b\r\nContent-Type: text/csv; name="costs.csv"\r\nContent-Disposition: attachment; filename="costs.csv"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(b"Item,Cost\nRoof,4200\n")
        + b"\r\n--b--\r\n"
    )
    return (
        HEAD.replace(b"Subject: Boiler", b"Subject: =?utf-8?q?Boiler_=C3=A9?=")
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + parts
    )


def _old_sheet() -> bytes:
    """Return a workbook of Excel 5: its records, without the container that is usual around them."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHH", 0x500, kind, 0, 0))

    fonts = record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 8, 400, 0, 0, 0, 0, 0) + b"\x05Arial") * 5
    formats = record(0xE0, struct.pack("<HHHHHHHH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0)) + record(0xE0, bytes(16))
    label = [
        record(0x204, struct.pack("<HHHH", i, j, 1, len(cell)) + cell.encode())
        for i, row in enumerate(ROWS)
        for j, cell in enumerate(row)
    ]
    number = record(0x203, struct.pack("<HHHd", 3, 1, 1, 2021.0))
    sheet = begin(0x10) + record(0x200, struct.pack("<HHHHH", 0, 4, 0, 3, 0)) + b"".join(label) + number + record(0x0A)
    head = begin(0x05) + record(0x42, struct.pack("<H", 1252)) + fonts + formats
    at = len(head) + len(record(0x85, bytes(12))) + len(record(0x0A))
    return head + record(0x85, struct.pack("<IBBB", at, 0, 0, 5) + b"Costs") + record(0x0A) + sheet
