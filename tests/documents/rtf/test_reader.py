"""RTF files."""

from __future__ import annotations

import time

import pytest
from properties import block_texts

from domaingpt.documents import read_document, sniff
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document


def read(body: str, head: str = "\\ansi\\ansicpg1252\\deff0") -> Document:
    return read_document(f"{{\\rtf1{head} {body}}}".encode("latin-1"), "a.rtf")


def texts(body: str, head: str = "\\ansi\\ansicpg1252\\deff0") -> list[str]:
    return block_texts(read(body, head))


def kinds(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, text) for b, text in zip(document.blocks, block_texts(document), strict=True)]


def row(*cells: str, edges: tuple[int, ...] = ()) -> str:
    defined = "".join(f"\\cellx{edge}" for edge in edges or range(1000, 1000 * len(cells) + 1, 1000))
    return f"\\trowd{defined}\\pard\\intbl " + "".join(f"{cell}\\cell " for cell in cells) + "\\row\n"


def test_headings_paragraphs_and_rows_stand_in_page_order() -> None:
    """Headings by style name, by built-in outline level of a style, and by that of a paragraph."""
    styles = "{\\stylesheet{\\s0 Normal;}{\\s1\\b heading 1;}{\\s7\\outlinelevel2 Clause;}{\\*\\cs10 heading 9;}{\\s8 Title;}}"
    document = read(
        f"{styles}\\pard\\s8 Lease\\par\\pard\\s1 Rent\\par\\pard\\s7 Amount\\par\\pard\\outlinelevel1 Due\\par"
        f"\\pard Monthly.\\par {row('Month', 'Rent')}{row('May', '1,200')}\\pard After.\\par"
    )
    assert kinds(document) == [
        ("heading", 1, "Lease"),
        ("heading", 1, "Rent"),
        ("heading", 3, "Amount"),
        ("heading", 2, "Due"),
        ("paragraph", 0, "Monthly."),
        ("row", 0, "Month: May | Rent: 1,200"),
        ("paragraph", 0, "After."),
    ]
    assert document.title == "Lease"
    assert read("{\\info{\\title Lease of Elm Street}{\\author Jane}}x\\par").title == "Lease of Elm Street"


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        ("\\'e4\\'80", "\\ansi\\ansicpg1252", "ä€"),
        ("\\'e4\\'f6", "\\mac", "‰ˆ"),
        ("\\'8a", "\\ansi\\ansicpg10000", "ä"),
        ("\\'84", "\\pc", "ä"),
        ("\\'93\\'fa\\'96{}{\\b \\'7b}", "\\ansi\\ansicpg932", "日本"),
        ("{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset134 S;}}\\f1 \\'d6\\'d0\\f0 \\'e4", "\\ansi\\deff0", "中ä"),
        ("{\\fonttbl{\\f0\\fcharset204 A;}}\\f0 \\'df\\plain\\'e0", "\\ansi\\deff0", "Яа"),
        ("{\\fonttbl{\\f0\\fcharset128 MS;}}\\f0 \\'83e\\'83\\'5c", "\\ansi\\deff0", "テソ"),
        ("\\u1071?\\u26085?x", "\\ansi\\uc1", "Я日x"),
        ("\\uc2\\u26085\\'93\\'fax\\uc0\\u26085 x", "\\ansi", "日x日x"),
        ("\\u-10179?\\u-8704?!", "\\ansi", "😀!"),
        ("\\u8217\\'92s {\\uc0\\u233}t\\u233\\'e9", "\\ansi", "’s été"),
        ("\\upr", "\\ansi", None),
    ],
    ids=[
        "cp1252",
        "mac",
        "ansicpg",
        "pc",
        "cp932",
        "gbk",
        "russian",
        "kana",
        "unicode",
        "uc",
        "pairs",
        "groups",
        "none",
    ],
)
def test_characters_are_those_of_their_character_set(body: str, head: str, expected: str | None) -> None:
    """A character of two bytes may be half escaped; what stands in for one of Unicode is skipped."""
    assert texts(body, head) == ([expected] if expected else [])


def test_signs_and_breaks_are_kept() -> None:
    """Escaped braces, dashes, quotes, hard spaces; the end of a source line is nothing."""
    body = "a\\{b\\}\\\\c\\~d\\_e\\-f\\emdash\\ldblquote g\\rdblquote\\tab h\\line i\nj\\\nk\\page l"
    assert texts(body) == ["a{b}\\c\xa0d\u2011ef—“g”\th\nij", "k", "l"]


def test_notes_and_comments_follow_their_paragraph() -> None:
    """Those of a table follow the table; text boxes as well."""
    note = "{\\super\\chftn}{\\footnote\\pard {\\super\\chftn} Since 2020.\\par Or so.}"
    end = "{\\footnote\\ftnalt\\pard At the end.}"
    comment = "{\\*\\atnid J}{\\*\\atnauthor Jane}\\chatn{\\*\\annotation{\\*\\atndate 1}\\pard Check this.}"
    box = "{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv y}}{\\shptxt\\pard boxed\\par}}{\\shprslt{\\pard boxed\\par}}}"
    body = f"Rent{note} is due.{comment}{end}\\par {row('a' + note, 'b')}\\pard Next{box}.\\par"
    assert texts(body) == [
        "Rent is due.",
        "Note 1: Since 2020. Or so.",
        "Comment by Jane: Check this.",
        "Endnote 1: At the end.",
        "a | b",
        "Note 2: Since 2020. Or so.",
        "Next.",
        "boxed",
    ]


def test_hidden_and_deleted_text_is_left_out() -> None:
    """Hidden characters and what is no text are counted."""
    document = read(
        "shown {\\v secret word}\\v more\\v0  and {\\deleted never}here\\plain"
        "{\\pict\\pngblip 89504e47}{\\*\\shppict{\\pict ff}}{\\nonshppict{\\pict ff}}"
        "{\\object{\\*\\objdata 0102}{\\result result}}\\par"
    )
    assert block_texts(document) == ["shown  and hereresult"]
    assert document.left_out == {"images": 2, "embedded objects": 1, "hidden characters": 14}


def test_white_and_tiny_text_is_left_out() -> None:
    """Unless it has a ground of its own, or may have one."""
    table = "{\\colortbl;\\red255\\green255\\blue255;\\red0\\green0\\blue0;\\red255\\green255;}"
    cells = row("{\\cf1 cell}", "b")
    document = read(
        f"{table}shown {{\\cf1 white}}{{\\cf3 yellow}}{{\\cf1\\highlight2  marked}}{{\\fs4 tiny}}{{\\fs5  small}}\\plain\\cf0  auto\\par"
        f"\\pard\\cbpat2\\cf1 shaded\\par\\pard\\cf9 unknown\\par {cells}"
    )
    assert block_texts(document) == ["shown yellow marked small auto", "shaded", "unknown", "cell | b"]
    assert document.left_out == {"hidden characters": 9}
    assert texts(f"{table}{{\\*\\background{{\\shp x}}}}{{\\cf1 on a coloured page}}\\par") == ["on a coloured page"]


def test_fields_show_their_result_and_lists_their_numbers() -> None:
    """Not the code of a link, nor the dot of a symbol font."""
    body = (
        '{\\field{\\*\\fldinst HYPERLINK "http://x.example"}{\\fldrslt here}}\\par'
        "{\\listtext\\pard 2.1\\tab}first\\par{\\*\\pn\\pnlvlbody{\\pntxtb -}}{\\pntext (b)\\tab}second\\par"
        "{\\listtext\\f3 \\'b7\\tab}dot\\par{\\listtext\\f3 o\\tab}ring\\par{\\*\\unheard-of what}end\\par"
    )
    assert texts(body) == ["here", "2.1 first", "(b) second", "dot", "ring", "end"]


def test_margins_stand_once_at_the_end() -> None:
    """A lone page number says nothing; every section repeats the others."""
    body = "{\\header\\pard Confidential\\par}{\\headerl Confidential}{\\footer\\pard - 3 -\\par}{\\footerf Acme}Text.\\par\\sect More."
    assert texts(body) == ["Text.", "More.", "Headers", "Confidential", "Footers", "Acme"]


def test_nested_tables_and_paragraphs_stand_in_their_cell() -> None:
    """One text a row of the nested table, as in Word files."""
    nested = (
        "\\itap2 x\\nestcell y\\nestcell{\\*\\nesttableprops\\trowd\\cellx500\\cellx900\\nestrow}{\\nonesttables\\par}"
        "z\\nestcell{\\*\\nesttableprops\\trowd\\cellx500\\nestrow}"
    )
    header = "\\trowd\\trhdr\\cellx1000\\cellx2000\\pard\\intbl A\\cell B\\cell\\row "
    body = header + row("one\\par two", nested) + row("c", "d")
    assert texts(body) == ["A: one two | B: x, y z", "A: c | B: d"]


def test_wide_cells_stand_over_the_first_of_their_columns() -> None:
    """Rows of fewer cells are placed by their right edges."""
    body = row("A", "B", "C") + row("wide", "5", edges=(1990, 3001)) + row("x", "6", "7")
    assert texts(body) == ["A: wide | C: 5", "A: x | B: 6 | C: 7"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{\\rtf1 " + b"{" * 200_000 + b"x" + b"}" * 200_000 + b" end}", "x end"),
        (b"{\\rtf1 " + b"{\\*\\q" * 100_000 + b"x", ""),
        (b"{\\rtf1 a\\par{\\pict\\bin2147483647 }}b", "a"),
        (b"{\\rtf1 a{\\pict\\bin3 }}}}b}", "ab"),
        (b"{\\rtf1 a{\\pict\\bin-3 x}b}", "ab"),
        (b"{\\rtf1 a\\u99999999999 b\\uc99999999\\u65?c}", "a\ufffd bA"),
        (b"{\\rtf1 a}}}}b{c", "a"),
        (b"{\\rtf1 a\\'zz\\", "azz"),
    ],
    ids=[
        "deep",
        "deep and open",
        "picture beyond the end",
        "braces in a picture",
        "negative",
        "numbers",
        "closed",
        "cut",
    ],
)
def test_hostile_structure_ends(data: bytes, expected: str) -> None:
    """In time and memory linear in the file."""
    started = time.monotonic()
    assert read_document(data, "a.rtf").text == expected
    assert time.monotonic() - started < 5


def test_what_lies_too_deep_is_told() -> None:
    """Notes there cannot be told from text."""
    document = read("{" * 2000 + "x" + "}" * 2000)
    assert document.notes == ("groups nested more than 1,000 deep: notes in them may be missing",)


def test_a_truncated_file_gives_what_there_is() -> None:
    """At every twentieth; RTF has no end to miss but the last brace."""
    whole = b"{\\rtf1\\ansi " + b"Some words.\\par {\\b More} words.\\par " * 50 + b"}"
    lengths = [len(read_document(whole[: len(whole) * share // 100], "a.rtf").text) for share in range(5, 101, 5)]
    assert lengths == sorted(lengths)
    assert lengths[0] > 20


def test_other_content_is_named() -> None:
    """A byte order mark before it is forgiven."""
    assert sniff(b"\xef\xbb\xbf{\\rtf1 x}", ".rtf") is None
    assert sniff(b"hello", ".rtf") == "content is text, not RTF"
    with pytest.raises(UnreadableDocument, match="content is text, not RTF"):
        read_document(b"hello", "a.rtf")
