"""Word files of 97 to 2003."""

from __future__ import annotations

import io
import struct

import docx
import pytest
from ole_files import Word97, compound
from properties import block_texts
from word_files import saved

from domaingpt.documents import read_document, sniff
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Document

PLAIN = (0, b"")
CELL = (0, struct.pack("<HB", 0x2416, 1))
ROW_END = (0, struct.pack("<HBHB", 0x2416, 1, 0x2417, 1))


def read(word: Word97) -> Document:
    return read_document(word.file(), "a.doc")


def kinds(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, text) for b, text in zip(document.blocks, block_texts(document), strict=True)]


def sample(**options: object) -> Word97:
    """A file with every kind of paragraph."""
    paragraphs = [
        ("Lease\r", (1, b"")),
        ("Rent\r", (2, b"")),
        ("Due monthly — “always” 日本😀.\r", PLAIN),
        ("Month\x07", CELL), ("Rent\x07", CELL), ("\x07", ROW_END),
        ("May\x07", CELL), ("one\r", CELL), ("two\x07", CELL), ("\x07", ROW_END),
        ("June\x07", CELL), ("1,250\x07", CELL), ("\x07", ROW_END),
        ("July\x07", CELL), ("\x07", CELL), ("\x07", ROW_END),
        ("Clause\r", (0, struct.pack("<HB", 0x2640, 2))),
        ("After.\r", PLAIN),
    ]  # fmt: skip
    return Word97(paragraphs, styles=[0, 62, 2], **options)  # type: ignore[arg-type]


EXPECTED = [
    ("heading", 1, "Lease"),
    ("heading", 2, "Rent"),
    ("paragraph", 0, "Due monthly — “always” 日本😀."),
    ("row", 0, "Month: May | Rent: one two"),
    ("row", 0, "Month: June | Rent: 1,250"),
    ("row", 0, "Month: July"),
    ("heading", 3, "Clause"),
    ("paragraph", 0, "After."),
]


@pytest.mark.parametrize("fast_saved", [False, True], ids=["whole", "fast saved"])
def test_headings_paragraphs_and_rows_stand_in_page_order(fast_saved: bool) -> None:
    """Pieces of one and two bytes a character, in any order in the file."""
    document = read(sample(reversed_pieces=fast_saved))
    assert kinds(document) == EXPECTED
    assert document.title == "Lease"


def summary(title: bytes, kind: int = 0x1E, code_page: int = 1251, size: int | None = None) -> bytes:
    """A property set with a code page and a title."""
    value = struct.pack("<II", kind, len(title) if size is None else size) + title
    properties = struct.pack("<II4I", 40 + len(value), 2, 1, 24, 2, 32) + struct.pack("<IHH", 2, code_page, 0) + value
    return struct.pack("<HHI16xI16xI", 0xFFFE, 0, 2, 1, 48) + properties


@pytest.mark.parametrize(
    ("stream", "title"),
    [
        (summary("Договор аренды\0".encode("cp1251")), "Договор аренды"),
        (summary("Договор\0".encode(), code_page=65001), "Договор"),
        (summary("Договор\0".encode("utf-16-le"), kind=0x1F, size=8), "Договор"),
        (summary(b"Endless", size=0xFFFFFFFF), "Endless"),
        (summary(b"Endless", kind=0x101E, size=0xFFFFFFFF), "Lease"),
        (summary(b"Odd", code_page=9), "Lease"),
        (summary(b"Cut")[:60], "Lease"),
        (b"", "Lease"),
    ],
    ids=["cyrillic", "utf-8", "wide", "long", "list", "no code page", "cut", "empty"],
)
def test_the_title_is_that_of_the_summary(stream: bytes, title: str) -> None:
    """Else the first heading; a list of four thousand million values is not read."""
    main, table = sample().streams()
    data = compound({"WordDocument": main, "1Table": table, "\x05SummaryInformation": stream})
    assert read_document(data, "a.doc").title == title


def row_end(*edges: int) -> tuple[int, bytes]:
    """The end of a row with right edges of its cells."""
    definition = struct.pack(f"<B{len(edges) + 1}h", len(edges), 0, *edges)
    return (0, ROW_END[1] + struct.pack("<HH", 0xD608, len(definition) + 1) + definition)


def test_wide_cells_stand_over_the_first_of_their_columns() -> None:
    """Else an amount would stand under another column's name."""
    word = Word97(
        [
            ("A\x07", CELL), ("B\x07", CELL), ("C\x07", CELL), ("\x07", row_end(1000, 2000, 3000)),
            ("wide\x07", CELL), ("5\x07", CELL), ("\x07", row_end(2000, 3000)),
        ]
    )  # fmt: skip
    assert block_texts(read(word)) == ["A | B | C", "A: wide | C: 5"]


def test_notes_and_comments_follow_their_paragraph() -> None:
    """Those of a table follow the table; headers and footers stand once at the end."""
    word = Word97(
        [
            ("Rent\x02 is due.\x05\r", PLAIN),
            ("a\x02\x07", CELL),
            ("b\x07", CELL),
            ("\x07", ROW_END),
            ("Next.\r", PLAIN),
        ],
        notes=[(4, "Since 2020."), (16, "In a cell.")],
        comments=[(13, "Jane", "Check this.")],
        headers=["Even", "Odd", "3", "Foot", "Odd", ""],
    )
    assert block_texts(read(word)) == [
        "Rent is due.",
        "Note 1: Since 2020.",
        "Comment by Jane: Check this.",
        "a | b",
        "Note 2: In a cell.",
        "Next.",
        "Headers",
        "Even",
        "Odd",
        "Footers",
        "Foot",
    ]


def test_fields_show_their_result_only() -> None:
    """Also a field in another's code or result, one over several paragraphs, and one without an end."""
    word = Word97(
        [
            ("see \x13HYPERLINK \x13REF x\x14y\x15 z\x14the \x13PAGE\x147\x15th page\x15.\r", PLAIN),
            ("\x13TOC\x14One\r", PLAIN),
            ("Two\x15\r", PLAIN),
            ("\x13broken\r", PLAIN),
            ("Rest\x14 and\x15 all.\r", PLAIN),
        ]
    )
    assert block_texts(read(word)) == ["see the 7th page.", "One", "Two", "Rest and all."]


def in_list(number: int, level: int = 0) -> tuple[int, bytes]:
    return (0, struct.pack("<HhHB", 0x460B, number, 0x260A, level))


def test_automatic_numbers_are_printed() -> None:
    """Levels, start values, lists that share a count, numbering by style; bullets give none."""
    legal = [(1, 0, "\0."), (1, 0, "\0.\1"), (3, 2, "(\2)"), *[(1, 0, "")] * 6]
    word = Word97(
        [
            ("a\r", in_list(1)),
            ("b\r", in_list(1, 1)),
            ("c\r", in_list(1, 2)),
            ("d\r", in_list(1, 1)),
            ("e\r", in_list(2)),
            ("\r", in_list(1)),
            ("f\r", in_list(2)),
            ("dot\r", in_list(3)),
            ("by style\r", (1, b"")),
            ("none\r", (1, in_list(0)[1])),
            ("lost\r", in_list(99)),
        ],
        lists=[legal, [(1, 23, "\uf0b7")], [(5, 4, "\0)")]],
        overrides=[(0, {}), (0, {0: 7}), (1, {}), (2, {})],
        styles=[0, 100],
        style_lists={1: in_list(4)[1]},
    )
    assert block_texts(read(word)) == [
        "1. a",
        "1.1 b",
        "(iii) c",
        "1.2 d",
        "7. e",
        "9. f",
        "dot",
        "e) by style",
        "none",
        "lost",
    ]


def test_damaged_numbering_is_none() -> None:
    """The text is there."""
    word = Word97([("a\r", in_list(1))], lists=[[(1, 0, "\0.")]], overrides=[(0, {})])
    main, table = word.streams()
    offset = struct.unpack_from("<I", main, 0x9A + 8 * 74)[0]
    damaged = bytearray(table)
    damaged[offset + 4 + 12] = 255  # Levels that are overridden, of which there are none.
    document = read_document(compound({"WordDocument": main, "1Table": bytes(damaged)}), "a.doc")
    assert document.text == "a"


def test_hidden_and_deleted_text_is_left_out() -> None:
    """Hidden characters and pictures are counted; paragraphs stay apart."""
    word = Word97(
        [("shown secret words\r", PLAIN), ("kept never\x1f\x1ehere\x0bnext \x01\r", PLAIN)],
        hidden=(6, 19),
        deleted=(24, 29),
    )
    document = read(word)
    assert block_texts(document) == ["shown", "kept \u2011here\nnext"]
    assert document.left_out == {"hidden characters": 11, "images": 1}


def test_white_and_tiny_text_is_left_out() -> None:
    """Unless it has a ground of its own, or may have one."""
    white, old = struct.pack("<HI", 0x6870, 0xFFFFFF), struct.pack("<HB", 0x2A42, 8)
    shaded = (0, struct.pack("<HH", 0x442D, 2))
    texts = ["0123456789\r", "0123\r", "ab\x07", "\x07"]
    word = Word97(
        list(zip(texts, [PLAIN, shaded, CELL, ROW_END], strict=True)),
        formatted=[
            (1, 2, white),
            (3, 4, old),
            (5, 6, white + struct.pack("<HB", 0x2A0C, 7)),
            (7, 8, struct.pack("<HH", 0x4A43, 4)),
            (8, 9, struct.pack("<HH", 0x4A43, 5)),
            (9, 10, struct.pack("<HI", 0x6870, 0xFFFFFE)),
            (12, 13, white),
            (16, 17, white),
        ],
    )
    document = read(word)
    assert block_texts(document) == ["0245689", "0123", "ab"]
    assert document.left_out == {"hidden characters": 3}


def test_locked_old_and_foreign_files_are_named() -> None:
    """Each with its own reason."""
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read(sample(flags=0x0300))
    with pytest.raises(UnreadableDocument, match="written by Word 95 or older"):
        read(sample(version=0x68))
    with pytest.raises(UnreadableDocument, match="written by Word 95 or older"):
        read(sample(identifier=0xA5DC))
    with pytest.raises(UnreadableDocument, match="content is not a Word file"):
        read_document(compound({"Workbook": b"x"}), "a.doc")
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read_document(compound({"EncryptedPackage": b"x"}), "a.doc")
    with pytest.raises(UnreadableDocument, match="its header is not one"):
        read_document(compound({"WordDocument": b""}), "a.doc")


@pytest.mark.parametrize("suffix", ["doc", "dot"])
def test_other_formats_under_its_suffix_are_read_as_what_they_are(suffix: str) -> None:
    """As Office does; a note says so."""
    document = docx.Document()
    document.add_paragraph("from Word")
    for data, text, name in (
        (b"{\\rtf1 from RTF}", "from RTF", "RTF"),
        (b"<html><body><p>from HTML</p></body></html>", "from HTML", "HTML"),
        (saved(document), "from Word", "Word"),
    ):
        found = read_document(data, f"a.{suffix}")
        assert (found.text, found.notes) == (text, (f"content is {name}, and was read as such",))
    assert sniff(b"hello", ".doc") == "content is text, not Word 97"


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_truncated_file_is_refused_or_read_in_part(share: int) -> None:
    """At every twentieth."""
    data = sample().file()
    try:
        document = read_document(data[: len(data) * share // 100], "a.doc")
    except UnreadableDocument as exc:
        assert "damaged" in exc.message
    else:
        assert "Lease" in document.text


@pytest.mark.parametrize("offset", [0x2C, 0x48], ids=["FAT", "DIFAT"])
def test_allocation_tables_beyond_the_file_are_refused(offset: int) -> None:
    """They would be read sector by sector, up to thirty million times."""
    data = bytearray(sample().file())
    struct.pack_into("<I", data, offset, 0x7FFFFFFF)
    with pytest.raises(UnreadableDocument, match="allocation table is larger than the file"):
        read_document(bytes(data), "a.doc")


def test_cyclic_chains_end() -> None:
    """Every sector of the table names itself or the first one as the next."""
    data = sample().file()
    for target in (0, 1, 2, 5):
        cyclic = bytearray(data)
        for index in range(1, 40):
            struct.pack_into("<I", cyclic, 512 + 4 * index, target)
        try:
            read_document(bytes(cyclic), "a.doc")
        except UnreadableDocument as exc:
            assert "damaged" in exc.message or "content is not" in exc.message


def test_pieces_that_claim_more_than_there_is_are_cut() -> None:
    """Four thousand million characters in one, and many over the same bytes."""
    main, table = sample().streams()
    offset, _ = struct.unpack_from("<II", main, 0x9A + 8 * 33)
    n = 50_000
    positions = struct.pack(f"<{n + 1}I", *range(0, 4000 * (n + 1), 4000))
    plc = positions + struct.pack("<HIH", 0, 2 * 0 | 0x40000000, 0) * n
    clx = b"\x02" + struct.pack("<I", len(plc)) + plc
    fib = bytearray(main)
    struct.pack_into("<II", fib, 0x9A + 8 * 33, len(table), len(clx))
    struct.pack_into("<I", fib, 0x4C, 4000 * n)
    document = read_document(compound({"WordDocument": bytes(fib), "1Table": table + clx}), "a.doc")
    assert len(document.text) < 3 * len(main)
    assert offset < len(table)
    huge = bytearray(table)
    first = offset + 6 + 5
    struct.pack_into("<I", huge, first + 4, 0xFFFFFFF0)
    with io.BytesIO(compound({"WordDocument": main, "1Table": bytes(huge)})) as stream:
        assert read_document(stream.read(), "a.doc").text.startswith("Lease")
