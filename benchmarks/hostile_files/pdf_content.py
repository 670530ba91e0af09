"""PDF files whose content is hostile: bombs by filters, forms and fonts, and pages of any size."""

from __future__ import annotations

import zlib

from hostile_files import MB, HostileFile
from hostile_files.pdf_writer import RESOURCES, SHOWN, deflated_zeros, one_page, stream, write_pdf

LZW_CLEAR, LZW_END, LZW_FIRST, LZW_FULL = 256, 257, 258, 4093


def flate_bomb(n_bytes: int = 1024 * MB) -> bytes:
    return write_pdf(one_page(stream(deflated_zeros(n_bytes), b"/Filter /FlateDecode")))


def flate_twice(n_bytes: int = 1024 * MB) -> bytes:
    data = deflated_zeros(n_bytes, layers=2)
    return write_pdf(one_page(stream(data, b"/Filter [/FlateDecode /FlateDecode]")))


def thousand_filters() -> bytes:
    return write_pdf(one_page(stream(zlib.compress(SHOWN), b"/Filter [%s]" % (b"/FlateDecode " * 1000))))


def lzw_bomb(n_tables: int = 60) -> bytes:
    """Each table of codes spells runs of one byte, each a byte longer than the one before: 7 MB from 5.6 KB."""
    bits: list[str] = []
    for _ in range(n_tables):
        width, known = 9, LZW_FIRST
        bits.append(f"{LZW_CLEAR:09b}{ord(' '):09b}")
        for code in range(LZW_FIRST, LZW_FULL):
            width = 9 if known < 511 else 10 if known < 1023 else 11 if known < 2047 else 12
            bits.append(f"{code:0{width}b}")
            known += 1
        bits.append(f"{LZW_CLEAR:012b}")
    bits.append(f"{LZW_END:09b}")
    joined = "".join(bits)
    joined += "0" * (-len(joined) % 8)
    data = int(joined, 2).to_bytes(len(joined) // 8, "big")
    return write_pdf(one_page(stream(data, b"/Filter /LZWDecode")))


def run_length_bomb(n_bytes: int = 512 * MB) -> bytes:
    data = zlib.compress(b"\x81 " * (n_bytes // 128), 9)
    return write_pdf(one_page(stream(data, b"/Filter [/FlateDecode /RunLengthDecode]")))


def hex_bomb(n_bytes: int = 512 * MB) -> bytes:
    data = deflated_zeros(n_bytes, b"20")
    return write_pdf(one_page(stream(data, b"/Filter [/FlateDecode /ASCIIHexDecode]")))


def ascii85_bomb(n_bytes: int = 128 * MB) -> bytes:
    data = deflated_zeros(n_bytes, b"z")
    return write_pdf(one_page(stream(data, b"/Filter [/FlateDecode /ASCII85Decode]")))


def predictor_columns() -> bytes:
    parameters = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 2147483647 /BitsPerComponent 16 >>"
    return write_pdf(one_page(stream(zlib.compress(SHOWN * 100), parameters)))


def predictor_many_rows() -> bytes:
    parameters = b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1 >>"
    return write_pdf(one_page(stream(deflated_zeros(256 * MB, b"\x02 "), parameters)))


def form_draws_itself() -> bytes:
    form = stream(
        b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return write_pdf(one_page(b"/X Do", [form], resources=b"/Resources << /XObject << /X 6 0 R >> >>"))


def forms_laugh(levels: int = 9) -> bytes:
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>"
    forms = [stream(b"/X Do " * 10, head % (i + 7)) for i in range(levels)]
    forms.append(stream(SHOWN, head % 6))
    return write_pdf(one_page(b"/X Do", forms, resources=b"/Resources << /XObject << /X 6 0 R >> >>"))


def pattern_in_itself() -> bytes:
    entries = b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 1 /YStep 1 /Resources << /Pattern << /P 6 0 R >> >>"
    paint = b"/Pattern cs /P scn 0 0 600 700 re f "
    return write_pdf(
        one_page(paint + SHOWN, [stream(paint, entries)], resources=RESOURCES[:-3] + b" /Pattern << /P 6 0 R >> >>")
    )


def glyph_draws_its_font() -> bytes:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 7 0 R >> "
        b"/Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9] /Resources << /Font << /F1 6 0 R >> >> >>"
    )
    glyph = stream(b"9 0 d0 BT /F1 1 Tf (aaaaaaaaaa) Tj ET")
    resources = b"/Resources << /Font << /F1 6 0 R >> >>"
    return write_pdf(one_page(b"BT /F1 9 Tf 9 9 Td (aaaaaaaaaa) Tj ET", [font, glyph], resources=resources))


def _font_with_map(to_unicode: bytes, content: bytes) -> bytes:
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 8 0 R >>"
    below = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >> /DW 100 >>"
    resources = b"/Resources << /Font << /F1 6 0 R >> >>"
    return write_pdf(one_page(content, [font, below, to_unicode], resources=resources))


def to_unicode_bomb() -> bytes:
    """Each of 65,536 codes stands for 250 letters; the page prints 200,000 codes."""
    cmap = b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <%s> endbfrange endcmap"
    packed = zlib.compress(b"BT /F1 1 Tf 9 9 Td <%s> Tj ET" % (b"0041" * 200_000), 9)
    return _font_with_map(stream(cmap % (b"0061" * 250)), stream(packed, b"/Filter /FlateDecode"))


def to_unicode_ranges() -> bytes:
    ranges = b"100 beginbfrange %s endbfrange " % (b"<0000> <FFFF> <0041> " * 100)
    packed = zlib.compress(b"begincmap " + ranges * 2000 + b"endcmap", 9)
    return _font_with_map(stream(packed, b"/Filter /FlateDecode"), b"BT /F1 9 Tf 9 9 Td <0041> Tj ET")


def to_unicode_uses_itself() -> bytes:
    return _font_with_map(
        stream(b"/A usecmap begincmap endcmap", b"/UseCMap 8 0 R"), b"BT /F1 9 Tf 9 9 Td <0041> Tj ET"
    )


def font_numbers() -> bytes:
    font = (
        b"<< /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar -2147483648 /LastChar 2147483647 /Widths [%s] "
        b"/Encoding << /Differences [%s] >> >>" % (b"9 " * 500_000, b"2147483647 /a " * 200_000)
    )
    return write_pdf(one_page(more=[font], resources=b"/Resources << /Font << /F1 6 0 R >> >>"))


def inline_image_open() -> bytes:
    return write_pdf(one_page(b"BI /W 1 /H 1 /BPC 8 /CS /G ID " + b"E I " * (2 * MB)))


def inline_images() -> bytes:
    return write_pdf(one_page(b"BI /W 1 /H 1 /BPC 8 /CS /G /F /DCT ID \xff\xd8\xff EI " * 200_000))


def huge_page() -> bytes:
    objects = one_page()
    objects[3] = objects[3].replace(b"[0 0 612 792]", b"[-1e30 -1e30 1e30 1e30]")
    return write_pdf(objects)


def page_without_size() -> bytes:
    objects = one_page()
    objects[3] = objects[3].replace(b"[0 0 612 792]", b"[0 0 0 0]") + b""
    objects[4] = stream(b"1e-30 0 0 1e-30 0 0 cm " + SHOWN)
    return write_pdf(objects)


def huge_image() -> bytes:
    image = stream(
        b"\xff\xd8\xff\xd9",
        b"/Type /XObject /Subtype /Image /Width 200000 /Height 200000 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode",
    )
    return write_pdf(
        one_page(b"q 600 0 0 700 0 0 cm /X Do Q", [image], resources=b"/Resources << /XObject << /X 6 0 R >> >>")
    )


def image_bomb() -> bytes:
    head = b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode"
    image = stream(deflated_zeros(900_000_000, b"\0"), head)
    return write_pdf(
        one_page(b"q 600 0 0 700 0 0 cm /X Do Q", [image], resources=b"/Resources << /XObject << /X 6 0 R >> >>")
    )


def broken_codecs() -> bytes:
    filters = (b"JBIG2Decode", b"JPXDecode", b"CCITTFaxDecode", b"DCTDecode", b"Crypt")
    head = b"/Type /XObject /Subtype /Image /Width 65535 /Height 65535 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /%s"
    images = [stream(bytes(range(256)) * 40, head % name) for name in filters]
    names = b" ".join(b"/X%d %d 0 R" % (i, 6 + i) for i in range(len(images)))
    content = b"".join(b"q 600 0 0 700 0 0 cm /X%d Do Q " % i for i in range(len(images)))
    return write_pdf(one_page(content, images, resources=b"/Resources << /XObject << %s >> >>" % names))


def saved_states() -> bytes:
    return write_pdf(one_page(stream(zlib.compress(b"q " * 5_000_000 + SHOWN), b"/Filter /FlateDecode")))


def million_paths() -> bytes:
    packed = zlib.compress(b"0 0 m 9 9 l 1 2 3 4 5 6 c S " * 2_000_000, 9)
    return write_pdf(one_page(stream(packed, b"/Filter /FlateDecode")))


def letters_apart() -> bytes:
    packed = zlib.compress(b"BT /F1 9 Tf " + b"1 0 0 1 9 9 Tm (x) Tj 1 0 0 1 500 700 Tm (y) Tj " * 150_000 + b"ET", 9)
    return write_pdf(one_page(stream(packed, b"/Filter /FlateDecode")))


def long_line() -> bytes:
    packed = zlib.compress(b"BT /F1 1 Tf 9 9 Td (%s) Tj ET" % (b"ab " * 7_000_000), 9)
    return write_pdf(one_page(stream(packed, b"/Filter /FlateDecode")))


def long_operand() -> bytes:
    packed = zlib.compress(b"9" * 20_000_000 + b" " + b"(" * 5_000_000 + b" Tj " + SHOWN, 9)
    return write_pdf(one_page(stream(packed, b"/Filter /FlateDecode")))


def many_bombs() -> bytes:
    bomb = stream(deflated_zeros(64 * MB), b"/Filter /FlateDecode")
    objects = one_page(more=[bomb])
    page = objects[3].replace(b"/Contents 5 0 R", b"/Contents [%s 5 0 R]" % (b"6 0 R " * 200))
    objects[3] = page
    return write_pdf(objects)


FILES = (
    HostileFile("flate-bomb.pdf", "A page of 1 GB of spaces in 1 MB.", flate_bomb, is_slow=True),
    HostileFile("flate-twice.pdf", "A page of 1 GB of spaces in a few KB, deflated twice.", flate_twice, is_slow=True),
    HostileFile("thousand-filters.pdf", "A stream behind a thousand filters.", thousand_filters),
    HostileFile("lzw-bomb.pdf", "A page of 400 MB in LZW.", lzw_bomb, is_slow=True),
    HostileFile("run-length-bomb.pdf", "A page of 512 MB in run lengths.", run_length_bomb, is_slow=True),
    HostileFile("hex-bomb.pdf", "A page of 256 MB in hexadecimal, deflated.", hex_bomb, is_slow=True),
    HostileFile("ascii85-bomb.pdf", "A page of 512 MB in base 85, deflated.", ascii85_bomb, is_slow=True),
    HostileFile("predictor.pdf", "A predictor of 2^31 columns of 2^31 colours.", predictor_columns),
    HostileFile("predictor-rows.pdf", "A predictor that turns 256 MB row by row.", predictor_many_rows, is_slow=True),
    HostileFile("form-self.pdf", "A form that draws itself twice.", form_draws_itself),
    HostileFile(
        "forms-laugh.pdf", "Forms that draw the next one ten times, nine levels: a thousand million lines.", forms_laugh
    ),
    HostileFile("pattern-self.pdf", "A pattern painted with itself.", pattern_in_itself),
    HostileFile("glyph-self.pdf", "A glyph that is drawn with its own font.", glyph_draws_its_font),
    HostileFile("to-unicode-bomb.pdf", "200,000 codes that each mean 250 letters.", to_unicode_bomb, is_slow=True),
    HostileFile("to-unicode-ranges.pdf", "200,000 ranges that each map 65,536 codes.", to_unicode_ranges, is_slow=True),
    HostileFile("to-unicode-self.pdf", "A character map that uses itself.", to_unicode_uses_itself),
    HostileFile("font-numbers.pdf", "A font from character -2^31 to 2^31, with 500,000 widths.", font_numbers),
    HostileFile("inline-image-open.pdf", "An inline image of 8 MB that never ends.", inline_image_open),
    HostileFile("inline-images.pdf", "200,000 damaged inline images.", inline_images),
    HostileFile("huge-page.pdf", "A page 10^30 points wide.", huge_page),
    HostileFile("page-of-nothing.pdf", "A page without width, its text 10^-30 points high.", page_without_size),
    HostileFile("huge-image.pdf", "A picture of 200,000 by 200,000 points in four bytes.", huge_image),
    HostileFile("image-bomb.pdf", "A picture of 900 MB in 1 MB.", image_bomb, is_slow=True),
    HostileFile("broken-codecs.pdf", "Five damaged pictures in five encodings.", broken_codecs),
    HostileFile("saved-states.pdf", "Five million saved graphics states.", saved_states, is_slow=True),
    HostileFile("million-paths.pdf", "Two million lines and curves.", million_paths, is_slow=True),
    HostileFile("letters-apart.pdf", "300,000 letters that jump across the page.", letters_apart, is_slow=True),
    HostileFile("long-line.pdf", "A line of 21 million letters.", long_line, is_slow=True),
    HostileFile("long-operand.pdf", "A number of 20 million digits, and five million open brackets.", long_operand),
    HostileFile("many-bombs.pdf", "One page made of 200 streams of 64 MB.", many_bombs, is_slow=True),
)
