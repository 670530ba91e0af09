"""Lines and paragraphs of PDF pages."""

from __future__ import annotations

import pdf_files
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_files import make_pdf, text_stream

from domaingpt.documents import read_document
from domaingpt.documents.pdf.lines import Glyph, printed_lines


def page(*shown: tuple[float, float, float, str], turned: bool = False) -> str:
    """Return a page's text, given (x, y, size, text) of what is printed, in order."""
    matrix = "0 1 -1 0" if turned else "1 0 0 1"
    places = ((750 - y, x) if turned else (x, y) for x, y, _, _ in shown)
    stream = " ".join(
        f"BT /F1 {size} Tf {matrix} {x} {y} Tm ({text}) Tj ET"
        for (x, y), (_, _, size, text) in zip(places, shown, strict=True)
    )
    return read_document(make_pdf([stream]), "a.pdf").text


def lines_at(*drops: float) -> str:
    """Return a page of numbered lines of prose, with these distances between their baselines."""
    y = 700.0
    shown = [(72.0, y, 10.0, "Line 0 of some prose")]
    for number, drop in enumerate(drops, start=1):
        y -= drop
        shown.append((72.0, y, 10.0, f"Line {number} of some prose"))
    return page(*shown)


def blank_after(text: str) -> list[int]:
    """Return the numbers of the lines that a blank line follows."""
    lines = text.split("\r\n")
    return [int(lines[index - 1].split()[1]) for index, line in enumerate(lines) if not line]


@pytest.mark.parametrize("turned", [False, True], ids=["upright", "turned"])
def test_a_superscript_does_not_break_its_line(turned: bool) -> None:
    """A variable and its exponent are one word, and the sentence goes on behind them."""
    text = page(
        (72, 700, 10, "An area of 5 m"),
        (138.9, 704, 6, "2"),
        (142.3, 700, 10, ". Next words"),
        turned=turned,
    )
    assert text == "An area of 5 m2. Next words"


@pytest.mark.parametrize(
    ("before", "after", "shift", "room", "expected"),
    [
        ("m", "2", 4, 0, "m2"),
        ("x", "i", -2, 0, "xi"),
        ("5,112", "3", 4, 0, "5,112 3"),
        ("10", "6", 4, 0, "10 6"),
        ("sales", "1", 4, 0, "sales 1"),
        ("m2", ".", 4, 0, "m2."),
        ("m2", ".", 4, 4, "m2 ."),
        ("m", "and", 4, 4, "m and"),
        ("Left", "right", 4, 30, "Left\r\nright"),
        ("upper", "lower", -12, 0, "upper\r\nlower"),
        ("later", "earlier", 0, -60, "later\r\nearlier"),
        ("broken\ufffe", "word", 0, 0, "broken\ufffe\r\nword"),
    ],
)
def test_pieces_of_one_printed_line_are_joined(
    before: str, after: str, shift: float, room: float, expected: str
) -> None:
    """A footnote mark joins neither its number nor its word: 5,112 with the mark 3 is not 51123.

    The glyphs are 10 high and 5 wide.
    """
    text = f"{before}\r\n{after}"

    def glyph_at(position: int) -> Glyph:
        if position < len(before):
            return Glyph(0, 700, 5 * position, 5 * position + 5, 10)
        left = 5 * len(before) + room + 5 * (position - len(before) - 2)
        return Glyph(0, 700 + shift, left, left + 5, 10)

    assert printed_lines(text, glyph_at) == expected


@pytest.mark.parametrize(
    ("drops", "expected"),
    [
        ([12, 12, 18, 12, 12], [2]),
        ([24, 24, 36, 24, 24], [2]),
        ([12, 14, 12, 14, 12], []),
        ([12, 12, 12, 12, 12], []),
        ([12, 12, 12, 12, 12, 12, 18, 18, 18, 18, 18, 12], []),
        ([12, 12, 12, 12, 12, 18, 18, 12], [5, 6]),
        ([12, 30], []),
        ([12, 12, -100, 12, 12], []),
    ],
    ids=["paragraph", "double-spaced", "uneven", "even", "table", "list", "too few lines", "next column"],
)
def test_a_blank_line_stands_where_the_drop_is_larger_than_usual(drops: list[float], expected: list[int]) -> None:
    """Usual is what the page does, and evenly spaced rows are no paragraphs."""
    assert blank_after(lines_at(*drops)) == expected


def test_a_table_s_even_rows_do_not_become_paragraphs_beside_prose() -> None:
    """A paragraph before and behind the table is found all the same."""
    drops = [12] * 6 + [20] + [18] * 6 + [24] + [12] * 3
    assert blank_after(lines_at(*drops)) == [6, 13]


def test_pages_and_offsets_follow_the_blank_lines() -> None:
    """The page table is made from the mended text."""
    stream = "BT /F1 10 Tf 12 TL 72 700 Td (One) Tj T* (two) Tj T* (three.) Tj 0 -20 Td (Four) Tj ET"
    document = read_document(make_pdf([stream, stream]), "a.pdf")
    assert document.text == "\n".join(["One\r\ntwo\r\nthree.\r\n\r\nFour"] * 2)
    for page_ in document.pages:
        assert document.text[page_.start : page_.end] == "One\r\ntwo\r\nthree.\r\n\r\nFour"


def test_characters_beyond_the_basic_plane_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PDFium's own two texts of a page differ, the fuller one is taken."""
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        "1 beginbfchar <41> <D83DDE00> endbfchar endcmap end"
    )
    monkeypatch.setattr(pdf_files, "FONT", pdf_files.FONT.replace(">>", "/ToUnicode 6 0 R >>"))
    extra = f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream"
    data = make_pdf([text_stream("Emoji A here", "next line")], extra=(extra,))
    assert read_document(data, "a.pdf").text == "Emoji \U0001f600 here\r\nnext line"


GLYPHS = st.one_of(
    st.none(),
    st.builds(
        Glyph,
        st.integers(0, 3),
        st.floats(-50, 800),
        st.floats(0, 600),
        st.floats(0, 600),
        st.floats(0, 20),
    ),
)


@given(st.text(alphabet="aB1.-é \r\n\ufffe\U0001f600", max_size=60), st.data())
def test_only_white_space_ever_changes(text: str, data: st.DataObject) -> None:
    """Whatever PDFium says about positions."""
    text = text.replace("\r", "").replace("\n", "\r\n")
    mended = printed_lines(text, lambda _: data.draw(GLYPHS))
    assert "".join(mended.split()) == "".join(text.split())
    assert printed_lines(text, lambda _: None) == text
