"""Office, OpenDocument and e-book files whose content is hostile: nesting, repetition, references, spans."""

from __future__ import annotations

import struct

from hostile_files import HostileFile
from hostile_files.zip_writer import (
    PARAGRAPH,
    XML,
    book_parts,
    excel_parts,
    open_document_parts,
    slides_parts,
    word_parts,
    write_zip,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHAPTER = b"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>The boiler was replaced in 2021.</p></body></html>"


def nested_tables(depth: int = 5000) -> bytes:
    opened, closed = b"<w:tbl><w:tr><w:tc>", b"<w:p/></w:tc></w:tr></w:tbl>"
    return write_zip(word_parts(opened * depth + PARAGRAPH + closed * depth))


def nested_runs(depth: int = 250) -> bytes:
    opened, closed = b"<w:p><w:smartTag><w:ins>", b"</w:ins></w:smartTag></w:p>"
    return write_zip(word_parts(opened + b"<w:smartTag>" * depth + PARAGRAPH + b"</w:smartTag>" * depth + closed))


def deep_xml(depth: int = 1_000_000) -> bytes:
    return write_zip(word_parts(b"<w:sdt>" * depth + PARAGRAPH + b"</w:sdt>" * depth))


def long_attribute() -> bytes:
    return write_zip(word_parts(b'<w:p w:rsidR="%s">' % (b"A" * 50_000_000) + b"</w:p>" + PARAGRAPH))


def million_paragraphs() -> bytes:
    return write_zip(word_parts(PARAGRAPH * 1_000_000))


def span_of_columns() -> bytes:
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/><w:vMerge/></w:tcPr>' + PARAGRAPH + b"</w:tc>"
    return write_zip(word_parts(b"<w:tbl>" + b"<w:tr>%s</w:tr>" % (cell * 2) * 2 + b"</w:tbl>"))


def wide_table() -> bytes:
    cell = b"<w:tc>" + PARAGRAPH + b"</w:tc>"
    return write_zip(word_parts(b"<w:tbl>" + b"<w:tr>%s</w:tr>" % (cell * 30_000) * 4 + b"</w:tbl>"))


def styles_in_a_circle() -> bytes:
    styles = b"".join(
        b'<w:style w:type="paragraph" w:styleId="s%d"><w:name w:val="s%d"/><w:basedOn w:val="s%d"/></w:style>'
        % (i, i, (i + 1) % 500)
        for i in range(500)
    )
    body = b"".join(
        b'<w:p><w:pPr><w:pStyle w:val="s%d"/></w:pPr><w:r><w:t>Text %d</w:t></w:r></w:p>' % (i % 500, i)
        for i in range(2000)
    )
    return write_zip(word_parts(body, styles=styles))


def targets_that_lead_out() -> bytes:
    parts = word_parts()
    more = b"".join(
        b'<Relationship Id="x%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s" %s/>'
        % (i, kind, target, mode)
        for i, (kind, target, mode) in enumerate(
            [
                (b"attachedTemplate", b"http://127.0.0.1:9/t.dotm", b'TargetMode="External"'),
                (b"footnotes", b"file:///etc/passwd", b""),
                (b"comments", b"../../../../etc/passwd", b""),
                (b"header", b"/word/document.xml", b""),
                (b"oleObject", b"\\\\127.0.0.1\\share\\x", b'TargetMode="External"'),
            ]
        )
    )
    name = "word/_rels/document.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", more + b"</Relationships>")
    return write_zip(parts)


def document_its_own_footnotes() -> bytes:
    parts = word_parts()
    name = "word/_rels/document.xml.rels"
    line = b'<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="document.xml"/>'
    more = b"".join(
        (line % kind).replace(b'"x"', b'"x%d"' % i) for i, kind in enumerate((b"footnotes", b"comments", b"header"))
    )
    parts[name] = parts[name].replace(b"</Relationships>", more + b"</Relationships>")
    return write_zip(parts)


def repeated_string() -> bytes:
    """40,000 cells that name one string of 1 MB: 40 GB of text in a few KB."""
    strings = b"<si><t>%s</t></si>" % (b"word " * 200_000)
    rows = b"".join(b'<row r="%d"><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>' % i for i in range(1, 20_000))
    return write_zip(excel_parts(rows, strings=strings))


def strings_out_of_range() -> bytes:
    return write_zip(
        excel_parts(b'<row><c t="s"><v>999999999</v></c><c t="s"><v>-1</v></c><c t="s"><v>x</v></c></row>')
    )


def dimension_lies() -> bytes:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return write_zip(excel_parts(rows, before_rows=b'<dimension ref="A1:XFD1048576"/>'))


def row_of_number() -> bytes:
    rows = b'<row r="2147483647"><c r="ZZZZZZZ9"><v>1</v></c></row><row r="-5"><c r="A0"><v>1e999</v></c></row>'
    return write_zip(excel_parts(rows))


def sparse_columns() -> bytes:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="XFD%d"><v>2</v></c></row>' % (i, i, i) for i in range(1, 3000)
    )
    return write_zip(excel_parts(rows))


def merged_cells() -> bytes:
    merged = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (i, i) for i in range(1, 200_000))
    return write_zip(excel_parts(b"<row><c><v>1</v></c></row>", after_rows=b"<mergeCells>%s</mergeCells>" % merged))


def odd_numbers() -> bytes:
    values = (b"1e308", b"-1e308", b"nan", b"inf", b"9" * 100_000, b"0x10", b"")
    cells = b"".join(b'<c t="n"><v>%s</v></c><c t="d"><v>%s</v></c><c t="b"><v>%s</v></c>' % (v, v, v) for v in values)
    return write_zip(excel_parts(b"<row>%s</row>" % cells))


def cells_that_act() -> bytes:
    cells = b"".join(
        b"<c><f>%s</f></c>" % f for f in (b"cmd|' /c calc'!A0", b'WEBSERVICE("http://127.0.0.1:9/")', b"A1+A1")
    )
    return write_zip(excel_parts(b"<row>%s</row>" % cells))


def grouped_shapes(depth: int = 10_000) -> bytes:
    shape = b"<p:sp><p:txBody><a:p><a:r><a:t>The boiler was replaced in 2021.</a:t></a:r></a:p></p:txBody></p:sp>"
    return write_zip(slides_parts(b"<p:grpSp>" * depth + shape + b"</p:grpSp>" * depth))


def slide_many_times() -> bytes:
    parts = slides_parts(b"<p:sp><p:txBody><a:p><a:r><a:t>Again.</a:t></a:r></a:p></p:txBody></p:sp>")
    name = "ppt/presentation.xml"
    parts[name] = parts[name].replace(b'<p:sldId id="256" r:id="r1"/>', b'<p:sldId id="256" r:id="r1"/>' * 200_000)
    return write_zip(parts)


def nested_spans(depth: int = 100_000) -> bytes:
    body = b"<text:p>" + b"<text:span>" * depth + b"deep" + b"</text:span>" * depth + b"</text:p>"
    return write_zip(open_document_parts("text", body))


def repeated_spaces() -> bytes:
    return write_zip(open_document_parts("text", b'<text:p>a<text:s text:c="2000000000"/>b</text:p>'))


def repeated_cells() -> bytes:
    cell = b'<table:table-cell table:number-columns-repeated="2000000000"><text:p>x</text:p></table:table-cell>'
    row = b'<table:table-row table:number-rows-repeated="2000000000">%s</table:table-row>' % cell
    return write_zip(open_document_parts("spreadsheet", b"<table:table>%s</table:table>" % row))


def entity_in_open_document() -> bytes:
    before = XML + b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return write_zip(open_document_parts("text", b"<text:p>&x;</text:p>", before=before))


def slides_in_open_document() -> bytes:
    depth = 20_000
    page = b"<draw:page>" + b"<draw:g>" * depth + b"</draw:g>" * depth + b"</draw:page>"
    return write_zip(open_document_parts("presentation", page))


def chapter_many_times() -> bytes:
    return write_zip(book_parts({"one.xhtml": CHAPTER}, ["one.xhtml"] * 300_000))


def chapter_of_entities() -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    head = b'<!DOCTYPE html [<!ENTITY l0 "laugh">%s]>' % laughs
    return write_zip(book_parts({"one.xhtml": head + CHAPTER.replace(b"2021", b"&l9;")}, ["one.xhtml"]))


def book_that_leads_out() -> bytes:
    parts = book_parts(
        {"../../../etc/passwd": CHAPTER, "a%2f..%2fb.xhtml": CHAPTER}, ["../../../etc/passwd", "missing.xhtml"]
    )
    parts["META-INF/container.xml"] = parts["META-INF/container.xml"].replace(b"book.opf", b"/../../book.opf")
    return write_zip(parts)


def _ole(**fields: int) -> bytes:
    """Return the header of an OLE file with sector numbers as asked, and sectors of zeros."""
    head = bytearray(OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(478))
    places = {
        "shift": 30,
        "n_fat": 44,
        "directory": 48,
        "mini": 60,
        "n_mini": 64,
        "difat": 68,
        "n_difat": 72,
        "fat0": 76,
    }
    for name, value in fields.items():
        struct.pack_into("<H" if name == "shift" else "<I", head, places[name], value)
    return bytes(head) + bytes(512) * 8


def ole_cycle() -> bytes:
    return _ole(n_fat=1, directory=0, fat0=0, difat=0, n_difat=0x7FFFFFFF)


def ole_sectors() -> bytes:
    return _ole(shift=65535, n_fat=0xFFFFFFFF, directory=0xFFFFFFF0, mini=1, n_mini=0xFFFFFFFF)


def old_workbook_records() -> bytes:
    return b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12) + b"\x3c\x00\xff\xff" * 500_000


FILES = (
    HostileFile("nested-tables.docx", "Tables in tables, 5,000 deep.", nested_tables),
    HostileFile("nested-runs.docx", "A paragraph wrapped 250 times.", nested_runs),
    HostileFile("deep-xml.docx", "XML nested a million deep.", deep_xml),
    HostileFile("long-attribute.docx", "An attribute of 50 MB.", long_attribute),
    HostileFile("million-paragraphs.docx", "A million paragraphs.", million_paragraphs, is_slow=True),
    HostileFile("column-span.docx", "Cells that span 2,000 million columns.", span_of_columns),
    HostileFile("wide-table.docx", "A table of 30,000 columns.", wide_table, is_slow=True),
    HostileFile("style-circle.docx", "500 styles, each based on the next.", styles_in_a_circle),
    HostileFile("targets-out.docx", "Relationships to a server, to /etc/passwd and to a share.", targets_that_lead_out),
    HostileFile(
        "own-footnotes.docx", "A document that is its own footnotes, comments and header.", document_its_own_footnotes
    ),
    HostileFile("repeated-string.xlsx", "40,000 cells that name one string of 1 MB.", repeated_string),
    HostileFile("string-index.xlsx", "Cells that name strings that are not there.", strings_out_of_range),
    HostileFile("dimension.xlsx", "Two cells in opposite corners of the largest sheet.", dimension_lies),
    HostileFile("row-number.xlsx", "Rows and columns with impossible numbers.", row_of_number),
    HostileFile(
        "sparse-columns.xlsx",
        "3,000 rows with a cell in the first and the last of 16,384 columns.",
        sparse_columns,
        is_slow=True,
    ),
    HostileFile("merged-cells.xlsx", "200,000 merged ranges over all columns.", merged_cells),
    HostileFile("odd-numbers.xlsx", "Numbers of 100,000 digits, endless ones, and none.", odd_numbers),
    HostileFile("formulas.xlsx", "Formulas that start a program, open an address, or name themselves.", cells_that_act),
    HostileFile("grouped-shapes.pptx", "Shapes grouped 10,000 deep.", grouped_shapes),
    HostileFile("slide-again.pptx", "One slide shown 200,000 times.", slide_many_times),
    HostileFile("nested-spans.odt", "Spans nested 100,000 deep.", nested_spans),
    HostileFile("repeated-spaces.odt", "2,000 million spaces in one element.", repeated_spaces),
    HostileFile("entity-open-document.odt", "An entity that is a local file.", entity_in_open_document),
    HostileFile("repeated-cells.ods", "A cell repeated 2,000 million times in 2,000 million rows.", repeated_cells),
    HostileFile("nested-groups.odp", "Drawings grouped 20,000 deep.", slides_in_open_document),
    HostileFile("chapter-again.epub", "A spine that names one chapter 300,000 times.", chapter_many_times),
    HostileFile("chapter-entities.epub", "A chapter of entities that grow tenfold nine times.", chapter_of_entities),
    HostileFile("book-out.epub", "A book whose chapters and package lie outside it.", book_that_leads_out),
    HostileFile("ole-cycle.xls", "An OLE file whose sector table lists itself.", ole_cycle),
    HostileFile("ole-sectors.doc", "An OLE file with sectors of 2^65535 bytes.", ole_sectors),
    HostileFile(
        "ole-slides.ppt", "An OLE file whose directory is nowhere.", lambda: _ole(directory=0xFFFFFFFE, n_fat=1)
    ),
    HostileFile(
        "ole-mail.msg",
        "A mail in an OLE file whose sector table lists itself.",
        lambda: _ole(n_fat=109, directory=1, fat0=1),
    ),
    HostileFile("records.xls", "500,000 continuation records with nothing to continue.", old_workbook_records),
)
