"""Zip-based files whose container is hostile: bombs, overlaps, names that lead out, lies in the headers."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib

from hostile_files import MB, HostileFile
from hostile_files.zip_writer import PARAGRAPH, XML, W, excel_parts, word_parts, write_bomb, write_zip

GOOD = write_zip(word_parts())
DOCUMENT = "word/document.xml"
CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"


def ratio_bomb() -> bytes:
    parts = word_parts()
    head, tail = parts.pop(DOCUMENT).split(PARAGRAPH)
    return write_bomb(parts, DOCUMENT, head, PARAGRAPH, 900 * MB, tail)


def white_bomb() -> bytes:
    parts = word_parts()
    head, tail = parts.pop(DOCUMENT).split(PARAGRAPH)
    return write_bomb(parts, DOCUMENT, head, b" ", 2000 * MB, tail)


def bomb_beside() -> bytes:
    return write_bomb(word_parts(), "word/media/image1.png", b"", b"\0", 1500 * MB, b"")


def many_parts_bomb() -> bytes:
    extra = {f"word/custom{i}.xml": b" " * (4 * MB) for i in range(300)}
    return write_zip({**word_parts(), **extra})


def zips_in_zips(levels: int = 6) -> bytes:
    inner = zlib.compress(b"\0" * (64 * MB), 9)
    for level in range(levels):
        inner = write_zip([(f"{level}/{i}.zip", inner) for i in range(16)])
    return write_zip({**word_parts(), "word/embeddings/package1.zip": inner})


def overlapping() -> bytes:
    """2,000 entries of the list share one stored part of 10 MB."""
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = data.compress(b" " * (10 * MB)) + data.flush()
    crc = zlib.crc32(b" " * (10 * MB))
    numbers = struct.pack("<III", crc, len(packed), 10 * MB)
    local = b"PK\x03\x04\x14\0\0\0\x08\0\0\0!P" + numbers + struct.pack("<HH", 5, 0) + b"a.xml" + packed
    central = b""
    for i in range(2000):
        name = b"%04d.xml" % i
        central += (
            CENTRAL
            + b"\x14\0\x14\0\0\0\x08\0\0\0!P"
            + numbers
            + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0)
            + name
        )
    end = END + struct.pack("<HHHHIIH", 0, 0, 2000, 2000, len(central), len(local), 0)
    return local + central + end


def duplicate_names() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = word_parts()[DOCUMENT].replace(b"2021", b"1999")
        return write_zip([*word_parts().items(), (DOCUMENT, other)])


def names_that_lead_out() -> bytes:
    names = (
        "../../../../tmp/domaingpt-escaped",
        "/tmp/domaingpt-escaped",
        "..\\..\\escaped",
        "C:\\escaped",
        "a/./../../b",
        "word/\x01\x1b[31m.xml",
    )
    return write_zip({**word_parts(), **dict.fromkeys(names, b"out")})


def link_entry() -> bytes:
    stream = io.BytesIO(GOOD)
    with zipfile.ZipFile(stream, "a") as archive:
        link = zipfile.ZipInfo("word/media/link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


def encrypted() -> bytes:
    data = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (CENTRAL, 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    return bytes(data)


def encrypted_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(4096)


def hundred_thousand_parts() -> bytes:
    return write_zip([*word_parts().items(), *((f"x/{i}", b"") for i in range(100_000))])


def wrong_checksum() -> bytes:
    data = bytearray(GOOD)
    at = data.index(DOCUMENT.encode()) - 30
    data[at + 14] ^= 0xFF
    central = data.rindex(DOCUMENT.encode()) - 46
    data[central + 16] ^= 0xFF
    return bytes(data)


def size_lies() -> bytes:
    data = bytearray(write_bomb({}, DOCUMENT, b"", b" ", 300 * MB, b""))
    central = data.rindex(CENTRAL)
    data[central + 24 : central + 28] = struct.pack("<I", 10)
    return bytes(data)


def offsets_lie() -> bytes:
    data = bytearray(GOOD)
    end = data.rindex(END)
    data[end + 16 : end + 20] = struct.pack("<I", 0x7FFFFFFF)
    data[end + 10 : end + 12] = struct.pack("<H", 0xFFFF)
    return bytes(data)


def unknown_method() -> bytes:
    data = bytearray(GOOD)
    at = data.index(CENTRAL)
    while at >= 0:
        data[at + 10 : at + 12] = struct.pack("<H", 99)
        at = data.find(CENTRAL, at + 1)
    return bytes(data)


def cut_off() -> bytes:
    return GOOD[: len(GOOD) // 2]


def missing_parts() -> bytes:
    return write_zip({"[Content_Types].xml": word_parts()["[Content_Types].xml"]})


def zip_of_nothing() -> bytes:
    return write_zip({"readme.txt": b"Not an Office file."})


def _declared(declaration: bytes, body: bytes = b"&x;") -> bytes:
    return write_zip(word_parts(PARAGRAPH.replace(b"2021", body), before=XML + declaration))


def internal_entity() -> bytes:
    return _declared(b'<!DOCTYPE w [<!ENTITY x "expanded">]>')


def external_entity() -> bytes:
    return _declared(
        b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1:9/">%y;]>'
    )


def billion_laughs() -> bytes:
    more = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    return _declared(b'<!DOCTYPE w [<!ENTITY l0 "laugh">%s]>' % more, b"&l9;")


def quadratic_blowup() -> bytes:
    return _declared(b'<!DOCTYPE w [<!ENTITY x "%s">]>' % (b"a" * 100_000), b"&x;" * 100_000)


def entity_in_utf16() -> bytes:
    parts = word_parts(before=b'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY x "expanded">]>')
    text = parts[DOCUMENT].decode().replace("2021", "&x;")
    return write_zip({**parts, DOCUMENT: text.encode("utf-16")})


def entity_in_ebcdic() -> bytes:
    parts = word_parts(before=b'<?xml version="1.0" encoding="cp037"?><!DOCTYPE w [<!ENTITY x "expanded">]>')
    return write_zip({**parts, DOCUMENT: parts[DOCUMENT].decode().replace("2021", "&x;").encode("cp037")})


def entity_in_utf7() -> bytes:
    text = '+ADwAIQ-DOCTYPE w +AFs-+ADwAIQ-ENTITY x "expanded"+AD4-+AF0-+AD4-'
    parts = word_parts(before=b'<?xml version="1.0" encoding="UTF-7"?>' + text.encode())
    return write_zip(parts)


def entity_in_styles() -> bytes:
    parts = word_parts()
    parts["word/styles.xml"] = XML + b'<!DOCTYPE w [<!ENTITY x "a">]><w:styles %s/>' % W
    return write_zip(parts)


def entity_in_odd_suffix() -> bytes:
    """The part that the relationships name as the document has no suffix that says XML."""
    parts = word_parts(before=XML + b'<!DOCTYPE w [<!ENTITY l0 "laugh"><!ENTITY x "&l0;&l0;">]>')
    text = parts.pop(DOCUMENT).replace(b"2021", b"&x;")
    fixed = {name: data.replace(b"document.xml", b"document.dat") for name, data in parts.items()}
    fixed["[Content_Types].xml"] = fixed["[Content_Types].xml"].replace(b"/word/document.xml", b"/word/document.dat")
    fixed["word/_rels/document.dat.rels"] = fixed.pop("word/_rels/document.xml.rels")
    return write_zip({**fixed, "word/document.dat": text})


def workbook_bomb() -> bytes:
    row = b'<row><c t="n"><v>1</v></c><c t="n"><v>2</v></c></row>'
    parts = excel_parts(row)
    head, tail = parts.pop("xl/worksheets/sheet1.xml").split(row)
    return write_bomb(parts, "xl/worksheets/sheet1.xml", head, row, 380 * MB, tail)


FILES = (
    HostileFile("ratio-bomb.docx", "900 MB of paragraphs in 2 MB.", ratio_bomb, is_slow=True),
    HostileFile("white-bomb.docx", "2 GB of spaces between two tags.", white_bomb, is_slow=True),
    HostileFile("bomb-beside.docx", "A good document with a picture of 1.5 GB.", bomb_beside, is_slow=True),
    HostileFile("many-parts-bomb.docx", "300 parts of 4 MB, none of them a bomb alone.", many_parts_bomb, is_slow=True),
    HostileFile("zips-in-zips.docx", "A document with 16 zips in each of 16 zips, six levels down.", zips_in_zips),
    HostileFile("overlapping.docx", "2,000 entries that share one part of 10 MB.", overlapping),
    HostileFile("duplicate-names.docx", "Two parts of the same name with two texts.", duplicate_names),
    HostileFile("names-out.docx", "Parts named ../../tmp, /tmp and C:\\.", names_that_lead_out),
    HostileFile("link-entry.docx", "A part that is a link to /etc/passwd.", link_entry),
    HostileFile("encrypted-zip.docx", "Every part encrypted.", encrypted),
    HostileFile("encrypted-office.docx", "A file with a password, as Office writes it.", encrypted_office),
    HostileFile("many-entries.docx", "100,000 empty parts.", hundred_thousand_parts),
    HostileFile("wrong-checksum.docx", "A part whose checksum is wrong.", wrong_checksum),
    HostileFile("size-lies.docx", "A part of 300 MB that announces 10 bytes.", size_lies),
    HostileFile("offsets-lie.docx", "A list of parts that begins behind the end.", offsets_lie),
    HostileFile("unknown-method.docx", "Parts packed by a method that does not exist.", unknown_method),
    HostileFile("cut-off.docx", "The first half of a file.", cut_off),
    HostileFile("missing-parts.docx", "A package without a document.", missing_parts),
    HostileFile("not-office.docx", "A zip of something else.", zip_of_nothing),
    HostileFile("entity.docx", "An entity that the document declares.", internal_entity),
    HostileFile("entity-external.docx", "Entities that are a local file and an address.", external_entity),
    HostileFile("billion-laughs.docx", "Entities that grow tenfold nine times.", billion_laughs),
    HostileFile("quadratic.docx", "An entity of 100 KB used 100,000 times.", quadratic_blowup),
    HostileFile("entity-utf16.docx", "An entity declared in UTF-16.", entity_in_utf16),
    HostileFile("entity-ebcdic.docx", "An entity declared in EBCDIC.", entity_in_ebcdic),
    HostileFile("entity-utf7.docx", "An entity declared in UTF-7.", entity_in_utf7),
    HostileFile("entity-styles.docx", "An entity declared in a part that few look at.", entity_in_styles),
    HostileFile("entity-suffix.docx", "An entity in a document whose part is not called .xml.", entity_in_odd_suffix),
    HostileFile("workbook-bomb.xlsx", "380 MB of rows in 1 MB.", workbook_bomb, is_slow=True),
)
